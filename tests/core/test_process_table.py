"""What the kernel says of processes, at the moments when it says little."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.core.process_table import start_environment


def test_a_program_that_is_just_being_started_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has an id before it has an environment: whoever took it for empty waited for it at another port."""
    first_looks, read_bytes = [b'', b''], Path.read_bytes
    monkeypatch.setattr(Path, 'read_bytes', lambda file: first_looks.pop() if first_looks else read_bytes(file))
    assert start_environment(os.getpid())['PATH']
    assert first_looks == []


def test_a_process_that_has_ended_or_has_no_environment_is_not_waited_for_long() -> None:
    with subprocess.Popen([sys.executable, '-c', 'input()'], env={}, stdin=subprocess.PIPE) as process:
        assert start_environment(process.pid) == {}
        process.communicate(b'\n')
        assert start_environment(process.pid) == {}
