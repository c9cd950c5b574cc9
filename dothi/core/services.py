"""Long-running processes of this instance: started apart from the terminal, found again, and ended by id."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dothi.core.errors import EnvironmentMissing
from dothi.core.settings import PathSettings


class ServiceDied(EnvironmentMissing):
    """A service ended right after its start."""


@dataclass(frozen=True)
class Service:
    """One `dothi` command that runs in the background, with its process id and log in the folder `run`."""

    name: str
    arguments: Sequence[str]
    run: Path

    @property
    def log(self) -> Path:
        return self.run / f'{self.name}.log'

    def pid(self) -> int | None:
        """The process id while the service runs; a recorded id that another process has by now counts for nothing."""
        recorded = self._recorded()
        return int(recorded[0]) if recorded and _started(int(recorded[0])) == recorded[1] else None

    def fresh(self, fingerprint: str) -> bool:
        """Whether it runs, and was started from the same code and settings."""
        recorded = self._recorded()
        return self.pid() is not None and recorded is not None and recorded[2] == fingerprint

    def start(self, fingerprint: str) -> None:
        """Starts the service apart from this terminal, and records which process it is."""
        # relative names were given where the command was called, and the service works elsewhere
        paths = PathSettings()
        named = {f'DOTHI_{name.upper()}': str(getattr(paths, name)) for name in ('state', 'locality', 'inbox')}
        with self.log.open('ab') as log:
            process = subprocess.Popen(
                [sys.executable, '-m', 'dothi.cli', *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd='/',
                env=os.environ | named,
            )
        self._file.write_text(f'{process.pid} {_started(process.pid)} {fingerprint}', encoding='utf-8')

    def stop(self, patience_s: float = 20) -> bool:
        """Whether it ran; asked to end first, and ended with its children when it does not."""
        pid = self.pid()
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            if not _gone(pid, patience_s):
                os.killpg(pid, signal.SIGKILL)
                _gone(pid, 5)
        self._file.unlink(missing_ok=True)
        return pid is not None

    def died(self) -> ServiceDied:
        """The error to raise when the service is not there any more: its last words and where the others are."""
        lines = self.log.read_text(encoding='utf-8', errors='replace').strip().splitlines()
        last = lines[-1] if lines else ''
        return ServiceDied(
            vi=f'Dịch vụ {self.name} đã dừng: {last} (nhật ký: {self.log})',
            en=f'The service {self.name} has ended: {last} (log: {self.log})',
        )

    @property
    def _file(self) -> Path:
        return self.run / f'{self.name}.pid'

    def _recorded(self) -> list[str] | None:
        try:
            parts = self._file.read_text(encoding='utf-8').split()
        except FileNotFoundError:
            return None
        return parts if len(parts) == 3 else None


def _started(pid: int) -> str | None:
    """When process `pid` began, in clock ticks since boot; None when there is none, or only its remains."""
    try:
        stat = Path(f'/proc/{pid}/stat').read_text(encoding='utf-8')
    except (FileNotFoundError, ProcessLookupError):
        return None
    # the second field is the program's name in brackets and may hold spaces
    fields = stat.rpartition(')')[2].split()
    return None if fields[0] == 'Z' else fields[19]


def _gone(pid: int, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while _started(pid) is not None and time.monotonic() < deadline:
        _reap(pid)
        time.sleep(0.05)
    return _started(pid) is None


def _reap(pid: int) -> None:
    """Takes note of the end of a child of this very process; others are not ours to wait for."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
