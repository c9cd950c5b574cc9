"""A log that somebody deletes while its process runs is there again."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os, sys
from pathlib import Path
from dothi.core.log_file import reopen_deleted_log
from dothi.core.services import set_aside
log = Path(sys.argv[1])
print('first', flush=True)
log.unlink()
reopen_deleted_log()
print('second', flush=True)
os.system('echo third >&2')
reopen_deleted_log()
print('fourth', flush=True)
"""


def run_logged(program: str, log: Path) -> str:
    """What is in the log at the end of the program, whose outputs go there."""
    with log.open('ab') as file:
        subprocess.run([sys.executable, '-c', program, str(log)], stdout=file, stderr=file, check=True)
    return log.read_text(encoding='utf-8')


def test_what_is_written_after_a_log_was_deleted_is_in_a_new_one(tmp_path: Path) -> None:
    assert run_logged(PROGRAM, tmp_path / 'worker.log') == 'second\nthird\nfourth\n'


def test_it_is_closed_to_strangers(tmp_path: Path) -> None:
    run_logged(PROGRAM, tmp_path / 'worker.log')
    assert (tmp_path / 'worker.log').stat().st_mode & 0o777 == 0o640


def test_a_log_that_grew_too_large_is_set_aside_as_before(tmp_path: Path) -> None:
    program = (
        PROGRAM
        + """
import dothi.core.services as services
services.LONGEST_LOG_BYTES = 3
set_aside(log)
print('fifth', flush=True)
"""
    )
    assert run_logged(program, tmp_path / 'worker.log') == 'fifth\n'
    assert (tmp_path / 'worker.log.1').read_text(encoding='utf-8') == 'second\nthird\nfourth\n'


def test_other_deleted_files_are_left_as_they_are(tmp_path: Path) -> None:
    """What somebody has a command write to is theirs."""
    file = tmp_path / 'list.txt'
    with file.open('ab') as opened:
        subprocess.run([sys.executable, '-c', PROGRAM, str(file)], stdout=opened, stderr=opened, check=True)
    assert not file.exists()
