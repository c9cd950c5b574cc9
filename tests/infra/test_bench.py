"""`make bench` makes what it measures from nothing."""

import os
import subprocess
import sys
from pathlib import Path

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
