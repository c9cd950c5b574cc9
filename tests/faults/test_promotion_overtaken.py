"""The old primary comes back in the middle of a promotion: it must not acknowledge what is lost a moment later."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dothi.core.settings import PROJECT
from tests.faults.backups import wells
from tests.faults.standbys import Pair, pair_of_machines, wait_until
from tests.matrix import exhaustive, thorough

# `dothi standby promote`, which waits at the step of that name until it may go on, or is killed.
WAITING = """
import sys, time
from pathlib import Path
from dothi.local.standby import promote
name, folder = sys.argv[1], Path(sys.argv[2])
step = getattr(promote, name)
def wait(*arguments, **options):
    (folder / 'waits').touch()
    while not (folder / 'goes on').exists():
        time.sleep(0.05)
    return step(*arguments, **options)
setattr(promote, name, wait)
sys.argv = ['dothi', 'standby', 'promote', '--json']
from dothi.cli.app import main
main()
"""


@pytest.fixture
def pair(shared_folder: Path, request: pytest.FixtureRequest) -> Iterator[Pair]:
    with pair_of_machines(shared_folder / request.node.name) as pair:
        yield pair


@contextmanager
def promotion_at(pair: Pair, step: str) -> Iterator[subprocess.Popen[str]]:
    """Within, a promotion that took the killed primary for lost waits at its step of that name."""
    command = [sys.executable, '-c', WAITING, step, str(pair.standby.folder)]
    environment = pair.standby.instance.environment()
    with subprocess.Popen(
        command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as promotion:  # fmt: skip
        try:
            wait_until((pair.standby.folder / 'waits').exists, f'the promotion is at {step}')
            yield promotion
        finally:
            promotion.kill()


@pytest.mark.parametrize(
    'step', ['_end_recovery', pytest.param('restart_private_database', marks=exhaustive)]
)  # fmt: skip
def test_a_primary_that_comes_back_while_its_standby_is_promoted_does_not_start(pair: Pair, step: str) -> None:
    pair.primary.kill()
    with promotion_at(pair, step) as promotion:
        refused = pair.primary.instance.dothi('up', '--demo', 'no')
        assert refused.returncode == 5, refused.stdout
        assert 'dothi standby allow' in refused.stderr
        (pair.standby.folder / 'goes on').touch()
        output, _ = promotion.communicate()
    assert promotion.returncode == 0
    assert json.loads(output)['missing_files'] == []
    assert wells(pair.standby.instance) == {'A', 'B'}


@thorough
def test_a_promotion_that_was_killed_is_named_until_it_is_done(pair: Pair) -> None:
    """Its database is still one that follows, and the old primary starts no more: somebody has to go on."""
    pair.primary.kill()
    with promotion_at(pair, '_end_recovery') as promotion:
        promotion.kill()
        promotion.communicate()
    machine = pair.standby
    machine.require('up', '--demo', 'no')
    assert machine.standby()['is_being_promoted']
    assert 'dothi standby promote' in machine.require('status')
    assert pair.primary.instance.dothi('up', '--demo', 'no').returncode == 5
    machine.require('standby', 'promote')
    assert not machine.standby()['is_being_promoted']
    assert wells(machine.instance) == {'A', 'B'}
