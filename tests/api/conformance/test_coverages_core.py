"""OGC API - Coverages, class *core* of 1.0.0rc4 and of the draft before it, requirement by requirement."""

from typing import Any

import pytest

from tests.api.conformance.conftest import Api, links

CLASSES = (
    'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/core',
    'http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/core',
)
COVERAGE = 'http://www.opengis.net/def/rel/ogc/1.0/coverage'
SCHEMA = 'http://www.opengis.net/def/rel/ogc/1.0/schema'
CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'


@pytest.fixture(scope='module')
def coverages(internal: Api) -> dict[str, dict[str, Any]]:
    """The collections that can be had as a coverage."""
    return {one['id']: one for one in internal.collections() if links(one, COVERAGE)}


def test_collections_that_are_coverages_say_so(coverages: dict[str, dict[str, Any]]) -> None:
    """/conf/core/collection-description: the link, the system of storage, and the box in it."""
    assert {'elevation', 'population_grid'} <= coverages.keys()
    for one in coverages.values():
        spatial = one['extent']['spatial']
        assert spatial['crs'] == CRS84
        assert one['storageCrs'] in one['crs']
        assert one['storageCrs'] == CRS84 or len(spatial['storageCrsBbox'][0]) == 4


def test_the_grid_fills_the_box_of_its_system(coverages: dict[str, dict[str, Any]]) -> None:
    """Cells are areas: from the lower to the upper bound, resolution times number; the first one is centred."""
    for one in coverages.values():
        spatial = one['extent']['spatial']
        corners = spatial['storageCrsBbox'][0]
        for axis, low, high in zip(spatial['grid'], corners[:2], corners[2:], strict=True):
            assert axis['cellsCount'] * axis['resolution'] == pytest.approx(high - low)
            assert axis['firstCoordinate'] == pytest.approx(low + axis['resolution'] / 2)


def test_fields_are_described_in_their_order(internal: Api, coverages: dict[str, dict[str, Any]]) -> None:
    """/conf/core/coverage-fields-schema: key, title, type, and the place of each band."""
    for one in coverages.values():
        fields = internal.json(links(one, SCHEMA, 'application/schema+json')[0]['href'])['properties']
        assert [field['x-ogc-propertySeq'] for field in fields.values()] == list(range(1, len(fields) + 1))
        assert all(field['title'] and field['type'] in ('number', 'integer') for field in fields.values())
    assert list(fields) == ['people', 'homes']


def test_the_link_gives_what_it_says(internal: Api, coverages: dict[str, dict[str, Any]]) -> None:
    """/conf/core/get-coverage: 200, in the media type of each link, however many cells a coverage has."""
    for one in coverages.values():
        for link in links(one, COVERAGE):
            answer = internal.get(link['href'])
            assert answer.status_code == 200
            assert answer.headers['Content-Type'].split(';')[0] == link['type'].split(';')[0]


def test_answers_say_where_they_lie(internal: Api, coverages: dict[str, dict[str, Any]]) -> None:
    """/conf/core/response-headers: the native system by default, and the box in its axis order."""
    for one in coverages.values():
        headers = internal.get(f'/collections/{one["id"]}/coverage').headers
        assert headers['Content-Crs'] == f'<{one["storageCrs"]}>'
        box = [float(corner) for corner in headers['Content-Bbox'].split(',')]
        assert box == pytest.approx(one['extent']['spatial']['storageCrsBbox'][0])


def test_preferences_that_are_not_known_are_left_alone_unless_strict(internal: Api) -> None:
    """/conf/core/preference-handling-interpolation: 2xx by default and when lenient, 4xx when strict."""
    wish = 'interpolation=lat([ogc-interpolation:hypothetical]),lon([ogc-interpolation:hypothetical])'
    where = '/collections/elevation/coverage'
    for handling, status in (('', 200), ('handling=lenient, ', 200), ('handling=strict, ', 400)):
        answer = internal.get(where, {'Prefer': handling + wish}, f='png', width=10, height=10)
        assert answer.status_code == status
        assert 'Preference-Applied' not in answer.headers


def test_strict_handling_means_native_resolution_or_413(internal: Api) -> None:
    """/conf/core/preference-handling-resolution: nothing is ever made coarser without being asked for."""
    strict = {'Prefer': 'handling=strict'}
    whole = internal.get('/collections/population_grid/coverage', strict, f='covjson')
    assert whole.json()['ranges']['people']['shape'] == [74, 80]
    for headers in (strict, {}):
        assert internal.get('/collections/elevation/coverage', headers, f='covjson').status_code == 413


def test_a_collection_that_is_no_coverage_has_none(api: Api) -> None:
    for name in ('districts', 'none'):
        assert api.get(f'/collections/{name}/coverage').status_code == 404
