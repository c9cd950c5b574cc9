"""OGC 20-058 (OGC API - Maps 1.0), class by class; OGC's executable tests ask the same and the comments say where.

A few requests show much: a picture costs a hundred times what a document costs.
"""

import io
import re
from functools import cache
from typing import Any

import numpy as np
import pytest
import rasterio
import requests
from lxml import etree
from numpy.typing import NDArray
from PIL import Image
from rasterio.io import MemoryFile
from rasterio.transform import Affine, from_bounds
from rasterio.warp import Resampling, reproject

from dothi.core.crs import proj_string, transformer
from tests.api.conformance.conftest import Api, links
from tests.pictures import bands_at, opacity_range

CLASSES = (
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/req/core',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/core',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/scaling',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/display-resolution',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/spatial-subsetting',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/datetime',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/crs',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/background',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/collections-selection',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/collection-map',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/dataset-map',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/styled-map',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/tilesets',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/png',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/jpeg',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/tiff',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/svg',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/html',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/api-operations',
    'http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/cors',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/req/core',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/core',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/scaling',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/display-resolution',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/spatial-subsetting',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/datetime',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/crs',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/background',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/collections-selection',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/collection-map',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/dataset-map',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/styled-map',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/tilesets',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/png',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/jpeg',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/tiff',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/svg',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/html',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/api-operations',
    'https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/cors',
)
REL = 'http://www.opengis.net/def/rel/ogc/1.0'
CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'
VN2000 = 'http://www.opengis.net/def/crs/EPSG/0/9209'
# Java's HTTP client, of which OGC's tests are made, sends this where a test says nothing.
JAVA = {'Accept': 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2'}
DISTRICTS = '/collections/districts/map'


def picture(answer: requests.Response) -> Image.Image:
    assert answer.status_code == 200, f'{answer.status_code} {answer.url}: {answer.text[:300]}'
    return Image.open(io.BytesIO(answer.content))


def corners(answer: requests.Response) -> list[Any]:
    image = picture(answer).convert('RGBA')
    right, bottom = image.width - 1, image.height - 1
    return [image.getpixel(at) for at in ((0, 0), (right, 0), (0, bottom), (right, bottom))]


def box(answer: requests.Response) -> list[float]:
    assert answer.status_code == 200, f'{answer.status_code} {answer.url}: {answer.text[:300]}'
    numbers = [float(number) for number in answer.headers['Content-Bbox'].split(',')]
    assert len(numbers) == 4
    return numbers


def is_land(answer: requests.Response) -> NDArray[np.bool_]:
    """Which pixels, by row and column, are not of the background `lime`."""
    return (np.array(picture(answer).convert('RGB')) != (0, 255, 0)).any(axis=-1)


def place_of(answer: requests.Response) -> Affine:
    """From pixels of the picture to the system that its headers name; x comes first in it."""
    return from_bounds(*box(answer), *picture(answer).size)


@cache
def whole(api: Api) -> requests.Response:
    """The map of everything, as it comes unasked."""
    return api.get('/map')


def mapped(api: Api) -> list[dict[str, Any]]:
    """The collections that link to a map."""
    return [one for one in api.collections() if links(one, f'{REL}/map')]


def test_core_and_collection_map_every_collection_leads_to_its_map(api: Api) -> None:
    """Requirements 1 to 3, 46 to 48: link, picture, headers, systems; small pictures of all, one of the usual size."""
    assert CLASSES[0] in api.declared()
    collections = mapped(api)
    assert {one['id'] for one in collections} == {one['id'] for one in api.collections()} - {'catalogue'}
    for one in collections:
        address = links(one, f'{REL}/map')[0]['href']
        # OGC's tests put ? behind it
        assert '?' not in address
        assert address == links(one, f'{REL.replace("http", "https")}/map')[0]['href']
        answer = api.get(address, JAVA, width=40)
        assert answer.headers['Content-Type'].startswith('image/')
        # 2 B: unless another system is asked for
        assert answer.headers['Content-Crs'] == one['storageCrs']
        assert answer.headers['Content-Datetime']
        assert answer.headers['Dothi-Demo'] == 'true'
        assert box(answer) == pytest.approx(one['extent']['spatial']['storageCrsBbox'][0])
        assert one['storageCrs'] in one['crs']
    assert api.get('/collections/catalogue/map').status_code == 404
    assert api.get('/collections/nowhere/map').status_code == 404


def test_core_a_map_in_its_storage_system_shows_the_same_ground_as_in_degrees(api: Api) -> None:
    """Requirement 2 B: the picture in EPSG:9209, laid on degrees by rasterio, covers the land of that in CRS84."""
    query = {'width': 400, 'f': 'png', 'bgcolor': 'lime'}
    stored, degrees = api.get(DISTRICTS, **query), api.get(DISTRICTS, crs='[OGC:CRS84]', **query)
    assert (stored.headers['Content-Crs'], degrees.headers['Content-Crs']) == (VN2000, CRS84)
    land = is_land(degrees)
    moved = np.zeros(land.shape, np.uint8)
    reproject(
        is_land(stored).astype(np.uint8),
        moved,
        src_transform=place_of(stored),
        src_crs=proj_string(9209),
        dst_transform=place_of(degrees),
        dst_crs='EPSG:4326',
        resampling=Resampling.nearest,
    )
    assert 0.3 < land.mean() < 0.9
    # a pixel is 180 m wide: what is taken for degrees without being so is off by up to 450 m
    assert np.mean(land == (moved > 0)) > 0.99


def test_core_a_style_of_a_collection_is_drawn_in_its_storage_system_too(api: Api) -> None:
    assert api.get('/collections/districts/styles/dark/map', width=10).headers['Content-Crs'] == VN2000
    assert api.get('/collections/districts/map', width=10, f='jpeg').headers['Content-Crs'] == VN2000


def test_core_readers_that_take_every_map_for_one_in_degrees_find_a_link_to_it(api: Api) -> None:
    """GDAL 3.10 takes the last link of a type, never names `crs`, and lays what comes on a box in degrees."""
    styles = api.json('/collections/districts/styles')['styles']
    for of in (api.json('/collections/districts'), next(style for style in styles if style['id'] == 'dark')):
        first, last = (links(of, f'{REL}/map', 'image/png')[end]['href'] for end in (0, -1))
        assert '?' not in first
        assert api.get(last, width=10).headers['Content-Crs'] == CRS84
        assert api.get(first, width=10).headers['Content-Crs'] == VN2000


def test_dataset_map_is_linked_and_described_on_the_landing_page(api: Api) -> None:
    """Requirements 49 to 52: link, extent with its system, systems, and the picture."""
    landing = api.json('')
    for relation in ('map', 'tilesets-map'):
        addresses = {one['href'] for scheme in (REL, REL.replace('http', 'https'))
                     for one in links(landing, f'{scheme}/{relation}')[:1]}  # fmt: skip
        assert len(addresses) == 1
    assert landing['extent']['spatial']['crs'] == CRS84
    assert landing['crs'][0] == CRS84
    # requirement 2 B, where the dataset names no storage system
    assert 'storageCrs' not in landing
    assert whole(api).headers['Content-Crs'] == CRS84
    for of_many in ('/styles/dark/map', '/map?collections=districts'):
        assert api.get(of_many, width=10).headers['Content-Crs'] == CRS84
    assert max(picture(whole(api)).size) == 1024
    assert whole(api).headers['Content-Type'] == 'image/png'


def test_scaling(api: Api) -> None:
    """Requirements 13 to 15."""
    assert picture(api.get('/map', width=200, height=100, f='png')).size == (200, 100)
    for wrong in ({'width': 0}, {'width': -1}, {'width': 'abc'}, {'height': 0}, {'height': -1}, {'height': 'abc'}):
        answer = api.get('/map', lang='en', **wrong)
        assert answer.status_code == 400
        assert next(iter(wrong)) in answer.json()['description']
    limits = api.document()['info']['x-OGC-limits']['maps']
    side = int(limits['maxPixels'] ** 0.5) + 1
    assert api.get('/map', width=limits['maxWidth'] + 1).status_code == 400
    assert api.get('/map', height=limits['maxHeight'] + 1, width=1).status_code == 400
    assert api.get('/map', width=side, height=side).status_code == 400
    conflict = {'width': 800, 'height': 400, 'bbox': '-180,-90,180,90', 'scale_denominator': 40_000_000}
    assert api.get('/map', **conflict).status_code == 400
    far = api.get('/map', scale_denominator=40_000_000, width=128, height=64)
    west, south, east, north = box(far)
    # 64 pixels of 0.28 mm at that scale are 716.8 km
    assert (north - south) * 111_320 == pytest.approx(716_800, rel=1e-3)
    assert (east - west) > 2 * (north - south)


def test_display_resolution(api: Api) -> None:
    """Requirements 16 and 17: half the pixel shows half as far at the same scale, and lines keep their width in mm."""
    for wrong in ('0', '-1', 'notanumber'):
        assert api.get('/map', mm_per_pixel=wrong).status_code == 400
    wish = {'scale_denominator': 400_000, 'width': 64, 'height': 64}
    coarse, fine = (api.get(DISTRICTS, mm_per_pixel=size, **wish) for size in (0.28, 0.14))
    wide, narrow = (box(answer) for answer in (coarse, fine))
    assert narrow[2] - narrow[0] == pytest.approx((wide[2] - wide[0]) / 2)
    assert coarse.content != fine.content


def test_spatial_subsetting_by_box_axes_and_centre(api: Api) -> None:
    """Requirements 18 to 26: the three ways, in each axis order, give the same map; contradictions are refused."""
    west, south, east, north = one_district(api)
    asked = {'width': 60, 'height': 60, 'crs': '[OGC:CRS84]'}
    same = [
        api.get(DISTRICTS, bbox=f'{west},{south},{east},{north}', **asked),
        api.get(DISTRICTS, bbox=f'{west},{south},{east},{north}', bbox_crs='[OGC:CRS84]', **asked),
        api.get(DISTRICTS, bbox=f'{south},{west},{north},{east}', bbox_crs='[EPSG:4326]', **asked),
        api.get(DISTRICTS, subset=f'Lat({south}:{north}),Lon({west}:{east})', **asked),
        api.get(DISTRICTS, subset=[f'Lat({south}:{north})', f'Lon({west}:{east})'],
                subset_crs='https://www.opengis.net/def/crs/OGC/1.3/CRS84', **asked),
    ]  # fmt: skip
    assert len({answer.content for answer in same}) == 1
    assert box(same[0]) == [west, south, east, north]
    # the system of the map is no other system of bbox
    stored = api.get(DISTRICTS, bbox=f'{west},{south},{east},{north}', width=60, height=60)
    assert stored.headers['Content-Crs'] == VN2000
    corner = transformer('EPSG:4326', proj_string(9209)).transform(west, south)
    assert box(stored)[:2] == pytest.approx(corner, abs=500)
    # degrees beside a plane system, as OGC's tests ask for them
    beside = api.get(DISTRICTS, subset=f'Lat({south}:{north}),Lon({west}:{east})', subset_crs='[EPSG:9209]', **asked)
    assert beside.content == same[0].content
    middle = f'{(west + east) / 2},{(south + north) / 2}'
    around = api.get(DISTRICTS, center=middle, center_crs=CRS84, scale_denominator=1e6, **asked)
    x1, y1, x2, y2 = box(around)
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx(((west + east) / 2, (south + north) / 2))
    assert around.content != same[0].content
    assert api.get(DISTRICTS, center_crs=CRS84, width=10).status_code == 200
    for wrong, named in (
        ({'bbox': '-180,-90,180,90', 'center': '0,0'}, 'center'),
        ({'subset': 'Lat(-10:10),Lon(-10:10)', 'center': '0,0'}, 'center'),
        ({'subset': 'Lat(-90:90)', 'bbox': '-180,-90,180,90'}, 'bbox'),
        ({'subset': 'InvalidAxis(0:1)'}, 'InvalidAxis'),
        ({'center': '0,0', 'center_crs': 'http://www.opengis.net/def/crs/EPSG/0/2000'}, 'center-crs'),
        ({'bbox': '0,0,1,1', 'bbox_crs': 'http://www.opengis.net/def/crs/EPSG/0/2000'}, 'bbox-crs'),
    ):
        answer = api.get('/map', lang='en', **wrong)
        assert answer.status_code == 400, wrong
        assert named in answer.json()['description'], wrong


def test_spatial_subsetting_where_there_are_no_data(api: Api) -> None:
    """An empty picture within the world (requirement 26), none beyond it (22 E), and across the antimeridian (22 F)."""
    empty = api.get('/map', bbox='-10,-10,10,10', f='png', width=50)
    assert {colour[3] for colour in corners(empty)} == {0}
    assert box(empty) == [-10, -10, 10, 10]
    assert picture(api.get('/map', subset='Lat(0),Lon(0)', f='png', width=1)).size == (1, 1)
    assert api.get('/map', subset='Lon(170:-170)', width=10).status_code == 200
    assert api.get('/map', subset='Lat(-90:90),Lon(-180:180)', width=10).status_code == 200
    assert api.get('/map', subset='Lat(200:300)').status_code == 404
    assert api.get('/map', center='0,0', width=16, height=16).status_code == 200
    assert api.get('/map', center='0,0', width=16, height=16, scale_denominator=100_000).status_code == 200


def test_crs_each_system_with_its_axis_order(api: Api) -> None:
    """Requirements 36 and 37: 20.3° N, 106.2° E in every system that is offered; the box has its authority's order."""
    served = api.json('/collections/districts')['crs']
    for uri in served:
        for text in (uri, f'[EPSG:{uri.rsplit("/", 1)[1]}]' if 'EPSG' in uri else '[OGC:CRS84]'):
            answer = api.get(DISTRICTS, center='106.2,20.3', scale_denominator=500_000, width=20, height=10, crs=text)
            first, second, third, fourth = box(answer)
            assert answer.headers['Content-Crs'] == uri
            middle = (first + third) / 2, (second + fourth) / 2
            if uri.endswith('/4326'):
                assert middle == pytest.approx((20.3, 106.2))
            elif uri.endswith('CRS84'):
                assert middle == pytest.approx((106.2, 20.3))
            elif uri.endswith('/9209'):
                assert middle == pytest.approx((572_900, 2_245_600), abs=200)
                # 20 × 10 pixels of 140 m
                assert (third - first, fourth - second) == pytest.approx((2800, 1400))
    answer = api.get(DISTRICTS, crs='EPSG:32648', lang='en')
    assert answer.status_code == 400
    assert 'crs' in answer.json()['description']


def test_datetime_as_parameter_and_as_axis(api: Api) -> None:
    """Requirements 27 to 32: instants, intervals, partial dates, open ends; none on the axis before the first data."""
    communes = api.json('/collections/communes')
    ((first, last),) = communes['extent']['temporal']['interval']
    where = '/collections/communes/map'
    before, after = '2020-06-01', '2024-10-01'
    asked = {'width': 700, 'f': 'png'}
    old, new = (api.get(where, datetime=day, **asked) for day in (before, after))
    # 226 communes became 175
    assert old.content != new.content
    assert old.headers['Content-Datetime'] == f'{before}T00:00:00Z/{before}T23:59:59Z'
    assert api.get(where, subset=f'time("{before}")', **asked).content == old.content
    assert api.get(where, subset=[f'time("{before}")', 'Lat(20:20.1)'], **asked).content != old.content
    small = {'width': 4}
    for text in (f'"{first}"', f'"{first}":"{last}"', '"2021"', '"2021-06"', '"2021-06-08"', '"2021-06-08T12Z"',
                 '"2021-06-08T12:00Z"', '*', '*:*', f'"{first}":*'):  # fmt: skip
        answer = api.get(where, subset=f'time({text})', **small)
        assert answer.status_code == 200, (text, answer.text)
    assert api.get(where, subset='time("1800-01-01T00:00:00Z":"1800-12-31T23:59:59Z")', **small).status_code == 404
    twice = [f'time("{first}":"{last}")'] * 2
    assert api.get(where, subset=twice, **small).status_code == 200
    assert api.get(where, subset=[twice[0], 'time("2021")'], **small).status_code == 400
    assert api.get(where, subset='xyz("2021-01-01T00:00:00Z")', **small).status_code == 400
    assert api.get(where, datetime='yesterday', **small).status_code == 400


def test_datetime_before_the_first_data_and_after_the_last(api: Api) -> None:
    """As OGC's tests ask it of the whole map and of the first collections with and without a temporal extent.

    Before, the map is empty as a list of features would be; a page says why. After, the picture is the same, but the
    file says of which time it is.
    """
    asked = {'width': 50, 'f': 'png'}
    assert all('temporal' in one['extent'] for one in mapped(api))
    for where in ('/map', '/collections/elevation/map', '/collections/air_stations/map'):
        before = api.get(where, datetime='2000-01-01T00:00:00Z', **asked)
        assert {colour[3] for colour in corners(before)} == {0}, where
        assert opacity_range(picture(before)) == (0, 0), where
        assert before.headers['Dothi-Demo'] == 'false'
        page = api.get(where, datetime='2000-01-01', f='html', lang='en')
        assert (page.status_code, 'There are data from' in page.text) == (404, True)
    for where in ('/collections/elevation/map', '/collections/air_stations/map'):
        now, after = api.get(where, **asked), api.get(where, subset='time("2100-01-01T00:00:00Z")', **asked)
        assert picture(after).tobytes() == picture(now).tobytes()
        assert picture(after).info['Datetime'] == after.headers['Content-Datetime'] == '2100-01-01T00:00:00Z'
        assert after.content != now.content
    assert api.get('/map/xyz/9/406/226.png', datetime='2000-01-01').status_code == 200


def test_background(api: Api) -> None:
    """Requirements 6 to 10, as OGC's test BackgroundMapSuccess asks them: nine combinations, and beyond the world."""
    world = {'f': 'image/png', 'bbox': '-180,-90,180,90', 'width': 40, 'height': 40}
    named = {None: (255, 255, 255), 'CC00CC': (204, 0, 204), 'NaVy': (0, 0, 128), '0xCC00CC': (204, 0, 204)}
    for transparent in (None, 'false', 'true'):
        for bgcolor, colour in named.items():
            clear = transparent == 'true' or (transparent is None and bgcolor is None)
            wish = {'transparent': transparent, 'bgcolor': bgcolor}
            found = corners(api.get(DISTRICTS, **world, **{name: text for name, text in wish.items() if text}))
            expected = (*colour, 0 if clear else 255)
            assert set(found) == {expected} or (bgcolor is None and clear and {one[3] for one in found} == {0}), wish
    beyond = world | {'bbox': '-180,-120,180,120'}
    # in VN-2000 a meridian at the edge of the system's area bends: the upper corners lie beyond it
    stored = api.get(DISTRICTS, **beyond, void_color='00FF00', void_transparent='false')
    assert corners(stored)[:2] == [(0, 255, 0, 255)] * 2
    assert {colour[3] for colour in corners(stored)[2:]} == {0}
    assert (204, 0, 204) in {colour[:3] for colour in corners(api.get(DISTRICTS, **beyond, bgcolor='CC00CC'))}
    beyond['crs'] = '[OGC:CRS84]'
    assert (204, 0, 204, 255) in corners(api.get(DISTRICTS, **beyond, bgcolor='CC00CC', transparent='false'))
    painted = api.get(DISTRICTS, **beyond, bgcolor='CC00CC', void_color='00FF00', transparent='false')
    assert (0, 255, 0, 255) in corners(painted)
    assert corners(api.get(DISTRICTS, **beyond, void_color='nAvY'))[0][:3] == (0, 0, 128)
    assert {one[3] for one in corners(api.get(DISTRICTS, **beyond, transparent='true'))} == {0}
    opaque = api.get(DISTRICTS, **beyond, transparent='true', void_transparent='false')
    assert {one[3] for one in corners(opaque)} == {255}
    assert api.get(DISTRICTS, bgcolor='nocolour').status_code == 400


def test_collections_selection(api: Api) -> None:
    """Requirements 38 and 39: ids and addresses, lowest first, and an unknown one is named."""
    asked = {'width': 500, 'f': 'png'}
    one = api.get('/map', collections='districts', **asked)
    both = api.get('/map', collections='districts,roads', **asked)
    addresses = api.get('/map', collections=f'{api.url}/collections/districts,roads', **asked)
    turned = api.get('/map', collections='roads,districts', **asked)
    assert both.content == addresses.content
    assert both.content != one.content
    # areas on top hide every road below them
    assert turned.content == one.content
    answer = api.get('/map', collections='distrcts', lang='en')
    assert answer.status_code == 400
    assert 'districts' in answer.json()['description']


def test_a_filter_leaves_features_out(api: Api) -> None:
    """CQL2; of several collections it is for those that have the column."""
    asked = {'width': 100, 'f': 'png'}
    code = api.json('/collections/districts/items', limit=1)['features'][0]['properties']['code']
    some = api.get(DISTRICTS, filter=f"code='{code}'", **asked)
    assert some.content != api.get(DISTRICTS, **asked).content
    tree = f'{{"op": "=", "args": [{{"property": "code"}}, "{code}"]}}'
    assert api.get(DISTRICTS, filter=tree, filter_lang='cql2-json', **asked).content == some.content
    answer = api.get(DISTRICTS, filter='cod=1', lang='en')
    assert answer.status_code == 400
    assert 'code' in answer.json()['description']
    two = {'collections': 'districts,roads', **asked}
    assert api.get('/map', filter="class='national'", **two).content != api.get('/map', **two).content
    assert api.get('/map', filter='nothing=1', **two).status_code == 400


def test_styled_map(api: Api) -> None:
    """Requirements 53 and 54."""
    asked = {'width': 100, 'f': 'png'}
    plain = api.get(DISTRICTS, **asked)
    assert api.get('/collections/districts/styles/default/map', **asked).content == plain.content
    assert api.get('/styles/default/map', width=20).status_code == 200
    for listed in ('/styles', '/collections/districts/styles', '/collections/elevation/styles'):
        for style in api.json(listed)['styles']:
            address = links(style, f'{REL}/map')[0]['href']
            assert address.endswith(f'/styles/{style["id"]}/map')
            if 'districts' in address:
                assert picture(api.get(address, {'Accept': 'image/*'}, width=20)).width == 20
    for path in ('/collections/districts/styles/nostyle/map', '/styles/nostyle/map', '/styles/no.default/map'):
        answer = api.get(path, lang='en')
        assert answer.status_code == 404
        assert 'default' in answer.json()['description']


def test_png_jpeg_tiff_svg_html_and_others(api: Api) -> None:
    """Requirements 55 to 60: each by `f` and by Accept, of the very same part."""
    west, south, east, north = one_district(api)
    asked = {'bbox': f'{west},{south},{east},{north}', 'width': 120, 'height': 90}
    signatures = {'png': b'\x89PNG', 'jpeg': b'\xff\xd8\xff', 'tiff': b'II*\0', 'webp': b'RIFF', 'pdf': b'%PDF'}
    types = {'jpeg': 'image/jpeg', 'png': 'image/png', 'tiff': 'image/tiff', 'webp': 'image/webp',
             'pdf': 'application/pdf', 'svg': 'image/svg+xml', 'html': 'text/html'}  # fmt: skip
    for form, media_type in types.items():
        by_name, by_type = api.get(DISTRICTS, f=form, **asked), api.get(DISTRICTS, {'Accept': media_type}, **asked)
        for answer in (by_name, by_type):
            assert answer.headers['Content-Type'].startswith(media_type), (form, answer.text[:200])
            assert answer.content.startswith(signatures.get(form, b'<')), form
    drawn = etree.fromstring(api.get(DISTRICTS, f='svg', **asked).content)
    assert drawn.tag == '{http://www.w3.org/2000/svg}svg'
    assert drawn.get('viewBox') == '0 0 120 90'
    tiff = api.get(DISTRICTS, f='tiff', crs='EPSG:9209', **asked)
    with MemoryFile(tiff.content) as file, file.open() as raster:
        assert (raster.width, raster.height, raster.count) == (120, 90, 4)
        assert list(raster.bounds) == pytest.approx(box(tiff))
        assert raster.crs is not None
        assert rasterio.crs.CRS(raster.crs).is_projected
    page = api.get('/map', {'Accept': 'text/html,application/xhtml+xml,image/webp,*/*;q=0.8'}, width=200)
    assert page.headers['Content-Type'].startswith('text/html')
    assert re.search(r'khoảng 1:\d{1,3}(\.\d{3})+<', page.text), 'the scale has Vietnamese signs'
    assert '<img' in page.text
    assert api.get(DISTRICTS, f='gif').status_code == 400


def test_cors_for_reading_the_public_service(public: Api, internal: Api) -> None:
    """Requirement 63. The internal service lets named origins alone, none here, and says no such thing of itself."""
    declared = [any(name.endswith('maps-1/1.0/conf/cors') for name in one.declared()) for one in (public, internal)]
    assert declared == [True, False]
    answer = public.get(DISTRICTS, {'Origin': 'https://example.com'}, width=10)
    assert answer.headers['Access-Control-Allow-Origin'] == '*'
    assert {'Content-Bbox', 'Content-Crs', 'Content-Datetime'} <= set(
        answer.headers['Access-Control-Expose-Headers'].split(', ')
    )


def test_api_operations_are_complete_and_named_by_the_standard(api: Api) -> None:
    """Requirements 61 and 62: map paths have the parameters of the classes, their operations the standard's names."""
    paths = api.document()['paths']
    needed = {'bbox', 'width', 'mm-per-pixel', 'crs', 'bgcolor', 'datetime', 'subset'}
    found = {path: item['get'] for path, item in paths.items() if '/map' in path}
    assert {'/map', '/map/tiles', '/collections/{collectionId}/map', '/styles/{styleId}/map'} <= set(found)
    for path, operation in found.items():
        names = {one.get('name') for one in operation['parameters']}
        origin = 'collection' if path.startswith('/collections') else 'dataset'
        style = '.style' if '{styleId}' in path else ''
        if '/tiles' not in path:
            wanted = needed | ({'collections'} if origin == 'dataset' else set())
            assert wanted <= names, (path, wanted - names)
            assert operation['operationId'].endswith(f'.{origin}{style}.getMap')
        else:
            end = 'getTile' if 'tileCol' in path else 'getTileSet' if 'tileMatrixSetId' in path else 'getTileSetsList'
            assert operation['operationId'].endswith(f'.{origin}{style}.map.{end}')


def test_tilesets_of_maps_and_their_parameters(api: Api) -> None:
    """Requirements 4 and 5, as OGC's TilesParametersTest asks them: tile 0/0/0 of the first, which has to have it."""
    landing = api.json('')
    listed = api.json(links(landing, f'{REL}/tilesets-map', 'application/json')[0]['href'])
    assert [one['dataType'] for one in listed['tilesets']] == ['map'] * len(listed['tilesets'])
    assert listed['tilesets'][0]['title'].endswith('(WebMercatorQuad)')
    for entry in listed['tilesets']:
        tileset = api.json(links(entry, 'self')[0]['href'])
        assert links(entry, 'item') == links(tileset, 'item')
        for name in ('tileMatrixSetId', 'tileMatrixSetLimits'):
            assert entry[name] == tileset[name]
        item = next(one for one in links(tileset, 'item') if one['type'].startswith('image/'))
        limits = tileset['tileMatrixSetLimits'][0]
        address = item['href'].replace('{tileMatrix}', limits['tileMatrix'])
        address = address.replace('{tileRow}', str(limits['minTileRow']))
        address = address.replace('{tileCol}', str(limits['minTileCol']))
        for wish in ({}, {'width': 512}, {'height': 512}, {'width': 64, 'height': 64}):
            size = (wish.get('width') or wish.get('height') or 256, wish.get('height') or wish.get('width') or 256)
            assert picture(api.get(address, {'Accept': 'image/*'}, **wish)).size == size
    painted = api.get(address, bgcolor='navy', width=16)
    assert (0, 0, 128, 255) in corners(painted)
    assert api.get(address, subset='time(*)', mm_per_pixel=0.14, width=16).status_code == 200
    # the class of scaling is declared, so its parameter holds for tiles (5 A)
    assert api.get(address, scale_denominator=100_000, width=16).status_code == 200
    assert api.get(address, scale_denominator=0).status_code == 400
    assert api.get(address, subset='Lat(1:2)').status_code == 400
    assert api.get(address, crs=CRS84).status_code == 400
    of_layer = api.json('/collections/districts/map/tiles')
    assert {one['tileMatrixSetURI'].rsplit('/', 1)[1] for one in of_layer['tilesets']} == {
        'WebMercatorQuad', 'WorldCRS84Quad', 'EPSG-9209',
    }  # fmt: skip


def test_tiles_in_vn_2000_are_those_of_wmts_where_their_set_has_them(api: Api) -> None:
    """The set is defined at its URI; the box of a tile is its place there, in metres of the system."""
    tileset = api.json('/collections/districts/map/tiles/EPSG-9209')
    assert tileset['tileMatrixSetURI'] == f'{api.url}/TileMatrixSets/EPSG-9209'
    listed = api.json('/TileMatrixSets')['tileMatrixSets']
    assert [one['uri'] for one in listed if one['id'] == 'EPSG-9209'] == [tileset['tileMatrixSetURI']]
    matrix = next(one for one in api.json('/TileMatrixSets/EPSG-9209')['tileMatrices'] if one['id'] == '250000')
    at = next(one for one in tileset['tileMatrixSetLimits'] if one['tileMatrix'] == '250000')
    row, column = (at['minTileRow'] + at['maxTileRow']) // 2, (at['minTileCol'] + at['maxTileCol']) // 2
    tile = api.get(f'/collections/districts/map/tiles/EPSG-9209/250000/{row}/{column}?f=png')
    assert tile.headers['Content-Crs'] == tileset['crs'] == 'http://www.opengis.net/def/crs/EPSG/0/9209'
    (left, top), side = matrix['pointOfOrigin'], matrix['cellSize'] * 256
    box = [float(corner) for corner in tile.headers['Content-Bbox'].split(',')]
    assert box == pytest.approx(
        [left + column * side, top - (row + 1) * side, left + (column + 1) * side, top - row * side]
    )
    wmts = f'/ows/wmts/1.0.0/districts/default/current/EPSG-9209/250000/{row}/{column}.png'
    assert requests.get(api.url.removesuffix('/api') + wmts, timeout=120).content == tile.content
    for nowhere in ('250000/0/0', '250000/x/0', '3/0/0'):
        assert api.get(f'/collections/districts/map/tiles/EPSG-9209/{nowhere}').status_code == 404
    assert api.get('/collections/districts/map/tiles/EPSG-9209?f=html').status_code == 200
    assert api.get('/collections/districts/map/tiles/EPSG-9209?f=tilejson').status_code == 400
    assert api.get('/collections/districts/tiles/EPSG-9209').status_code == 404


def test_tiles_are_found_by_xyz_too_and_fit_together(api: Api) -> None:
    """Four tiles of the next zoom show what one shows; on a fine screen it has 512 pixels."""
    metadata = api.json('/collections/districts/map/tiles/WebMercatorQuad', f='tilejson')
    # an address of the public service has the version of what is drawn
    assert metadata['tiles'][0].partition('&version=')[0].endswith('/map/tiles/WebMercatorQuad/{z}/{y}/{x}?f=png')
    z, x, y = 9, 406, 226
    one = api.get(f'/collections/districts/map/xyz/{z}/{x}/{y}.png')
    assert one.content == api.get(f'/collections/districts/map/tiles/WebMercatorQuad/{z}/{y}/{x}?f=png').content
    fine = picture(api.get(f'/collections/districts/map/xyz/{z}/{x}/{y}@2x.png'))
    assert (picture(one).size, fine.size) == ((256, 256), (512, 512))
    assert api.get(f'/collections/districts/map/xyz/{z}/{x}/{y}.webp').headers['Content-Type'] == 'image/webp'
    shrunk = fine.convert('RGBA').resize((256, 256))
    coarse = picture(one).convert('RGBA')
    for at in ((20, 20), (128, 128), (230, 30), (30, 230)):
        assert (bands_at(shrunk, at)[3] > 0) == (bands_at(coarse, at)[3] > 0), at
    for nowhere in (f'xyz/{z}/0/0.png', 'xyz/30/0/0.png', 'tiles/WebMercatorQuad/a/0/0', 'tiles/NoSet/0/0/0'):
        assert api.get(f'/collections/districts/map/{nowhere}').status_code == 404


def test_a_map_is_kept_until_a_release_changes_it(api: Api) -> None:
    """304 without drawing anything; another size is another map."""
    first = api.get(DISTRICTS, width=30)
    again = api.get(DISTRICTS, {'If-None-Match': first.headers['ETag']}, width=30)
    assert (again.status_code, again.content) == (304, b'')
    assert api.get(DISTRICTS, {'If-Modified-Since': first.headers['Last-Modified']}, width=30).status_code == 304
    assert api.get(DISTRICTS, {'If-None-Match': first.headers['ETag']}, width=31).status_code == 200
    assert first.headers['Cache-Control'] == 'no-cache'
    answer = api.get(DISTRICTS, with_=30)
    assert answer.status_code == 400


@cache
def one_district(api: Api) -> list[float]:
    """The box of the first district, to six digits."""
    rings = api.json('/collections/districts/items', limit=1)['features'][0]['geometry']['coordinates']
    points = [point for part in rings for ring in part for point in ring]
    xs, ys = zip(*points, strict=True)
    return [round(value, 6) for value in (min(xs), min(ys), max(xs), max(ys))]
