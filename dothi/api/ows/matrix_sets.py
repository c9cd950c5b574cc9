"""What WMTS says of the sets of tile matrices and of a layer's tiles in them, and how it refuses what is not there."""

from dataclasses import dataclass

from dothi.api.http.parsers import WHOLE
from dothi.api.ows.contents import Group, Leaf
from dothi.api.ows.errors import InvalidParameterValue, TileOutOfRange, bad_value, unknown_value
from dothi.api.tiles.matrices import Matrix, MatrixSet, matrix_sets
from dothi.core.crs import WGS84
from dothi.core.grid import moved_bounds
from dothi.core.locality import Locality

# OGC 07-057r7, annex E. WorldCRS84Quad begins with its second level, and names no set that it has not got whole.
WELL_KNOWN = {'WebMercatorQuad': 'urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible'}
# How far a sign is drawn beside its feature: what lies farther outside of a tile is not drawn in it.
SIGN_PX = 48


@dataclass(frozen=True)
class TileRange:
    """The first and last columns and rows of the tiles that a layer has in a matrix."""

    first_column: int
    last_column: int
    first_row: int
    last_row: int

    def columns(self) -> range:
        return range(self.first_column, self.last_column + 1)

    def rows(self) -> range:
        return range(self.first_row, self.last_row + 1)


def tile_range(target: Leaf | Group, matrix_set: MatrixSet, matrix: Matrix) -> TileRange | None:
    """The tiles on which anything of the layer may be, at whatever scale it is drawn; None where the set has none."""
    west, south, east, north = moved_bounds(target.extent, WGS84, matrix_set.srid)
    sign = SIGN_PX * matrix.pixel
    reach = matrix.reach((west - sign, south - sign, east + sign, north + sign))
    return TileRange(*reach) if reach else None


def is_drawn_in(target: Leaf | Group, matrix: Matrix) -> bool:
    """Whether any style of the layer draws anything at the scale of the matrix."""
    least, greatest = target.scales
    # a hair: the scales of the sets are those at which zooms begin and end
    return not ((least and matrix.denominator < least * 0.999) or (greatest and matrix.denominator > greatest * 1.001))


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


def tile_place(matrix: Matrix, column: str, row: str) -> tuple[int, int]:
    """Column and row of a tile of the matrix; raises InvalidParameterValue for what is no number, TileOutOfRange."""
    for locator, text in (('TILECOL', column), ('TILEROW', row)):
        if not WHOLE.fullmatch(text) or len(text) > 10:
            raise bad_value(InvalidParameterValue, locator, text, 'phải là số nguyên.', 'must be a whole number.')
    must_be_in(TileRange(0, matrix.columns - 1, 0, matrix.rows - 1), matrix, int(column), int(row))
    return int(column), int(row)


def must_be_in(tiles: TileRange | None, matrix: Matrix, column: int, row: int) -> None:
    """Raises TileOutOfRange for a tile that is none of `tiles`, and says which there are."""
    if tiles is None:
        raise TileOutOfRange(
            vi=f'Ở mức {matrix.name} lớp này không có ô nào.',
            en=f'At level {matrix.name} this layer has no tiles.',
            locator='TILECOL',
        )
    for locator, number, numbers in (('TILECOL', column, tiles.columns()), ('TILEROW', row, tiles.rows())):
        if number not in numbers:
            raise TileOutOfRange(
                vi=f'{locator}={number}: ở mức {matrix.name} có từ {numbers[0]} đến {numbers[-1]}.',
                en=f'{locator}={number}: at level {matrix.name} it goes from {numbers[0]} to {numbers[-1]}.',
                locator=locator,
            )
