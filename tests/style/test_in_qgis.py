"""QGIS draws what the written styles mean, pixel by pixel, for hand-made layers with columns of odd names."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dothi.cartography.style.coverage_styles import coverage_qml
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.qgis_form import LayerForm
from dothi.cartography.style.qml import qml_of
from dothi.cartography.style.sizes import HALO_PX
from dothi.cartography.style.sld import sld_of
from dothi.cartography.style.style_file import Part, StyleFile
from dothi.core.coverage import Coverage
from dothi.core.layer import Layer
from dothi.core.locality import Locality

SCRIPT = Path(__file__).with_name('draw_in_qgis.py')
BLACK, WHITE, RED, GREEN, BLUE, YELLOW = '#000000', '#ffffff', '#ff0000', '#00ff00', '#0000ff', '#ffff00'
COLUMNS: dict[str, Any] = {
    'end': {'type': 'text', 'title': {'vi': 'Cuối', 'en': 'End'}},
    'kind': {'type': 'text', 'title': {'vi': 'Loại', 'en': 'Kind'}, 'domain': {"o'k": {'vi': 'Được', 'en': 'Fine'}}},
    'Độ sâu (m)': {'type': 'number', 'unit': 'm', 'title': {'vi': 'Độ sâu', 'en': 'Depth'}},
}
# On the equator a map of 200 m on 200 pixels has this zoom: 512 * 2^zoom pixels go around the earth.
ZOOM = 16.2561

RENDERERS = {'RuleRenderer', 'nullSymbol', 'singlebandpseudocolor'}

type Row = tuple[list[Any], dict[str, Any]]


def layer_of(geometry: str) -> Layer:
    named = {'vi': 'Lớp thử', 'en': 'Test layer'}
    return Layer.model_validate(
        {
            'id': 'odd', 'title': named, 'description': named, 'theme': 'x', 'agency': 'x', 'access': 'public',
            'licence': 'CC0-1.0', 'update_cycle': 'P1Y', 'geometry': geometry, 'columns': COLUMNS,
            'source': {'crs': 'EPSG:3857'},
        }
    )  # fmt: skip


def limits(part: Part) -> list[float]:
    """The limits of its classes: those given, or one."""
    return (part.classes.breaks if part.classes else None) or [1.0]


def drawing(geometry: str, *parts: dict[str, Any]) -> Drawing:
    styles = StyleFile.model_validate({'styles': {'default': {'parts': parts}}})
    return drawing_of(layer_of(geometry), styles, 'default', 'internal', limits)


def square(x: float) -> list[Any]:
    return [[(x, 20), (x + 40, 20), (x + 40, 180), (x, 180), (x, 20)]]


CASED: list[Row] = [([(0, 100), (200, 100)], {'kind': 'b'}), ([(100, 0), (100, 200)], {'kind': "o'k"})]
AREAS: list[Row] = [
    (square(0), {'Độ sâu (m)': 1.5}),
    (square(50), {'Độ sâu (m)': 2, 'kind': "o'k", 'end': 'x'}),
    (square(100), {'Độ sâu (m)': 50, 'end': '"'}),
    (square(150), {}),
]
SIGNS: list[Row] = [([50, 50], {'kind': 'b', 'end': '%'}), ([150, 50], {'kind': 'c', 'end': '%'}), ([50, 150], {})]

ROAD = drawing(
    'LineString',
    {
        'kind': 'line', 'color': RED, 'by': {'column': 'kind', 'values': {"o'k": GREEN}},
        'width': {ZOOM - 1.5: 10, ZOOM + 1.5: 30}, 'casing': {'color': BLACK, 'width': 4},
    },
    {'kind': 'label', 'text': 'kind', 'color': BLACK, 'halo': WHITE, 'along': 'line', 'zooms': [20, 24]},
)  # fmt: skip
AREA = drawing(
    'Polygon',
    {
        'kind': 'fill', 'color': '#cccccc', 'outline': BLUE,
        'classes': {'column': 'Độ sâu (m)', 'method': 'given', 'breaks': [2, 10], 'colors': [RED, GREEN, YELLOW]},
    },
    {'kind': 'fill', 'color': BLACK, 'zooms': [ZOOM + 0.1, 24]},
    {'kind': 'fill', 'color': BLACK, 'merged': True},
    {'kind': 'line', 'color': BLACK, 'width': 6, 'where': '"Độ sâu (m)" between 2 and 3 and "kind" <> \'b\''},
    {'kind': 'marker', 'marker': 'school', 'size': 20, 'outline': WHITE, 'width': 2, 'color': BLUE,
     'where': '"Độ sâu (m)" > 40'},
)  # fmt: skip
SIGN = drawing(
    'Point',
    {
        'kind': 'marker', 'marker': 'health', 'size': 48, 'width': 6, 'outline': BLACK, 'color': BLUE,
        'by': {'column': 'kind', 'values': {'b': RED}}, 'where': 'kind is not null',
    },
    {'kind': 'marker', 'size': {ZOOM - 1.5: 30, ZOOM + 1.5: 50}, 'outline': GREEN, 'width': 10, 'color': BLUE,
     'where': 'kind is null'},
)  # fmt: skip
# Two points, of which one is named; the disc of the other lies where its name would be, below its own disc.
NAMED_SIGN = drawing(
    'Point',
    {'kind': 'marker', 'size': 16, 'width': 0, 'color': BLUE, 'where': {'kind': 'a'}},
    {'kind': 'marker', 'size': 30, 'width': 0, 'color': GREEN, 'where': {'kind': 'b'}},
    {'kind': 'label', 'text': 'end', 'color': RED, 'size': 16, 'where': {'kind': 'a'}},
)
NAMED_SIGNS: list[Row] = [([100, 100], {'kind': 'a', 'end': 'Hạ'}), ([100, 76], {'kind': 'b', 'end': 'Long'})]
HALOED = drawing('Point', {'kind': 'label', 'text': 'end', 'color': RED, 'halo': GREEN, 'size': 40})
# Two areas on one place, with room for one name.
CROWDED = drawing(
    'Polygon',
    {'kind': 'label', 'text': 'end', 'color': RED, 'size': 20, 'bold': True, 'priority': 90, 'where': {'kind': 'a'}},
    {'kind': 'label', 'text': 'end', 'color': BLUE, 'size': 20, 'bold': True, 'priority': 90, 'where': {'kind': 'b'}},
)
CROWD: list[Row] = [
    ([[(60, 90), (140, 90), (140, 110), (60, 110), (60, 90)]], {'kind': kind, 'end': name})
    for kind, name in (('a', 'HHHH'), ('b', 'OOOO'))
]
SPACED = drawing('Point', {'kind': 'label', 'text': 'end', 'color': RED, 'size': 20, 'spacing': 0.5})
CLOSE = drawing('Point', {'kind': 'label', 'text': 'end', 'color': RED, 'size': 20})
ODD = drawing('Polygon', {'kind': 'fill', 'color': RED, 'by': {'column': 'end', 'values': {'x': GREEN, '"': BLUE}}})
NAMED = {'vi': 'Độ cao', 'en': 'Height'}
HEIGHTS = Coverage.model_validate(
    {
        'id': 'heights', 'title': NAMED, 'description': NAMED, 'theme': 'x', 'agency': 'x', 'access': 'public',
        'licence': 'CC0-1.0', 'update_cycle': 'P1Y', 'source': {'crs': 'EPSG:3857'},
        'bands': {'height': {'type': 'float32', 'title': NAMED, 'unit': 'm', 'nodata': -99}},
        'publish': {'band': 'height', 'ramp': [[0, BLACK], [10, '#ff0000'], [15, BLUE]], 'hillshade': 5},
    }
)  # fmt: skip
# Points of the map, and what is there. A casing never crosses the line of another road.
ROAD_SEEN = {(100, 100): GREEN, (50, 100): RED, (50, 108): RED, (50, 112): BLACK, (50, 115): WHITE, (100, 112): GREEN}
AREA_SEEN = {(20, 100): RED, (60, 100): GREEN, (170, 100): '#cccccc', (110, 40): YELLOW, (89, 100): BLACK}
SIGN_SEEN = {(36, 30): RED, (136, 30): BLUE, (78, 50): BLACK, (50, 168): BLUE, (50, 175): GREEN}
ODD_SEEN = {(60, 100): GREEN, (110, 100): BLUE, (20, 100): RED}
PICTOGRAM = {(83, 50): WHITE, (50, 50): BLACK, (63, 50): BLACK}


@pytest.fixture(scope='module')
def seen(tmp_path_factory: pytest.TempPathFactory, locality: Locality) -> dict[str, dict[str, Any]]:
    """What QGIS tells of each style, by name: the hand-made ones, and all of the locality's in `own`."""
    folder = tmp_path_factory.mktemp('qgis')
    hand_made = {
        'road.qml': (ROAD, 'LineString', CASED, ROAD_SEEN), 'road.sld': (ROAD, 'LineString', CASED, ROAD_SEEN),
        'area.qml': (AREA, 'Polygon', AREAS, AREA_SEEN), 'area.sld': (AREA, 'Polygon', AREAS, AREA_SEEN),
        'sign.qml': (SIGN, 'Point', SIGNS, SIGN_SEEN | PICTOGRAM), 'sign.sld': (SIGN, 'Point', SIGNS, SIGN_SEEN),
        'odd.qml': (ODD, 'Polygon', AREAS, ODD_SEEN), 'names.qml': (NAMED_SIGN, 'Point', NAMED_SIGNS, {}),
        'halo.qml': (HALOED, 'Point', [([100, 100], {'end': 'I'})], {}),
        'crowded.qml': (CROWDED, 'Polygon', CROWD, {}),
        'spaced.qml': (SPACED, 'Point', [([100, 100], {'end': 'IIII'})], {}),
        'close.qml': (CLOSE, 'Point', [([100, 100], {'end': 'IIII'})], {}),
    }  # fmt: skip
    works = [_work(folder, name, *given) for name, given in hand_made.items()] + list(_own(folder, locality))
    works.append(_raster(folder))
    environment = {'PATH': os.environ['PATH'], 'HOME': str(folder), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    done = subprocess.run(
        ['/usr/bin/python3', SCRIPT],
        input=json.dumps(works), env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    answers = json.loads(done.stdout[done.stdout.index('[') :])
    pictures = [{'picture': work.get('picture')} for work in works]
    names = [Path(work['style']).name for work in works]
    return {name: answer | picture for name, answer, picture in zip(names, answers, pictures, strict=True)}


def _work(
    folder: Path, name: str, made: Drawing, kind: str, rows: list[Row], points: dict[tuple[int, int], str]
) -> dict[str, Any]:
    data = folder / f'{name}.geojson'
    empty = dict.fromkeys(COLUMNS)
    features = [
        {'type': 'Feature', 'geometry': {'type': kind, 'coordinates': at}, 'properties': empty | values}
        for at, values in rows
    ]
    crs = {'type': 'name', 'properties': {'name': 'EPSG:3857'}}
    data.write_text(json.dumps({'type': 'FeatureCollection', 'crs': crs, 'features': features}), encoding='utf-8')
    style = _written(folder / name, made)
    picture = str(folder / f'{name}.png')
    return {
        'file': str(data), 'style': style, 'box': [0, 0, 200, 200], 'size': [200, 200], 'picture': picture,
        'points': list(points),
    }  # fmt: skip


def _raster(folder: Path) -> dict[str, Any]:
    """Four cells in a row, the last of them without a value."""
    cells = folder / 'heights.asc'
    cells.write_text(
        'ncols 4\nnrows 1\nxllcorner 0\nyllcorner 75\ncellsize 50\nNODATA_value -99\n0 5 20 -99\n', encoding='utf-8'
    )
    style = folder / 'heights.qml'
    style.write_text(coverage_qml(HEIGHTS), encoding='utf-8')
    points = [(x, 100) for x in (25, 75, 125, 175)]
    picture = str(folder / 'heights.png')
    return {
        'file': str(cells), 'style': str(style), 'box': [0, 0, 200, 200], 'size': [200, 200], 'picture': picture,
        'points': points,
    }  # fmt: skip


def _written(file: Path, made: Drawing) -> str:
    writer: Callable[[Drawing], str] = (
        (lambda one: sld_of(one, 0.0))
        if file.suffix == '.sld'
        else lambda one: qml_of(one, 0.0, LayerForm(one.layer.columns, 'vi'))
    )
    file.write_text(writer(made), encoding='utf-8')
    return str(file)


def _own(folder: Path, locality: Locality) -> Iterator[dict[str, str]]:
    for layer in locality.layers.values():
        styles = styles_of(layer, locality.path)
        uri = f'{layer.geometry}?crs=EPSG:3857&' + '&'.join(f'field={name}:string' for name in layer.columns)
        for name in styles.styles:
            made = drawing_of(layer, styles, name, 'internal', limits)
            for form in ('qml', 'sld'):
                style = _written(folder / f'own-{layer.id}-{name}.{form}', made)
                yield {'file': uri, 'provider': 'memory', 'style': style}


def test_every_style_loads_without_a_word_and_its_expressions_parse(seen: dict[str, dict[str, Any]]) -> None:
    assert len(seen) > 60
    for name, told in seen.items():
        assert (told['well'], told['message'], told['said'], told['wrong']) == (True, '', [], []), name
        assert told['renderer'] in RENDERERS or name.endswith('.sld'), name


def test_colours_are_where_the_style_puts_them(seen: dict[str, dict[str, Any]]) -> None:
    expected = {'road': ROAD_SEEN, 'area': AREA_SEEN, 'sign': SIGN_SEEN, 'odd': ODD_SEEN}
    for name in ('road.qml', 'road.sld', 'area.qml', 'area.sld', 'sign.qml', 'sign.sld', 'odd.qml'):
        wanted = expected[name.partition('.')[0]]
        found = dict(zip(wanted, seen[name]['colours'], strict=False))
        assert found == wanted, name


def test_a_sign_is_drawn_from_the_style_itself(seen: dict[str, dict[str, Any]]) -> None:
    """What is cut out of it has the colour of its edge, 13 pixels right of the middle too."""
    assert seen['sign.qml']['colours'][-3:] == [WHITE, BLACK, BLACK]


def test_a_name_stands_beside_its_sign_and_clear_of_others(seen: dict[str, dict[str, Any]]) -> None:
    """There is room above the sign and none below, where the larger disc of another begins."""
    picture = np.asarray(Image.open(seen['names.qml']['picture']).convert('RGB')).astype(int)
    red, green, blue = (picture[..., one] - picture.sum(axis=2) / 3 > 100 for one in range(3))
    assert np.nonzero(red)[0].size > 40
    assert np.nonzero(red)[0].max() < np.nonzero(blue)[0].min()
    assert green.sum() == pytest.approx(np.pi * 15**2, rel=0.1)


def test_a_halo_is_as_wide_as_that_of_the_other_renderers(seen: dict[str, dict[str, Any]]) -> None:
    """Across the stem of an I: red and green have no blue, red has no green."""
    picture = np.asarray(Image.open(seen['halo.qml']['picture']).convert('RGB')) / 255
    across = picture[int(np.nonzero(picture[..., 1] < 0.5)[0].mean())]
    letter_px, letter_with_halo_px = (1 - across[:, 1]).sum(), (1 - across[:, 2]).sum()
    assert letter_px > 3
    assert (letter_with_halo_px - letter_px) / 2 == pytest.approx(HALO_PX, abs=0.2)


def test_names_that_come_first_do_not_lie_on_one_another(seen: dict[str, dict[str, Any]]) -> None:
    picture = np.asarray(Image.open(seen['crowded.qml']['picture']).convert('RGB')).astype(int)
    inks = [(picture[..., one] - picture.sum(axis=2) / 3 > 100).sum() for one in (0, 2)]
    assert max(inks) > 100
    assert min(inks) == 0


def test_letters_stand_as_far_apart_as_the_style_says(seen: dict[str, dict[str, Any]]) -> None:
    """Three gaps of half a height of 20 pixels; names alone are drawn by a renderer that draws nothing."""
    pictures = [np.asarray(Image.open(seen[name]['picture']).convert('L')) for name in ('spaced.qml', 'close.qml')]
    spaced_px, close_px = (np.ptp(np.nonzero(picture < 200)[1]) for picture in pictures)
    assert spaced_px - close_px == pytest.approx(30, abs=3)


def test_the_rules_are_called_as_the_legend_is(seen: dict[str, dict[str, Any]]) -> None:
    (colours, _zoomed, lines, signs) = seen['area.qml']['rules']
    assert [rule['label'] for rule in colours['rules']] == ['dưới 2 m', '2 – 10 m', 'từ 10 m', 'Khác']
    assert [rule['filter'] for rule in colours['rules']][-1] == 'ELSE'
    assert (lines['label'], signs['label']) == ('', 'Lớp thử')
    assert seen['area.qml']['aliases'] == {'end': 'Cuối', 'kind': 'Loại', 'Độ sâu (m)': 'Độ sâu (m)'}
    assert [rule['label'] for rule in seen['area.sld']['rules']][:3] == ['dưới 2 m', '2 – 10 m', 'từ 10 m']
    assert seen['road.qml']['labels'] == 'rule-based'


def test_a_raster_has_the_colours_of_its_ramp_and_those_between(seen: dict[str, dict[str, Any]]) -> None:
    """5 lies half way from black to red; beyond the ramp is its last colour, and where nothing is known none."""
    assert seen['heights.qml']['colours'] == [BLACK, '#7f0000', BLUE, WHITE]
