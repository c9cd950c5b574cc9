"""A primary and its standby on one machine, for tests that lose the primary."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dothi.core.ports import free_port
from dothi.core.process_table import session_members
from tests.instances import BAY, WholeInstance
from tests.services import PATIENCE_S

HEADER = 'NAME;end;depth;lon;lat\n'
HERE = '127.0.0.1'


@dataclass(frozen=True)
class Machine:
    """An instance that may be primary or standby, and a folder for what tests write."""

    instance: WholeInstance
    folder: Path

    @property
    def state(self) -> Path:
        return self.instance.state

    def require(self, *arguments: str | Path) -> str:
        """Standard output of a command that succeeds."""
        done = self.instance.dothi(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def document(self, *arguments: str | Path) -> Any:
        return json.loads(self.require(*arguments, '--json'))

    def deliver(self, *wells: str) -> None:
        """Releases the layer of wells with these, and no others."""
        file = self.folder / 'wells.csv'
        rows = ''.join(f'{name};;{12 + number};109.2{number};12.2{number}\n' for number, name in enumerate(wells))
        file.write_text(HEADER + rows, encoding='utf-8')
        self.require('deliver', file, '-l', 'wells', '--crs', 'EPSG:4326', '--accept-loss')

    def allow(self) -> list[str]:
        """The words of the command that lets the other machine join."""
        command: str = self.document('standby', 'allow', HERE)['command']
        return command.split()[1:]

    def standby(self) -> Any:
        """What `dothi status` says of the standby."""
        return self.document('status')['standby']

    def originals(self) -> set[str]:
        return {path.name for path in (self.state / 'store' / 'originals').rglob('*.csv')}

    def log_bytes(self) -> int:
        """The room that the log of the database takes."""
        return sum(file.stat().st_size for file in (self.state / 'postgis/data/pg_wal').glob('0*'))

    def administrator_url(self) -> str:
        return self.instance.database_address()

    def kill(self) -> None:
        """Kills all processes of the instance at once, as a machine does that loses its power."""
        for name in ('supervisor', 'spare', 'database', 'standby', 'worker', 'inbox', 'internal', 'public', 'backup'):
            self._kill(name)

    def _kill(self, name: str) -> None:
        file = self.state / ('postgis/data/postmaster.pid' if name == 'database' else f'run/{name}.pid')
        with suppress(FileNotFoundError):
            pid = int(file.read_text(encoding='utf-8').split()[0])
            for member in (pid, *session_members(pid)):
                with suppress(ProcessLookupError):
                    os.kill(member, signal.SIGKILL)


@dataclass(frozen=True)
class Pair:
    """Two machines; the second one follows the first."""

    primary: Machine
    standby: Machine

    def join(self) -> Any:
        """The second machine becomes the standby of the first, in place of whatever it was."""
        return self.standby.document(*self.primary.allow(), '--yes')

    def wait_until_followed(self) -> None:
        """Returns when the standby has all that the primary has."""
        since = datetime.now(UTC)
        wait_until(lambda: is_whole(self.primary.standby(), since), 'the standby follows')

    def exchanged(self) -> 'Pair':
        return Pair(self.standby, self.primary)


def is_whole(status: Any, since: datetime) -> bool:
    """Whether a standby is connected and has all that there was at the moment `since`, as its primary sees it."""
    state = status['state']
    if not (state and state['is_connected'] and state['lag_bytes'] == 0 and state['store_complete_at']):
        return False
    return datetime.fromisoformat(state['store_complete_at']) > since


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, f'{what}: not within {PATIENCE_S} s'
        time.sleep(0.2)


def machine(folder: Path, **settings: str) -> Machine:
    """A machine on which nothing runs yet."""
    ports = {'DOTHI_STANDBY_PORT': str(free_port()), 'DOTHI_DATABASE_PORT': str(free_port())}
    folder.mkdir(parents=True)
    return Machine(WholeInstance(folder / 'state', BAY, free_port(), free_port(), ports | settings), folder)


@contextmanager
def pair_of_machines(folder: Path, **settings: str) -> Iterator[Pair]:
    """Within, an instance runs with wells A and B, and a standby follows it. settings: of the first machine."""
    pair = Pair(machine(folder / 'one', **settings), machine(folder / 'two'))
    try:
        pair.primary.require('up', '--demo', 'no')
        pair.primary.deliver('A', 'B')
        pair.join()
        pair.wait_until_followed()
        yield pair
    finally:
        for each in (pair.primary, pair.standby):
            each.instance.dothi('down')
