"""Answers that are used again, say when their inputs have changed, and go when they are old."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dothi.core.database import connection
from dothi.core.errors import DataRefused
from dothi.core.layer import Audience
from processes.queue import records, requests
from processes.queue.identity import request_hash
from processes.queue.jobs import expire_results
from processes.queue.manager import Outcome, outcome_of, rerun_job, run_process, start_job
from processes.queue.records import ResultGone, UnknownJob
from tests.forked import ForkedProcess
from tests.nam_dinh import whole_copy
from tests.present import present
from tests.processes.town import Loader, Town

INPUTS = {'facilities': 'health_facilities', 'distance_m': 1_000}


@pytest.fixture
def town(grid_town: Callable[..., Town], loader: Loader, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv('DOTHI_RESULT_STORE', 'on')
    town = grid_town(blocks=1, side_m=500, homes=[(250, 10)], facilities=[(0, 0)], zones={'1': (0, 0, 500, 500)})
    loader.town(town)
    return town


def asked(audience: Audience = 'internal', **inputs: Any) -> Outcome:
    return run_process('service-coverage', {**INPUTS, **inputs}, audience)


def state(job_id: str) -> dict[str, Any]:
    with records.open_desk('internal') as db:
        return records.state(db, job_id)


def runs(one: Callable[..., Any]) -> int:
    """How many jobs were answered by a run of their own."""
    return one('select count(*) from job.job where result_of is null')


def aged(days: int, where: str = 'true') -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(f"update job.job set finished_at = now() - interval '{days} days' where {where}")


def test_the_same_request_on_the_same_releases_is_not_run_twice(
    town: Town, worker: ForkedProcess, one: Callable[..., Any]
) -> None:
    first, second = asked(), asked()
    assert first.job_id != second.job_id, 'each asker has a job of their own, to watch and to dismiss'
    assert (second.result, second.releases) == (first.result, first.releases)
    assert runs(one) == 1
    third = run_process('service-coverage', dict(reversed(INPUTS.items())), 'internal')
    assert third.result == first.result
    assert runs(one) == 1, 'the order of inputs means nothing'
    asked(distance_m=900)
    assert runs(one) == 2


def test_a_new_release_makes_the_old_answer_say_so_and_the_next_be_computed(
    town: Town, worker: ForkedProcess, loader: Loader, one: Callable[..., Any]
) -> None:
    first = asked()
    assert state(first.job_id)['inputs_changed'] == 0
    loader.load('health_facilities', [])
    loader.load('buildings', [])
    assert state(first.job_id)['inputs_changed'] == 2
    again = rerun_job(first.job_id, 'internal', 'planner')
    with records.open_desk('internal') as db:
        requests.wait_for(db, again, 60)
    assert state(again)['inputs_changed'] == 0
    assert runs(one) == 2
    assert outcome_of(again, 'internal').releases != first.releases
    assert outcome_of(first.job_id, 'internal').result == first.result, 'the old one stays as it was'


def test_what_was_read_as_of_a_time_names_the_release_of_then_and_stays_true(
    town: Town, worker: ForkedProcess, loader: Loader, one: Callable[..., Any]
) -> None:
    """A release that came later changes nothing of what there was before."""
    old = one("select current_release from catalog.layer where id = 'health_facilities'")
    then = one('select clock_timestamp()').isoformat()
    loader.load('health_facilities', [])
    facilities = {'collection': 'health_facilities', 'datetime': then}
    first = asked(facilities=facilities)
    assert first.releases['health_facilities'] == old
    told = json.loads(first.result.content())['summary']
    assert (told['releases'], told['population_covered']) == (first.releases, 1)
    loader.load('health_facilities', [])
    assert state(first.job_id)['inputs_changed'] == 0
    assert asked(facilities=facilities).releases == first.releases
    assert runs(one) == 1
    loader.load('buildings', [])
    assert state(first.job_id)['inputs_changed'] == 1


def test_what_was_read_as_of_today_grows_old_with_a_release_of_today(
    town: Town, worker: ForkedProcess, loader: Loader, one: Callable[..., Any]
) -> None:
    tomorrow = one("select now() + interval '1 day'").isoformat()
    first = asked(facilities={'collection': 'health_facilities', 'datetime': tomorrow})
    assert state(first.job_id)['inputs_changed'] == 0
    loader.load('health_facilities', [])
    assert state(first.job_id)['inputs_changed'] == 1


def test_a_layer_that_had_nothing_then_is_no_empty_layer(town: Town, worker: ForkedProcess) -> None:
    """People would be told that nobody is served, where nothing is known."""
    with pytest.raises(DataRefused, match='2001-01-01'):
        asked(facilities={'collection': 'health_facilities', 'datetime': '2001-01-01'})


def test_what_is_asked_while_the_same_waits_is_answered_by_the_same_run(
    town: Town, worker: ForkedProcess, one: Callable[..., Any], until: Callable[..., None]
) -> None:
    """200 people open the same page: one run answers all of them."""
    jobs = [start_job('service-coverage', INPUTS, 'internal', f'{i}') for i in range(12)]
    until(lambda: one("select count(*) from job.job where status = 'successful'") == 12)
    assert runs(one) == 1, 'though the worker has two places'
    assert len({outcome_of(job_id, 'internal').result.content() for job_id in jobs}) == 1


def test_the_answer_to_one_audience_is_not_that_to_the_other(
    town: Town, worker: ForkedProcess, one: Callable[..., Any]
) -> None:
    def exported(audience: Audience) -> bytes:
        inputs = {'collection': 'health_facilities', 'format': 'csv'}
        return run_process('export-features', inputs, audience).result.content()

    exported('internal')
    exported('public')
    assert runs(one) == 2
    assert exported('public') == exported('public')
    assert runs(one) == 2


def test_with_the_store_off_every_request_is_run(
    town: Town, worker: ForkedProcess, one: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_RESULT_STORE', 'off')
    asked()
    asked()
    assert runs(one) == 2
    monkeypatch.setenv('DOTHI_RESULT_STORE', 'on')
    asked()
    assert runs(one) == 3, 'what was run while it was off is not used again either'


def test_a_dismissed_answer_takes_nobody_elses_away(town: Town, worker: ForkedProcess, one: Callable[..., Any]) -> None:
    first, second = asked(), asked()
    with records.open_desk('internal') as db:
        assert requests.dismiss_job(db, first.job_id)
    expire_results(7, 90)
    assert outcome_of(second.job_id, 'internal').result == second.result
    with pytest.raises(records.NoResult):
        outcome_of(first.job_id, 'internal')
    with records.open_desk('internal') as db:
        assert requests.dismiss_job(db, second.job_id)
    expire_results(7, 90)
    assert one('select count(*) from job.output') == 0


def test_a_result_expires_and_its_job_says_so_until_it_is_forgotten_too(
    town: Town, worker: ForkedProcess, one: Callable[..., Any]
) -> None:
    outcome = run_process('export-features', {'collection': 'buildings', 'format': 'csv'}, 'internal')
    file = outcome.result.file
    aged(8)
    expire_results(result_days=7, job_days=90)
    assert not present(file).exists()
    assert state(outcome.job_id)['gone']
    with pytest.raises(ResultGone, match='Run the job again'):
        outcome_of(outcome.job_id, 'internal')
    assert present(
        run_process('export-features', {'collection': 'buildings', 'format': 'csv'}, 'internal').result.file
    ).exists()
    assert runs(one) == 2, 'what is gone answers nobody'
    aged(91, f"id = '{outcome.job_id}'")
    expire_results(result_days=7, job_days=90)
    with pytest.raises(UnknownJob):
        state(outcome.job_id)


def test_a_result_in_use_stays_though_the_job_that_made_it_is_old(town: Town, worker: ForkedProcess) -> None:
    first, second = asked(), asked()
    aged(100, f"id = '{first.job_id}'")
    expire_results(7, 90)
    with pytest.raises(ResultGone):
        outcome_of(first.job_id, 'internal')
    assert outcome_of(second.job_id, 'internal').result == second.result


def test_a_kept_result_does_not_expire(town: Town, worker: ForkedProcess) -> None:
    outcome = asked()
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('update job.job set kept = true')
    aged(400)
    expire_results(7, 90)
    assert outcome_of(outcome.job_id, 'internal').result == outcome.result


def test_the_hash_of_a_request_changes_with_all_that_decides_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / 'locality'
    whole_copy(place)
    monkeypatch.setenv('DOTHI_LOCALITY', str(place))

    def hashed(
        process_id: str = 'service-coverage',
        inputs: dict[str, Any] = INPUTS,
        audience: Audience = 'internal',
        editor: str | None = None,
    ) -> str:
        return request_hash(process_id, inputs, audience, editor)

    plain = hashed()
    norms = place / 'norms.csv'
    changed = [
        hashed(process_id='another'),
        hashed(inputs={**INPUTS, 'distance_m': 1_000.5}),
        hashed(inputs={**INPUTS, 'facilities': {'type': 'FeatureCollection', 'features': []}}),
        hashed(audience='public'),
        hashed(editor='lan'),
    ]
    assert hashed() == plain
    norms.write_text(norms.read_text(encoding='utf-8') + '\n', encoding='utf-8')
    changed.append(hashed())
    (place / 'layers' / 'roads.yml').touch()
    assert hashed() == changed[-1], 'a file that was only touched says what it said'
    assert len({plain, *changed}) == 7
