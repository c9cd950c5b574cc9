"""OGC API - Records - Part 1, class Filtering, which annex A of the standard calls cql-filter."""

import json

from tests.api.conformance.conftest import Api
from tests.api.conformance.records import BASE, ids, parameters, records

CLASSES = [
    'http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/filtering',
    'http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/cql-filter',
]


def test_filtering_has_its_three_parameters(api: Api) -> None:
    """/req/features-filter/filter-param, /req/record-filter/filter-lang-param, filter-crs-param"""
    known = parameters(api)
    assert known['filter']['schema']['type'] == 'string'
    assert known['filter-lang']['schema']['enum'] == ['cql2-text', 'cql2-json']
    assert known['filter-lang']['schema']['default'] == 'cql2-text'
    assert known['filter-crs']['schema']['format'] == 'uri'


def test_cql_filter_selects_by_every_kind_of_property(api: Api) -> None:
    """/req/record-filter/response"""
    everything = {one['id']: one['properties'] for one in records(api)}

    def where(text: str) -> set[str]:
        return ids(api, filter=text)

    assert where("agency = 'agriculture'") == {n for n, p in everything.items() if p.get('agency') == 'agriculture'}
    assert where('rows > 100') == {n for n, p in everything.items() if p.get('rows', 0) > 100} != set()
    assert where('demo = TRUE') == {n for n, p in everything.items() if p['demo']} != set()
    assert where('license IS NULL') == {n for n, p in everything.items() if 'license' not in p}
    assert where("nextUpdateDue >= DATE('2000-01-01')") == {n for n, p in everything.items() if 'nextUpdateDue' in p}
    assert where("T_AFTER(updated, TIMESTAMP('2000-01-01T00:00:00Z'))") == {
        n for n, p in everything.items() if 'updated' in p
    }
    assert where("CASEI(title) LIKE CASEI('law%')") >= {'document-law-on-dikes-2006'}
    assert where("type = 'process' OR id = 'rivers'") == ids(api, type='process') | {'rivers'}
    assert where('S_INTERSECTS(geom, BBOX(105, 19, 107, 21))') == {one['id'] for one in records(api) if one['geometry']}


def test_a_filter_as_json_means_the_same(api: Api) -> None:
    tree = {'op': 'and', 'args': [{'op': '=', 'args': [{'property': 'type'}, 'dataset']},
                                  {'op': '=', 'args': [{'property': 'theme'}, 'water']}]}  # fmt: skip
    by_json = ids(api, filter=json.dumps(tree), filter_lang='cql2-json')
    assert by_json == ids(api, filter="type = 'dataset' AND theme = 'water'") != set()


def test_a_filter_and_the_other_parameters_must_both_hold(api: Api) -> None:
    assert ids(api, filter="type = 'dataset'", q='river') == ids(api, type='dataset', q='river')


def test_what_cannot_be_read_is_refused(api: Api) -> None:
    for text in ('colour = 1', 'type = 1', 'type =', "type = 'dataset' AND"):
        assert api.get(f'{BASE}/items', filter=text).status_code == 400, text
    crs84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'
    assert ids(api, filter="id = 'rivers'", filter_crs=crs84) == {'rivers'}
    assert api.get(f'{BASE}/items', filter="id = 'rivers'", filter_crs='http://none').status_code == 400
