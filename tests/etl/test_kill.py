"""A process that is killed at any point leaves the previous release served, and nothing that the next run keeps."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.core.settings import PROJECT
from etl.deliver import deliver
from etl.options import DeliveryOptions

# The child kills itself when it is told that a stage begins: what a power cut or the kernel would do.
CHILD = """
import os, signal, sys
from pathlib import Path
from dothi.core.locality import load_locality
from etl.deliver import deliver
from etl.options import DeliveryOptions

def progress(stage, done, total):
    if (stage, done > 0) == (sys.argv[2], sys.argv[3] == 'end'):
        os.kill(os.getpid(), signal.SIGKILL)

options = DeliveryOptions(layer='schools', accept_loss=True)
deliver(Path(sys.argv[1]), options, load_locality(Path(sys.argv[4])), progress)
"""
STAGES = [
    ('archive', 'end'),
    ('stage', 'start'),
    ('stage', 'end'),
    ('duplicates', 'start'),
    ('lock', 'start'),
    ('diff', 'start'),
    ('release', 'start'),
    ('finish', 'start'),
]


def killed(file: Path, stage: str, moment: str, environment: dict[str, str]) -> None:
    """Runs a delivery that dies at `moment` of `stage`."""
    arguments = [sys.executable, '-c', CHILD, str(file), stage, moment, str(PROJECT / 'locality')]
    done = subprocess.run(arguments, env={**os.environ, **environment}, cwd=PROJECT, check=False, capture_output=True)
    assert done.returncode == -9, done.stderr.decode()


@pytest.mark.parametrize(('stage', 'moment'), STAGES)
def test_killed_at_any_point(stage, moment, agency, send, query, database):
    first = send(agency.schools('a', 'b'), 'schools')
    rows = [(agency.school('a', SO_CHO=1), agency.point()), (agency.school('c'), agency.point())]
    # one bad row of 63 is within the threshold, and puts something into quarantine
    rows += [(agency.school(None), agency.point())]
    rows += [(agency.school(f'z{i}'), agency.point(i)) for i in range(60)]
    file = agency.geojson('2.geojson', rows)

    killed(file, stage, moment, database)
    assert query('select code, places, release_from from layer.schools order by code') == [
        ('a', 400, first.release),
        ('b', 400, first.release),
    ]
    assert query('select current_release from catalog.layer where id = %s', 'schools') == [(first.release,)]
    assert query('select count(*) from history.schools') == [(0,)]

    again = send(file, 'schools', accept_loss=True)
    assert again.verdict == 'accepted'
    assert again.diff.model_dump() == {'added': 61, 'changed': 1, 'closed': 1, 'unchanged': 0}
    assert query('select status from catalog.delivery order by id') == [('accepted',), ('failed',), ('accepted',)]
    assert query('select distinct delivery_id from quarantine.row where delivery_id <> %s', again.delivery) == []
    assert query("select relname from pg_class where relnamespace = 'staging'::regnamespace") == []
    assert not list((Path(database['DOTHI_STATE']) / 'store' / 'originals' / 'incoming').iterdir())


def test_a_delivery_that_still_runs_is_not_taken_for_dead(agency, send, query, database, locality):
    """Another delivery begins while this one is at its staging."""
    seen = []

    def progress(stage, done, total):
        if stage == 'duplicates' and not seen:
            send(agency.schools('x', name='x.geojson'), 'schools', mode='upsert')
            seen.extend(query('select status from catalog.delivery order by id'))

    deliver(agency.schools('a'), DeliveryOptions(layer='schools', mode='upsert'), locality, progress)
    assert seen == [('received',), ('accepted',)]
    assert query('select status from catalog.delivery order by id') == [('accepted',), ('accepted',)]
