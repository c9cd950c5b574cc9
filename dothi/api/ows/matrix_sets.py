"""What WMTS says of the sets of tile matrices, and how it refuses what is not in them."""

from dothi.api.http.parsers import WHOLE
from dothi.api.ows.errors import InvalidParameterValue, TileOutOfRange, bad_value, unknown_value
from dothi.api.tiles.matrices import Matrix, MatrixSet, matrix_sets
from dothi.core.locality import Locality

# OGC 07-057r7, annex E
WELL_KNOWN = {
    'WebMercatorQuad': 'urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible',
    'WorldCRS84Quad': 'urn:ogc:def:wkss:OGC:1.0:GoogleCRS84Quad',
}


def known_set(name: str, locality: Locality, locator: str) -> MatrixSet:
    """The set; raises InvalidParameterValue with the nearest name."""
    sets = matrix_sets(locality)
    if name not in sets:
        raise unknown_value(
            InvalidParameterValue, locator, name, sets, 'không có bộ ô này.', 'there is no such set of tile matrices.'
        )
    return sets[name]


def known_matrix(of: MatrixSet, name: str, locator: str) -> Matrix:
    """The matrix of that name; raises InvalidParameterValue."""
    match = next((matrix for matrix in of.matrices if matrix.name == name), None)
    if match is None:
        names = ', '.join(matrix.name for matrix in of.matrices)
        raise bad_value(
            InvalidParameterValue,
            locator,
            name,
            f'{of.name} không có mức này. Các mức: {names}.',
            f'{of.name} has no such level. Its levels: {names}.',
        )
    return match


def tile_place(matrix: Matrix, column: str, row: str, locators: tuple[str, str]) -> tuple[int, int]:
    """Column and row of a tile; raises InvalidParameterValue for what is no number, TileOutOfRange outside."""
    for locator, text, count in zip(locators, (column, row), (matrix.columns, matrix.rows), strict=True):
        if not WHOLE.fullmatch(text) or len(text) > 10:
            raise bad_value(InvalidParameterValue, locator, text, 'phải là số nguyên.', 'must be a whole number.')
        if not 0 <= int(text) < count:
            raise TileOutOfRange(
                vi=f'{locator}={text}: ở mức {matrix.name} có từ 0 đến {count - 1}.',
                en=f'{locator}={text}: at level {matrix.name} it goes from 0 to {count - 1}.',
                locator=locator,
            )
    return int(column), int(row)
