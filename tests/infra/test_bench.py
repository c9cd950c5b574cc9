"""`make bench` makes what it measures from nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.loading import run_command
from dothi.core.settings import PROJECT

PROGRAM = """
from bench.instance import filled
from dothi.core.store_mark import require_store
with filled('nothing yet', lambda locality: require_store(), lambda *_: None):
    print('ready to be measured')
"""


def test_an_instance_to_be_measured_is_made_in_an_empty_folder(shared_folder: Path) -> None:
    """Deliveries keep the agency's file in its store."""
    others = {name: value for name, value in os.environ.items() if not name.startswith('DOTHI_')}
    run = subprocess.run(
        [sys.executable, '-c', PROGRAM],
        cwd=PROJECT,
        env={**others, 'BENCH_STATE': str(shared_folder / 'bench')},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.endswith('ready to be measured\n'), run.stderr


def test_the_memory_of_a_command_is_not_that_of_who_measures() -> None:
    ballast = bytearray(400_000_000)
    assert 1 < run_command([sys.executable, '-c', 'pass']).peak_mb < 100
    filled_mb = run_command([sys.executable, '-c', 'bytearray(200_000_000)']).peak_mb
    assert 200 < filled_mb < 300
    assert len(ballast) == 400_000_000


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        run_command([sys.executable, '-c', 'import sys; sys.exit(3)', 'a', 'b', 'password'])
    assert failed.value.returncode == 3
    assert 'password' not in str(failed.value)
