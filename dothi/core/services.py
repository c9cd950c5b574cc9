"""Long-running processes of this instance: started apart from the terminal, found again, and ended by id."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from dothi.core.accounts import account_environment, popen_account, service_account
from dothi.core.errors import EnvironmentMissing
from dothi.core.heartbeat import is_old, last_sign
from dothi.core.private_files import STATE_MODE, replace_file_without_room
from dothi.core.process_table import leaders_with_output, session_members, start_time, stopped_processes
from dothi.core.run_folder import is_copied_run_folder
from dothi.core.settings import PathSettings

# What is left of a dead service serves nobody who would miss it.
ORPHANS_PATIENCE_S = 3.0
LONGEST_LOG_BYTES = 20 * 2**20
# A program that begins once it is told to, and never where whoever started it is killed before: nobody would know of
# it, and of the port that it has.
ONCE_TOLD = 'read -r _ && exec "$@" </dev/null'


# In a record in place of what the process was started from.
LOST = 'lost'


class ServiceDied(EnvironmentMissing):
    """A service ended right after its start."""


class WaitingProcess(Protocol):
    """A process that was made for a service, and begins once it is told to."""

    @property
    def pid(self) -> int:
        """Its number, which is also that of its session."""

    def begin(self) -> None:
        """Lets it begin; nothing where it has ended."""

    def kill(self) -> None:
        """Ends it."""


# Makes a process for a service, with the file that its output goes to.
type Launch = Callable[['Service', IO[bytes]], WaitingProcess]


@dataclass(frozen=True)
class Service:
    """One `dothi` command that runs in the background, with its process id and log in the folder `run`.

    module: what Python runs instead, where it is no command.
    """

    name: str
    arguments: Sequence[str]
    run: Path
    module: str = 'dothi.cli'

    @property
    def log(self) -> Path:
        return self.run / f'{self.name}.log'

    def pid(self) -> int | None:
        """The process id while the service runs; a recorded id that another process has by now counts for nothing."""
        recorded = self._recorded()
        return int(recorded[0]) if recorded and start_time(int(recorded[0])) == recorded[1] else None

    def last_sign(self) -> int | None:
        """The last sign of life of the process that runs; None before the first one."""
        pid = self.pid()
        return None if pid is None else last_sign(self.run, self.name, pid)

    def is_still(self) -> bool:
        """Whether it runs, and has given no sign of life for long."""
        sign = self.last_sign()
        return sign is not None and is_old(sign)

    def fingerprint(self) -> str | None:
        """Of the code and settings that it was started from; None where it is not to run.

        What died has one, until somebody ends it by intention.
        """
        recorded = self._recorded()
        return recorded[2] if recorded else None

    def started_at(self) -> float | None:
        """When the service was started, in seconds of the epoch; None while it does not run."""
        return None if self.pid() is None else self._file.stat().st_mtime

    def fresh(self, fingerprint: str) -> bool:
        """Whether it runs, stands not still, and was started from the same code and settings."""
        return self.pid() is not None and not self.is_still() and self.fingerprint() == fingerprint

    @property
    def words(self) -> list[str]:
        """The command line that it runs as."""
        return [sys.executable, '-m', self.module, *self.arguments]

    def adopt(self) -> bool:
        """Whether it ran without a record, which somebody had deleted, and has one again: of code that is out of date.

        Without one nobody would start it again when it dies.
        """
        strays = [] if self._recorded() else self._strays()
        for pid in strays[:1]:
            replace_file_without_room(self._file, f'{pid} {start_time(pid)} {LOST}', STATE_MODE & 0o666)
        return bool(strays)

    def end_strays(self) -> None:
        """Ends processes of this service that its record does not name: somebody deleted the one that did."""
        for pid in self._strays():
            if pid != os.getpid():
                end_session(pid)

    def _strays(self) -> list[int]:
        own = self.pid()
        leaders = leaders_with_output(self.log).items()
        return [pid for pid, words in leaders if words[1:] == self.words[1:] and pid != own]

    def start(self, fingerprint: str, launch: Launch | None = None) -> None:
        """Starts the service apart from this terminal, and records which process it is.

        launch: where its process comes from; None for a program of its own.
        """
        set_aside(self.log)
        with self.log.open('ab') as log:
            process = (launch or launch_program)(self, log)
        try:
            record = f'{process.pid} {start_time(process.pid)} {fingerprint}'
            replace_file_without_room(self._file, record, STATE_MODE & 0o666)
        except OSError:
            # nobody would find it again
            process.kill()
            raise
        process.begin()

    def stop(self, patience_s: float = 20) -> bool:
        """Whether it ran; asked to end first, and ended with its children when it does not."""
        was_running = self.end(patience_s)
        self._file.unlink(missing_ok=True)
        return was_running

    def end(self, patience_s: float = 20) -> bool:
        """As `stop`, and it is to run still: were we killed now, whoever watches would start it again."""
        pid = self.pid()
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            # what a signal has stopped hears nothing until it goes on
            for stopped in stopped_processes({pid}):
                _signal(stopped, signal.SIGCONT)
            if not _has_ended(pid, patience_s):
                os.killpg(pid, signal.SIGKILL)
                _has_ended(pid, 5)
        return self.end_orphans() or pid is not None

    def end_orphans(self, patience_s: float = ORPHANS_PATIENCE_S) -> bool:
        """Whether children were left by a service that died, all of them ended now.

        A killed master leaves web processes that hold the port for as long as somebody is connected. They are the
        members of its session; the kernel gives the number of a session to no other process while it has members.
        """
        recorded = self._recorded()
        if not recorded or start_time(int(recorded[0])) is not None:
            return False
        left = session_members(int(recorded[0]))
        end_session(int(recorded[0]), patience_s)
        return bool(left)

    def died(self) -> ServiceDied:
        """The error to raise when the service is not there any more: its last words and where the others are."""
        last = self.last_line
        return ServiceDied(
            vi=f'Dịch vụ {self.name} đã dừng: {last} (nhật ký: {self.log})',
            en=f'The service {self.name} has ended: {last} (log: {self.log})',
        )

    @property
    def last_line(self) -> str:
        """What the service wrote last to its log; empty where it has written nothing."""
        lines = self.log.read_text(encoding='utf-8', errors='replace').strip().splitlines()
        return lines[-1] if lines else ''

    @property
    def _file(self) -> Path:
        return self.run / f'{self.name}.pid'

    def _recorded(self) -> list[str] | None:
        if is_copied_run_folder(self.run):
            # it names a process of another instance
            return None
        try:
            parts = self._file.read_text(encoding='utf-8').split()
        except PermissionError:
            raise
        except (OSError, ValueError):
            # a disk that failed may have left anything
            return None
        return parts if len(parts) == 3 and parts[0].isdigit() else None


@dataclass(frozen=True)
class WaitingProgram:
    """A program that waits for a line before it begins."""

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def begin(self) -> None:
        if self.process.stdin is not None:
            with suppress(BrokenPipeError), self.process.stdin:
                self.process.stdin.write(b'\n')

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def launch_program(service: Service, log: IO[bytes]) -> WaitingProcess:
    """A program of its own for the service, which waits to be told to begin."""
    words = ['/bin/sh', '-c', ONCE_TOLD, service.name, *service.words]
    return WaitingProgram(spawn_apart(words, log, stdin=subprocess.PIPE))


def spawn_apart(words: Sequence[str], output: IO[bytes] | int, **options: Any) -> subprocess.Popen[bytes]:
    """A program apart from this terminal, of the user of services and in their environment."""
    # relative names were given where the command was called, and the service works elsewhere
    paths = PathSettings()
    path_variables = {f'DOTHI_{name.upper()}': str(getattr(paths, name)) for name in ('state', 'locality', 'inbox')}
    account = service_account()
    return subprocess.Popen(
        words,
        stdout=output,
        stderr=output,
        start_new_session=True,
        cwd='/',
        env=os.environ | path_variables | account_environment(account),
        **popen_account(account),
        **options,
    )


def rotate_logs() -> None:
    """Set aside each log of the instance that has grown too large, also while its service goes on writing."""
    paths = PathSettings()
    for log in [*paths.run.glob('*.log'), paths.state / 'postgis' / 'server.log']:
        set_aside(log)


def set_aside(log: Path) -> None:
    """Move what a log that has grown too large holds to another file, in place of what was set aside before.

    Services append to the file that they have open, so that goes on from its beginning. Lines that are written between
    the copy and the cut are lost.
    """
    if log.exists() and log.stat().st_size > LONGEST_LOG_BYTES:
        shutil.copyfile(log, log.with_name(f'{log.name}.1'))
        os.truncate(log, 0)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def end_session(session: int, patience_s: float = ORPHANS_PATIENCE_S) -> None:
    """Ends all members of a session, those that do not heed SIGTERM within `patience_s` by SIGKILL."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        for pid in session_members(session):
            with suppress(ProcessLookupError):
                os.kill(pid, signal_number)
        _session_gone(session, patience_s)


def _session_gone(session: int, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while session_members(session) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not session_members(session)


def _has_ended(pid: int, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while start_time(pid) is not None and time.monotonic() < deadline:
        _reap(pid)
        time.sleep(0.05)
    return start_time(pid) is None


def _reap(pid: int) -> None:
    """Takes note of the end of a child of this very process; others are not ours to wait for."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
