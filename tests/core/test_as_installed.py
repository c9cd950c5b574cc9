"""Processes that tests start have the libraries that users have."""

import subprocess
import sys

import pytest

from dothi.core.settings import PROJECT


@pytest.mark.parametrize('module', ['dothi.cli', 'dothi.api.app', 'processes.queue.worker', 'etl.closed_room.server'])
def test_no_program_needs_a_library_that_only_tests_install(module: str) -> None:
    # Arrow looks for pandas whenever it makes an array
    code = f"""import sys, pyarrow, {module}
pyarrow.array([1])
print([name for name in ("geopandas", "pandas") if name in sys.modules])"""
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=PROJECT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.stdout.strip() == '[]', done.stderr
