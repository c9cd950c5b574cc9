"""Scenarios over HTTP: private until shared, immutable, absent for who may not see them, handed over as edits."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from werkzeug.test import TestResponse

from dothi.core.database import READERS, connection
from tests.access.lagoon import Lagoon, degrees, running_lagoon
from tests.conftest import Instance
from tests.matrix import exhaustive

# The administrator and the steward see the same layers: what the one lacks here, the scenario keeps from them.
NOBODY = '00000000-0000-4000-8000-000000000009'
EVERYWHERE = {
    'type': 'FeatureCollection',
    'features': [{
        'type': 'Feature', 'properties': {'code': 'Z'}, 'geometry': {'type': 'Polygon', 'coordinates': [
            [[x, y] for x, y in ((105.5, 19.5), (107.5, 19.5), (107.5, 21), (105.5, 21), (105.5, 19.5))]]},
    }],
}  # fmt: skip


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'scenarios'
    folder.mkdir()
    with running_lagoon(instance, folder) as place:
        yield place


def well(code: str) -> dict[str, Any]:
    return {
        'kind': 'add', 'layer': 'wells', 'properties': {'code': code, 'district': '1'},
        'geometry': {'type': 'Point', 'coordinates': [*degrees('a')]},
    }  # fmt: skip


def close(layer: str, key: Any) -> dict[str, Any]:
    return {'kind': 'close', 'layer': layer, 'key': key}


def make(lagoon: Lagoon, person: str, *changes: dict[str, Any], sharing: str = 'private') -> str:
    """The id of a new scenario of the person, with one version."""
    client = lagoon.client(person)
    made = client.post('/api/scenarios', json={'name': f'Của {person}', 'sharing': sharing})
    assert made.status_code == 201, made.get_data(as_text=True)
    scenario_id = str(made.get_json()['id'])
    added = client.post(f'/api/scenarios/{scenario_id}/versions', json={'changes': [*changes]})
    assert added.status_code == 201, added.get_data(as_text=True)
    return scenario_id


def run(
    lagoon: Lagoon, person: str, layer: Any = 'wells', process: str = 'zonal-statistics', **inputs: Any
) -> TestResponse:
    """The answer to a count of a layer's features, waited for."""
    whole = {'layer': layer, 'statistics': ['count'], 'zones': EVERYWHERE} if process == 'zonal-statistics' else {}
    answer: TestResponse = lagoon.client(person).post(
        f'/api/processes/{process}/execution', json={'inputs': {**whole, **inputs}}, headers={'Prefer': 'respond-sync'}
    )
    return answer


def count(lagoon: Lagoon, person: str, **inputs: Any) -> int:
    answer = run(lagoon, person, **inputs)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return int(result_of(answer)['features'][0]['properties']['count'])


def result_of(answer: TestResponse) -> Any:
    document = answer.get_json()
    return document if 'features' in document else document['result']['value']


def job_of(answer: TestResponse) -> str:
    (link,) = [part for part in answer.headers.getlist('Link') if 'rel="monitor"' in part]
    return link.partition('/jobs/')[2].partition('>')[0]


def test_a_run_counts_what_the_scenario_makes_of_the_layer(lagoon: Lagoon) -> None:
    """Two wells: one closes, two are added; a plain run counts two as before."""
    scenario = make(lagoon, 'planner', close('wells', 'a'), well('c'), well('d'))
    assert count(lagoon, 'planner', scenario=scenario) == 3
    assert count(lagoon, 'planner') == 2


def test_a_layer_that_is_sent_along_becomes_added_features(lagoon: Lagoon) -> None:
    """Two wells of a GeoJSON document, both in the district that is said once; the second says another for itself."""
    client = lagoon.client('planner')
    scenario = str(client.post('/api/scenarios', json={'name': 'Từ tệp'}).get_json()['id'])
    wells = [well('c'), {**well('d'), 'properties': {'code': 'd', 'district': '2'}}]
    features = [{'type': 'Feature', 'properties': each['properties'], 'geometry': each['geometry']} for each in wells]
    del features[0]['properties']['district']
    document = {'type': 'FeatureCollection', 'features': features}
    body = {'layer': 'wells', 'properties': {'district': '1'}, 'features': document}
    added = client.post(f'/api/scenarios/{scenario}/versions', json=body)
    assert added.status_code == 201, added.get_data(as_text=True)
    assert [change['properties'] for change in added.get_json()['changes']] == [
        {'code': 'c', 'district': '1'}, {'code': 'd', 'district': '2'},
    ]  # fmt: skip
    assert count(lagoon, 'planner', scenario=scenario) == 4


@pytest.mark.parametrize(
    ('body', 'status', 'says'),
    [
        ({'layer': 'wells', 'features': []}, 400, 'FeatureCollection'),
        ({'features': {'type': 'FeatureCollection', 'features': []}}, 400, 'with \\"layer\\"'),
        ({'layer': 'wells', 'changes': [], 'features': {}}, 400, 'one of'),
        ({'layer': 'wells', 'features': {'type': 'FeatureCollection', 'features': []}}, 422, 'one change or more'),
        ({'layer': 'wells', 'features': {'type': 'FeatureCollection', 'features': [7]}}, 422, 'Change 1'),
        (
            {'layer': 'wells', 'features': {'type': 'FeatureCollection', 'features': [
                {'type': 'Feature', 'properties': {'depth': 3}, 'geometry': well('c')['geometry']}]}},
            422, 'Change 1',
        ),
    ],
)  # fmt: skip
def test_a_layer_that_does_not_fit_is_refused_with_what_is_wrong(
    lagoon: Lagoon, body: Any, status: int, says: str
) -> None:
    client = lagoon.client('planner')
    scenario = client.post('/api/scenarios', json={'name': 'Từ tệp'}).get_json()['id']
    answer = client.post(f'/api/scenarios/{scenario}/versions?lang=en', json=body)
    assert (answer.status_code, says in answer.get_data(as_text=True)) == (status, True), answer.get_data(as_text=True)
    assert client.get(f'/api/scenarios/{scenario}').get_json()['versions'] == 0


def test_a_private_scenario_of_another_is_not_there(lagoon: Lagoon) -> None:
    """Everywhere the answer is that to an id that nobody ever gave; also as input of a process."""
    scenario = make(lagoon, 'administrator', well('c'))
    other = lagoon.client('steward')
    for method, path, body in (
        ('get', '', None), ('get', '/versions', None), ('get', '/versions/1', None), ('get', '/changes', None),
        ('patch', '', {'name': 'x'}), ('delete', '', None), ('post', '/versions', {'changes': [well('x')]}),
    ):  # fmt: skip
        seen, absent = (
            getattr(other, method)(f'/api/scenarios/{one}{path}', **({'json': body} if body else {}))
            for one in (scenario, NOBODY)
        )
        assert (seen.status_code, absent.status_code) == (404, 404), (method, path)
        assert (
            seen.get_data(as_text=True).replace(scenario, NOBODY).partition('"request"')[0]
            == absent.get_data(as_text=True).partition('"request"')[0]
        )
    assert scenario not in other.get('/api/scenarios').get_data(as_text=True)
    assert run(lagoon, 'steward', scenario=scenario).status_code == 404
    assert run(lagoon, 'steward', scenario=NOBODY).status_code == 404


def test_jobs_about_a_private_scenario_are_its_authors_alone(lagoon: Lagoon) -> None:
    """State, results, list, dismissal, other forms, comparison and input of another run: there is no such job."""
    scenario = make(lagoon, 'administrator', well('c'))
    job = job_of(run(lagoon, 'administrator', scenario=scenario))
    plain = job_of(run(lagoon, 'administrator'))
    author, other = lagoon.client('administrator'), lagoon.client('steward')
    assert author.get(f'/api/jobs/{job}').status_code == 200
    assert job in author.get('/api/jobs?f=json').get_data(as_text=True)
    for path in ('', '/results', '/results?f=csv'):
        assert other.get(f'/api/jobs/{job}{path}').status_code == 404, path
    assert job not in other.get('/api/jobs?f=json').get_data(as_text=True)
    assert plain in other.get('/api/jobs?f=json').get_data(as_text=True)
    assert other.delete(f'/api/jobs/{job}').status_code == 404
    assert run(lagoon, 'steward', process='compare-results', before=plain, after=job).status_code == 404
    assert run(lagoon, 'steward', process='present-result', job=job, format='csv').status_code == 404
    assert run(lagoon, 'steward', layer={'job': job}).status_code in (400, 404)


def test_what_is_made_of_such_a_job_is_its_authors_too(lagoon: Lagoon) -> None:
    """A table and a comparison of it tell what it tells."""
    scenario = make(lagoon, 'administrator', well('c'))
    job, plain = job_of(run(lagoon, 'administrator', scenario=scenario)), job_of(run(lagoon, 'administrator'))
    compared = run(lagoon, 'administrator', process='compare-results', before=plain, after=job)
    assert compared.status_code == 200, compared.get_data(as_text=True)
    table = run(lagoon, 'administrator', process='present-result', job=job, format='csv')
    assert table.status_code == 200, table.get_data(as_text=True)
    for derived in (compared, table):
        assert lagoon.client('administrator').get(f'/api/jobs/{job_of(derived)}').status_code == 200
        assert lagoon.client('steward').get(f'/api/jobs/{job_of(derived)}').status_code == 404
    # nor does the store of results answer the same request of somebody else
    assert run(lagoon, 'steward', process='compare-results', before=plain, after=job).status_code == 404
    assert run(lagoon, 'steward', process='present-result', job=job, format='csv').status_code == 404


@pytest.mark.parametrize(
    'spelling',
    [
        'no hyphens',
        *(pytest.param(spelling, marks=exhaustive) for spelling in ('{}', 'urn:uuid:{}', '{{{}}}', 'CAPITALS')),
    ],
)
def test_however_its_job_is_written_what_is_made_of_it_is_its_authors(lagoon: Lagoon, spelling: str) -> None:
    """What the database does not know as the job of a scenario would be shown to everybody."""
    scenario = make(lagoon, 'planner', close('wells', 'a'))
    job = job_of(run(lagoon, 'planner', scenario=scenario))
    written = {'no hyphens': job.replace('-', ''), 'CAPITALS': job.upper()}.get(spelling, spelling.format(job))
    made = run(lagoon, 'planner', layer={'job': written})
    if spelling in ('{}', 'CAPITALS'):
        assert lagoon.client('steward').get(f'/api/jobs/{job_of(made)}').status_code == 404
    else:
        assert (made.status_code, made.get_json()['code']) == (404, 'UnknownResult')


def test_once_shared_it_and_its_jobs_are_there_for_others(lagoon: Lagoon) -> None:
    scenario = make(lagoon, 'administrator', well('c'))
    job = job_of(run(lagoon, 'administrator', scenario=scenario))
    shared = lagoon.client('administrator').patch(f'/api/scenarios/{scenario}', json={'sharing': 'everybody'})
    assert (shared.status_code, shared.get_json()['sharing']) == (200, 'everybody')
    other = lagoon.client('steward')
    assert other.get(f'/api/scenarios/{scenario}').get_json()['own'] is False
    assert other.get(f'/api/jobs/{job}').status_code == 200
    assert count(lagoon, 'steward', scenario=scenario) == 3
    assert other.patch(f'/api/scenarios/{scenario}', json={'name': 'x'}).status_code == 403
    assert other.post(f'/api/scenarios/{scenario}/versions', json={'changes': [well('x')]}).status_code == 403
    assert other.delete(f'/api/scenarios/{scenario}').status_code == 403


def test_a_group_is_an_agency_or_the_centre(lagoon: Lagoon) -> None:
    """The planner acts for no agency, like the steward; the viewer is of a district."""
    scenario = make(lagoon, 'planner', well('c'), sharing='group')
    assert lagoon.client('steward').get(f'/api/scenarios/{scenario}').status_code == 200
    assert lagoon.client('viewer').get(f'/api/scenarios/{scenario}').status_code == 404


def test_who_runs_it_sees_no_more_than_their_own_rows_and_layers(lagoon: Lagoon) -> None:
    """The steward changes cables, which a planner does not see, and complaints, of which a viewer sees some."""
    complaint = {
        'kind': 'add', 'layer': 'complaints', 'properties': {'code': 'z', 'district': '2'},
        'geometry': {'type': 'Point', 'coordinates': [*degrees('b')]},
    }  # fmt: skip
    scenario = make(lagoon, 'steward', close('cables', 'a'), complaint, well('c'), sharing='everybody')
    assert count(lagoon, 'steward', layer='complaints', scenario=scenario) == 3
    assert count(lagoon, 'viewer', layer='complaints', scenario=scenario) == 1
    seen = lagoon.client('planner').get(f'/api/scenarios/{scenario}/versions/1').get_json()
    assert ([change['layer'] for change in seen['changes']], seen['hidden']) == (['complaints', 'wells'], 1)
    for person in ('planner', 'viewer'):
        for path in ('/versions/1', '/changes'):
            assert 'cables' not in lagoon.client(person).get(f'/api/scenarios/{scenario}{path}').get_data(as_text=True)
    some = lagoon.client('viewer').get(f'/api/scenarios/{scenario}/versions/1').get_json()
    assert ([change['layer'] for change in some['changes']], some['hidden']) == (['wells'], 2)
    ran = run(lagoon, 'planner', scenario=scenario)
    assert 'cables' not in ran.get_data(as_text=True).lower()


def test_who_is_not_its_author_learns_nothing_of_hidden_changes_by_building_on_them(lagoon: Lagoon) -> None:
    """The changes of `base_version` were held against what the planner sees, and cables named as what is not there."""
    scenario = make(lagoon, 'steward', close('cables', 'a'), well('c'), sharing='everybody')
    answer = lagoon.client('planner').post(
        f'/api/scenarios/{scenario}/versions', json={'base_version': 1, 'changes': [well('d')]}
    )
    assert (answer.status_code, answer.get_json()['code']) == (403, 'NotItsAuthor'), answer.get_data(as_text=True)


def test_who_does_not_see_a_changed_column_hands_nothing_over_and_learns_no_name(lagoon: Lagoon) -> None:
    owner = {'kind': 'change', 'layer': 'meters', 'key': 'a', 'properties': {'owner': 'x'}}
    scenario = make(lagoon, 'steward', owner, sharing='everybody')
    answer = lagoon.client('editor').post(f'/api/scenarios/{scenario}/deliver', json={})
    assert (answer.status_code, answer.get_json()['code']) == (403, 'HiddenChanges'), answer.get_data(as_text=True)
    assert 'owner' not in answer.get_data(as_text=True)


def test_a_layer_or_column_that_the_author_does_not_see_is_none(lagoon: Lagoon) -> None:
    """The same words as for what is not there at all, with the number of the change."""
    scenario = make(lagoon, 'viewer', well('c'))
    owner = {'kind': 'change', 'layer': 'meters', 'key': 'a', 'properties': {'owner': 'x'}}
    answers = [
        lagoon.client('viewer').post(f'/api/scenarios/{scenario}/versions', json={'changes': [well('d'), change]})
        for change in (close('cables', 'a'), close('nowhere', 'a'), owner)
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    hidden, absent, column = (answer.get_json()['errors'][0] for answer in answers)
    assert hidden['en'].replace('cables', 'nowhere') == absent['en']
    assert (hidden['pointer'], hidden['en'][:9]) == ('/changes/1/layer', 'Change 2:')
    assert column['pointer'] == '/changes/1/properties/owner'


def test_a_version_never_changes(lagoon: Lagoon) -> None:
    """Not by its author, and not by the database's own roles; another one is another number and digest."""
    scenario = make(lagoon, 'planner', well('c'))
    planner = lagoon.client('planner')
    first = planner.get(f'/api/scenarios/{scenario}/versions/1').get_json()
    canonical = json.dumps(first['changes'], sort_keys=True, separators=(',', ':'), ensure_ascii=False)
    plain = {hashlib.sha256(text.encode()).hexdigest() for text in (canonical, f'scenario {scenario} {canonical}')}
    assert first['digest'] not in plain, 'a reader could try what the changes are that they do not see'
    other = make(lagoon, 'planner', well('c'))
    assert planner.get(f'/api/scenarios/{other}/versions/1').get_json()['digest'] != first['digest'], 'nor by their own'
    again = planner.post(f'/api/scenarios/{scenario}/versions', json={'base_version': 1, 'changes': [well('d')]})
    assert (again.status_code, again.get_json()['number']) == (201, 2)
    assert len(again.get_json()['changes']) == 2
    assert planner.get(f'/api/scenarios/{scenario}/versions/1').get_json() == first
    for role in ('owner', READERS['internal']):
        for statement in ("update scenario.version set message = 'x'", 'delete from scenario.version'):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection(role) as db, db.cursor() as cursor:
                cursor.execute(statement)


def test_a_scenario_has_an_end(lagoon: Lagoon) -> None:
    """After a thousand versions the answer says what to do, and it is no fault of the server."""
    scenario = make(lagoon, 'planner', well('c'))
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            'insert into scenario.version (scenario_id, number, digest, changes, author)'
            ' select scenario_id, 1000, digest, changes, author from scenario.version where scenario_id = %s',
            [scenario],
        )  # fmt: skip
    full = lagoon.client('planner').post(f'/api/scenarios/{scenario}/versions', json={'changes': [well('d')]})
    assert (full.status_code, full.get_json()['code']) == (400, 'TooManyVersions')


def test_the_latest_version_is_resolved_when_the_request_is_accepted(lagoon: Lagoon) -> None:
    """A job names the very version with its digest; run again it is that version still."""
    scenario = make(lagoon, 'planner', well('c'))
    planner = lagoon.client('planner')
    ran = run(lagoon, 'planner', scenario=scenario)
    inputs = planner.get(f'/api/jobs/{job_of(ran)}').get_json()['inputs']
    version = planner.get(f'/api/scenarios/{scenario}/versions/1').get_json()
    assert inputs['scenario'] == {'id': scenario, 'version': 1, 'digest': version['digest'], 'name': 'Của planner'}
    assert result_of(ran)['summary']['applied_scenario'] == inputs['scenario']
    planner.post(f'/api/scenarios/{scenario}/versions', json={'changes': [well('c'), well('d')]})
    assert count(lagoon, 'planner', scenario=scenario) == 4
    assert count(lagoon, 'planner', scenario={'id': scenario, 'version': 1}) == 3
    assert count(lagoon, 'planner', scenario=inputs['scenario']) == 3
    other = {**inputs['scenario'], 'digest': '0' * 64}
    assert run(lagoon, 'planner', scenario=other).status_code == 404


def test_requests_differ_by_the_version(lagoon: Lagoon, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same request has the same hash, another version another one; without a scenario it is a third."""
    monkeypatch.setenv('DOTHI_RESULT_STORE', 'on')
    scenario = make(lagoon, 'planner', well('c'))
    lagoon.client('planner').post(f'/api/scenarios/{scenario}/versions', json={'changes': [well('d')]})
    jobs = [
        job_of(run(lagoon, 'planner', **dict[str, Any](more)))
        for more in (
            {'scenario': {'id': scenario, 'version': 1}}, {'scenario': {'id': scenario, 'version': 1}},
            {'scenario': {'id': scenario, 'version': 2}}, {},
        )
    ]  # fmt: skip
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('select id::text, request from job.job where id::text = any(%s)', [jobs])
        requests = dict(cursor.fetchall())
    hashes = [requests[job] for job in jobs]
    assert hashes[0] == hashes[1]
    assert len({*hashes}) == 3


def test_what_changed_since_it_was_read_is_not_changed(lagoon: Lagoon) -> None:
    scenario = make(lagoon, 'planner', well('c'))
    planner = lagoon.client('planner')
    tag = planner.get(f'/api/scenarios/{scenario}').headers['ETag']
    assert planner.get(f'/api/scenarios/{scenario}', headers={'If-None-Match': tag}).status_code == 304
    renamed = planner.patch(f'/api/scenarios/{scenario}', json={'name': 'Tên khác'}, headers={'If-Match': tag})
    assert (renamed.status_code, renamed.get_json()['name']) == (200, 'Tên khác')
    for method in (planner.patch, planner.delete):
        stale = method(f'/api/scenarios/{scenario}', json={'name': 'x'}, headers={'If-Match': tag})
        assert stale.status_code == 412
    removed = planner.delete(f'/api/scenarios/{scenario}', headers={'If-Match': renamed.headers['ETag']})
    assert removed.status_code == 204
    assert planner.get(f'/api/scenarios/{scenario}').status_code == 404


def test_results_outlive_their_scenario(lagoon: Lagoon) -> None:
    """Its author still has them; nobody can use the scenario again."""
    scenario = make(lagoon, 'planner', well('c'))
    job = job_of(run(lagoon, 'planner', scenario=scenario))
    assert lagoon.client('planner').delete(f'/api/scenarios/{scenario}').status_code == 204
    assert lagoon.client('planner').get(f'/api/jobs/{job}/results').status_code == 200
    assert lagoon.client('viewer').get(f'/api/jobs/{job}').status_code == 404
    assert run(lagoon, 'planner', scenario=scenario).status_code == 404


def test_changes_on_a_map_say_what_was_there(lagoon: Lagoon) -> None:
    """Added: new. Moved: new and old. Closed: old. With the values before, as far as they change."""
    lon, lat = degrees('b')
    moved = {
        'kind': 'change', 'layer': 'wells', 'key': 'a', 'properties': {'district': '2'},
        'geometry': {'type': 'Point', 'coordinates': [lon, lat + 0.001]},
    }  # fmt: skip
    scenario = make(lagoon, 'planner', well('c'), moved, close('wells', 'b'))
    answer = lagoon.client('planner').get(f'/api/scenarios/{scenario}/changes')
    assert answer.mimetype == 'application/geo+json'
    features = {feature['id']: feature for feature in answer.get_json()['features']}
    assert sorted(features) == ['1-new', '2-new', '2-old', '3-old']
    assert features['2-new']['geometry'] == moved['geometry']
    assert features['2-old']['geometry']['coordinates'] == pytest.approx(degrees('a'), abs=1e-7)
    assert features['2-old']['properties']['before'] == {'district': '1'}
    assert features['3-old']['properties']['kind'] == 'close'


def test_a_scenario_is_handed_over_for_review(lagoon: Lagoon) -> None:
    """By who may edit: the wells' agency finds a change set with the addition and the closing, and nothing else."""
    scenario = make(lagoon, 'steward', well('e'), close('wells', 'b'), sharing='everybody')
    refused = lagoon.client('planner').post(f'/api/scenarios/{scenario}/deliver', json={})
    assert refused.status_code == 403
    handed = lagoon.client('editor').post(f'/api/scenarios/{scenario}/deliver', json={'version': 1})
    assert handed.status_code == 200, handed.get_data(as_text=True)
    (change_set,) = handed.get_json()['change_sets']
    assert (change_set['layer'], change_set['edits']) == ('wells', 2)
    waiting = lagoon.client('steward').get(f'/api/edits/{change_set["change_set"]}?f=json').get_json()
    assert waiting['author'] == 'lagoon-editor'
    assert [(edit['change'], (edit['properties'] or {}).get('code')) for edit in waiting['pending']] == [
        ('added', 'e'), ('closed', None),
    ]  # fmt: skip
    assert count(lagoon, 'planner') == 2, 'nothing is released before somebody has decided'
    accepted = lagoon.client('steward').post(
        f'/api/edits/{change_set["change_set"]}/decision', json={'decision': 'reject', 'reason': 'thử'}
    )
    assert accepted.status_code == 200


def test_what_does_not_fit_any_more_is_not_handed_over(lagoon: Lagoon) -> None:
    """A feature without its key, and one that the layer has by now: named by their numbers, and nothing is kept."""
    nameless = {**well('x'), 'properties': {'district': '1'}}
    scenario = make(lagoon, 'steward', well('f'), nameless)
    answer = lagoon.client('steward').post(f'/api/scenarios/{scenario}/deliver', json={})
    assert answer.status_code == 422
    (error,) = answer.get_json()['errors']
    assert (error['pointer'], error['en'][:9]) == ('/changes/1/properties/code', 'Change 2:')
    edits = lagoon.client('steward').get('/api/edits?f=json').get_json()['edits']
    assert [one for one in edits if one['author'] == 'lagoon-steward'] == []


def test_the_public_service_knows_of_no_scenarios(lagoon: Lagoon) -> None:
    from dothi.api.app import create_app

    client = create_app('public').test_client()
    assert client.get('/api/scenarios').status_code == 404
    described = client.get('/api/processes/zonal-statistics?f=json').get_json()
    assert 'scenario' not in described['inputs']
    body = {'inputs': {'layer': 'wells', 'statistics': ['count'], 'zones': EVERYWHERE, 'scenario': NOBODY}}
    refused = client.post('/api/processes/zonal-statistics/execution?lang=en', json=body)
    assert (refused.status_code, 'There is no input "scenario"' in refused.get_json()['detail']) == (400, True)
    internal = lagoon.client('planner').get('/api/processes/zonal-statistics?f=json').get_json()
    assert 'scenario' in internal['inputs']
    assert '/scenarios' not in json.dumps([*client.get('/api/openapi?f=json').get_json()['paths']])


@pytest.mark.parametrize(
    ('body', 'status'),
    [
        ({}, 400), ({'name': ''}, 400), ({'name': 5}, 400), ({'name': 'x' * 201}, 400), ({'nam': 'x'}, 400),
        ({'name': 'x', 'sharing': 'world'}, 400), ([], 400),
    ],
)  # fmt: skip
def test_bad_descriptions_are_refused(lagoon: Lagoon, body: Any, status: int) -> None:
    assert lagoon.client('planner').post('/api/scenarios', json=body).status_code == status


@pytest.mark.parametrize(
    'body',
    [
        {'changes': []}, {'changes': 'x'}, {'changes': [close('wells', 'a')] * 2},
        {'changes': [{**well('x'), 'geometry': {}}]},
        {'changes': [{**well('x'), 'geometry': {'type': 'Point', 'coordinates': [0, 0]}}]}, {'changes': [well('a')]},
        {'changes': [{'kind': 'change', 'layer': 'wells', 'key': 'a', 'properties': {'code': 'q'}}]},
        {'changes': [well('x')] * 2001}, {'changes': [close('wells', 'zz')]},
    ],
)  # fmt: skip
def test_bad_changes_are_refused(lagoon: Lagoon, body: Any) -> None:
    made = lagoon.client('planner').post('/api/scenarios', json={'name': 'x'}).get_json()
    answer = lagoon.client('planner').post(f'/api/scenarios/{made["id"]}/versions', json=body)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert all(error['vi'] and error['en'] and error['pointer'] for error in answer.get_json()['errors'])
