"""Maps on paper: measured with a ruler, read by a person, refused where they cannot be."""

import io
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import rasterio
import shapely
from PIL import Image
from pypdf import PdfReader, PdfWriter
from typer.testing import CliRunner

from dothi.cartography.mapping.view import View
from dothi.cartography.paper import sheet_of
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cli.app import app
from dothi.core import database as core_database
from dothi.core.catalog import Release
from dothi.core.coverage import Coverage
from dothi.core.database import READERS, connection
from dothi.core.errors import DothiError, WrongUse, http_status
from dothi.core.locality import Locality, load_locality
from dothi.core.settings import PROJECT
from processes.data import Data
from processes.printing.body import body_of, pile_layers
from processes.printing.drawn import NoSuchLayer, NoSuchStyle, NothingToPrint, PrintedLayer, layers_to_print
from processes.printing.pdf import as_png
from processes.printing.place import BadExtent, NoPlane, NoSuchUnit, Unit, place_of
from processes.printing.scale import DoesNotFit
from processes.reading.layers import NotDelivered, UnservedCrs
from tests.matrix import thorough
from tests.processes.conftest import ORIGIN, Loader, answered, commune
from tests.processes.pdf_words import words_of

# Ten dots to a millimetre.
DOTS = 254
ALPHABET = 'ẤẦẨẪẬẮẰẲẴẶẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢỨỪỬỮỰÝỲỶỸỴĐ'


@pytest.fixture
def cross(loader: Loader) -> None:
    """National roads along two lines of the grid each way, a kilometre apart, in a commune of 2.3 km by 1.7 km."""
    ends = [(0, 0, 0, 1_400), (1_000, 0, 1_000, 1_400), (-300, 0, 1_800, 0), (-300, 1_000, 1_800, 1_000)]
    roads = [shapely.LineString([line[:2], line[2:]]) for line in ends]
    loader.load('roads', [(shape, {'code': f'R{i}', 'class': 'national'}) for i, shape in enumerate(roads)], demo=True)
    square = shapely.MultiPolygon([shapely.box(-450, -240, 1_850, 1_440)])
    loader.load('communes', [(square, commune('13999'))])


def drawn(file: Path, name: str) -> np.ndarray[Any, Any]:
    """The first sheet as pixels of a tenth of a millimetre."""
    stem = file.with_name(name)
    subprocess.run(['pdftoppm', '-r', str(DOTS), '-png', '-singlefile', file, stem], check=True)
    return np.asarray(Image.open(stem.with_suffix('.png')).convert('RGB')).astype(int)


def grid_lines(pixels: np.ndarray[Any, Any]) -> list[float]:
    """The middle of each blue line that runs from the upper to the lower edge."""
    columns = np.flatnonzero(np.median(pixels[..., 2] - pixels[..., 0], axis=0) > 15)
    return [float(run.mean()) for run in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)]


def roads_along(lines: list[float], pixels: np.ndarray[Any, Any]) -> dict[float, float]:
    """The middle of the road that runs along a line, by the line, where there is one: 4 mm of it in the very middle."""
    high = len(pixels) // 2
    red = (pixels[high - 20 : high + 20, :, 0] - pixels[high - 20 : high + 20, :, 2] > 60).all(axis=0)
    around = {line: np.flatnonzero(red[round(line) - 40 : round(line) + 40]) for line in lines if line > 40}
    return {line: round(line) - 40 + (part[0] + part[-1]) / 2 for line, part in around.items() if len(part)}


def test_a_kilometre_at_1_10000_is_100_mm_and_the_map_lies_under_its_grid(
    cross: None, answer: Callable[..., Any], tmp_path: Path
) -> None:
    """The lines of the grid are measured on the paper, and the roads that run along them in the map below."""
    made = answer(
        'print-map', unit={'code': '13999', 'level': 'commune'}, paper='A3', orientation='landscape', scale=10_000,
        layers=['roads', 'communes'], title=f'Bản đồ {ALPHABET}',
    )  # fmt: skip
    page = PdfReader(made.path).pages[0]
    assert [float(side) * 25.4 / 72 for side in page.mediabox[2:]] == pytest.approx([420, 297], abs=0.01)
    frame = sheet_of('A3', 'landscape').frame
    top, bottom, left, right = (
        round(edge * 10) for edge in (frame.top + 1, frame.bottom - 1, frame.left + 1, frame.right - 1)
    )
    inside = drawn(made.path, 'sheet')[top:bottom, left:right]
    for pixels in (inside, inside.transpose(1, 0, 2)):
        lines = grid_lines(pixels)
        assert len(lines) >= 5
        # one each 500 m
        assert np.diff(lines) == pytest.approx([500] * (len(lines) - 1), abs=1)
        roads = roads_along(lines, pixels)
        assert len(roads) == 2
        assert [*roads.values()] == pytest.approx([*roads], abs=1)
    text = subprocess.run(['pdftotext', made.path, '-'], check=True, capture_output=True).stdout.decode()
    words = re.sub(r'\s+', ' ', text)
    for said in ('Tỷ lệ 1:10.000', '1 cm trên giấy là 100 m', 'Dữ liệu minh họa', 'VN-2000 / TM-3 105-30', 'Quốc lộ',
                 'Lưới ô vuông 500 m', ALPHABET):  # fmt: skip
        assert said in words
    for coordinate in ('560500Đ', '2230000B'):
        assert coordinate in re.sub(r'\s', '', text)
    assert re.search(r'Đường giao thông \(bản phát hành \d+, \d\d/\d\d/\d{4}\)', words)


def test_a_unit_without_a_name_is_called_by_its_code(cross: None, loader: Loader, locality: Locality) -> None:
    square = shapely.MultiPolygon([shapely.box(0, 0, 500, 500)])
    loader.load('communes', [(square, commune('13777') | {'name': ''})])
    with connection(READERS['internal']) as db:
        place = place_of(None, Unit(code='13777'), None, Data(db, locality, 'internal'), 'vi')
    assert place.title == '13777'


@thorough
def test_the_bar_is_as_long_as_it_says(cross: None, answer: Callable[..., Any]) -> None:
    """At 1:10,000 on A4 it says 200 m; its parts are 5 mm long."""
    box = [ORIGIN[0] - 100, ORIGIN[1] - 100, ORIGIN[0] + 900, ORIGIN[1] + 900]
    made = answer(
        'print-map', extent={'bbox': box, 'crs': 'EPSG:9209'}, orientation='landscape', scale=10_000, lang='en',
        layers=['roads'], grid=False,
    )  # fmt: skip
    beside = sheet_of('A4', 'landscape').explanations
    top, left = round((beside.top + 10.5) * 10), round(beside.left * 10)
    # within the height of the bar
    dark = np.flatnonzero((drawn(made.path, 'sheet')[top : top + 6, left:] < 60).all(axis=(0, 2)))
    runs = [run for run in np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1) if 30 < len(run) < 80]
    assert [len(run) for run in runs] == pytest.approx([50, 50], abs=3)
    assert runs[1][0] - runs[0][0] == pytest.approx(100, abs=1)
    text = subprocess.run(['pdftotext', made.path, '-'], check=True, capture_output=True).stdout.decode()
    assert 'Scale 1:10,000' in text
    # each division has its number
    assert all(number in text.split() for number in ('0', '50', '100', '150', '200', 'm'))


def test_what_cannot_be_printed_is_refused_in_both_languages(cross: None, answer: Callable[..., Any]) -> None:
    """All are the asker's to put right: 400, not a fault."""
    here = {'bbox': [106.0, 20.1, 106.2, 20.3]}
    cases: list[tuple[type[DothiError], dict[str, Any], str]] = [
        (NoSuchUnit, {'unit': {'code': '13998'}}, '13999'),
        (NoSuchUnit, {'unit': {'code': '13999', 'level': 'comune'}}, 'commune'),
        (NoSuchLayer, {'layers': ['road'], 'extent': here}, 'roads'),
        (NoSuchLayer, {'layers': ['elevaton'], 'extent': here}, 'elevation'),
        (NoSuchStyle, {'layers': ['roads:defalt'], 'extent': here}, 'default'),
        (DoesNotFit, {'extent': here, 'scale': 1_000}, '1:'),
        (BadExtent, {'extent': {'bbox': [106.2, 20.1, 106.0, 20.3]}}, '106.2'),
        (BadExtent, {'extent': {'bbox': [0, 0, 1e300, 1], 'crs': 'EPSG:9209'}}, '1e+300'),
        (BadExtent, {'extent': {'bbox': [0, 0, float('inf'), 1], 'crs': 'EPSG:9209'}}, 'inf'),
        (UnservedCrs, {'extent': {**here, 'crs': 'EPSG:32648'}}, 'EPSG:3857'),
        (NothingToPrint, {'layers': ['roads'], 'extent': here, 'datetime': '2001-01-01'}, 'released'),
    ]
    for family, inputs, said in cases:
        with pytest.raises(family) as refused:
            answer('print-map', **inputs)
        assert said in refused.value.text.en
        assert refused.value.text.vi != refused.value.text.en
        assert http_status(refused.value) == 400
    with pytest.raises(NotDelivered):
        answer('print-map', layers=['bridges'])


def test_the_command_writes_pdf_and_png(cross: None, tmp_path: Path) -> None:
    """A4 at 150 dots an inch; a name that says no format, and an extent that is none, are refused."""
    command, picture = CliRunner(), tmp_path / 'map.png'
    run = command.invoke(app, ['map', str(picture), '--unit', 'commune/13999', '-l', 'roads', '--json'])
    assert run.exit_code == 0, run.output
    told = json.loads(run.stdout)
    assert (told['sheet'], list(told['releases'])) == ('A4-12500', ['communes', 'roads'])
    with Image.open(picture) as image:
        assert sorted(image.size) == pytest.approx([1240, 1754], abs=1)
    refused = command.invoke(app, ['map', str(tmp_path / 'map.doc')])
    assert isinstance(refused.exception, WrongUse)
    assert '.pdf' in str(refused.exception)
    refused = command.invoke(app, ['map', str(picture), '--extent', '1,2,3'])
    assert '106.1,20.0,106.3,20.2' in str(refused.exception)


def test_a_picture_has_every_page_one_below_the_other(tmp_path: Path) -> None:
    """A legend that goes on to a second page was lost. Two pages of two inches, 300 dots each, black and white."""
    writer = PdfWriter()
    for _ in range(2):
        writer.add_blank_page(width=144, height=144)
    sheet = tmp_path / 'map.pdf'
    writer.write(sheet)
    with Image.open(as_png(sheet)) as image:
        assert image.size == (300, 600)
    assert sorted(file.name for file in tmp_path.iterdir()) == ['map.pdf', 'map.png']


def test_what_an_audience_may_not_see_is_unknown_to_it(
    cross: None, answer: Callable[..., Any], locality: Locality
) -> None:
    hidden = next(name for name, layer in locality.layers.items() if not layer.visible_to('public'))
    with pytest.raises(NoSuchLayer, match=hidden):
        answer('print-map', audience='public', layers=[hidden])


def test_another_locality_prints_in_its_own_system_or_hears_why_not(database: dict[str, str], tmp_path: Path) -> None:
    """Degrees have no scale; a place in UTM has one, and is asked for data next."""
    with pytest.raises(NoPlane, match='EPSG:4326'):
        answered(load_locality(PROJECT / 'tests/localities/world'), tmp_path, 'print-map')
    with pytest.raises(NothingToPrint):
        answered(load_locality(PROJECT / 'tests/localities/bay'), tmp_path, 'print-map')


def test_a_map_of_a_time_counts_the_releases_of_then_as_read(
    cross: None, loader: Loader, locality: Locality, one: Callable[..., Any]
) -> None:
    """The job named the present release of every layer, and each new one called the map out of date."""
    then = one('select clock_timestamp()').isoformat()
    old = one("select current_release from catalog.layer where id = 'roads'")
    new = loader.load('roads', [])
    with connection(READERS['internal']) as db:
        for datetime, number in ((then, old), (None, new)):
            data = Data(db, locality, 'internal')
            (roads,) = layers_to_print(['roads'], datetime, data)
            assert (data.releases, roads.release.number) == ({'roads': number}, number)


def test_a_release_in_the_middle_of_the_drawing_is_not_on_the_map(
    cross: None, loader: Loader, locality: Locality
) -> None:
    """The sheet names the releases of the run's snapshot, so the renderer, which sees newer ones, draws those."""
    corner = (ORIGIN[0] - 500, ORIGIN[1] - 500)
    view = View(locality.srid, (*corner, corner[0] + 2_800, corner[1] + 2_800), 700, 700)
    with connection(READERS['internal']) as db:
        db.set_session(isolation_level='REPEATABLE READ', readonly=True)
        data = Data(db, locality, 'internal')
        drawn = layers_to_print(['roads'], None, data)
        before = lines_of(body_of(drawn, view, None, data).shapes)
        diagonal = shapely.LineString([(0, 0), (1_500, 1_500), (1_500, 300), (200, 1_200)])
        loader.load('roads', [(diagonal, {'code': 'R9', 'class': 'national'})])
        assert lines_of(body_of(drawn, view, None, data).shapes) == before
        assert lines_of(body_of(drawn, view, '2100-01-01', data).shapes) != before
    core_database.fresh()


def test_a_raster_lies_on_the_painted_land_and_below_its_lines(locality: Locality) -> None:
    """Under the land of the districts nobody would see the relief, and over all of them no boundary."""
    styles = {name: styles_of(locality.layers[name], locality.path) for name in ('districts', 'rivers')}
    shown: list[Drawing | Coverage] = [locality.coverages['elevation']]
    for name, found in styles.items():
        shown.append(drawing_of(locality.layers[name], found, 'print', 'internal', lambda part: []))
    release = cast(Release, None)
    pile = [PrintedLayer(one, release) for one in shown]
    seen = [
        (one.layer.id, one.drawing and [each.kind for each in one.drawing.passes])
        for one in pile_layers(pile, [None] * 3)
    ]
    assert seen[:3] == [
        ('districts', ['line', 'line', 'fill']), ('elevation', None), ('districts', ['line', 'label']),
    ]  # fmt: skip
    assert [name for name, _ in seen[3:]] == ['rivers']
    assert [one.drawing for one in pile_layers(pile[1:], [None] * 2)] == shown[1:]


def lines_of(pdf: bytes) -> bytes:
    """What is drawn on the only page."""
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    contents = page.get_contents()
    assert contents is not None
    return contents.get_data()


def test_a_printed_map_says_where_on_earth_it_lies(cross: None, answer: Callable[..., Any]) -> None:
    """GDAL finds the working system in the PDF, and the frame of the map within half a metre."""
    box = [ORIGIN[0] - 100, ORIGIN[1] - 100, ORIGIN[0] + 900, ORIGIN[1] + 900]
    made = answer(
        'print-map', extent={'bbox': box, 'crs': 'EPSG:9209'}, orientation='landscape', scale=10_000, layers=['roads'],
    )  # fmt: skip
    said = json.loads(subprocess.run(['gdalinfo', '-json', made.path], check=True, capture_output=True).stdout)
    assert 'VN-2000 / TM-3 105-30' in said['coordinateSystem']['wkt']
    corners = shapely.from_wkt(said['metadata']['']['NEATLINE'])
    frame, middle = sheet_of('A4', 'landscape').frame, [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
    half = [frame.width * 5, frame.height * 5]
    expected = [middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1]]
    assert shapely.bounds(corners) == pytest.approx(expected, abs=0.5)


def test_what_gdal_opens_lies_where_it_is(cross: None, answer: Callable[..., Any], tmp_path: Path) -> None:
    """Roads cross at (0, 0) and (1000, 1000) of the town: in the picture that GDAL makes of the PDF they do so, too."""
    made = answer(
        'print-map', unit={'code': '13999', 'level': 'commune'}, paper='A3', orientation='landscape', scale=10_000,
        layers=['roads'], grid=False,
    )  # fmt: skip
    picture = tmp_path / 'opened.tif'
    command = ['gdal_translate', '-q', '--config', 'GDAL_PDF_DPI', str(DOTS), made.path, picture]
    subprocess.run(command, check=True)
    with rasterio.open(picture) as opened:
        assert opened.crs.to_epsg() == 9209
        bands = opened.read([1, 2, 3]).astype(int)
        for x, y in ((0, 0), (1_000, 1_000)):
            row, column = opened.index(ORIGIN[0] + x, ORIGIN[1] + y)
            around = bands[:, row - 60 : row + 60, column - 60 : column + 60]
            red = around[0] - around[2] > 60
            # the road upwards, which begins at (0, 0), and the one across: the middle of what they fill from end to end
            across, up = np.flatnonzero(red[:50].all(axis=0)), np.flatnonzero(red.all(axis=1))
            assert across.mean() == pytest.approx(60, abs=2)
            assert up.mean() == pytest.approx(60, abs=2)


def test_the_title_block_says_who_made_and_approved_the_sheet(cross: None, answer: Callable[..., Any]) -> None:
    """And the legend says what the line around the unit is; every word of the sheet can be searched for."""
    made = answer(
        'print-map', unit={'code': '13999'}, layers=['roads', 'communes'], lang='en', number='NĐ-07',
        compiler='Nguyễn Thị Hạnh', approver='Trần Văn Bình',
    )  # fmt: skip
    words = words_of(made.path)
    for said in ('Compiled by Nguyễn Thị Hạnh', 'Approved by Trần Văn Bình', 'Number NĐ-07', 'Location',
                 'Outline of the unit of this sheet'):  # fmt: skip
        assert said in words
    of_extent = answer('print-map', extent={'bbox': [106.0, 20.1, 106.2, 20.3]}, layers=['roads'], lang='en')
    assert 'Outline of the unit' not in words_of(of_extent.path)


@thorough
def test_what_lies_around_a_unit_is_paler_with_its_names(
    loader: Loader, answer: Callable[..., Any], locality: Locality
) -> None:
    """Two communes beside each other with names of the same letters: the darkest of the outer one is paler."""
    inner, outer = (shapely.MultiPolygon([shapely.box(x, 0, x + 2_000, 2_000)]) for x in (0, 2_000))
    names = [commune(code) | {'name': 'Xã Hải Hải'} for code in ('13999', '13998')]
    loader.load('communes', [*zip((inner, outer), names, strict=True)])
    made = answer(
        'print-map', unit={'code': '13999', 'level': 'commune'}, orientation='landscape', scale=25_000,
        layers=['communes'], grid=False,
    )  # fmt: skip
    frame, pixels = sheet_of('A4', 'landscape').frame, drawn(made.path, 'sheet').max(axis=-1)
    middle, high = frame.left + frame.width / 2, frame.top + frame.height / 2
    rows = slice(round(high * 10) - 250, round(high * 10) + 250)
    inside = pixels[rows, round(middle * 10) - 300 : round(middle * 10) + 300]
    outside = pixels[rows, round(middle * 10) + 500 : round(frame.right * 10) - 20]
    assert inside.min() < 60
    assert 80 < outside.min() < 140
