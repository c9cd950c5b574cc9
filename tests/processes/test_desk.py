"""A day at the desk by HTTP alone: an agency hands a file in, a steward decides, the agency reads what became of it."""

import base64
import io
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import fiona
import pytest
from flask import Flask

from dothi.api.app import App, create_app
from dothi.core import database as core_database
from dothi.core.access.log import log_lines
from dothi.core.access.person import Action, Person, Role
from dothi.core.access.policy import AccessPolicy, Rule
from dothi.core.database import connection
from dothi.core.locality import Locality
from etl.desk.decide import AlreadyDecided
from processes.reading.validation import validate_inputs
from processes.registry import find_process
from tests.access.conftest import Browser, person
from tests.api.editors import rows
from tests.conftest import use
from tests.forked import ForkedProcess
from tests.processes.conftest import ORIGIN, empty

__all__ = ['person']
MakePerson = Callable[..., Person]
# Of the province: it lies between two zones, and 600,000 m east is within it in either.
CRS, UNSURE_EAST = 'EPSG:9209', 600_000


@pytest.fixture
def database(shared_database: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a test before has delivered stays, as deliveries do."""
    use(monkeypatch, shared_database)
    monkeypatch.setenv('DOTHI_SIGN_IN', 'required')
    return shared_database


@pytest.fixture(scope='module')
def service(shared_database: dict[str, str]) -> Flask:
    """On a database without what another file delivered: its schools may have the codes of ours elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        use(patch, shared_database)
        empty()
        made = create_app('internal')
        core_database.fresh()
    return made


@pytest.fixture
def people(database: dict[str, str], service: App, person: MakePerson) -> dict[str, Browser]:
    """Browsers of a steward, of focal points of two agencies and of none, of a viewer; accounts of this test alone."""
    roles = {
        'steward': (Role.STEWARD, None), 'education': (Role.FOCAL_POINT, 'education'),
        'health': (Role.FOCAL_POINT, 'health'), 'viewer': (Role.VIEWER, None), 'nobody': (Role.FOCAL_POINT, 'trade'),
    }  # fmt: skip
    browsers = {}
    for name, (role, agency) in roles.items():
        account = f'{name}-{time.time_ns()}'
        person(account, role, agency)
        browsers[name] = Browser(service.test_client())
        assert browsers[name].sign_in(account).status_code == 200
    # as of before an agency was taken out of agencies.yml
    rows("update access.person set agency = null where name like 'nobody-%%' returning 1")
    return browsers


def schools_file(count: int, east: float = ORIGIN[0], prefix: str = 'T') -> dict[str, Any]:
    """A table of schools in metres of the working CRS, which the table does not say."""
    rows = [f'{prefix}{i};Trường {i};primary;{300 + i};{east + 50 * i};{ORIGIN[1]}' for i in range(count)]
    text = '\n'.join(['MA_TRUONG;TEN_TRUONG;CAP_HOC;SO_CHO;X;Y', *rows])
    return {'value': base64.b64encode(text.encode()).decode(), 'encoding': 'base64'}


def hand_in(browser: Browser, count: int, **options: Any) -> dict[str, Any]:
    inputs = {'layer': 'schools', 'file': schools_file(count), 'file_name': 'truong.csv', **options}
    answer = browser.client.post(
        '/api/processes/deliver-layer/execution',
        json={'inputs': inputs, 'outputs': {'report': {}}, 'response': 'document'},
        headers={'X-CSRF-Token': browser.csrf, 'Prefer': 'wait=60'},
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    member: dict[str, Any] = answer.get_json()['report']
    report: dict[str, Any] = member.get('value', member)
    return report


def outcome(browser: Browser, answer: Any) -> dict[str, Any]:
    """What the job came to that an answer is about."""
    assert answer.status_code == 201, answer.get_data(as_text=True)
    job_id, deadline = answer.get_json()['jobID'], time.monotonic() + 60
    while (state := browser.get(f'/api/jobs/{job_id}').get_json())['status'] in ('accepted', 'running'):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return state | {'results': browser.get(f'/api/jobs/{job_id}/results').get_json()}


@contextmanager
def at_rest(worker: ForkedProcess) -> Iterator[None]:
    """The worker takes no job, while inside."""
    os.kill(worker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker.pid, signal.SIGCONT)


def test_a_file_that_waits_is_decided_and_its_agency_sees_what_came_of_it(
    people: dict[str, Browser], worker: ForkedProcess
) -> None:
    education, steward = people['education'], people['steward']
    hand_in(education, 20, crs=CRS, mode='upsert')
    held = hand_in(education, 5, crs=CRS)
    assert (held['verdict'], held['held']) == ('undecided', ['loss'])
    number = held['delivery']
    listed = steward.get('/api/deliveries?status=diagnosed').get_json()['deliveries']
    assert number in [one['id'] for one in listed]
    assert steward.get(f'/api/deliveries/{number}').get_json()['waits_for']
    # compressed, as browsers and most libraries ask for it: its tag is then another one
    packed = {'Accept-Encoding': 'br'}
    whole = steward.get(f'/api/deliveries/{number}', **packed)
    assert whole.headers['Content-Encoding'] == 'br'
    held_tag = packed | {'If-None-Match': whole.headers['ETag']}
    assert steward.get(f'/api/deliveries/{number}', **held_tag).status_code == 304
    decided = steward.client.post(
        f'/api/deliveries/{number}/decision?lang=en', json={'decision': 'accept', 'reason': 'Sáp nhập trường'},
        headers={'X-CSRF-Token': steward.csrf, 'If-Match': whole.headers['ETag']},
    )  # fmt: skip
    ended = outcome(steward, decided)
    assert ended['status'] == 'successful'
    assert '<html lang="en">' in json.dumps(ended['results'], ensure_ascii=False).replace('\\"', '"')
    after = education.get(f'/api/deliveries/{number}').get_json()
    assert after['status'] == 'accepted'
    assert [made['reason'] for made in after['decisions']] == ['Sáp nhập trường']
    assert after['decisions'][0]['decided_by'].startswith('steward-')
    assert '5' in education.get('/api/collections/schools/items?limit=1').get_data(as_text=True)
    receipt = education.get(f'/api/deliveries/{number}/receipt').get_data(as_text=True)
    assert 'Sáp nhập trường' in receipt
    for lang in ('vi', 'en'):
        answer = education.get(f'/api/deliveries/{number}/receipt?lang={lang}')
        assert answer.headers['Content-Language'] == lang
        assert f'<html lang="{lang}">' in answer.get_data(as_text=True)
        assert f'id="{lang}" checked' in answer.get_data(as_text=True)


def test_whoever_sends_a_file_without_its_zone_is_not_guessed_for(
    people: dict[str, Browser], worker: ForkedProcess
) -> None:
    """It lies in the province in either zone, 52 km apart: a steward says which, and where the schools are then."""
    unsure = hand_in(people['education'], 3, file=schools_file(3, UNSURE_EAST, 'Z'), mode='upsert')
    assert (unsure['verdict'], unsure['held']) == ('undecided', ['crs'])
    steward, number = people['steward'], unsure['delivery']
    wrong = steward.post(f'/api/deliveries/{number}/decision', decision='accept', reason='x', scope='nonsense')
    assert outcome(steward, wrong)['status'] == 'failed'
    decided = steward.post(f'/api/deliveries/{number}/decision', decision='accept', reason='Theo công văn', crs=CRS)
    assert outcome(steward, decided)['status'] == 'successful'
    crs = 'http://www.opengis.net/def/crs/EPSG/0/9209'
    (school,) = steward.get(f'/api/collections/schools/items?code=Z0&crs={crs}').get_json()['features']
    assert school['geometry']['coordinates'] == [UNSURE_EAST, ORIGIN[1]]


def test_two_stewards_decide_once(people: dict[str, Browser], worker: ForkedProcess) -> None:
    education, steward = people['education'], people['steward']
    hand_in(education, 20, crs=CRS, mode='upsert')
    number = hand_in(education, 4, crs=CRS)['delivery']
    version = steward.get(f'/api/deliveries/{number}').headers['ETag']
    with at_rest(worker):
        answers = [steward.post(f'/api/deliveries/{number}/decision', decision='return', reason=why) for why in 'ab']
    states = sorted(outcome(steward, answer)['status'] for answer in answers)
    assert states == ['failed', 'successful']
    assert len(steward.get(f'/api/deliveries/{number}').get_json()['decisions']) == 1
    late = steward.client.post(
        f'/api/deliveries/{number}/decision', json={'decision': 'accept', 'reason': 'x'},
        headers={'X-CSRF-Token': steward.csrf, 'If-Match': version},
    )  # fmt: skip
    assert (late.status_code, late.get_json()['code']) == (412, 'StaleDecision')


@pytest.mark.parametrize('decision', ['accept', 'return'])
def test_a_decision_that_is_taken_up_again_answers_what_came_of_it(
    people: dict[str, Browser], worker: ForkedProcess, locality: Locality, decision: str
) -> None:
    """As when a worker is killed between the decision and its answer: it was told that nothing waits any more."""
    hand_in(people['education'], 20, crs=CRS, mode='upsert')
    number = hand_in(people['education'], 4, crs=CRS)['delivery']
    process = find_process('decide-delivery', 'internal')
    inputs = validate_inputs(process.inputs, {'delivery': number, 'decision': decision, 'reason': 'x'})

    def run(job_id: str) -> Any:
        seen: Any = SimpleNamespace(editor='steward', locality=locality, job_id=job_id)
        return process.run(inputs, seen, lambda *_: None)

    job = str(uuid4())
    first, again = run(job), run(job)
    assert first['report']['verdict'] == again['report']['verdict']
    assert len(people['steward'].get(f'/api/deliveries/{number}').get_json()['decisions']) == 1
    for other in (str(uuid4()), ''):
        with pytest.raises(AlreadyDecided):
            run(other)


@pytest.mark.parametrize(
    ('fields', 'code'),
    [
        ({'csr': CRS}, 'UnknownField'),
        ({'crs': [CRS]}, 'NoText'),
        ({'columns': 'MA=code'}, 'NoMapping'),
        ({'columns': {'MA': ['code']}}, 'NoMapping'),
        ({'reason': 'x' * 2_001}, 'LongField'),
    ],
)
def test_what_a_decision_says_is_never_passed_over(
    people: dict[str, Browser], worker: ForkedProcess, fields: dict[str, Any], code: str
) -> None:
    """A file would be accepted as nobody wanted it read, or with half of a reason."""
    number = hand_in(people['education'], 3, file=schools_file(3, UNSURE_EAST, 'U'), mode='upsert')['delivery']
    steward, here = people['steward'], f'/api/deliveries/{number}'
    for path in ('decision',) if 'reason' in fields else ('decision', 'changes'):
        refused = steward.post(f'{here}/{path}', **({'decision': 'accept', 'reason': 'x'} | fields))
        assert (refused.status_code, refused.get_json()['code']) == (400, code), path
    assert steward.get(here).get_json()['status'] == 'diagnosed'
    returned = steward.post(f'{here}/decision', decision='return', reason='x' * 2_000)
    assert outcome(steward, returned)['status'] == 'successful'
    assert len(steward.get(here).get_json()['decisions'][0]['reason']) == 2_000


@pytest.mark.parametrize('decision', ['accept', 'return'])
def test_a_decision_whose_answer_was_lost_is_the_same_one_when_it_is_repeated(
    people: dict[str, Browser], worker: ForkedProcess, decision: str
) -> None:
    """A service that ends before it answers leaves its client to ask again; what it had taken must not look failed."""
    file = schools_file(3, UNSURE_EAST, decision)
    number = hand_in(people['education'], 3, file=file, mode='upsert')['delivery']
    steward, here = people['steward'], f'/api/deliveries/{number}'
    fields = {'decision': decision, 'reason': 'x'} | ({'crs': CRS} if decision == 'accept' else {})
    with at_rest(worker):
        first, again = steward.post(f'{here}/decision', **fields), steward.post(f'{here}/decision', **fields)
    assert again.get_json()['jobID'] == first.get_json()['jobID']
    assert outcome(steward, again)['status'] == 'successful'
    late = steward.post(f'{here}/decision', **fields)
    assert (late.status_code, late.get_json()['code']) == (400, 'AlreadyDecided')
    assert len(steward.get(here).get_json()['decisions']) == 1


def test_an_agency_sees_its_own_deliveries_and_decides_nothing(
    people: dict[str, Browser], worker: ForkedProcess
) -> None:
    number = hand_in(people['education'], 20, crs=CRS, mode='upsert')['delivery']
    paths = [f'/api/deliveries/{number}{more}' for more in ('', '/receipt', '/original', '/bad-rows')]
    for path in paths[:3]:
        assert people['education'].get(path).status_code == 200, path
    assert {people['health'].get(path).status_code for path in paths} == {404}
    missing = people['health'].get('/api/deliveries/999999').get_json()
    other = people['health'].get(f'/api/deliveries/{number}').get_json()
    assert missing['code'] == other['code'], 'not there and not yours are the same'
    assert all(one['agency'] == 'health' for one in people['health'].get('/api/deliveries').get_json()['deliveries'])
    assert people['viewer'].get('/api/deliveries').status_code == 403
    for name in ('education', 'health', 'viewer'):
        refused = people[name].post(f'/api/deliveries/{number}/decision', decision='accept', reason='x')
        assert refused.status_code == 403, name
        assert people[name].get('/api/edits').status_code == 403, name


def test_the_original_comes_back_as_it_was(people: dict[str, Browser], worker: ForkedProcess) -> None:
    education = people['education']
    number = hand_in(education, 20, crs=CRS, mode='upsert')['delivery']
    original = education.get(f'/api/deliveries/{number}/original')
    assert original.data == base64.b64decode(schools_file(20)['value'])
    assert 'truong.csv' in original.headers['Content-Disposition']


def test_bad_rows_are_features_with_the_reason(
    people: dict[str, Browser], worker: ForkedProcess, tmp_path: Path
) -> None:
    text = f'MA_TRUONG;TEN_TRUONG;CAP_HOC;SO_CHO;X;Y\nS1;Trường S1;college;300;{ORIGIN[0]};{ORIGIN[1]}\n'
    file = {'value': base64.b64encode(text.encode()).decode(), 'encoding': 'base64'}
    number = hand_in(people['education'], 1, file=file, crs=CRS, mode='upsert')['delivery']
    (fault,) = people['steward'].get(f'/api/deliveries/{number}/bad-rows?f=json').get_json()['features']
    assert (fault['properties']['row'], fault['properties']['column']) == (2, 'CAP_HOC')
    assert 'college' in fault['properties']['reason']
    assert fault['geometry']['type'] == 'Point'
    assert 105 < fault['geometry']['coordinates'][0] < 107
    gpkg = tmp_path / 'rows.gpkg'
    gpkg.write_bytes(people['steward'].get(f'/api/deliveries/{number}/bad-rows?f=gpkg').data)
    with fiona.open(gpkg, layer='loi_diem') as layer:
        assert len(layer) == 1


def test_a_layer_goes_back_to_an_earlier_release(people: dict[str, Browser], worker: ForkedProcess) -> None:
    education, steward = people['education'], people['steward']
    first = hand_in(education, 20, crs=CRS, mode='upsert')
    second = hand_in(education, 21, crs=CRS, mode='upsert', note='thêm một trường')
    assert second['release'] != first['release']
    inputs = {'layer': 'schools', 'release': first['release'], 'reason': 'Giao nhầm'}
    sent = {'json': {'inputs': inputs, 'response': 'document'}}
    path = '/api/processes/roll-back/execution'
    tried = steward.client.post(
        path, headers={'X-CSRF-Token': steward.csrf, 'Prefer': 'wait=60'},
        json={'inputs': inputs | {'dry_run': True}, 'response': 'document'},
    ).get_json()['result']  # fmt: skip
    planned = tried.get('value', tried)
    assert (planned['dry_run'], planned['diff']['closed'], planned['release']) == (True, 1, second['release'])
    for name, status in (('education', 403), ('viewer', 403), ('steward', 200)):
        headers = {'X-CSRF-Token': people[name].csrf, 'Prefer': 'wait=60'}
        answer = people[name].client.post(path, headers=headers, **sent)
        assert answer.status_code == status, answer.get_data(as_text=True)
    member = answer.get_json()['result']
    assert member.get('value', member)['diff']['closed'] == 1
    assert steward.get('/api/collections/schools/items?limit=1').get_json()['numberMatched'] >= 20


def test_a_layer_that_is_not_there_is_answered_with_each_name_once(people: dict[str, Browser]) -> None:
    inputs = {'layer': 'nowhere_near', 'release': 1, 'reason': 'x'}
    unknown = people['steward'].post('/api/processes/roll-back/execution?lang=en', inputs=inputs)
    assert unknown.status_code == 404
    assert unknown.get_json()['description'].count('bus_stops') <= 1


def test_pages_lead_a_steward_through_it(people: dict[str, Browser], worker: ForkedProcess) -> None:
    """As forms of a browser, without a line of JSON."""
    education, steward = people['education'], people['steward']
    hand_in(education, 20, crs=CRS, mode='upsert')
    number = hand_in(education, 3, crs=CRS)['delivery']
    page = steward.get('/api/deliveries?f=html&lang=en').get_data(as_text=True)
    assert f'/deliveries/{number}?' in page
    detail = steward.get(f'/api/deliveries/{number}?f=html&lang=en').get_data(as_text=True)
    assert 'name="decision"' in detail
    assert 'read 3, bad 0' in ' '.join(detail.split())
    assert 'name="decision"' not in education.get(f'/api/deliveries/{number}?f=html').get_data(as_text=True)
    form = {'decision': 'return', 'reason': 'Thiếu hàng', 'csrf': steward.csrf, 'version': f'{number}-diagnosed-0'}
    sent = steward.client.post(f'/api/deliveries/{number}/decision', data=form)
    assert sent.status_code == 303
    assert '/api/jobs/' in sent.headers['Location']
    assert json.loads(io.StringIO(steward.get('/api/edits').get_data(as_text=True)).read())['edits'] == []


def test_a_focal_point_without_an_agency_delivers_nothing_and_sees_no_delivery(
    people: dict[str, Browser], worker: ForkedProcess
) -> None:
    number = hand_in(people['education'], 20, crs=CRS, mode='upsert')['delivery']
    inputs = {'layer': 'schools', 'file': schools_file(20), 'file_name': 'truong.csv', 'crs': CRS, 'dry_run': True}
    path, nobody = '/api/processes/deliver-layer/execution', people['nobody']
    answer = nobody.client.post(path, json={'inputs': inputs}, headers={'X-CSRF-Token': nobody.csrf})
    assert (answer.status_code, answer.get_json()['code']) == (403, 'NotAllowedTo')
    assert nobody.get('/api/deliveries').status_code == 403
    assert nobody.get(f'/api/deliveries/{number}/original').status_code == 403


def test_what_is_run_again_wants_the_same_right_again(
    people: dict[str, Browser], worker: ForkedProcess, service: App
) -> None:
    """A job of one's own is no way past a key that allows less, or a role that was taken away."""
    steward = people['steward']
    release = hand_in(people['education'], 20, crs=CRS, mode='upsert')['release']
    inputs = {'layer': 'schools', 'release': release or 1, 'reason': 'Giao nhầm'}
    headers = {'X-CSRF-Token': steward.csrf, 'Prefer': 'respond-async'}
    done = steward.client.post('/api/processes/roll-back/execution', json={'inputs': inputs}, headers=headers)
    outcome(steward, done)
    job = f'/api/jobs/{done.get_json()["jobID"]}'
    keys = {}
    for scopes in (('see',), ('see', 'run'), ('see', 'run', 'decide')):
        made = steward.post('/api/account/keys', label='x', scopes=[*scopes], days='1').get_json()['key']
        keys[scopes[-1]] = {'Authorization': f'Bearer {made}'}
    browser = service.test_client()
    assert browser.post(f'{job}/rerun', headers=keys['see']).status_code == 403
    assert browser.post(f'{job}/rerun', headers=keys['run']).status_code == 403
    assert browser.delete(job, headers=keys['see']).status_code == 403
    assert browser.post(f'{job}/rerun', headers=keys['decide']).status_code == 201


def test_what_was_queued_is_not_done_for_who_was_shut_out_meanwhile(
    people: dict[str, Browser], worker: ForkedProcess
) -> None:
    steward = people['steward']
    hand_in(people['education'], 20, crs=CRS, mode='upsert')
    number = hand_in(people['education'], 4, crs=CRS)['delivery']
    harms = ("role = 'viewer'", 'disabled_at = now()')
    for harm, healed in zip(harms, ("role = 'steward'", 'disabled_at = null'), strict=True):
        worker.send_signal(signal.SIGSTOP)
        try:
            asked = steward.post(f'/api/deliveries/{number}/decision', decision='accept', reason='x')
            assert asked.status_code == 201
            name = steward.get('/api/account').get_json()['name']
            rows(f'update access.person set {harm} where name = %s returning 1', name)
        finally:
            worker.send_signal(signal.SIGCONT)
        job, deadline = asked.get_json()['jobID'], time.monotonic() + 60
        while rows('select finished_at is null from job.job where id = %s', job) == [(True,)]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert rows('select status, error_code from job.job where id = %s', job) == [('failed', 'RightLost')]
        rows(f'update access.person set {healed} where name = %s returning 1', name)
    assert rows('select status from catalog.delivery where id = %s', number) == [('diagnosed',)]


def test_the_log_names_who_handed_in_ran_and_decided(people: dict[str, Browser], worker: ForkedProcess) -> None:
    education, steward = people['education'], people['steward']
    hand_in(education, 20, crs=CRS, mode='upsert')
    number = hand_in(education, 4, crs=CRS)['delivery']
    answer = steward.post(f'/api/deliveries/{number}/decision', decision='return', reason='x')
    outcome(steward, answer)
    names = [browser.get('/api/account').get_json()['name'] for browser in (education, steward)]
    with connection('gatekeeper') as db:
        about = [line for line in log_lines(db) if line.name in names and '.' in line.action][-4:]
    assert [(names.index(line.name or ''), line.action) for line in about] == [
        (0, 'job.submitted'), (0, 'delivery.received'), (1, 'job.submitted'), (1, 'decision.return')
    ]  # fmt: skip
    assert about[1].detail['program'] == 'deliver-layer'
    assert about[2].detail == {'job': answer.get_json()['jobID'], 'process': 'decide-delivery', 'program': 'dothi jobs'}


def test_rules_of_a_role_on_some_layers_are_about_these_alone(
    people: dict[str, Browser], worker: ForkedProcess, service: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    steward, offered = people['steward'], service.extensions['dothi']
    hand_in(people['education'], 20, crs=CRS, mode='upsert')
    number = hand_in(people['education'], 4, crs=CRS)['delivery']
    changing = [Action.EDIT, Action.DELIVER, Action.DECIDE]
    rules = [Rule(may=changing, layers=['roads']), Rule(may=[Action.SEE, Action.RUN], layers='all')]
    place = replace(offered.locality, policy=AccessPolicy({Role.STEWARD: rules}), unfiltered=None)
    monkeypatch.setitem(service.extensions, 'dothi', replace(offered, locality=place))
    assert steward.post(f'/api/deliveries/{number}/decision', decision='return', reason='x').status_code == 403
    tries = {
        'decide-delivery': {'delivery': number, 'decision': 'return', 'reason': 'x'},
        'roll-back': {'layer': 'schools', 'release': 1, 'reason': 'x'},
        'deliver-layer': {'layer': 'schools', 'file': schools_file(1), 'file_name': 'a.csv', 'dry_run': True},
    }
    for name, inputs in tries.items():
        headers = {'X-CSRF-Token': steward.csrf}
        answer = steward.client.post(f'/api/processes/{name}/execution', json={'inputs': inputs}, headers=headers)
        assert (answer.status_code, answer.get_json()['code']) == (403, 'NotAllowedTo'), name


def test_the_form_of_a_delivery_lists_what_one_may_deliver(people: dict[str, Browser]) -> None:
    for name, listed in (('education', {'schools'}), ('viewer', set())):
        page = people[name].get('/api/processes/deliver-layer?f=html&lang=en').get_data(as_text=True)
        (field,) = re.findall(r'<select id="in-layer".*?</select>', page, re.DOTALL)
        assert set(re.findall(r'<option value="([a-z_]+)"', field)) == listed, name
    page = people['steward'].get('/api/processes/roll-back?f=html').get_data(as_text=True)
    assert '(schools)' in page


def test_what_would_change_is_seen_by_its_agency_and_the_stewards_before_anybody_decides(
    people: dict[str, Browser], worker: ForkedProcess
) -> None:
    education, steward = people['education'], people['steward']
    hand_in(education, 20, crs=CRS, mode='upsert')
    number = hand_in(education, 3, crs=CRS)['delivery']
    here = f'/api/deliveries/{number}/changes'
    nothing_yet = education.get(here)
    assert (nothing_yet.status_code, nothing_yet.get_json()['code']) == (404, 'NoPreview')
    assert outcome(education, education.post(here))['status'] == 'successful'
    changes = steward.get(f'{here}?f=json&limit=5')
    document = changes.get_json(force=True)
    assert changes.mimetype == 'application/geo+json'
    assert document['numberReturned'] == 5 < document['numberMatched']
    assert {feature['properties']['change'] for feature in document['features']} == {'closed'}
    assert steward.get(f'{here}?f=json&limit=5', **{'If-None-Match': changes.headers['ETag']}).status_code == 304
    assert (document['verdict'], document['is_current']) == ('accepted', True)
    own = [link['href'] for link in document['links'] if link['rel'] == 'self']
    assert own[0].endswith('limit=5&offset=0'), 'of this page and not of another one'
    (following,) = [link['href'] for link in document['links'] if link['rel'] == 'next']
    page = steward.get('/api' + following.partition('/api')[2]).get_json(force=True)
    assert page['features'][0]['id'] == 6
    assert steward.get(f'{here}?change=gone').status_code == 400
    assert steward.get(f'{here}?bbox=107,21,106,20').status_code == 400
    tile = steward.get(f'{here}/tiles/WebMercatorQuad/0/0/0')
    assert (tile.status_code, tile.mimetype) == (200, 'application/vnd.mapbox-vector-tile')
    assert steward.get(f'{here}/tiles/WebMercatorQuad/1/2/0').status_code == 404
    html = steward.get(f'{here}?f=html&lang=en').get_data(as_text=True)
    assert '<circle' in html
    assert 'Trường' in html
    assert 'Primary' in html, 'a value by its title'
    for stranger in ('health', 'viewer', 'nobody'):
        for answer in (people[stranger].get(here), people[stranger].post(here)):
            assert answer.status_code in (403, 404), stranger
    # another agency that may deliver the layer cannot ask by the process itself
    run = {'inputs': {'delivery': number}}
    refused = people['health'].client.post(
        '/api/processes/preview-delivery/execution', json=run, headers={'X-CSRF-Token': people['health'].csrf}
    )
    assert refused.status_code in (403, 404)
    # read otherwise it would be returned: no change, and not because nothing changes
    assert outcome(education, education.post(here, crs='EPSG:5897'))['status'] == 'successful'
    elsewhere = education.get(f'{here}?f=json&lang=en').get_json(force=True)
    assert (elsewhere['verdict'], elsewhere['numberMatched']) == ('returned', 0)
    assert elsewhere['notes']
    returned = steward.post(f'/api/deliveries/{number}/decision', decision='return', reason='x')
    assert outcome(steward, returned)['status'] == 'successful'
    decided = steward.get(f'{here}?lang=en').get_json()
    assert decided['code'] == 'NoPreview'
    assert 'returned' in decided['detail'], 'nobody is sent to work out what is decided'


def test_the_page_of_a_delivery_leads_to_a_preview_with_what_the_form_says(
    people: dict[str, Browser], worker: ForkedProcess
) -> None:
    """As a browser sends the form by its second button: without a decision and its reason."""
    number = hand_in(people['education'], 3, file=schools_file(3, UNSURE_EAST, 'V'), mode='upsert')['delivery']
    steward = people['steward']
    page = steward.get(f'/api/deliveries/{number}?f=html&lang=en').get_data(as_text=True)
    assert re.search(rf'formaction="[^"]*/api/deliveries/{number}/changes\?lang=en" formnovalidate', page)
    sent = steward.client.post(
        f'/api/deliveries/{number}/changes?lang=en',
        data={'csrf': steward.csrf, 'version': 'x', 'reason': '', 'crs': CRS, 'encoding': ''},
    )
    assert sent.status_code == 303
    job = re.search(r'/jobs/([0-9a-f-]+)', sent.headers['Location'])
    assert job is not None
    deadline = time.monotonic() + 60
    while steward.get(f'/api/jobs/{job[1]}').get_json()['status'] != 'successful':
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert steward.get(f'/api/deliveries/{number}/changes?f=json').get_json(force=True)['numberMatched'] == 3
    assert 'What would change' in steward.get(f'/api/deliveries/{number}?f=html&lang=en').get_data(as_text=True)
