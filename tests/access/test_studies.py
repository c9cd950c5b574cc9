"""Studies over HTTP: private until shared, written by their members, keeping results, with one report over all."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from dothi.api.app import create_app
from dothi.core.access.person import Action
from dothi.core.database import READERS, connection
from dothi.core.locality import load_locality
from dothi.core.migrate import migrate
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from processes.queue.jobs import expire_results
from processes.study import store
from tests.access.lagoon import ACCESS, Lagoon, running_lagoon
from tests.access.test_scenarios import close, job_of, run, well
from tests.access.test_scenarios import make as make_scenario
from tests.access.test_side_doors import key_for
from tests.conftest import Instance

# The administrator, the steward and the planner are of the centre; the viewer is of a district.
NOBODY = '00000000-0000-4000-8000-000000000009'


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'studies'
    folder.mkdir()
    with running_lagoon(instance, folder) as place:
        yield place


def make(lagoon: Lagoon, person: str, *jobs: str, **members: Any) -> str:
    """The id of a new study of the person with these runs."""
    client = lagoon.client(person)
    made = client.post('/api/studies', json={'name': f'Của {person}', 'question': 'Bao nhiêu giếng?', **members})
    assert made.status_code == 201, made.get_data(as_text=True)
    study = str(made.get_json()['id'])
    for job in jobs:
        added = client.post(f'/api/studies/{study}/runs', json={'job': job})
        assert added.status_code == 201, added.get_data(as_text=True)
    return study


def test_a_study_holds_a_question_its_runs_and_what_was_concluded(lagoon: Lagoon) -> None:
    job = job_of(run(lagoon, 'planner'))
    study, planner = make(lagoon, 'planner', job), lagoon.client('planner')
    planner.patch(f'/api/studies/{study}/runs/{job}', json={'note': 'Hiện trạng'})
    planner.patch(f'/api/studies/{study}', json={'conclusion': 'Hai giếng.'})
    read = planner.get(f'/api/studies/{study}').get_json()
    assert (read['question'], read['conclusion'], read['runs']) == ('Bao nhiêu giếng?', 'Hai giếng.', 1)
    (entry,) = read['study_runs']
    assert (entry['job_id'], entry['note'], entry['status'], entry['author']) == (
        job, 'Hiện trạng', 'successful', 'lagoon-planner',
    )  # fmt: skip
    assert entry['called'].startswith('Thống kê theo vùng: ')
    assert planner.get('/api/studies').get_json()['studies'][0]['id'] == study
    planner.delete(f'/api/studies/{study}/runs/{job}')
    assert planner.get(f'/api/studies/{study}').get_json()['study_runs'] == []


def test_a_private_study_of_another_is_not_there(lagoon: Lagoon) -> None:
    """Everywhere the answer is that to an id that nobody ever gave."""
    job = job_of(run(lagoon, 'planner'))
    study, other = make(lagoon, 'administrator', job), lagoon.client('steward')
    for method, path, body in (
        ('get', '', None), ('get', '/report', None), ('patch', '', {'name': 'x'}), ('delete', '', None),
        ('post', '/runs', {'job': job}), ('patch', f'/runs/{job}', {'note': 'x'}), ('delete', f'/runs/{job}', None),
    ):  # fmt: skip
        there, absent = (
            getattr(other, method)(f'/api/studies/{each}{path}', **({'json': body} if body else {}))
            for each in (study, NOBODY)
        )
        assert (there.status_code, absent.status_code) == (404, 404), (method, path)
        assert (
            there.get_data(as_text=True).replace(study, NOBODY).partition('"request"')[0]
            == absent.get_data(as_text=True).partition('"request"')[0]
        )
    assert study not in other.get('/api/studies').get_data(as_text=True)


def test_members_write_and_only_the_owner_shares(lagoon: Lagoon) -> None:
    """The viewer is let in by name; the steward reads what is shared with the group, and writes nothing."""
    job = job_of(run(lagoon, 'planner'))
    study, planner = make(lagoon, 'planner', job), lagoon.client('planner')
    shared = planner.patch(f'/api/studies/{study}', json={'members': ['lagoon-viewer'], 'sharing': 'group'})
    assert (shared.status_code, shared.get_json()['members']) == (200, ['lagoon-viewer'])
    viewer, steward = lagoon.client('viewer'), lagoon.client('steward')
    assert viewer.patch(f'/api/studies/{study}', json={'conclusion': 'x'}).get_json()['conclusion'] == 'x'
    assert viewer.post(f'/api/studies/{study}/runs', json={'job': job_of(run(lagoon, 'viewer'))}).status_code == 201
    read = steward.get(f'/api/studies/{study}').get_json()
    assert (read['own'], read['works_on'], len(read['study_runs'])) == (False, False, 2)
    for member in (viewer, steward):
        assert member.patch(f'/api/studies/{study}', json={'sharing': 'everybody'}).status_code == 403
        assert member.patch(f'/api/studies/{study}', json={'members': []}).status_code == 403
        assert member.delete(f'/api/studies/{study}').status_code == 403
    assert steward.patch(f'/api/studies/{study}', json={'conclusion': 'y'}).status_code == 403
    assert steward.delete(f'/api/studies/{study}/runs/{job}').status_code == 403


def test_a_member_who_is_nobody_is_named_and_nothing_changes(lagoon: Lagoon) -> None:
    study, planner = make(lagoon, 'planner'), lagoon.client('planner')
    planner.patch(f'/api/studies/{study}', json={'members': ['lagoon-viewer']})
    refused = planner.patch(f'/api/studies/{study}', json={'members': ['lagoon-editor', 'nguyen.van.a']})
    assert (refused.status_code, refused.get_json()['code']) == (400, 'UnknownMembers')
    assert 'nguyen.van.a' in refused.get_json()['detail']
    assert planner.get(f'/api/studies/{study}').get_json()['members'] == ['lagoon-viewer']


def test_runs_on_what_a_member_does_not_see_are_counted_and_no_more(lagoon: Lagoon) -> None:
    """Cables are hidden from the planner, and the private scenario of the steward from everybody else."""
    scenario = make_scenario(lagoon, 'steward', close('wells', 'a'))
    open_run = job_of(run(lagoon, 'steward'))
    hidden = [job_of(run(lagoon, 'steward', layer='cables')), job_of(run(lagoon, 'steward', scenario=scenario))]
    study = make(lagoon, 'steward', open_run, *hidden, sharing='everybody')
    for person, count in (('steward', 0), ('planner', 2)):
        read = lagoon.client(person).get(f'/api/studies/{study}')
        assert (len(read.get_json()['study_runs']), read.get_json()['hidden']) == (3 - count, count)
    text = lagoon.client('planner').get(f'/api/studies/{study}').get_data(as_text=True)
    assert not any(job in text for job in hidden)
    page = lagoon.client('planner').get(f'/api/studies/{study}/report?f=html&lang=en').get_data(as_text=True)
    assert '2 runs are not in this report' in page
    assert not any(job in page for job in hidden)
    # nor can somebody add what they do not see
    own = make(lagoon, 'planner')
    added = lagoon.client('planner').post(f'/api/studies/{own}/runs', json={'job': hidden[0]})
    assert (added.status_code, added.get_json()['code']) == (404, 'UnknownJob')


def test_a_run_is_there_for_whoever_sees_what_it_read(lagoon: Lagoon) -> None:
    """The steward sees cables and all complaints, which says nothing of a run on wells; a comparison tells of both."""
    wells, cables, complaints = (
        job_of(run(lagoon, 'steward', layer=layer)) for layer in ('wells', 'cables', 'complaints')
    )
    compared = job_of(run(lagoon, 'steward', process='compare-results', before=wells, after=cables))
    plain = job_of(run(lagoon, 'steward', process='compare-results', before=wells, after=wells))
    for person, visible in (('planner', {wells, complaints, plain}), ('viewer', {wells, plain}),
                            ('administrator', {wells, cables, complaints, compared, plain})):  # fmt: skip
        client = lagoon.client(person)
        for job in (wells, cables, complaints, compared, plain):
            for path in ('', '/results'):
                expected = 200 if job in visible else 404
                assert client.get(f'/api/jobs/{job}{path}').status_code == expected, (person, job, path)


def test_a_run_on_a_scenario_of_hidden_layers_is_for_who_sees_them(lagoon: Lagoon) -> None:
    """It says which of the changed layers it has not read: cables, of which the planner does not know."""
    scenario = make_scenario(lagoon, 'steward', close('wells', 'a'), close('cables', 'a'), sharing='everybody')
    job = job_of(run(lagoon, 'steward', scenario=scenario))
    assert 'cables' in lagoon.client('steward').get(f'/api/jobs/{job}/results').get_data(as_text=True)
    for path in ('', '/results'):
        assert lagoon.client('planner').get(f'/api/jobs/{job}{path}').status_code == 404
    assert lagoon.client('administrator').get(f'/api/jobs/{job}').status_code == 200


def test_results_are_kept_for_as_long_as_a_study_has_them(lagoon: Lagoon) -> None:
    """Both of a request that was answered from the store as well, whose result is another job's."""
    first, loose = job_of(run(lagoon, 'planner')), job_of(run(lagoon, 'planner', layer='pipes'))
    again = job_of(run(lagoon, 'planner'))
    study, planner = make(lagoon, 'planner', again), lagoon.client('planner')
    expire_results(0, 0)
    assert planner.get(f'/api/jobs/{again}/results').status_code == 200
    assert planner.get(f'/api/jobs/{loose}/results').status_code == 404
    assert planner.delete(f'/api/studies/{study}').status_code == 204
    assert planner.get(f'/api/studies/{study}').status_code == 404
    expire_results(0, 0)
    assert planner.get(f'/api/jobs/{again}/results').status_code == 404
    assert planner.get(f'/api/jobs/{first}/results').status_code == 404


def test_a_run_says_which_layers_have_newer_data(lagoon: Lagoon) -> None:
    """After a release of wells, the run on wells is out of date and that on pipes is not; both stay."""
    runs = [job_of(run(lagoon, 'planner', layer=layer)) for layer in ('wells', 'pipes')]
    study, planner = make(lagoon, 'planner', *runs), lagoon.client('planner')
    changed = [entry['layers_changed'] for entry in planner.get(f'/api/studies/{study}').get_json()['study_runs']]
    assert changed == [[], []]
    file = next(path for path in lagoon.locality.path.parent.glob('wells.geojson'))
    options = DeliveryOptions(layer='wells', crs='EPSG:4326', origin='delivery', note='same wells again')
    text = file.read_text(encoding='utf-8')
    try:
        file.write_text(text.replace('"district": "2"', '"district": "1"'), encoding='utf-8')
        assert deliver(file, options, lagoon.locality).verdict == 'accepted'
        changed = [entry['layers_changed'] for entry in planner.get(f'/api/studies/{study}').get_json()['study_runs']]
        assert changed == [['wells'], []]
        anew = planner.post(f'/api/jobs/{runs[0]}/rerun').get_json()['jobID']
        planner.post(f'/api/studies/{study}/runs', json={'job': anew, 'replaces': runs[0]})
        entries = planner.get(f'/api/studies/{study}').get_json()['study_runs']
        assert [(entry['job_id'], entry['replaces']) for entry in entries] == [
            (runs[0], None), (runs[1], None), (anew, runs[0]),
        ]  # fmt: skip
    finally:
        file.write_text(text, encoding='utf-8')
        deliver(file, options, lagoon.locality)


def test_one_report_holds_every_run_with_its_note(lagoon: Lagoon) -> None:
    """In both languages and forms; a comparison names the runs that it compares, and a run without result is said."""
    scenario = make_scenario(lagoon, 'planner', well('c'))
    before, after = job_of(run(lagoon, 'planner')), job_of(run(lagoon, 'planner', scenario=scenario))
    compared = job_of(run(lagoon, 'planner', process='compare-results', before=before, after=after))
    study, planner = make(lagoon, 'planner', before, after, compared), lagoon.client('planner')
    planner.patch(f'/api/studies/{study}', json={'conclusion': 'Một giếng\n<b>thêm</b>'})
    planner.patch(f'/api/studies/{study}/runs/{before}', json={'title': 'Hiện trạng', 'note': 'Đã kiểm tra'})
    page = planner.get(f'/api/studies/{study}/report?f=html&lang=vi')
    assert (page.status_code, page.mimetype) == (200, 'text/html')
    text = page.get_data(as_text=True)
    for part in (
        'Bao nhiêu giếng?',
        'Một giếng',
        '&lt;b&gt;thêm&lt;/b&gt;',
        '1. Hiện trạng',
        'Đã kiểm tra',
        'Của planner (phiên bản 1)',
    ):
        assert part in text, part
    assert '3. So sánh hai kết quả: Hiện trạng, Thống kê theo vùng' in text
    pdf = planner.get(f'/api/studies/{study}/report?lang=en')
    assert (pdf.status_code, pdf.mimetype, pdf.get_data()[:5]) == (200, 'application/pdf', b'%PDF-')


def test_a_report_holds_rows_of_an_export_for_who_may_download_them_alone(lagoon: Lagoon) -> None:
    """Others read why there is no table, also of a table that was made of the export."""
    file = lagoon.locality.path / 'access.yml'

    def under(actions: str) -> Lagoon:
        rules = f"""
planner: [{{may: [run], layers: all}}, {{may: [see, download], layers: [wells]}}]
viewer: [{{may: [run], layers: all}}, {{may: [{actions}], layers: [wells]}}]"""
        file.write_text(ACCESS.partition('editor:')[0] + rules, encoding='utf-8')
        migrate(load_locality(lagoon.locality.path))
        return replace(lagoon, app=create_app('internal'))

    def rows_in(place: Lagoon, person: str) -> tuple[int, int]:
        """How often the code of a well is in the report, and how often it says why there is none."""
        answer = place.client(person).get(f'/api/studies/{study}/report?f=html&lang=en')
        assert answer.status_code == 200, answer.get_data(as_text=True)
        text = answer.get_data(as_text=True)
        return len(re.findall('<td[^>]*>a</td>', text)), text.count('you may see and not download')

    try:
        place = under('see, download')
        exported = job_of(run(place, 'planner', process='export-features', collection='wells', format='geojson'))
        copied = job_of(run(place, 'planner', process='present-result', job=exported, format='geojson'))
        counted = job_of(run(place, 'planner'))
        study = make(place, 'planner', exported, copied, counted, sharing='everybody')
        assert [rows_in(place, person) for person in ('planner', 'viewer')] == [(2, 0), (2, 0)]
        place = under('see')
        assert [rows_in(place, person) for person in ('planner', 'viewer')] == [(2, 0), (0, 2)]
        for path in (f'/api/studies/{study}/report', f'/api/studies/{study}/report?f=html'):
            assert key_for(place, 'planner', Action.SEE, Action.RUN).get(path).status_code == 403, path
    finally:
        file.write_text(ACCESS, encoding='utf-8')
        migrate(lagoon.locality)


def test_a_study_without_results_says_what_to_do(lagoon: Lagoon) -> None:
    study = make(lagoon, 'planner')
    refused = lagoon.client('planner').get(f'/api/studies/{study}/report')
    assert (refused.status_code, refused.get_json()['code']) == (404, 'NothingToReport')


def test_the_report_of_a_study_is_who_asked_for_its_alone(lagoon: Lagoon) -> None:
    """The job holds all that the study says: a colleague with the id of the job gets nothing."""
    study, planner = make(lagoon, 'planner', job_of(run(lagoon, 'planner'))), lagoon.client('planner')
    started = planner.post(
        '/api/processes/report-study/execution', json={'inputs': {'study': study}}, headers={'Prefer': 'respond-async'}
    )
    job = started.get_json()['jobID']
    assert planner.get(f'/api/jobs/{job}').status_code == 200
    assert lagoon.client('administrator').get(f'/api/jobs/{job}').status_code == 404
    assert study not in lagoon.client('administrator').get('/api/jobs?f=json').get_data(as_text=True)


def test_what_changed_since_it_was_read_is_not_overwritten(lagoon: Lagoon) -> None:
    """A run that somebody adds meanwhile is no reason; other words are."""
    study, planner = make(lagoon, 'planner'), lagoon.client('planner')
    tag = planner.get(f'/api/studies/{study}').headers['ETag']
    planner.post(f'/api/studies/{study}/runs', json={'job': job_of(run(lagoon, 'planner'))})
    written = planner.patch(f'/api/studies/{study}', json={'conclusion': 'x'}, headers={'If-Match': tag})
    assert written.status_code == 200
    stale = planner.patch(f'/api/studies/{study}', json={'conclusion': 'y'}, headers={'If-Match': tag})
    assert (stale.status_code, stale.get_json()['code']) == (412, 'StaleStudy')
    assert planner.get(f'/api/studies/{study}').get_json()['conclusion'] == 'x'


@pytest.mark.parametrize(
    'body',
    [
        {}, {'name': ''}, {'name': ' '}, {'name': 7}, {'name': 'x' * 201}, {'name': 'x', 'sharing': 'all'}, [],
        {'name': 'x', 'titel': 'y'}, {'name': 'x\x00y'}, {'name': 'x', 'question': 'y' * 4_001},
    ],
)  # fmt: skip
def test_a_study_that_cannot_be_is_refused_in_words(lagoon: Lagoon, body: Any) -> None:
    refused = lagoon.client('planner').post('/api/studies', json=body)
    assert refused.status_code == 400
    assert refused.get_json()['detail']


def test_there_is_an_end_to_studies_and_runs(lagoon: Lagoon, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [job_of(run(lagoon, 'editor', layer=layer)) for layer in ('wells', 'pipes')]
    study, editor = make(lagoon, 'editor', jobs[0]), lagoon.client('editor')
    monkeypatch.setattr(store, 'MOST_RUNS', 1)
    monkeypatch.setattr(store, 'MOST_STUDIES', 1)
    full = editor.post(f'/api/studies/{study}/runs', json={'job': jobs[1]})
    assert (full.status_code, full.get_json()['code']) == (400, 'TooManyInStudy')
    assert editor.post(f'/api/studies/{study}/runs', json={'job': jobs[0], 'note': 'x'}).status_code == 201
    assert editor.post('/api/studies', json={'name': 'x'}).get_json()['code'] == 'TooManyInStudy'


def test_the_web_role_writes_no_study_by_itself(lagoon: Lagoon) -> None:
    """Nor does it read any without the signed name of who asks."""
    make(lagoon, 'planner', sharing='everybody')
    for statement in (
        "update study.study set name = 'x'", 'delete from study.run', 'insert into study.member values (null, null)',
    ):  # fmt: skip
        with (
            pytest.raises(psycopg2.errors.InsufficientPrivilege), connection(READERS['internal']) as db,
            db.cursor() as cursor,
        ):  # fmt: skip
            cursor.execute(statement)
    with connection(READERS['internal']) as db, db.cursor() as cursor:
        cursor.execute("select set_config('dothi.reader', 'lagoon-planner', true)")
        cursor.execute('select count(*) from study.study')
        assert cursor.fetchone() == (0,)


def test_runs_are_listed_by_who_started_them(lagoon: Lagoon) -> None:
    """Mine, those of my agency or of the centre, and everybody's."""
    jobs = {person: job_of(run(lagoon, person, layer='pipes')) for person in ('planner', 'steward', 'viewer')}
    for who, visible in (
        ('me', {'planner'}),
        ('group', {'planner', 'steward'}),
        ('', {'planner', 'steward', 'viewer'}),
    ):
        query = f'&startedBy={who}' if who else ''
        listed = lagoon.client('planner').get(f'/api/jobs?f=json&limit=1000{query}').get_json()['jobs']
        assert {person for person, job in jobs.items() if job in {each['jobID'] for each in listed}} == visible
    (own,) = [each for each in listed if each['jobID'] == jobs['viewer']]
    assert own['dothi:startedBy'] == 'district_1/lagoon-viewer'
    assert lagoon.client('planner').get('/api/jobs?startedBy=nobody').status_code == 400


def test_a_job_of_a_colleague_in_an_agency_is_not_ended_by_others(lagoon: Lagoon) -> None:
    """Its name has the agency before it, as accounts have not."""
    job = job_of(run(lagoon, 'viewer'))
    assert lagoon.client('planner').delete(f'/api/jobs/{job}').status_code == 403
    assert lagoon.client('administrator').delete(f'/api/jobs/{job}').status_code == 200


def test_runs_that_would_be_called_the_same_say_what_differs(lagoon: Lagoon) -> None:
    """Two counts of wells, one of them of a part; what somebody has written stays."""
    plain, filtered = job_of(run(lagoon, 'planner')), job_of(run(lagoon, 'planner', filter="code = 'a'"))
    study, planner = make(lagoon, 'planner', plain, filtered), lagoon.client('planner')
    first, second = (entry['called'] for entry in planner.get(f'/api/studies/{study}').get_json()['study_runs'])
    assert (first, second) == (second.partition(' · ')[0], f'{first} · Bộ lọc: Mã: a')
    planner.patch(f'/api/studies/{study}/runs/{plain}', json={'title': 'Tất cả'})
    entries = planner.get(f'/api/studies/{study}').get_json()['study_runs']
    assert [entry['called'] for entry in entries] == ['Tất cả', first]
