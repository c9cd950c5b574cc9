"""Drawings: DXF of several ages, and DGN version 7 as GDAL writes it from its seed file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from etl.formats.errors import AmbiguousLayer, UnreadableFile
from etl.formats.source import RawBatch, Source
from tests.etl.conftest import Agency, Send

SEED = Path(pyogrio.__file__).parent / 'gdal_data' / 'seed_2d.dgn'
PLACE = (570_000.0, 2_250_000.0)


def pairs(*lines: tuple[int, str | float]) -> str:
    """Group codes and values, a line each, as a DXF has them."""
    return ''.join(f'{code}\n{value}\n' for code, value in lines)


def dxf(*entities: str, version: str = 'AC1015', page: str = 'ANSI_1258', blocks: str = '') -> str:
    """A small drawing with these entities."""
    header = pairs((9, '$ACADVER'), (1, version), (9, '$DWGCODEPAGE'), (3, page))
    sections = [('HEADER', header), ('BLOCKS', blocks), ('ENTITIES', ''.join(entities))]
    return ''.join(pairs((0, 'SECTION'), (2, name)) + body + pairs((0, 'ENDSEC')) for name, body in sections) + pairs(
        (0, 'EOF')
    )


def text(layer: str, says: str, dx: int = 0) -> str:
    return pairs((0, 'TEXT'), (8, layer), (10, PLACE[0] + dx), (20, PLACE[1]), (40, 2.5), (1, says))


def line(layer: str, *offsets: tuple[int, int], closed: bool = False) -> str:
    points = ''.join(pairs((10, PLACE[0] + dx), (20, PLACE[1] + dy)) for dx, dy in offsets)
    return pairs((0, 'LWPOLYLINE'), (8, layer), (90, len(offsets)), (70, int(closed))) + points


def symbol(layer: str, **attributes: str) -> str:
    """An inserted block with attributes."""
    start = pairs((0, 'INSERT'), (8, layer), (66, 1), (2, 'VAN'), (10, PLACE[0]), (20, PLACE[1]))
    listed = [
        pairs((0, 'ATTRIB'), (8, layer), (10, PLACE[0]), (20, PLACE[1]), (40, 1), (1, value), (2, tag))
        for tag, value in attributes.items()
    ]
    return start + ''.join(listed) + pairs((0, 'SEQEND'))


BLOCK = pairs((0, 'BLOCK'), (8, '0'), (2, 'VAN'), (70, 2), (10, 0), (20, 0))
BLOCK += pairs((0, 'CIRCLE'), (8, '0'), (10, 0), (20, 0), (40, 1), (0, 'ENDBLK'))
SQUARE = ((0, 0), (10, 0), (10, 10), (0, 10))


def only(source: Source) -> RawBatch:
    (batch,) = source.batches()
    return batch


def test_each_layer_and_kind_of_a_drawing_is_a_layer_of_the_file(agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.text('t.dxf', dxf(text('CHU', 'Nha'), line('TUYEN', (0, 0), (5, 5)), line('TUYEN', (0, 0), (9, 9))))
    source = opened(file, name='tuyen')
    assert (source.kind, source.rows, only(source).columns['Layer'].to_pylist()) == ('LineString', 2, ['TUYEN'] * 2)
    assert only(opened(file, name='CHU')).columns['Text'].to_pylist() == ['Nha']


def test_closed_lines_are_areas_for_a_layer_of_areas_only(agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.text('t.dxf', dxf(line('THUA', *SQUARE, closed=True), line('THUA', (0, 0), (5, 5))))
    areas = opened(file, layer='districts', name='THUA')
    assert (areas.kind, [shape.area for shape in only(areas).geometry]) == ('Polygon', [100])
    lines = opened(file, layer='roads', name='THUA')
    assert sorted(round(shape.length, 3) for shape in only(lines).geometry) == [7.071, 40]


def test_attributes_of_symbols_are_columns_and_the_symbol_a_point(agency: Agency, send: Send) -> None:
    codes = {'MA_TRUONG': 'a b', 'TEN_TRUONG': 'Truong A', 'CAP_HOC': 'primary'}
    file = agency.text('t.dxf', dxf(symbol('TRUONG', **codes), line('DUONG', (0, 0), (9, 9)), blocks=BLOCK))
    report = send(file, 'schools', crs='EPSG:9209', dry_run=True)
    assert (report.rows.good, report.columns['MA_TRUONG']) == (1, 'code')


def test_symbols_have_the_attributes_of_their_own(agency: Agency, opened: Callable[..., Source]) -> None:
    entities = (symbol('T', MA='1', TEN='A'), symbol('T', MA='2', GHI_CHU='x y'))
    columns = only(opened(agency.text('t.dxf', dxf(*entities, blocks=BLOCK)), name='T')).columns
    assert [columns[name].to_pylist() for name in ('MA', 'TEN', 'GHI_CHU')] == [['1', '2'], ['A', None], [None, 'x y']]


def test_layers_of_a_drawing_that_could_all_be_meant_are_listed(agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.text('t.dxf', dxf(line('A', (0, 0), (5, 5)), line('B', (0, 0), (5, 5))))
    with pytest.raises(AmbiguousLayer, match=r'A \(LineString\), B \(LineString\)'):
        opened(file, layer='roads')


def test_text_of_an_old_drawing_comes_as_the_bytes_it_has(agency: Agency, opened: Callable[..., Source]) -> None:
    """GDAL, told cp1258, drops the last letter, and TCVN3 comes under any code page."""
    file = agency.text('t.dxf', dxf(text('CHU', 'XXXXXXX')))
    file.write_bytes(file.read_bytes().replace(b'XXXXXXX', 'Ha\u0323 Lươ'.encode('cp1258')))
    source = opened(file)
    assert (source.read_as, source.declared_encoding) == ('latin-1', 'cp1258')
    (value,) = only(source).columns['Text'].to_pylist()
    assert value.encode('latin-1').decode('cp1258') == 'Ha\u0323 Lươ'


@pytest.mark.parametrize(
    ('version', 'written'), [('AC1015', r'H\U+1EA1 Lươ'.replace('ươ', r'\U+01B0\U+01A1')), ('AC1027', 'Hạ Lươ')]
)
def test_unicode_in_a_drawing_is_unicode(
    version: str, written: str, agency: Agency, opened: Callable[..., Source]
) -> None:
    source = opened(agency.text('t.dxf', dxf(text('CHU', written), version=version, page='ANSI_1252')))
    assert source.unicode
    assert only(source).columns['Text'].to_pylist() == ['Hạ Lươ']


def test_frames_in_paper_space_are_not_on_the_ground(agency: Agency, opened: Callable[..., Source]) -> None:
    framed = line('D', (0, 0), (5, 5)).replace('8\nD\n', '8\nD\n67\n1\n')
    assert opened(agency.text('t.dxf', dxf(framed, line('D', (0, 0), (7, 7))))).rows == 1


def design_file(path: Path, *shapes: BaseGeometry) -> Path:
    """A DGN of version 7 whose unit is a thousandth of a metre."""
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes)),
        [],
        [],
        geometry_type='Unknown',
        crs='EPSG:9209',
        driver='DGN',
        dataset_options={'SEED': str(SEED), 'ORIGIN': '500000,2200000,0'},
    )
    return path


def test_a_design_file_of_version_7_is_read(agency: Agency, opened: Callable[..., Source]) -> None:
    road = shapely.LineString([(570_000, 2_250_000), (570_003, 2_250_004)])
    area = shapely.box(570_000, 2_250_000, 570_010, 2_250_010)
    file = design_file(agency.folder / 't.dgn', road, area)
    (found,) = only(opened(file, layer='roads')).geometry
    assert found.length == pytest.approx(5, abs=0.02)
    (found,) = only(opened(file, layer='districts')).geometry
    assert found.area == pytest.approx(100, abs=0.2)
    assert found.bounds == pytest.approx(area.bounds, abs=0.01)


def test_the_level_of_a_design_file_is_its_layer(agency: Agency, opened: Callable[..., Source]) -> None:
    near, far = (shapely.LineString([(570_000, 2_250_000), (570_003 + d, 2_250_004)]) for d in (0, 50))
    file = design_file(agency.folder / 't.dgn', near, far)
    content = bytearray(file.read_bytes())
    # level, type (a string of lines) and length begin an element; GDAL writes all on level 0
    content[content.rindex(b'\x00\x04\x21\x00')] = 12
    file.write_bytes(bytes(content))
    source = opened(file, layer='roads', name='12')
    assert only(source).columns['Level'].to_pylist() == [12]


def test_a_design_file_of_version_8_is_asked_for_in_version_7(agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.folder / 't.dgn'
    file.write_bytes(b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\0' * 5000)
    with pytest.raises(UnreadableFile, match='V7 DGN or DXF'):
        opened(file)
