"""A small instance with a backup, for tests that lose it."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dothi.core.ports import free_port
from tests.instances import BAY, WholeInstance
from tests.services import PATIENCE_S

HEADER = 'NAME;end;depth;lon;lat\n'


@dataclass(frozen=True)
class BackedUpInstance:
    """An instance, the place of its backup, and a folder for what tests write."""

    instance: WholeInstance
    place: Path
    folder: Path

    @property
    def state(self) -> Path:
        return self.instance.state

    @property
    def key_file(self) -> Path:
        """A copy of the key, kept elsewhere as whoever sets a backup up is told to."""
        return self.folder / 'key-elsewhere'

    def deliver(self, *wells: str) -> None:
        """Releases the layer of wells with these, and no others."""
        file = self.folder / 'wells.csv'
        rows = ''.join(f'{name};;{12 + number};109.2{number};12.2{number}\n' for number, name in enumerate(wells))
        file.write_text(HEADER + rows, encoding='utf-8')
        self.require('deliver', file, '-l', 'wells', '--crs', 'EPSG:4326', '--accept-loss')

    def require(self, *arguments: str | Path) -> str:
        """Standard output of a command that succeeds."""
        done = self.instance.dothi(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def document(self, *arguments: str | Path) -> Any:
        return json.loads(self.require(*arguments, '--json'))

    def moment(self) -> str:
        """Now; what is changed before and after it lies clearly apart."""
        time.sleep(1)
        moment = datetime.now(UTC)
        time.sleep(1)
        return moment.isoformat()

    def originals(self) -> list[Path]:
        return sorted((self.state / 'store' / 'originals').rglob('*.csv'))


@contextmanager
def backed_up_instance(folder: Path) -> Iterator[BackedUpInstance]:
    """Within, an instance runs with wells A and B, and a backup."""
    folder.mkdir()
    instance = WholeInstance(folder / 'state', BAY, free_port(), free_port())
    backed_up = BackedUpInstance(instance, folder / 'place', folder)
    try:
        backed_up.require('up', '--demo', 'no')
        backed_up.deliver('A', 'B')
        backed_up.require('backup', 'setup', backed_up.place)
        shutil.copyfile(backed_up.state / 'secrets' / 'backup_key', backed_up.key_file)
        yield backed_up
    finally:
        instance.dothi('down')


def wells(instance: WholeInstance) -> set[str]:
    """Names of the wells that are served."""
    features = instance.get('/api/collections/wells/items?f=json')['features']
    return {feature['properties']['NAME'] for feature in features}


def damage(file: Path) -> None:
    """Turns the bits of some bytes in the middle of a file."""
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(byte ^ 0xFF for byte in content[middle : middle + 64])
    mode = file.stat().st_mode
    file.chmod(0o600)
    file.write_bytes(content)
    file.chmod(mode)


def newest_copy(place: Path) -> Path:
    """The folder of the newest backup of the database."""
    label = re.compile(r'\d{8}-\d{6}F(_\d{8}-\d{6}[DI])?')
    return max(path for path in (place / 'database' / 'backup' / 'dothi').iterdir() if label.fullmatch(path.name))


def kill_in_the_middle(backed_up: BackedUpInstance, is_middle: Callable[[], bool], *arguments: str | Path) -> None:
    """Starts a command and kills it, and none of its children, as soon as `is_middle` says so."""
    environment = backed_up.instance.environment()
    command = [sys.executable, '-m', 'dothi.cli', *map(str, arguments)]
    log = backed_up.folder / 'killed.log'
    with log.open('wb') as errors, subprocess.Popen(command, env=environment, stderr=errors) as process:
        until = time.monotonic() + PATIENCE_S
        while not is_middle():
            assert process.poll() is None, f'it ended before it could be killed: {log.read_text()}'
            assert time.monotonic() < until
            time.sleep(0.01)
        process.kill()
        assert process.wait() == -signal.SIGKILL
