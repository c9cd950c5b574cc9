"""OGC API - Records - Part 1, class Record Core Query Parameters."""

import pytest

from tests.api.conformance.conftest import Api
from tests.api.conformance.records import BASE, ids, parameters, records

CLASSES = ['http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core-query-parameters']
LISTS = ('q', 'type', 'ids', 'externalIds')


@pytest.mark.parametrize('name', LISTS)
def test_a_parameter_with_several_values_is_a_list_with_commas(api: Api, name: str) -> None:
    """/req/record-core-query-parameters/q-definition, type-definition, ids-definition, externalIds-definition"""
    found = parameters(api)[name]
    assert (found['in'], found['required'], found['explode'], found['style']) == ('query', False, False, 'form')
    assert found['schema']['type'] == 'array'
    assert found['schema']['items']['type'] == 'string'


@pytest.mark.parametrize('name', ['bbox', 'datetime', 'limit'])
def test_parameters_of_features_are_there_too(api: Api, name: str) -> None:
    """/req/record-core-query-parameters/bbox, datetime, limit"""
    found = parameters(api)[name]
    assert (found['in'], found['required'], found['explode'], found['style']) == ('query', False, False, 'form')


@pytest.mark.parametrize('name', [*LISTS, 'bbox', 'datetime', 'limit'])
def test_an_empty_value_counts_as_none(api: Api, name: str) -> None:
    """/req/record-core-query-parameters/empty-value"""
    given = api.json(f'{BASE}/items', **{name: ''})
    plain = api.json(f'{BASE}/items')
    assert [one['id'] for one in given['features']] == [one['id'] for one in plain['features']]


def test_bbox_means_what_it_means_for_features(api: Api) -> None:
    """/req/record-core-query-parameters/bbox, with 17-069r4, /req/core/fc-bbox-response"""
    placed = {one['id'] for one in records(api) if one['geometry']}
    assert placed
    assert ids(api, bbox='105,19,107,21') >= placed
    far = ids(api, bbox='-10,-10,-9,-9')
    assert not far & placed
    assert far == ids(api) - placed
    assert api.get(f'{BASE}/items', bbox='1,2,3').status_code == 400


def test_datetime_means_what_it_means_for_features(api: Api) -> None:
    """/req/record-core-query-parameters/datetime, with 17-069r4, /req/core/fc-time-response"""
    timeless = {one['id'] for one in records(api) if not one['time']}
    assert 'document-decree-14-2014' in ids(api, datetime='2014-01-01T00:00:00Z/..')
    assert 'document-decree-14-2014' in ids(api, datetime='2014-06-01T00:00:00Z')
    assert 'document-decree-14-2014' not in ids(api, datetime='2015-06-01T00:00:00Z')
    assert ids(api, datetime='1800-01-01/1800-12-31') == timeless
    assert api.get(f'{BASE}/items', datetime='yesterday').status_code == 400


def test_limit_is_kept(api: Api) -> None:
    """/req/record-core-query-parameters/limit"""
    document = api.json(f'{BASE}/items', limit=3)
    assert len(document['features']) == document['numberReturned'] == 3
    assert document['numberMatched'] == len(ids(api))
    assert api.get(f'{BASE}/items', limit=0).status_code == 400


def test_q_finds_terms_phrases_and_either_of_several(api: Api) -> None:
    """/req/record-core-query-parameters/q-response: one term; comma: or; space: all of them, in this order."""
    dikes, surveying = 'document-law-on-dikes-2006', 'document-law-on-surveying-2018'
    assert dikes in ids(api, q='dikes')
    assert ids(api, q='protection corridor of dikes') == {dikes}
    assert not ids(api, q='dikes of corridor protection')
    assert ids(api, q='law on dikes,law on surveying') >= {dikes, surveying}
    assert not ids(api, q='nosuchword')


def test_type_ids_and_external_ids_select(api: Api) -> None:
    """/req/record-core-query-parameters/type-response, ids-response, externalIds-response"""
    kinds = {one['id']: one['properties']['type'] for one in records(api)}
    for kind in ('dataset', 'process', 'document'):
        assert ids(api, type=kind) == {name for name, other in kinds.items() if other == kind} != set()
    assert ids(api, type='dataset,process') == {name for name, kind in kinds.items() if kind != 'document'}
    assert ids(api, ids='rivers,document-decree-14-2014,nothing') == {'rivers', 'document-decree-14-2014'}
    for spelled in ('14/2014/ND-CP', 'document-number:14/2014/ND-CP', '14/2014/ND-CP,none'):
        assert ids(api, externalIds=spelled) == {'document-decree-14-2014'}, spelled
    assert ids(api, externalIds='document-number:') >= {'document-decree-14-2014', 'document-qcvn-01-2021'}
    assert not ids(api, externalIds='elsewhere:14/2014/ND-CP')


def test_parameters_together_mean_and(api: Api) -> None:
    assert ids(api, type='dataset', q='river') <= ids(api, q='river') & ids(api, type='dataset')
    assert not ids(api, type='process', ids='rivers')
