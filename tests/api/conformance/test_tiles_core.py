"""OGC 20-057, requirements class core: tiles by a template, found where there is data, refused where there is none."""

import pytest

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.tiling import MVT, REL, filled, limits, template, tile, tiled, tilesets

CLASSES = ('http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core',)


def test_core_declared(api: Api) -> None:
    """/req/core/conformance-success"""
    assert CLASSES[0] in api.declared()


def test_core_tc_op_a_template_with_three_variables_leads_to_tiles(api: Api) -> None:
    """/req/core/tc-op A and C, for every tileset of the service"""
    for found in tilesets(api):
        for variable in ('{tileMatrix}', '{tileRow}', '{tileCol}'):
            assert template(found).count(variable) == 1, found['title']
        assert filled(api, found, found['tileMatrixSetLimits'][-3]['tileMatrix']).status_code == 200


def test_core_tc_op_variables_are_those_of_the_tile_matrix_set(api: Api) -> None:
    """/req/core/tc-op B: matrices exist in the set, and the limits lie inside of them"""
    for found in tilesets(api):
        (scheme,) = links(found, f'{REL}/tiling-scheme')
        matrices = {one['id']: one for one in api.json(scheme['href'])['tileMatrices']}
        for at in found['tileMatrixSetLimits']:
            matrix = matrices[at['tileMatrix']]
            assert 0 <= at['minTileRow'] <= at['maxTileRow'] < matrix['matrixHeight']
            assert 0 <= at['minTileCol'] <= at['maxTileCol'] < matrix['matrixWidth']


@pytest.mark.parametrize('variable', ['tileMatrix', 'tileRow', 'tileCol'])
def test_core_tc_variables_are_described(api: Api, variable: str) -> None:
    """/req/core/tc-tilematrix-definition, tc-tilerow-definition, tc-tilecol-definition: required, in the path"""
    paths = api.document()['paths']
    of_tiles = [path for path in paths if path.endswith('/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}')]
    of_tiles = [path for path in of_tiles if '/map/' not in path]
    assert len(of_tiles) == len(tiled(api)) + 2
    for path in of_tiles:
        (found,) = [one for one in paths[path]['get']['parameters'] if one.get('name') == variable]
        assert (found['in'], found['required'], found['schema']['minimum']) == ('path', True, 0)


def test_core_tc_success_content_is_200_in_the_format_asked_for(api: Api) -> None:
    """/req/core/tc-success A and B"""
    for found in tilesets(api):
        answer = filled(api, found, found['tileMatrixSetLimits'][0]['tileMatrix'])
        assert answer.headers['Content-Type'] == MVT


def test_core_tc_error_outside_of_the_limits_is_404_with_the_reason(api: Api) -> None:
    """/req/core/tc-error A: the matrix, the row and the column, one step and far away"""
    found = tilesets(api)[0]
    matrix = found['tileMatrixSetLimits'][2]['tileMatrix']
    at = limits(found, matrix)
    row, column = at['maxTileRow'], at['maxTileCol']
    outside = [
        (matrix, row + 1, column), (matrix, row, column + 1), (matrix, at['minTileRow'] - 1, column),
        (matrix, 2**31 - 1, 2**31 - 1), (matrix, 10**30, column), ('30', 1, 1), ('0', 0, 0), ('x', 0, 0),
    ]  # fmt: skip
    for place in outside:
        answer = tile(api, found, *place)
        assert answer.status_code in (400, 404), place
        assert answer.json()['description'], place
    assert tile(api, found, matrix, row, column).status_code in (200, 204)


def test_core_tc_error_an_unknown_set_is_refused_with_the_nearest(api: Api) -> None:
    answer = api.get('/tiles/WebMercatorQuat/8/113/203', lang='en')
    assert answer.status_code in (400, 404)
    assert 'WebMercatorQuad' in answer.json()['description']


def test_core_tc_error_empty_inside_of_the_limits_is_204(api: Api) -> None:
    """/req/core/tc-error B; the corner of the extent of health stations has none"""
    found = api.json('/collections/health_facilities/tiles/WebMercatorQuad')
    at = limits(found, '16')
    answers = [
        tile(api, found, '16', row, column)
        for row in range(at['minTileRow'], at['minTileRow'] + 3)
        for column in range(at['minTileCol'], at['minTileCol'] + 3)
    ]
    assert {answer.status_code for answer in answers} <= {200, 204}
    assert next(answer.content for answer in answers if answer.status_code == 204) == b''
