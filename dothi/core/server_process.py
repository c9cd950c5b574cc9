"""The processes of a PostgreSQL server by its data folder: the server itself, and what a dead one left."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dothi.core.process_table import program_name, start_time, stopped_processes

# How long processes of a server that was killed may take to end.
ORPHANS_PATIENCE_S = 3.0
# Linux gives it to none (PID_MAX_LIMIT).
NO_PROCESS = 2**22
# Of the lock file (LOCK_FILE_LINE_PM_STATUS).
STATUS_LINE = 8


@dataclass(frozen=True)
class ServerProcess:
    """Whatever runs of a server on the folder `data`."""

    data: Path

    def pid(self) -> int | None:
        """The process id of the server; None when none runs.

        `pg_ctl status` takes a killed server that nobody has waited for yet for a running one.
        """
        pid = self._locked_by()
        return pid if pid is not None and self._is_server(pid) else None

    def is_listening(self) -> bool:
        """Whether the server has come so far in its start that it answers at its port, if only that it lets nobody in.

        It writes how it is as the eighth line of its lock file, after it has begun to listen.
        """
        with suppress(OSError, ValueError):
            return len((self.data / 'postmaster.pid').read_text(encoding='utf-8').splitlines()) >= STATUS_LINE
        return False

    def wake(self) -> None:
        """Tells processes of the server that a signal has stopped to go on: they answer nobody, and do not end."""
        pid = self.pid()
        for stopped in stopped_processes({pid} if pid else set()):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(stopped, signal.SIGCONT)

    def clear_away_dead(self) -> None:
        """Clears away what would keep a new server out: somebody else's number in the lock file, and orphans."""
        self._disown_lock()
        self._end_orphans()

    def _locked_by(self) -> int | None:
        """The process id in the lock file; None where there is none."""
        try:
            return int((self.data / 'postmaster.pid').read_text(encoding='utf-8').split('\n')[0])
        except PermissionError:
            raise
        except (OSError, ValueError):
            return None

    def _is_server(self, pid: int) -> bool:
        """Whether the process is a server that works in this data folder, and not one that has the number by now."""
        if start_time(pid) is None or program_name(pid) != 'postgres':
            return False
        try:
            return Path(f'/proc/{pid}/cwd').samefile(self.data)
        except PermissionError:
            # of another user, who alone may look; its number stands in a file that they wrote
            return True
        except OSError:
            return False

    def _disown_lock(self) -> None:
        """Takes the number of somebody else's process out of the lock file that a dead server left.

        After a reboot any process may have it, and after a kill the dead server has it until its parent has noticed;
        PostgreSQL would take either for its server, and not start. The rest of the file stays: by it PostgreSQL finds
        what may still use the data.
        """
        pid, lock = self._locked_by(), self.data / 'postmaster.pid'
        if pid is None or not Path(f'/proc/{pid}').exists() or self._is_server(pid):
            return
        _, _, rest = lock.read_text(encoding='utf-8').partition('\n')
        with lock.open('r+', encoding='utf-8') as opened:
            opened.write(f'{NO_PROCESS}\n{rest}')
            opened.truncate()

    def _orphans(self) -> list[int]:
        """Processes of a server that was killed: each works on until its query ends, and keeps a new server out."""
        pids = [int(folder.name) for folder in Path('/proc').glob('[0-9]*')]
        return [pid for pid in pids if self._works_here(pid)]

    def _works_here(self, pid: int) -> bool:
        if start_time(pid) is None or program_name(pid) != 'postgres':
            return False
        with suppress(OSError):
            return Path(f'/proc/{pid}/cwd').samefile(self.data)
        return False

    def _end_orphans(self) -> None:
        """Ends them as their server would have: by SIGQUIT, and where that is not heeded by SIGKILL."""
        for number in (signal.SIGQUIT, signal.SIGKILL):
            for pid in self._orphans():
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
            deadline = time.monotonic() + ORPHANS_PATIENCE_S
            while self._orphans() and time.monotonic() < deadline:
                time.sleep(0.05)
