"""Writes a case of the corpus as the file that an agency would send."""

import json
import zipfile
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import openpyxl
import pyogrio
import shapely
from numpy.typing import NDArray
from shapely import Point
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from dothi.core.arrays import Geometries
from dothi.core.crs import proj_string
from etl.doctor.coordinates.reading import parse_reading
from etl.moving import move
from tests.etl.corpus import BYTES, TABLES, Case, Row

DRIVERS = {
    '.zip': 'ESRI Shapefile',
    '.gpkg': 'GPKG',
    '.tab': 'MapInfo File',
    '.mif': 'MapInfo File',
    '.fgb': 'FlatGeobuf',
    '.gml': 'GML',
}
# fiona writes neither: its GDAL moves a geodatabase's domain through VN-2000, and KML is not on its list
BY_PYOGRIO = {'.gdb': 'OpenFileGDB', '.kml': 'LIBKML'}
Written = list[tuple[dict[str, Any], Any]]


def write(case: Case, folder: Path) -> Path:
    """The file of `case`, alone in `folder`."""
    folder.mkdir(parents=True)
    rows = written_rows(case)
    if case.format == '.geojson':
        return _geojson(case, rows, folder / 'f.geojson')
    if case.format in TABLES:
        return _table(case, rows, folder / f'f{case.format}')
    if case.format == '.dxf':
        return _drawing(case, rows, folder / 'f.dxf')
    if case.format in BY_PYOGRIO:
        return _by_pyogrio(case, rows, folder / f'f{case.format}')
    return _by_fiona(case, rows, folder)


def written_rows(case: Case) -> Written:
    """Values under the file's names with text as it is stored, and geometry in the file's coordinates."""
    rows, _ = case.rows()
    there = np.array([row.shape for row in rows], dtype=object)
    return [(_values(row, case), shape) for row, shape in zip(rows, _placed(there, case.said.written), strict=True)]


def _values(row: Row, case: Case) -> dict[str, Any]:
    stored = case.encoding.stored
    values = {'MA': row.code, 'TEN': stored(row.name), 'LOAI': stored(row.kind), 'RONG': row.width_m}
    return values | ({'HUYEN': row.district} if case.known == 'codes' else {})


def _placed(shapes: Geometries, written: str) -> Geometries:
    """`shapes` of EPSG:9209 as the reading `written` has them: the way back from what the desk does."""
    reading = parse_reading(written)
    moved = move(shapes, proj_string(9209), reading.crs.definition)
    return shapely.transform(moved, lambda xy: xy[:, ::-1]) if reading.swapped else moved


def _in_latin_1(case: Case) -> bool:
    """Whether the file keeps the bytes of an old encoding."""
    return case.format in BYTES and case.encoding.legacy


def _by_pyogrio(case: Case, rows: Written, path: Path) -> Path:
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array([shape for _, shape in rows], dtype=object)),
        [_array([values[name] for values, _ in rows]) for name in rows[0][0]],
        list(rows[0][0]),
        geometry_type=case.geometry,
        crs=case.said.declares,
        driver=BY_PYOGRIO[case.format],
    )
    return path


def _array(values: list[Any]) -> NDArray[Any]:
    return np.array(values, dtype=object if isinstance(values[0], str) else float)


def _by_fiona(case: Case, rows: Written, folder: Path) -> Path:
    suffix = '.shp' if case.format == '.zip' else case.format
    path = folder / f'f{suffix}'
    kinds = {str: 'str:80', float: 'float'}
    schema = {
        'geometry': case.geometry,
        'properties': {name: kinds[type(value)] for name, value in rows[0][0].items()},
    }
    how: dict[str, Any] = {'driver': DRIVERS[case.format], 'schema': schema, 'crs': case.said.declares}
    if case.format == '.fgb':
        # its index would sort the rows
        how['SPATIAL_INDEX'] = 'NO'
    if case.format in BYTES:
        how['encoding'] = ('CP1252' if suffix in ('.tab', '.mif') else 'ISO-8859-1') if _in_latin_1(case) else 'UTF-8'
    with fiona.open(path, 'w', **how) as file:
        file.writerecords({'properties': row, 'geometry': shape and mapping(shape)} for row, shape in rows)
    return _zipped(path, keep_cpg=not _in_latin_1(case)) if suffix == '.shp' else path


def _zipped(path: Path, keep_cpg: bool) -> Path:
    """The shapefile in an archive; old programs wrote no .cpg."""
    archive = path.with_suffix('.zip')
    with zipfile.ZipFile(archive, 'w') as zipped:
        for part in sorted(path.parent.glob('f.*')):
            if part != archive and (keep_cpg or part.suffix != '.cpg'):
                zipped.write(part, part.name)
                part.unlink()
    return archive


def _geojson(case: Case, rows: Written, path: Path) -> Path:
    sources, _ = case.rows()
    features = [
        {'type': 'Feature', 'properties': values, 'geometry': _mapping(shape, source)}
        for (values, shape), source in zip(rows, sources, strict=True)
    ]
    document: dict[str, Any] = {'type': 'FeatureCollection', 'features': features}
    if case.said.declares and not case.said.declares.endswith(':4326'):
        document['crs'] = {'type': 'name', 'properties': {'name': case.said.declares}}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding='utf-8')
    return path


def _mapping(shape: BaseGeometry | None, row: Row) -> dict[str, Any] | None:
    if shape is None:
        return None
    if not row.open_ring:
        return mapping(shape)
    return {'type': 'Polygon', 'coordinates': [shapely.get_coordinates(shape)[:-1].tolist()]}


def _table(case: Case, rows: Written, path: Path) -> Path:
    axes = ['lon', 'lat'] if case.said.written == 'EPSG:4326' else ['X', 'Y']
    lines: list[list[Any]] = [[*rows[0][0], *axes]]
    lines += [[*values.values(), *([None, None] if shape is None else [shape.x, shape.y])] for values, shape in rows]
    if path.suffix == '.xlsx':
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append(line)
        book.save(path)
        return path
    text = '\n'.join(';'.join('' if value is None else str(value) for value in line) for line in lines)
    path.write_bytes(text.encode('latin-1' if _in_latin_1(case) else 'utf-8'))
    return path


def _drawing(case: Case, rows: Written, path: Path) -> Path:
    """Symbols with attributes; from AutoCAD 2007 on text is UTF-8."""
    version = 'AC1015' if _in_latin_1(case) else 'AC1021'
    block = _pairs((0, 'BLOCK'), (8, '0'), (2, 'S'), (70, 2), (10, 0), (20, 0), (0, 'ENDBLK'))
    sections = {
        'HEADER': _pairs((9, '$ACADVER'), (1, version), (9, '$DWGCODEPAGE'), (3, 'ANSI_1252')),
        'BLOCKS': block,
        'ENTITIES': ''.join(_symbol(values, shape) for values, shape in rows),
    }
    parts = [_pairs((0, 'SECTION'), (2, name)) + body + _pairs((0, 'ENDSEC')) for name, body in sections.items()]
    text = ''.join(parts) + _pairs((0, 'EOF'))
    path.write_bytes(text.encode('latin-1' if _in_latin_1(case) else 'utf-8'))
    return path


def _symbol(values: dict[str, Any], shape: Point) -> str:
    at = ((10, repr(shape.x)), (20, repr(shape.y)))
    inserted = _pairs((0, 'INSERT'), (8, 'CT'), (66, 1), (2, 'S'), *at)
    told = [_pairs((0, 'ATTRIB'), (8, 'CT'), *at, (40, 1), (1, value), (2, tag)) for tag, value in values.items()]
    return inserted + ''.join(told) + _pairs((0, 'SEQEND'))


def _pairs(*lines: tuple[int, Any]) -> str:
    return ''.join(f'{code}\n{value}\n' for code, value in lines)
