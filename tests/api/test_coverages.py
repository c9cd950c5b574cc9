"""Parts of rasters small enough to be worked out by hand, in every form."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from covjson_pydantic.coverage import Coverage as CoverageJson
from flask.testing import FlaskClient
from numpy.typing import NDArray
from PIL import Image
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from dothi.api.coverages.areas import by_area
from dothi.api.http.parameters import BadParameter
from dothi.cartography.style.colour import parse_colour
from dothi.core.crs import proj_string, transformer
from dothi.core.grid import Grid
from dothi.core.locality import load_locality
from dothi.core.migrate import migrate
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.conftest import Instance, fresh
from tests.matrix import thorough
from tests.rasters import CELL, COVERAGES, HEIGHTS, NODATA, NORTH, PEOPLE, USES, WEST, write_locality, write_raster

pytestmark = pytest.mark.filterwarnings('ignore::rasterio.errors.NotGeoreferencedWarning')
GLOBE = """
id: globe
title: {vi: Quả đất, en: Globe}
description: {vi: Bốn cột quanh trái đất, en: Four columns around the globe}
access: public
bands:
  number: {type: uint8, nodata: 0, min: 1, max: 8, title: {vi: Số, en: Number}}
source: {crs: EPSG:4326}
publish: {band: number, ramp: [[1, "#000000"], [8, "#ffffff"]]}
"""
CHANGING = COVERAGES['heights'].replace('id: heights', 'id: changing')
BROKEN = COVERAGES['heights'].replace('id: heights', 'id: broken').replace('nodata: -99', 'nodata: 0')
EPSG = 'http://www.opengis.net/def/crs/EPSG/0'
CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'


@pytest.fixture(scope='module')
def served(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The rasters of tests.rasters, released in a database of their own; the folder of their locality."""
    folder = write_locality(tmp_path_factory.mktemp('locality'), globe=GLOBE, changing=CHANGING, broken=BROKEN)
    state = tmp_path_factory.mktemp('state')
    with pytest.MonkeyPatch.context() as patch, contextmanager(fresh)(instance, None, state, patch):
        patch.setenv('DOTHI_LOCALITY', str(folder))
        migrate(load_locality(folder))
        release('heights', write_raster(folder / 'heights.tif', HEIGHTS))
        release('two', write_raster(folder / 'two.tif', PEOPLE, USES, dtype='int16'))
        release('changing', write_raster(folder / 'changing.tif', HEIGHTS))
        around = from_origin(-180, 90, 90, 90)
        rows = [[1, 2, 3, 4], [5, 6, 7, 8]]
        release(
            'globe', write_raster(folder / 'globe.tif', rows, dtype='uint8', crs='EPSG:4326', nodata=0, place=around)
        )
        yield folder


def release(coverage: str, file: Path) -> int:
    report = deliver(file, DeliveryOptions(layer=coverage, accept_loss=True), load_locality(file.parent))
    assert report.verdict == 'accepted', report.notes
    assert report.release is not None
    return report.release


type Get = Callable[..., TestResponse]


@pytest.fixture(scope='module')
def client(served: Path) -> FlaskClient:
    return create_app('internal').test_client()


@pytest.fixture
def get(client: FlaskClient) -> Get:
    """The answer for a coverage, which must have the status."""

    def get_(coverage: str, status: int = 200, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        asked = {name.replace('_', '-'): value for name, value in query.items()}
        answer = client.get(f'/api/collections/{coverage}/coverage', query_string=asked, headers=headers)
        assert answer.status_code == status, answer.get_data(as_text=True)[:500]
        return answer

    return get_


def tif(answer: TestResponse) -> tuple[list[Any], dict[str, Any]]:
    """Values of the first band, or of all where there are several, and the profile with what else the file says."""
    with rasterio.MemoryFile(answer.get_data()) as memory, memory.open() as file:
        values = file.read() if file.count > 1 else file.read(1)
        profile = {**file.profile, 'epsg': file.crs.to_epsg(), 'names': file.descriptions, 'units': file.units}
        return values.tolist(), profile | {'bounds': tuple(file.bounds), 'tags': file.tags()}


def message(answer: TestResponse) -> str:
    return str(answer.get_json()['description'])


def e(columns: float) -> float:
    """An easting so many columns from the corner."""
    return WEST + columns * CELL


def n(rows: float) -> float:
    """A northing so many rows from the corner."""
    return NORTH - rows * CELL


@thorough
def test_a_part_on_the_raster_s_own_cells_is_unchanged(get: Get) -> None:
    """Columns 1 and 2 of rows 0 and 1: 2 3 / . 7, on their own grid, with nodata, name, unit and release."""
    values, file = tif(get('heights', subset=f'E({e(1)}:{e(3)}),N({n(2)}:{n(0)})', f='tif'))
    assert values == [[2, 3], [NODATA, 7]]
    assert (file['epsg'], file['dtype'], file['nodata']) == (9209, 'float32', NODATA)
    assert file['transform'] == from_origin(e(1), NORTH, CELL, CELL)
    assert (file['names'], file['units']) == (('height',), ('m',))
    assert file['tags']['DOTHI_RELEASE'].isdecimal()


def test_cells_belong_where_their_inside_does(get: Get) -> None:
    """A box on cell edges leaves the neighbours out; a metre more takes them in; so does a point in a cell."""
    for low, high, expected in [(1, 2, [2]), (0.99, 2.01, [1, 2, 3]), (1.5, 1.5, [2])]:
        values, _ = tif(get('heights', subset=f'E({e(low)}:{e(high)}),N({n(0.6)}:{n(0.4)})'))
        assert values == [expected]


def test_open_ends_slices_and_several_parameters(get: Get) -> None:
    """* is the edge; one number is one row; two parameters are one list."""
    assert tif(get('heights', subset=f'E({e(3)}:*)'))[0] == [[4], [8], [12]]
    assert tif(get('heights', subset=f'E(*:{e(1)})'))[0] == [[1], [5], [9]]
    assert tif(get('heights', subset=f'N({n(2.5)})'))[0] == [[9, 10, 11, 12]]
    together = get('heights', subset=[f'E({e(2)}:*)', f'N({n(1)}:*)'])
    assert tif(together)[0] == [[3, 4]]


def test_longitude_and_latitude_are_understood_without_a_word(get: Get) -> None:
    """subset and bbox are CRS84 unless they say otherwise; the cells stay those of the raster."""
    lon, lat = transformer(proj_string(9209), 'EPSG:4326').transform([e(1.2), e(1.8)], [n(2.8), n(2.2)])
    west, south, east, north = lon[0], lat[0], lon[1], lat[1]
    asked = [
        {'subset': f'Lat({south}:{north}),Lon({west}:{east})'},
        {'subset': f'lon({west}:{east}),Latitude({south}:{north})', 'subset_crs': '[EPSG:4326]'},
        {'bbox': f'{west},{south},{east},{north}'},
        {'bbox': f'{south},{west},{north},{east}', 'bbox_crs': f'{EPSG}/4326'},
        {'bbox': f'{e(1.2)},{n(2.8)},{e(1.8)},{n(2.2)}', 'bbox_crs': '[EPSG:9209]'},
    ]
    for query in asked:
        values, file = tif(get('heights', **query))
        assert (values, file['epsg']) == ([[10]], 9209), query


def test_vn2000_is_moved_with_its_datum_shift(get: Get) -> None:
    """By WGS 84 each cell is found where it lies; without the shift of 224 m its neighbours' neighbours would be."""
    change = transformer(proj_string(9209), 'EPSG:4326')
    for row, column in [(0, 0), (2, 3), (1, 2)]:
        lon, lat = change.transform(e(column + 0.5), n(row + 0.5))
        assert get('heights', subset=f'Lat({lat}),Lon({lon})', f='json').get_json() == HEIGHTS[row][column]


def test_the_value_at_a_place(get: Get) -> None:
    """A number for one band, an object for several, null where nothing is known."""
    assert get('heights', subset=f'E({e(2.5)}),N({n(1.5)})', f='json').get_json() == 7
    assert get('heights', subset=f'E({e(1.5)}),N({n(1.5)})', f='json').get_json() is None
    both = get('two', subset=f'E({e(2.5)}),N({n(1.5)})', headers={'Accept': 'application/json'})
    assert both.get_json() == {'people': 70, 'use': 2}
    one = get('two', subset=f'E({e(2.5)}),N({n(1.5)})', properties='use', f='json')
    assert one.get_json() == 2


def test_two_bands_come_back_as_two_parameters(get: Get) -> None:
    """pygeoapi's own answer was one parameter called null, with too few values (measured on 0.24)."""
    document = get('two', f='covjson').get_json()
    people, use = document['ranges']['people'], document['ranges']['use']
    flat = [None if value == NODATA else value for row in PEOPLE for value in row]
    assert people == {
        'type': 'NdArray', 'dataType': 'integer', 'axisNames': ['y', 'x'], 'shape': [3, 4], 'values': flat,
    }  # fmt: skip
    assert use['values'] == [None if value == NODATA else value for row in USES for value in row]
    assert document['domain']['axes'] == {
        'x': {'start': e(0.5), 'stop': e(3.5), 'num': 4},
        'y': {'start': n(0.5), 'stop': n(2.5), 'num': 3},
    }
    assert document['domain']['referencing'] == [
        {'coordinates': ['x', 'y'], 'system': {'type': 'ProjectedCRS', 'id': f'{EPSG}/9209'}}
    ]
    unit = document['parameters']['people']['unit']['symbol']
    assert unit == {'type': 'http://www.opengis.net/def/uom/UCUM/', 'value': '{person}'}
    observed = document['parameters']['use']['observedProperty']
    assert [category['label']['en'] for category in observed['categories']] == ['Rice', 'Homes', 'Water']


def test_coveragejson_is_what_its_standard_says(get: Get) -> None:
    """Read by the models of an implementation that knows nothing of ours."""
    asked: list[tuple[str, dict[str, str]]] = [
        ('heights', {}),
        ('two', {}),
        ('two', {'properties': 'use'}),
        ('globe', {}),
        ('heights', {'crs': '[EPSG:4326]'}),
        ('heights', {'subset': f'E({e(1.5)}),N({n(2.5)})'}),
    ]
    for coverage, more in asked:
        answer = get(coverage, f='covjson', **more)
        assert answer.content_type == 'application/vnd.cov+json'
        CoverageJson.model_validate_json(answer.get_data())


def test_numbers_in_coveragejson_have_the_digits_that_they_were_given(get: Get, served: Path) -> None:
    """1.1 as a float of 32 bits is 1.10000002384 in 64: the shorter one is what was meant."""
    release('changing', write_raster(served / 'changing.tif', [[1.1, 0.02], [20.0, NODATA]]))
    assert get('changing', f='covjson').get_json()['ranges']['height']['values'] == [1.1, 0.02, 20, None]
    assert get('changing', subset=f'E({e(0.5)}),N({n(0.5)})', f='json').get_data() == b'1.1'


def test_bands_are_chosen_and_ordered_by_name(get: Get) -> None:
    values, file = tif(get('two', properties='use,people'))
    assert (file['names'], values[0][0], values[1][0]) == (('use', 'people'), USES[0], PEOPLE[0])
    assert tif(get('two', exclude_properties='people'))[1]['names'] == ('use',)
    assert tif(get('two', exclude_properties=''))[1]['names'] == ('people', 'use')
    assert 'Did you mean "people"?' in message(get('two', 400, properties='peopel', lang='en'))
    assert get('two', 400, properties='use', exclude_properties='people')
    assert get('two', 400, properties='use,use')


def test_larger_cells_mean_what_their_kind_means(get: Get) -> None:
    """2 x 2 cells become one: the mean of heights, the sum of people, the most frequent use; no value is left out."""
    heights, file = tif(get('heights', scale_factor=2, subset=f'N({n(2)}:*)'))
    assert heights == [[pytest.approx((1 + 2 + 5) / 3), pytest.approx((3 + 4 + 7 + 8) / 4)]]
    assert file['transform'] == from_origin(WEST, NORTH, 200, 200)
    values, _ = tif(get('two', scale_factor=2, subset=f'N({n(2)}:*)'))
    assert values == [[[10 + 20 + 50, 30 + 40 + 70 + 80]], [[1, 2]]]


def test_a_cell_across_two_others_takes_its_share_of_both(get: Get) -> None:
    """Columns of 150 m over cells of 100 m: one and a half, half and one, and the last with nothing beside it."""
    top = f'N({n(1)}:{n(0)})'
    heights, file = tif(get('heights', resolution='E(150)', subset=top))
    assert heights == [[pytest.approx((1 + 2 / 2) / 1.5), pytest.approx((2 / 2 + 3) / 1.5), 4]]
    assert file['transform'] == from_origin(WEST, NORTH, 150, CELL)
    assert tif(get('two', resolution='E(150)', subset=top, properties='people'))[0] == [[20, 40, 40]]
    assert tif(get('two', resolution='E(150)', subset=top, properties='use'))[0] == [[1, 2, 2]]


def test_a_factor_makes_cells_of_just_that_size(get: Get) -> None:
    """Three rows by two: the second row of cells reaches beyond the raster, and no cell is stretched."""
    values, file = tif(get('two', scale_factor=2, properties='people'))
    assert values == [[10 + 20 + 50, 30 + 40 + 70 + 80], [90 + 100, 110 + 120]]
    assert file['bounds'] == (e(0), n(4), e(4), NORTH)
    values, file = tif(get('two', scale_factor=1e300, properties='people'))
    assert (values, file['bounds']) == ([[720]], (e(0), n(3), e(4), NORTH))


def test_a_sum_that_the_type_cannot_hold_is_refused(tmp_path: Path) -> None:
    """200 and 100 people in bytes are no 255."""
    path = write_raster(tmp_path / 'people.tif', [[200, 100]], dtype='uint8', nodata=0)
    own = Grid(9209, 2, 1, WEST, NORTH, CELL, CELL)
    with rasterio.open(path) as raster:
        assert by_area(raster, 1, own, own, Resampling.sum).tolist() == [[200, 100]]
        with pytest.raises(BadParameter, match='smaller cells'):
            by_area(raster, 1, own, own.of_size(1, 1), Resampling.sum)


def test_the_sum_of_people_stays_whatever_the_cells(get: Get) -> None:
    """720 people in cells of 100 m, in cells of 200 m, and in one."""
    total = sum(value for row in PEOPLE for value in row if value != NODATA)
    for query in ({}, {'scale_axes': 'E(2)'}, {'scale_size': 'E(1),N(1)'}, {'resolution': 'E(400),N(300)'}):
        values, _ = tif(get('two', properties='people', **query))
        assert sum(value for row in values for value in row if value != NODATA) == total


def test_every_way_to_say_how_large_cells_are(get: Get) -> None:
    """Columns and rows, size of a cell, factors: the same answer for the same question."""
    ways: list[dict[str, str | int]] = [
        {'scale_axes': 'E(2),N(3)'},
        {'scale_size': 'E(2),N(1)'},
        {'scaleSize': 'x(2),y(1)'},
        {'width': 2, 'height': 1},
        {'resolution': 'E(200),N(300)'},
    ]
    for way in ways:
        values, file = tif(get('heights', **way))
        assert file['transform'] == from_origin(WEST, NORTH, 200, 300), way
        assert values == [[pytest.approx((1 + 2 + 5 + 9 + 10) / 5), pytest.approx(45 / 6)]], way
    assert tif(get('heights', resolution=''))[0] == tif(get('heights', resolution='E(),N()'))[0] == HEIGHTS
    assert get('heights', 400, width=2, scale_factor=2)
    assert get('heights', 400, resolution='Lat(1)')
    assert get('heights', 400, scale_factor=0)
    assert get('heights', 400, width='two')


def test_a_number_of_cells_fills_the_box_that_is_asked_for(get: Get) -> None:
    """Half of the box lies west of the raster: four cells of 100 m, two of them empty. So clients read tiles."""
    box = {'bbox': f'{e(-2)},{n(1)},{e(2)},{n(0)}', 'bbox_crs': '[EPSG:9209]'}
    values, file = tif(get('heights', width=4, height=1, **box))
    assert values == [[NODATA, NODATA, 1, 2]]
    assert file['transform'] == from_origin(e(-2), NORTH, CELL, CELL)


def test_another_system_is_drawn_on_a_grid_of_its_own(get: Get) -> None:
    """In longitude and latitude: the middle of the answer lies within the raster, and says so in its axis order."""
    answer = get('heights', crs=f'{EPSG}/4326')
    values, file = tif(answer)
    assert (file['epsg'], answer.headers['Content-Crs']) == (4326, f'<{EPSG}/4326>')
    west, south, east, north = transformer(proj_string(9209), 'EPSG:4326').transform_bounds(e(0), n(3), e(4), NORTH)
    assert file['bounds'] == pytest.approx((west, south, east, north), abs=2e-3)
    corners = [float(corner) for corner in answer.headers['Content-Bbox'].split(',')]
    assert corners == pytest.approx([file['bounds'][1], file['bounds'][0], file['bounds'][3], file['bounds'][2]])
    inside = [value for row in values for value in row if value != NODATA]
    assert 1 <= min(inside) <= max(inside) <= 12
    assert np.mean(inside) == pytest.approx(72 / 11, abs=0.7)


def test_its_own_system_is_no_change(get: Get) -> None:
    for crs in ('[EPSG:9209]', f'{EPSG}/9209', 'https://www.opengis.net/def/crs/EPSG/0/9209'):
        answer = get('heights', crs=crs)
        assert tif(answer)[0] == HEIGHTS
        assert answer.headers['Content-Bbox'] == '570000,2239700,570400,2240000'
    assert 'not served' in message(get('heights', 400, crs='EPSG:32648', lang='en'))


def test_across_the_antimeridian_the_columns_begin_anew(get: Get) -> None:
    """From 100 east to 100 west: the last and the first of four columns of 90 degrees."""
    for query in ({'bbox': '100,-10,-100,10'}, {'subset': 'Lon(100:-100),Lat(-10:10)'}):
        values, file = tif(get('globe', **query))
        assert values == [[4, 1], [8, 5]], query
        assert file['bounds'] == (90, -90, 270, 90)
    assert tif(get('globe', bbox='190,0,200,10'))[0] == [[1]]
    assert 'antimeridian' in message(get('globe', 400, bbox='100,-10,-100,10', scale_factor=2, lang='en'))


def test_nothing_there_is_said_with_where_there_is_something(get: Get) -> None:
    """An answer of 404 names the extent in the system that was asked in."""
    assert 'Lon(106.1' in message(get('heights', 404, bbox='0,0,1,1', lang='en'))
    assert 'E(570000:570400), N(2239700:2240000)' in message(get('heights', 404, subset='E(0:1)', lang='en'))


def test_what_cannot_be_read_is_refused_with_the_right_way(get: Get) -> None:
    refused: dict[str, dict[str, Any]] = {
        'There is no axis "Z"': {'subset': 'Z(1:2)'},
        'axis "Lat"': {'subset': 'Lat(20:21)', 'subset_crs': '[EPSG:9209]'},
        'no axis of time': {'subset': 'time("2024-01-01")'},
        'given twice': {'subset': ['Lat(20:21)', 'lat(20:21)']},
        'cannot be read': {'subset': 'Lat(20:21'},
        'neither a number': {'subset': 'Lat(a:b)'},
        'Write the lower one first': {'subset': 'Lat(21:20)'},
        'do not go together': {'subset': 'Lat(20:21)', 'bbox': '106,20,107,21'},
        'sliced and scaled': {'subset': f'E({e(1.5)})', 'width': 3},
        'Did you mean "subset"?': {'subsett': 'Lat(20:21)'},
        'no such format': {'f': 'tiff2'},
        'four (or six) numbers': {'bbox': '1,2,3'},
    }
    for said, query in refused.items():
        assert said in message(get('heights', 400, lang='en', **query)), query


def test_too_many_cells_are_refused_with_a_way_out(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole file is always to be had; a part has a limit, and text a lower one."""
    monkeypatch.setenv('DOTHI_MAX_CELLS', '9')
    monkeypatch.setenv('DOTHI_MAX_JSON_CELLS', '4')
    client = create_app('internal').test_client()
    base = '/api/collections/heights/coverage?lang=en'
    assert client.get(base).status_code == 200
    for query in ('&crs=EPSG:3405', '&f=png', '&f=covjson&width=5&height=1', '&width=100000000&height=100000000'):
        answer = client.get(base + query)
        assert answer.status_code == 413, query
        assert 'width and height' in answer.get_json()['description']
    assert client.get(f'{base}&f=png&width=3&height=3').status_code == 200
    assert client.get(f'{base}&f=covjson&width=4&height=1').status_code == 200


def test_numbers_without_measure_are_refused_and_break_nothing(get: Get) -> None:
    for query in ({'scale_factor': '1e-308'}, {'resolution': 'E(5e-324)'}, {'scale_axes': 'N(1e-308)'}):
        assert get('heights', 413, **query), query
    parts: tuple[dict[str, str | int], ...] = (
        {'bbox': '-1000,-1000,1000,1000'},
        {'subset': 'Lat(-1e300:1e300)', 'crs': '[EPSG:3857]'},
        {'subset': 'E(-1e308:1e308)', 'width': 10},
    )
    for part in parts:
        assert 'too large' in message(get('heights', 400, lang='en', **part)), part


def test_what_the_warper_has_to_read_is_bounded(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums in another system need every cell, twelve here; those of a part fewer; those in the own system as ever."""
    monkeypatch.setattr('dothi.api.coverages.read.WARPED_CELLS', 11)
    assert 'change their system' in message(get('two', 413, lang='en', crs='[EPSG:3857]', width=1, height=1))
    part = {'bbox': f'{e(0)},{n(1)},{e(2)},{n(0)}', 'bbox_crs': '[EPSG:9209]'}
    assert get('two', crs='[EPSG:3857]', **part)
    assert get('two', width=1, height=1)


def test_the_whole_file_is_sent_as_it_is_kept_and_in_parts(get: Get, served: Path) -> None:
    """Without a parameter, or with the raster's own system: the bytes of the store, range by range."""
    whole = get('heights')
    assert whole.content_type == 'image/tiff; application=geotiff'
    assert whole.headers['Accept-Ranges'] == 'bytes'
    assert 'Accept' in whole.headers['Vary'].split(', ')
    assert tif(whole)[1]['tags']['DOTHI_RELEASE'] in whole.headers['ETag']
    first = get('heights', 206, headers={'Range': 'bytes=0-3'})
    assert first.get_data() == whole.get_data()[:4] == b'II*\x00'
    assert get('heights', 304, headers={'If-None-Match': whole.headers['ETag']}).get_data() == b''


def test_each_answer_names_its_release_and_is_kept_until_the_next(get: Get, served: Path) -> None:
    """304 while nothing changed; after a release other tags; the earlier one is there by its time."""
    before = {form: get('changing', f=form, subset='E(*:*)') for form in ('covjson', 'png', 'html')}
    for form, answer in before.items():
        tag = answer.headers['ETag']
        assert get('changing', 304, f=form, subset='E(*:*)', headers={'If-None-Match': tag}).get_data() == b''
    document = before['covjson'].get_json()
    assert f'-changing-{document["dothi:release"]}-' in before['covjson'].headers['ETag']
    then = get('changing').headers['Last-Modified']

    number = release('changing', write_raster(served / 'changing.tif', [[9.0, 8.0]]))
    for form, answer in before.items():
        assert get('changing', f=form, subset='E(*:*)', headers={'If-None-Match': answer.headers['ETag']}), form
    now = get('changing', f='covjson').get_json()
    assert (now['dothi:release'], now['ranges']['height']['values']) == (number, [9, 8])
    assert then
    assert get('changing', 404, datetime='2000-01-01', f='covjson')
    assert get('changing', f='covjson', datetime='../..').get_json()['dothi:release'] == number


def test_an_earlier_release_is_found_by_its_time(get: Get, served: Path) -> None:
    """As layers are: `datetime` is what was released then."""
    from dothi.core.database import connection

    first = release('changing', write_raster(served / 'changing.tif', [[1.0, 2.0]]))
    second = release('changing', write_raster(served / 'changing.tif', [[3.0, 4.0]]))
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("update catalog.release set released_at = '2020-05-01T12:00Z' where number = %s", [first])
        cursor.execute('update catalog.release set released_at = released_at where number = %s', [second])
    found = get('changing', f='covjson', datetime='2020-05-02').get_json()
    assert (found['dothi:release'], found['ranges']['height']['values']) == (first, [1, 2])
    assert tif(get('changing', datetime='2020-05-02'))[0] == [[1, 2]]
    assert get('changing', 404, f='covjson', datetime='2020-04-30')
    assert get('changing', f='covjson').get_json()['dothi:release'] == second


def test_an_image_has_the_colours_of_the_coverage_file(get: Get) -> None:
    """0 black, 10 red, 20 yellow: 5 is half red, 12 a fifth on the way to yellow; no value is transparent."""
    answer = get('heights', f='png')
    assert answer.content_type == 'image/png'
    assert answer.headers['Content-Bbox'] == '570000,2239700,570400,2240000'
    with rasterio.MemoryFile(answer.get_data()) as memory, memory.open() as image:
        pixels = image.read()
    assert pixels[:, 1, 0].tolist() == [128, 0, 0, 255]
    assert pixels[:, 2, 3].tolist() == [255, 51, 0, 255]
    assert pixels[3, 1, 1] == 0
    # a count drawn larger keeps its colour: 80 people are not spread over four pixels
    drawn = get('two', f='png', width=8, height=6)
    with rasterio.MemoryFile(drawn.get_data()) as memory, memory.open() as image:
        assert image.read()[:, 2, 6].tolist() == [0, 0, 204, 255]


def test_formats_are_negotiated(get: Get) -> None:
    accepted = {
        'image/tiff; application=geotiff': 'image/tiff; application=geotiff',
        'image/tiff;application=geotiff': 'image/tiff; application=geotiff',
        'application/vnd.cov+json': 'application/vnd.cov+json',
        'application/prs.coverage+json': 'application/vnd.cov+json',
        'image/png': 'image/png',
        'text/html,*/*;q=0.8': 'text/html; charset=utf-8',
        '*/*': 'image/tiff; application=geotiff',
    }
    for asked, got in accepted.items():
        assert get('heights', headers={'Accept': asked}).content_type == got, asked


def test_a_page_shows_the_image_and_the_figures(get: Get) -> None:
    page = get('two', f='html', lang='en', properties='people').get_data(as_text=True)
    for part in ('Two bands', 'f=png', '10 … 120', 'properties=people', '4 × 3, 100 × 100 m', '800px'):
        assert part in page, part
    assert 'f=covjson&amp;properties=people' in page


def test_a_collection_says_where_its_cells_are(client: FlaskClient) -> None:
    """In the axis order of its own system: columns and rows with their sizes, and the box of both systems."""
    document = client.get('/api/collections/heights?lang=en').get_json()
    spatial = document['extent']['spatial']
    assert spatial['grid'] == [
        {'cellsCount': 4, 'resolution': 100.0, 'firstCoordinate': e(0.5)},
        {'cellsCount': 3, 'resolution': 100.0, 'firstCoordinate': n(2.5)},
    ]
    assert spatial['storageCrsBbox'] == [[e(0), n(3), e(4), NORTH]]
    assert (document['title'], document['storageCrs']) == ('Heights', f'{EPSG}/9209')
    globe = client.get('/api/collections/globe').get_json()['extent']['spatial']
    assert globe['storageCrsBbox'] == [[-90, -180, 90, 180]]
    assert [axis['cellsCount'] for axis in globe['grid']] == [2, 4]


def test_the_schema_tells_bands_units_and_figures(client: FlaskClient) -> None:
    found = client.get('/api/collections/two/schema?f=json&lang=en').get_json()['properties']
    assert list(found) == ['people', 'use']
    people = found['people']
    assert (people['type'], people['title'], people['x-ogc-unit']) == ('integer', 'People', '{person}')
    assert (people['x-ogc-propertySeq'], people['x-ogc-variableType']) == (1, 'numericalOrdinal')
    assert people['x-ogc-statistics'] == {'min': 10.0, 'max': 120.0, 'avg': 720 / 11}
    assert found['use']['oneOf'][0] == {'const': 1, 'title': 'Rice'}
    assert client.get('/api/collections/two/schema?f=html&lang=en').status_code == 200


def test_a_coverage_has_no_features_and_no_tiles(client: FlaskClient) -> None:
    """Readers of features leave it out, and what they would ask for is not there."""
    listed = {one['id']: one for one in client.get('/api/collections').get_json()['collections']}
    assert {'heights', 'two', 'globe', 'changing'} <= listed.keys()
    for name in ('heights', 'two'):
        assert (listed[name]['itemType'], listed[name]['layerDataType']) == ('coverage', 'Coverage')
        assert not [link for link in listed[name]['links'] if link['type'] == 'application/geo+json']
    for rest in ('items', 'items/1', 'queryables', 'tiles', 'tiles/WebMercatorQuad/10/1/1'):
        assert client.get(f'/api/collections/heights/{rest}').status_code == 404, rest
    assert client.get('/api/collections/heights?f=html').status_code == 200
    assert client.get('/api/collections/heights?f=jsonld').status_code == 200


def test_the_public_service_knows_nothing_of_internal_coverages(served: Path) -> None:
    client = create_app('public').test_client()
    listed = [one['id'] for one in client.get('/api/collections').get_json()['collections']]
    assert 'heights' in listed
    assert 'two' not in listed
    hidden = client.get('/api/collections/two/coverage')
    missing = client.get('/api/collections/none/coverage')
    assert hidden.status_code == missing.status_code == 404
    assert not any('two' in path for path in json.loads(client.get('/api/openapi?f=json').get_data())['paths'])


def test_a_broken_file_is_left_out_and_shown(served: Path, client: FlaskClient) -> None:
    """0 as nodata lies between min and max: the file says so with its key, and the rest is served."""
    broken = load_locality(served).broken
    assert list(broken) == ['broken']
    assert 'nodata 0 lies between min and max' in broken['broken'].text.en
    assert client.get('/health').get_json()['broken_layers'] == ['broken']
    assert client.get('/api/collections/broken/coverage').status_code == 404


def test_one_id_is_one_thing(served: Path, tmp_path: Path) -> None:
    """A layer and a coverage of one name are both left out: nobody could tell which is meant."""
    folder = write_locality(tmp_path)
    layer = """
id: heights
title: {vi: Điểm, en: Points}
description: {vi: Điểm độ cao, en: Spot heights}
access: public
geometry: Point
key: [code]
columns: {code: {type: text, title: {vi: Mã, en: Code}}}
source: {crs: EPSG:9209}
"""
    head = 'theme: water\nagency: office\nlicence: CC-BY-4.0\nupdate_cycle: P1Y\n'
    (folder / 'layers' / 'heights.yml').write_text(layer + head, encoding='utf-8')
    found = load_locality(folder)
    assert (list(found.layers), list(found.coverages)) == ([], ['two'])
    assert 'both have the id "heights"' in found.broken['heights'].text.en


def test_a_large_raster_is_read_part_by_part(get: Get, served: Path) -> None:
    """2,000 x 1,000 cells, more than are held at a time: every number is in its place, whole, halved and in JSON."""
    rows = np.arange(2_000_000, dtype='float32').reshape(1000, 2000) % 47
    release('changing', write_raster(served / 'changing.tif', rows))
    assert np.array_equal(array(get('changing', subset=f'N(*:{n(0)})', exclude_properties='')), rows)
    halves = array(get('changing', scale_factor=2))
    assert np.allclose(halves, rows.reshape(500, 2, 1000, 2).mean(axis=(1, 3)), atol=1e-4)
    part = get('changing', subset=f'E({e(1999)}:*)', f='covjson').get_json()
    assert part['ranges']['height']['values'] == rows[:, 1999].tolist()
    assert get('changing', 413, f='covjson')


def array(answer: TestResponse) -> NDArray[Any]:
    """The values of the first band."""
    with rasterio.MemoryFile(answer.get_data()) as memory, memory.open() as file:
        return file.read(1)


def test_a_point_before_the_first_release_has_no_values(client: FlaskClient) -> None:
    """In WMS, as a layer has no features there; the upper left cell holds 1 m now."""
    box = f'{WEST},{NORTH - CELL},{WEST + CELL},{NORTH}'
    asked = {'service': 'WMS', 'version': '1.3.0', 'request': 'GetFeatureInfo', 'layers': 'heights', 'styles': '',
             'query_layers': 'heights', 'crs': 'EPSG:9209', 'bbox': box, 'width': 10, 'height': 10, 'i': 5, 'j': 5,
             'info_format': 'application/json'}  # fmt: skip
    now, before = (client.get('/ows', query_string=asked | time).get_json() for time in ({}, {'time': '2001-01-01'}))
    assert [one['properties']['height'] for one in now['features']] == [1]
    assert before['features'] == []


def test_the_legend_of_a_coverage_says_what_its_colours_mean(client: FlaskClient, served: Path) -> None:
    """A line for each stop of the ramp, the highest first; and the same as a picture."""
    (listed,) = client.get('/api/collections/heights/styles').get_json()['styles']
    links = [link for link in listed['links'] if link['rel'].endswith('/legend')]
    document, picture = (client.get('/api' + link['href'].partition('/api')[2]) for link in links)
    (layer,) = document.get_json()['layers']
    ramp = load_locality(served).coverages['heights'].publish.ramp
    assert [entry['color'] for entry in layer['entries']] == [parse_colour(css).css for _, css in reversed(ramp)]
    assert layer['entries'][0]['label']['vi'].startswith(f'{ramp[-1][0]:g}')
    assert Image.open(BytesIO(picture.get_data())).width > 40
    assert client.get('/api/collections/heights/styles/dark/legend').status_code == 404


def test_the_colours_of_a_coverage_can_be_had_for_qgis_and_map_servers(client: FlaskClient, served: Path) -> None:
    colour = load_locality(served).coverages['heights'].publish.ramp[0][1]
    listed = client.get('/api/collections/heights/styles').get_json()
    assert [style['id'] for style in listed['styles']] == ['default']
    for sheet in listed['styles'][0]['links'][:2]:
        path = '/api' + sheet['href'].partition('/api')[2]
        answer = client.get(path)
        assert (answer.status_code, answer.content_type) == (200, sheet['type'])
        assert colour in answer.get_data(as_text=True)
        assert client.get(path, headers={'If-None-Match': answer.headers['ETag']}).status_code == 304
    links = client.get('/api/collections/heights?f=json').get_json()['links']
    assert any(link['rel'].endswith('/styles') for link in links)
    assert client.get('/api/collections/heights/styles/defualt').status_code == 404
    assert client.get('/api/collections/heights/styles/default?f=mapnik').status_code == 400
