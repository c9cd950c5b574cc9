"""Programs that make backups: run as the right user, ended with us, and followed line by line."""

import os
import pwd
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dothi.core.accounts import account_environment, database_account, service_account, setpriv_words
from dothi.core.errors import EnvironmentMissing
from dothi.core.postgis import BINARIES

LAST_LINES = 6
PROGRAMS = {'pgbackrest': 'pgbackrest', 'restic': 'restic', 'setpriv': 'util-linux'}


class ProgramMissing(EnvironmentMissing):
    """A program that backups need is not installed."""


class BackupFailed(EnvironmentMissing):
    """A program that makes or reads backups failed, and what it said last. exit_code: its own."""

    exit_code: int = 0
    output: str = ''


@dataclass(frozen=True)
class ToolRun:
    """How a program is run: its command line, its environment besides ours, and secrets that no message shows."""

    command: Sequence[str]
    environment: dict[str, str]
    secrets: tuple[str, ...] = ()


def require_programs() -> None:
    """Raises ProgramMissing where a program that backups need is not there."""
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if missing:
        names = ' '.join(missing)
        raise ProgramMissing(
            vi=f'Chưa cài {names}. Chạy "make up", hoặc cài bằng: apt-get install {names}',
            en=f'{names} not installed. Run "make up", or install by: apt-get install {names}',
        )


def as_database_user(command: Sequence[str]) -> list[str]:
    """`command` as the user who runs the database, where root calls it too. It ends when we do."""
    return _ending_as(database_account(), command)


def control_value(data: Path, name: str) -> str:
    """What the control file of the database in `data` says; empty where it cannot be read."""
    command = as_database_user([str(BINARIES / 'pg_controldata'), str(data)])
    shown = subprocess.run(command, capture_output=True, text=True, check=False, cwd='/', env={'LC_ALL': 'C'})
    lines = [line.partition(':') for line in shown.stdout.splitlines()]
    return next((value.strip() for key, _, value in lines if key == name), '')


def ended_with_us(command: Sequence[str]) -> list[str]:
    """`command` as the user of the services or else who calls it, ended by the kernel when we end, however that is."""
    return _ending_as(service_account(), command)


def _ending_as(account: pwd.struct_passwd | None, command: Sequence[str]) -> list[str]:
    # not in the environment of what we start: for a process whose files are another user's, TMPDIR is taken out of it
    names = account_environment(service_account())
    before = ['env', *(f'{name}={value}' for name, value in names.items())] if names else []
    return [*before, 'setpriv', '--pdeathsig', 'TERM', *setpriv_words(account), '--', *command]


def run_tool(tool: ToolRun, on_line: Callable[[str], None] | None = None) -> str:
    """What the program wrote on standard output; each line is handed to `on_line` as it comes.

    Raises BackupFailed with its last lines.
    """
    lines: list[str] = []
    last: deque[str] = deque(maxlen=LAST_LINES)
    with subprocess.Popen(
        tool.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors='replace', env=os.environ | tool.environment, cwd='/',
    ) as process:  # fmt: skip
        try:
            for line in process.stdout or ():
                lines.append(line)
                last.append(line.strip())
                if on_line:
                    on_line(line)
        except BaseException:
            # Ctrl-C, or the end of the service: what is half done is taken up by the next run
            process.terminate()
            raise
    if process.returncode:
        raise failure(process.returncode, ' / '.join(last), ''.join(lines), tool)
    return ''.join(lines)


def failure(exit_code: int, reason: str, output: str, tool: ToolRun) -> BackupFailed:
    """The error of a program that ended with `exit_code`."""
    name = Path(tool.command[tool.command.index('--') + 1]).name
    for secret in tool.secrets:
        reason = reason.replace(secret, '***')
    error = BackupFailed(vi=f'{name} không làm được: {reason}', en=f'{name} failed: {reason}')
    error.exit_code, error.output = exit_code, output
    return error
