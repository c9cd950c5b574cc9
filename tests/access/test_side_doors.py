"""Ways around the table of who sees what: the database itself, hidden columns, kept answers, jobs, the desk."""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from flask.testing import FlaskClient

from dothi.api.app import create_app
from dothi.core import database
from dothi.core.access.claims import claim
from dothi.core.access.classes import EVERYBODY, AccessClass, Sight, class_of, locality_of
from dothi.core.access.keys import make_key
from dothi.core.access.people import find_person
from dothi.core.access.person import Action, Person, Role
from dothi.core.access.signing import Claims, sign
from dothi.core.database import Role as DatabaseRole
from dothi.core.database import connection, database_url
from dothi.core.locality import load_locality
from dothi.core.migrate import migrate
from tests.access.lagoon import ACCESS, PEOPLE, Lagoon, degrees, key_of, running_lagoon
from tests.access.test_scenarios import EVERYWHERE
from tests.api.conftest import E0, N0, tile_address
from tests.api.editors import rows
from tests.conftest import Instance

CABLES, COMPLAINTS = (
    'select count(*) from layer.cables',
    "select string_agg(code, '' order by code) from layer.complaints",
)
OWNERS = "select string_agg(owner, '') from guarded.meters"


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'side-doors'
    folder.mkdir()
    with running_lagoon(instance, folder) as place:
        yield place


def value(role: DatabaseRole, query: str, token: str = '') -> Any:
    """What the role reads on a connection of its own. token: of claims."""
    url = database_url(role).set(drivername='postgresql').render_as_string(hide_password=False)
    with closing(psycopg2.connect(url)) as db, db.cursor() as cursor:
        cursor.execute("select set_config('dothi.claims', %s, false)", [token])
        cursor.execute(query)
        ((answer,),) = cursor.fetchall()
        return answer


def signed(claims: dict[str, Any], lasts_s: int = 60) -> str:
    with connection('gatekeeper') as db:
        return sign(db, claims, lasts_s)


EVERYTHING = {
    'cables': {'columns': [], 'rows': None}, 'complaints': {'columns': [], 'rows': {'district': ['2']}},
    'meters': {'columns': ['owner'], 'rows': None},
}  # fmt: skip


def test_the_database_shows_what_is_claimed_and_nothing_without(lagoon: Lagoon) -> None:
    token = signed(EVERYTHING)
    shown = [value('reader_internal', query, token) for query in (CABLES, COMPLAINTS, OWNERS)]
    assert shown == [2, 'b', 'owner of aowner of b']
    assert [value('reader_internal', query) for query in (CABLES, COMPLAINTS, OWNERS)] == [0, None, None]
    hidden = "select count(*) from catalog.layer where id in ('cables', 'patrols', 'complaints', 'grants')"
    assert value('reader_internal', hidden) == 0
    assert value('reader_internal', hidden, token) == 2
    assert value('reader_internal', "select count(*) from catalog.tile_count where layer_id = 'complaints'", token) == 0


@pytest.mark.parametrize('table', ['layer', 'history'])
def test_the_role_that_answers_requests_reads_no_restricted_column(lagoon: Lagoon, table: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        value('reader_internal', f'select count(owner) from {table}.meters', signed(EVERYTHING))


def test_claims_that_the_database_has_not_signed_show_nothing(lagoon: Lagoon) -> None:
    body, _, signature = signed({'cables': {'columns': [], 'rows': {'code': []}}}).partition('.')
    widened = json.loads(base64.b64decode(body)) | {'layers': EVERYTHING}
    forged = base64.b64encode(json.dumps(widened).encode()).decode()
    for token in (f'{forged}.{signature}', f'{forged}.', forged, f'{body}.{"0" * 64}', 'x', '.', "'; select 1"):
        assert value('reader_internal', CABLES, token) == 0, token
    assert value('reader_internal', CABLES, signed(EVERYTHING, lasts_s=-1)) == 0


@pytest.mark.parametrize('role', ['reader_internal', 'reader_public', 'editor', 'loader', 'gis_internal'])
def test_nobody_who_answers_requests_has_claims_signed_or_reads_the_key(lagoon: Lagoon, role: DatabaseRole) -> None:
    for query in ("select access.sign_claims('{}', 60)", 'select secret from access.claim_key'):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            value(role, query)


def test_a_function_that_tells_what_it_is_given_learns_no_hidden_row(lagoon: Lagoon) -> None:
    """Row-level security is a barrier: conditions of a statement come after it, however cheap they are."""
    query = """select count(*) from layer.complaints
        where case when code = 'b' then 1 / (position('b' in code) - 1) end is null"""
    assert value('reader_internal', query, signed({'complaints': {'columns': [], 'rows': {'district': ['1']}}})) == 1
    with pytest.raises(psycopg2.errors.DivisionByZero):
        value('reader_internal', query, signed(EVERYTHING))


def test_claims_end_with_the_transaction_and_with_the_request(lagoon: Lagoon) -> None:
    access_class = AccessClass({'cables': Sight((), None)})
    claim(access_class, Claims().of(access_class))
    for expected in (2, 0):
        with connection('reader_internal') as db, db.cursor() as cursor:
            cursor.execute(CABLES)
            assert cursor.fetchall() == [(expected,)]
        claim(EVERYBODY, '')


def test_gis_staff_find_no_guarded_layer_in_the_database(lagoon: Lagoon) -> None:
    views = "select string_agg(viewname, ' ' order by viewname) from pg_views where schemaname = 'share'"
    assert value('gis_internal', views) == 'layer_styles meters pipes wells'
    assert value('gis_internal', "select string_agg(code, '') from share.wells") == 'ab'
    assert value('gis_public', "select string_agg(code, '') from share.wells") == 'ab'
    for query in ('select count(owner) from layer.meters', 'select count(*) from layer.complaints'):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            value('gis_internal', query)


@pytest.mark.parametrize(
    'query', ["filter={}='x'", 'filter={} is null', 'sortby={}', 'properties={}', '{}=x', 'filter=casei({})=casei(1)']
)
def test_a_hidden_column_is_as_one_that_is_not_there(lagoon: Lagoon, query: str) -> None:
    texts = []
    for name in ('owner', 'never'):
        answer = lagoon.client('viewer').get(f'/api/collections/meters/items?f=json&{query.format(name)}')
        assert answer.status_code == 400
        texts.append(_without_hints(answer.get_json(force=True)['description'], name))
    assert texts[0] == texts[1]


def test_a_tag_of_one_person_is_none_of_anothers(lagoon: Lagoon) -> None:
    (west, lat), (east, _) = degrees('a'), degrees('b')
    box = f'{west},{lat - 0.01},{east},{lat + 0.01}'
    for address in (
        '/api/collections/meters/items?f=json', '/api/collections/complaints/items?f=json', '/api/collections?f=json',
        '/api/openapi?f=json', tile_address('complaints', 11), tile_address('meters', 11),
        f'/api/collections/complaints/map?bbox={box}&width=60&height=20&f=png', '/api/collections/complaints?f=json',
    ):  # fmt: skip
        planner, viewer = lagoon.client('planner'), lagoon.client('viewer')
        tag = planner.get(address).headers.get('ETag')
        assert tag, address
        assert planner.get(address, headers={'If-None-Match': tag}).status_code == 304, address
        assert viewer.get(address, headers={'If-None-Match': tag}).status_code == 200, address


def test_no_shared_cache_keeps_what_a_person_was_answered(lagoon: Lagoon) -> None:
    for address in ('/api/collections/complaints/items?f=json', tile_address('complaints', 11), '/api/collections'):
        answer = lagoon.client('viewer').get(address)
        assert 'private' in answer.headers['Cache-Control'], address
        assert {'Cookie', 'Authorization'} <= set(answer.headers['Vary'].replace(' ', '').split(',')), address


def test_a_result_is_for_whoever_sees_what_it_was_made_from(lagoon: Lagoon) -> None:
    inputs = {'inputs': {'collection': 'cables', 'format': 'geojson'}}
    started = lagoon.client('steward').post(
        '/api/processes/export-features/execution', json=inputs, headers={'Prefer': 'respond-async'}
    )
    job = started.get_json()['jobID']
    for person in ('planner', 'editor', 'viewer'):
        for path in (f'/api/jobs/{job}', f'/api/jobs/{job}/results'):
            assert lagoon.client(person).get(path).status_code == 404, (person, path)
        assert job not in lagoon.client(person).get('/api/jobs?limit=100').get_data(as_text=True), person
        assert lagoon.client(person).delete(f'/api/jobs/{job}').status_code == 404, person
    assert lagoon.client('administrator').get(f'/api/jobs/{job}').status_code == 200


def test_the_desk_tells_of_layers_to_who_sees_all_of_them(lagoon: Lagoon) -> None:
    steward = lagoon.client('steward').get('/api/deliveries?f=json').get_json()['deliveries']
    assert {delivery['layer_id'] for delivery in steward} >= {'cables', 'patrols', 'complaints'}
    numbers = {delivery['layer_id']: delivery['id'] for delivery in steward}
    for person in ('planner', 'editor', 'viewer', 'focal_point'):
        answer = lagoon.client(person).get('/api/deliveries?f=json')
        seen = {delivery['layer_id'] for delivery in (answer.get_json().get('deliveries') or [])}
        assert 'patrols' not in seen, person
        for part in ('', '/original', '/receipt', '/bad-rows'):
            path = f'/api/deliveries/{numbers["patrols"]}{part}'
            assert lagoon.client(person).get(path).status_code in (403, 404), (person, path)


def test_a_person_edits_no_row_that_they_do_not_see(lagoon: Lagoon) -> None:
    for person, layer in (('editor', 'cables'), ('editor', 'patrols'), ('viewer', 'complaints'), ('planner', 'meters')):
        for method in ('delete', 'patch', 'put'):
            answer = getattr(lagoon.client(person), method)(f'/api/collections/{layer}/items/1', json={})
            assert answer.status_code in (403, 404), (person, layer, method)


def test_who_edits_without_seeing_a_column_leaves_it_as_it_is(lagoon: Lagoon) -> None:
    geometry = {'type': 'Point', 'coordinates': list(degrees('a'))}
    body = {'type': 'Feature', 'properties': {'code': 'a', 'district': '1'}, 'geometry': geometry}
    address = '/api/collections/meters/items/1'
    answer = lagoon.client('editor').put(address, json=body, content_type='application/geo+json')
    assert answer.status_code == 204, answer.get_data(as_text=True)
    seen = lagoon.client('steward').get(f'{address}?f=json').get_json(force=True)
    assert seen['properties']['owner'] == 'owner of a'


@pytest.mark.parametrize(
    ('process', 'inputs'),
    [
        ('compare-releases', {'layer': '{}', 'before': '2100-01-01T00:00:00Z', 'zones': '{}'}),
        ('hotspots', {'reports': '{}'}),
        ('group-by-units', {'layer': '{}'}),
        ('export-features', {'collection': '{}', 'format': 'geojson'}),
        ('print-map', {'layers': ['{}']}),
        ('zonal-statistics', {'coverage': '{}'}),
    ],
)
def test_analyses_know_no_layer_that_a_person_does_not_see(
    lagoon: Lagoon, process: str, inputs: dict[str, Any]
) -> None:
    texts = []
    for layer in ('cables', 'neverwas'):
        body = json.loads(json.dumps({'inputs': inputs}).replace('{}', layer))
        answer = lagoon.client('viewer').post(f'/api/processes/{process}/execution', json=body)
        assert answer.status_code == 400, answer.get_data(as_text=True)[:300]
        texts.append(_without_hints(answer.get_json()['description'], layer))
    assert texts[0] == texts[1]


def _without_hints(text: str, name: str) -> str:
    return re.sub(rf'{name}|(Có phải|Did you mean)[^?]*[?]|(Các tên có sẵn|Known names)[^.]*[.]', '', text).strip()


def test_who_acts_for_no_unit_has_no_rows_of_their_own(lagoon: Lagoon) -> None:
    person = Person(id=uuid4(), name='x', title='x', role=PEOPLE['viewer'][0])
    assert class_of(person, lagoon.locality).sights == {'complaints': Sight((), {'district': []})}


def test_who_may_change_a_restricted_layer_does_so_by_http(lagoon: Lagoon) -> None:
    text = f'code;district;X;Y\nc;1;{E0 + 100};{N0}\n'
    file = {'value': base64.b64encode(text.encode()).decode(), 'encoding': 'base64'}
    inputs = {'layer': 'cables', 'file': file, 'file_name': 'c.csv', 'crs': 'EPSG:9209', 'mode': 'upsert'}
    for person in ('viewer', 'planner', 'editor'):
        assert execute(lagoon, person, 'deliver-layer', inputs).status_code in (400, 403, 404), person
    report = execute(lagoon, 'focal_point', 'deliver-layer', inputs).get_json()['report']
    assert report.get('value', report)['verdict'] == 'accepted'
    assert items_of(lagoon, 'steward', 'cables') == 'abc'
    listed = lagoon.client('steward').get('/api/deliveries?layer=cables&f=json').get_json()['deliveries']
    first = min(delivery['release'] for delivery in listed)
    undo = {'layer': 'cables', 'release': first, 'reason': 'Only tried'}
    for person in ('viewer', 'focal_point'):
        assert execute(lagoon, person, 'roll-back', undo).status_code in (400, 403, 404), person
    assert execute(lagoon, 'steward', 'roll-back', undo).status_code == 200
    assert items_of(lagoon, 'steward', 'cables') == 'ab'


def execute(lagoon: Lagoon, person: str, process: str, inputs: dict[str, Any]) -> Any:
    body, headers = {'inputs': inputs, 'response': 'document'}, {'Prefer': 'wait=60'}
    return lagoon.client(person).post(f'/api/processes/{process}/execution', json=body, headers=headers)


def test_a_guard_goes_when_the_rule_does(lagoon: Lagoon) -> None:
    """`access.yml` is changed, and the place started again: last of all, since others need the guards."""
    file = lagoon.locality.path / 'access.yml'
    try:
        file.write_text('viewer: [{may: [see], layers: all}]', encoding='utf-8')
        migrate(load_locality(lagoon.locality.path))
        assert value('reader_internal', COMPLAINTS) == 'ab'
        with pytest.raises((psycopg2.errors.UndefinedTable, psycopg2.errors.InsufficientPrivilege)):
            value('reader_internal', OWNERS)
        assert value('reader_internal', CABLES) == 0
    finally:
        file.write_text(ACCESS, encoding='utf-8')
        migrate(lagoon.locality)
    assert value('reader_internal', COMPLAINTS) is None


def test_what_is_not_guarded_as_the_rules_say_is_not_served(lagoon: Lagoon) -> None:
    """`access.yml` was changed, and nobody has migrated: who sees some rows by it would see all of them."""
    file = lagoon.locality.path / 'access.yml'
    try:
        file.write_text(ACCESS.replace('{district: own}', '{code: ["a"]}'), encoding='utf-8')
        changed = replace(lagoon, app=create_app('internal'))
        assert items_of(changed, 'viewer', 'complaints') == items_of(changed, 'steward', 'complaints') == ''
        migrate(load_locality(lagoon.locality.path))
        migrated = replace(lagoon, app=create_app('internal'))
        assert items_of(migrated, 'viewer', 'complaints') == 'a'
        assert items_of(migrated, 'steward', 'complaints') == 'ab'
    finally:
        file.write_text(ACCESS, encoding='utf-8')
        migrate(lagoon.locality)


def items_of(lagoon: Lagoon, person: str, layer: str) -> str:
    answer = lagoon.client(person).get(f'/api/collections/{layer}/items?f=json')
    features = answer.get_json(force=True)['features'] if answer.status_code == 200 else []
    return ''.join(feature['properties']['code'] for feature in features)


def test_a_locality_as_somebody_sees_it_lacks_what_they_do_not(lagoon: Lagoon) -> None:
    seen = locality_of(lagoon.locality, EVERYBODY)
    assert seen.layers.keys() == {'wells', 'pipes', 'meters'}
    assert not seen.coverages
    assert 'owner' not in seen.layers['meters'].columns_for('internal')


def test_no_tile_or_picture_of_some_rows_is_kept(lagoon: Lagoon) -> None:
    """A kept one of a layer that everybody sees shows that the folder is the right one."""
    (west, lat), (east, _) = degrees('a'), degrees('b')
    box = f'{west},{lat - 0.01},{east},{lat + 0.01}'
    cache = Path(lagoon.environment['DOTHI_STATE']) / 'cache'
    for layer, is_kept in (('complaints', False), ('pipes', True)):
        before = {file for file in cache.rglob('*') if file.is_file()}
        viewer = lagoon.client('viewer')
        assert viewer.get(tile_address(layer, 12)).status_code == 200
        assert viewer.get(f'/api/collections/{layer}/map?bbox={box}&width=70&height=20&f=png').status_code == 200
        assert bool({file for file in cache.rglob('*') if file.is_file()} - before) == is_kept, layer


def test_reading_what_not_everybody_sees_is_one_line_a_minute(lagoon: Lagoon) -> None:
    def lines() -> list[tuple[str, int]]:
        with connection('gatekeeper') as db, db.cursor() as cursor:
            cursor.execute(
                """select detail ->> 'layer', count(*) from access.log as l join access.person as p on p.id = l.person
                   where action = 'layer_read' and p.name = 'lagoon-reader'
                   group by 1, date_trunc('minute', at) order by 1"""
            )
            return cursor.fetchall()

    reader = replace(lagoon, keys={'reader': key_of('reader', Role.STEWARD, None)})
    for address in (
        '/api/collections/wells/items?f=json', '/api/collections/cables/items?f=json', '/api/collections/cables?f=json',
        '/ows?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic&LAYER=patrols&FORMAT=image/png',
    ):  # fmt: skip
        assert reader.client('reader').get(address).status_code == 200
    inputs = {'inputs': {'collection': 'complaints', 'format': 'geojson'}}
    assert reader.client('reader').post('/api/processes/export-features/execution', json=inputs).status_code == 200
    assert {layer for layer, _ in lines()} == {'cables', 'complaints', 'patrols'}
    assert {count for _, count in lines()} == {1}
    assert reader.client('reader').get(tile_address('cables', 11).replace('/collections/cables', '')).status_code == 200
    assert {layer for layer, _ in lines()} >= {'soundings', 'grants'}


def key_for(lagoon: Lagoon, person: str, *actions: Action) -> FlaskClient:
    """A browser with a key of the person that allows these alone."""
    with connection('gatekeeper') as db:
        key = make_key(db, find_person(db, f'lagoon-{person}'), 'x', actions, 1)
    return replace(lagoon, keys={person: key}).client(person)


COMPARE = {'layer': 'wells', 'before': '2100-01-01T00:00:00Z', 'zones': 'wells'}


def test_a_key_that_shows_nothing_has_no_analysis_show_it_either(lagoon: Lagoon) -> None:
    """An analysis tells of the rows of layers: who may run it and see nothing would see them by it."""
    wanted = {'group-by-units': {'layer': 'wells'}, 'compare-releases': COMPARE, 'print-map': {'layers': ['wells']}}
    blind = key_for(lagoon, 'steward', Action.RUN, Action.DOWNLOAD)
    for process, inputs in wanted.items():
        answer = blind.post(f'/api/processes/{process}/execution', json={'inputs': inputs})
        assert answer.status_code == 403, (process, answer.get_data(as_text=True))
    job = _exported(lagoon, 'steward', 'wells')
    assert lagoon.client('steward').get(f'/api/jobs/{job}/results').status_code == 200
    for path in ('/results', '/results/result', '/results/result?f=csv'):
        assert blind.get(f'/api/jobs/{job}{path}').status_code == 403, path
    assert blind.post(f'/api/jobs/{job}/rerun').status_code == 403


def test_who_may_not_download_a_layer_gets_no_copy_of_it_from_an_analysis(lagoon: Lagoon) -> None:
    """Nor the one that a colleague had made; what is computed of it, they get."""
    file = lagoon.locality.path / 'access.yml'
    rules = """
editor: [{may: [run], layers: all}, {may: [see, download], layers: [wells, pipes, meters]}]
viewer:
  - {may: [run], layers: all}
  - {may: [see], layers: [wells, pipes, meters]}
  - {may: [download], layers: [pipes]}"""
    try:
        file.write_text(ACCESS.partition('editor:')[0] + rules, encoding='utf-8')
        migrate(load_locality(lagoon.locality.path))
        some = replace(lagoon, app=create_app('internal'))
        job = _exported(some, 'editor', 'wells')
        viewer = some.client('viewer')
        assert viewer.get(f'/api/jobs/{job}').status_code == 200
        assert viewer.get(f'/api/jobs/{job}/results').status_code == 403
        assert viewer.post(f'/api/jobs/{job}/rerun').status_code == 403
        features = _exported(some, 'editor', 'wells', 'geojson')
        for process, inputs in (
            ('present-result', {'job': features, 'format': 'csv'}),
            ('present-result', {'job': features.upper(), 'format': 'geojson'}),
            ('compare-results', {'before': features, 'after': features}),
        ):
            assert execute(some, 'viewer', process, inputs).status_code == 403, (process, inputs)
            made = execute(some, 'editor', process, inputs)
            assert made.status_code == 200, (process, inputs)
            other = re.search(r'/jobs/([0-9a-f-]{36})', made.headers['Link'])
            assert other is not None
            assert viewer.get(f'/api/jobs/{other[1]}/results').status_code == 403, (process, inputs)
        export = '/api/processes/export-features/execution'
        codes = {
            layer: viewer.post(export, json={'inputs': {'collection': layer, 'format': 'csv'}}).status_code
            for layer in ('wells', 'pipes', 'cables')
        }
        assert codes == {'wells': 403, 'pipes': 200, 'cables': 400}
    finally:
        file.write_text(ACCESS, encoding='utf-8')
        migrate(lagoon.locality)


def test_a_run_that_changed_a_layer_is_put_into_other_forms_by_who_ran_it(lagoon: Lagoon) -> None:
    """Such a job answers to its editor alone, hence its copies too; `indicators` with `keep` is one."""
    job = _exported(lagoon, 'editor', 'wells', 'geojson')
    rows('update job.job set editor = asker where id = %s returning 1', job)
    copy = _job_of(execute(lagoon, 'editor', 'present-result', {'job': job, 'format': 'csv'}))
    assert execute(lagoon, 'steward', 'present-result', {'job': job, 'format': 'csv'}).status_code == 404
    assert lagoon.client('editor').get(f'/api/jobs/{copy}/results').status_code == 200
    assert lagoon.client('steward').get(f'/api/jobs/{copy}').status_code == 404


def test_a_copy_of_a_result_that_is_gone_is_a_copy_all_the_same(lagoon: Lagoon) -> None:
    """It says itself of which layers it has rows, whatever becomes of the job that it was made from."""
    file = lagoon.locality.path / 'access.yml'
    rules = """
editor: [{may: [run], layers: all}, {may: [see, download], layers: [wells, pipes]}]
viewer: [{may: [run], layers: all}, {may: [see], layers: [wells, pipes]}]"""
    try:
        file.write_text(ACCESS.partition('editor:')[0] + rules, encoding='utf-8')
        migrate(load_locality(lagoon.locality.path))
        some = replace(lagoon, app=create_app('internal'))
        editor, viewer = some.client('editor'), some.client('viewer')
        export = _exported(some, 'editor', 'wells', 'geojson')
        first = _job_of(execute(some, 'editor', 'present-result', {'job': export, 'format': 'geojson'}))
        second = _job_of(execute(some, 'editor', 'present-result', {'job': first, 'format': 'csv'}))
        # answered from the first one
        same = _job_of(execute(some, 'editor', 'present-result', {'job': export, 'format': 'geojson'}))
        counted = _job_of(execute(some, 'editor', 'zonal-statistics', COUNT))
        of_counted = _job_of(execute(some, 'editor', 'present-result', {'job': counted, 'format': 'csv'}))
        for ended in ('dismissed', 'deleted'):
            for gone in (export, counted):
                if ended == 'dismissed':
                    assert editor.delete(f'/api/jobs/{gone}').status_code == 200
                else:
                    rows('delete from job.job where id = %s returning 1', gone)
            for copied in (first, second, same):
                assert viewer.get(f'/api/jobs/{copied}').status_code == 200, ended
                assert viewer.get(f'/api/jobs/{copied}/results').status_code == 403, ended
                assert editor.get(f'/api/jobs/{copied}/results').status_code == 200, ended
            assert viewer.get(f'/api/jobs/{of_counted}/results').status_code == 200, 'what is computed is no copy'
        rows('update job.job set copies = null where id = %s returning 1', second)
        assert viewer.get(f'/api/jobs/{second}/results').status_code == 403, 'nobody knows what it is'
    finally:
        file.write_text(ACCESS, encoding='utf-8')
        migrate(lagoon.locality)


# Of an analysis of wells by one zone that both of them are in.
COUNT = {'layer': 'wells', 'statistics': ['count'], 'zones': EVERYWHERE}


def _job_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.headers['Link'].partition('/jobs/')[2].partition('>')[0])


def _exported(lagoon: Lagoon, person: str, layer: str, form: str = 'csv') -> str:
    inputs = {'collection': layer, 'format': form, 'properties': ['code']}
    answer = lagoon.client(person).post(
        '/api/processes/export-features/execution', json={'inputs': inputs}, headers={'Prefer': 'wait=60'}
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.headers['Link'].partition('/jobs/')[2].partition('>')[0]


def test_claims_go_also_where_setting_them_was_broken_off(lagoon: Lagoon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement may be cancelled when the server has carried it out already: the next one gets the connection."""
    set_claims = database._set_claims

    def set_and_break_off(db: Any, text: str) -> None:
        set_claims(db, text)
        if text:
            raise psycopg2.errors.QueryCanceled

    access_class = AccessClass({'cables': Sight((), None)})
    claim(access_class, Claims().of(access_class))
    monkeypatch.setattr(database, '_set_claims', set_and_break_off)
    with pytest.raises(database.NoDatabase), connection('reader_internal'):
        pass
    claim(EVERYBODY, '')
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute(CABLES)
        assert cursor.fetchall() == [(0,)]


def test_a_result_from_before_a_rule_is_for_who_sees_the_layer_by_it(lagoon: Lagoon) -> None:
    """It was made when everybody saw the layer, and stays for days."""
    file = lagoon.locality.path / 'access.yml'
    rules = ACCESS.partition('editor:')[0] + 'editor: [{may: [see, download, run], layers: all}]'

    def under(rule: str) -> Lagoon:
        file.write_text(f'{rules}\nviewer: [{{may: [run], layers: all}}, {rule}]', encoding='utf-8')
        migrate(load_locality(lagoon.locality.path))
        return replace(lagoon, app=create_app('internal'))

    def status(place: Lagoon, person: str) -> int:
        return place.client(person).get(f'/api/jobs/{job}/results').status_code

    try:
        place = under('{may: [see, download], layers: all}')
        job = _exported(place, 'editor', 'pipes')
        assert [status(place, person) for person in ('editor', 'steward', 'viewer')] == [200, 200, 200]
        place = under('{may: [see, download], layers: [wells]}')
        assert [status(place, person) for person in ('editor', 'steward', 'viewer')] == [200, 200, 404]
        place = under('{may: [see, download], layers: [pipes], rows: {district: ["1"]}}')
        assert [status(place, person) for person in ('editor', 'steward', 'viewer')] == [200, 200, 404]
    finally:
        file.write_text(ACCESS, encoding='utf-8')
        migrate(lagoon.locality)
