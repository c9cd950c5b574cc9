"""A standby follows, and takes the place of a primary that is lost; nothing that was acknowledged before is missing."""

import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.backups import wells
from tests.faults.standbys import Machine, Pair, pair_of_machines, wait_until
from tests.matrix import exhaustive


@pytest.fixture(scope='module')
def pair(shared_folder: Path) -> Iterator[Pair]:
    """A primary and its standby; the tests below follow one another as they stand here."""
    with pair_of_machines(shared_folder / 'standby') as pair:
        yield pair


def ready(machine: Machine) -> tuple[int, dict[str, str]]:
    """The status of `/health/ready`, and its warnings."""
    address = f'http://127.0.0.1:{machine.instance.port}/health/ready'
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.status, json.load(answer)['warnings']


def test_a_standby_has_the_rows_and_files_of_its_primary_and_runs_no_service(pair: Pair) -> None:
    status = pair.standby.document('status')
    assert [service['name'] for service in status['services']] == ['standby']
    assert [(layer['id'], layer['release']['rows_total']) for layer in status['layers']] == [('wells', 2)]
    assert pair.standby.originals() == pair.primary.originals()
    assert len(pair.standby.originals()) == 1


def standby_figures(pair: Pair) -> dict[str, str]:
    with urllib.request.urlopen(f'http://127.0.0.1:{pair.primary.instance.port}/metrics', timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return dict(line.split(' ') for line in lines if line.startswith('dothi_standby_'))


def test_prometheus_is_told_how_far_behind_the_standby_is(pair: Pair) -> None:
    # on a busy machine a statement may take too long for a scrape, which then has no figure of the database
    wait_until(lambda: 'dothi_standby_connected' in standby_figures(pair), 'figures of the standby')
    figures = standby_figures(pair)
    assert (figures['dothi_standby_connected'], figures['dothi_standby_lost']) == ('1.0', '0.0')
    assert float(figures['dothi_standby_store_lag_seconds']) < 60
    assert {'dothi_standby_lag_bytes', 'dothi_standby_lag_seconds'} <= figures.keys()


def test_a_standby_takes_no_changes_and_says_where_they_are_made(pair: Pair) -> None:
    refused = pair.standby.instance.dothi('deliver', pair.primary.folder / 'wells.csv', '-l', 'wells')
    assert refused.returncode == 5
    assert 'dothi standby promote' in refused.stderr


def test_a_standby_is_not_promoted_while_its_primary_answers(pair: Pair) -> None:
    refused = pair.standby.instance.dothi('standby', 'promote')
    assert refused.returncode == 4
    assert 'dothi down' in refused.stderr
    assert pair.standby.standby()['role'] == 'standby'


@exhaustive
def test_a_standby_that_was_away_catches_up_and_is_missed_meanwhile_with_a_warning(pair: Pair) -> None:
    """The primary serves on: a warning is no 503."""
    pair.standby.require('down')
    pair.primary.deliver('while', 'it', 'was', 'away')
    assert ready(pair.primary) == (200, {'standby': 'gone'})
    pair.standby.require('up')
    wait_until(lambda: ready(pair.primary) == (200, {}), 'the standby is back')
    pair.wait_until_followed()
    assert pair.standby.originals() == pair.primary.originals()


def test_what_was_released_before_the_primary_was_killed_is_served_by_the_promoted_standby(pair: Pair) -> None:
    pair.primary.deliver('last', 'of', 'all')
    released_at, originals = datetime.now(UTC), pair.primary.originals()
    pair.primary.kill()
    promotion = pair.standby.document('standby', 'promote')
    assert wells(pair.standby.instance) == {'last', 'of', 'all'}
    missing = {Path(place).name for place in promotion['missing_files']}
    assert pair.standby.originals() | missing == originals, 'what did not come is named'
    assert promotion['missing_bytes'] == 0
    # it is asked once a second how far the primary is
    assert datetime.fromisoformat(promotion['last_word_at']) > released_at - timedelta(seconds=5)
    pair.standby.deliver('goes', 'on')


@exhaustive
def test_what_dies_on_the_promoted_standby_is_started_again(pair: Pair) -> None:
    inbox = pair.standby.instance.services()['inbox']
    os.kill(inbox, signal.SIGKILL)
    wait_until(lambda: pair.standby.instance.services()['inbox'] not in {inbox, None}, 'the inbox runs again')


def test_a_primary_that_was_replaced_does_not_come_back(pair: Pair) -> None:
    refused = pair.primary.instance.dothi('up', '--demo', 'no')
    assert refused.returncode == 5
    assert 'dothi standby allow' in refused.stderr
    assert pair.primary.standby()['superseded_at'] is not None
    promotion = pair.primary.instance.dothi('standby', 'promote')
    assert promotion.returncode == 5, 'it is no primary any more, nor a standby'
    assert 'dothi standby allow' in promotion.stderr
    listed = pair.primary.instance.dothi('releases', 'wells')
    assert listed.returncode == 5
    assert 'dothi standby allow' in listed.stderr, 'there is a reason for no database'
    status = pair.primary.document('status')
    assert (status['database'], status['layers'][0]['freshness']) == (None, []), 'its database is not read'
    assert 'wells' not in pair.primary.require('status')


@exhaustive
def test_a_primary_that_was_replaced_remembers_it_where_the_other_machine_is_away(pair: Pair) -> None:
    pair.standby.require('down')
    assert pair.primary.instance.dothi('up', '--demo', 'no').returncode == 5
    pair.standby.require('up', '--demo', 'no')


@exhaustive
def test_the_old_primary_becomes_the_standby_and_keeps_what_it_had_aside(pair: Pair) -> None:
    now = pair.exchanged()
    joined = now.join()
    assert Path(joined['set_aside']).is_dir()
    now.wait_until_followed()
    assert now.standby.originals() >= now.primary.originals()
    status = now.standby.document('status')
    assert status['layers'][0]['release']['rows_total'] == 2


@exhaustive
def test_a_forced_promotion_ends_the_primary_first_and_loses_nothing(pair: Pair) -> None:
    now = pair.exchanged()
    now.primary.deliver('before', 'the', 'change')
    promotion = now.standby.document('standby', 'promote', '--force')
    assert promotion['is_old_primary_ended']
    assert wells(now.standby.instance) == {'before', 'the', 'change'}
    assert now.primary.standby()['superseded_at'] is not None
    now.primary.require('down')
    assert now.primary.instance.dothi('up', '--demo', 'no').returncode == 5
