"""Whole instances, as `make up` starts them, for tests: a state folder, ports and a locality each."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dothi.core.settings import PROJECT
from tests.forked import run_program
from tests.services import PATIENCE_S

# `dothi`, by somebody who lets everybody write; the services that it starts are programs started from nothing.
FOR_EVERYBODY = """
import os
from dothi.cli.app import main
os.umask(0)
main()
"""
BAY = PROJECT / 'tests' / 'localities' / 'bay'


@dataclass(frozen=True)
class WholeInstance:
    """An instance of its own: state folder, ports and locality; whoever starts it would let everybody write."""

    state: Path
    locality: Path
    port: int
    public_port: int
    # other settings
    more: dict[str, str] = field(default_factory=dict)

    def dothi(self, *arguments: str | Path, without: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """Runs a command of this instance; without: variables that whoever types it has not set."""
        return run_program(FOR_EVERYBODY, [*map(str, arguments)], self.environment(*without))

    def environment(self, *without: str) -> dict[str, str]:
        """What leads a command to this instance, and nothing of what another test has set for its own."""
        own = {
            'DOTHI_STATE': str(self.state),
            'DOTHI_LOCALITY': str(self.locality),
            'DOTHI_PORT': str(self.port),
            'DOTHI_PUBLIC_PORT': str(self.public_port),
            'DOTHI_WORKERS': '1',
            'DOTHI_SIGN_IN': 'to_change',
            **self.more,
        }
        own = {name: value for name, value in own.items() if name not in without}
        kept = {name: value for name, value in os.environ.items() if not name.startswith('DOTHI_')}
        return kept | own

    def database_address(self) -> str:
        """The administrator's address of the private database, with its password, for libpq."""
        url = (self.state / 'run' / 'database_url').read_text(encoding='utf-8').replace('+psycopg2', '')
        password = (self.state / 'postgis' / 'admin_password').read_text(encoding='utf-8').strip()
        return url.replace('@', f':{password}@')

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f'http://127.0.0.1:{self.port}{path}', timeout=120) as answer:
            return json.load(answer)

    def readiness(self) -> dict[str, str]:
        """What `/health/ready` of the internal service says of each thing; nothing while nobody answers."""
        try:
            with urllib.request.urlopen(f'http://127.0.0.1:{self.port}/health/ready', timeout=10) as answer:
                return dict(json.load(answer)['checks'])
        except urllib.error.HTTPError as unready:
            return dict(json.load(unready)['checks'])
        except OSError:
            return {}

    def services(self) -> dict[str, int]:
        """Process id of each service."""
        status = json.loads(self.dothi('status', '--json').stdout)
        return {service['name']: service['pid'] for service in status['services']}

    def processes(self) -> list[str]:
        """Command lines of running processes that work in this state folder."""
        command_lines = []
        for process in self.process_folders():
            with suppress(FileNotFoundError, ProcessLookupError):
                command_lines.append((process / 'cmdline').read_text(encoding='utf-8').replace('\0', ' '))
        return command_lines

    def process_folders(self) -> Iterator[Path]:
        """The folders in /proc of running processes that work in this state folder: by environment or options."""
        for process in Path('/proc').glob('[0-9]*'):
            try:
                about = (process / 'environ').read_bytes() + (process / 'cmdline').read_bytes()
                dead = (process / 'stat').read_text(encoding='utf-8').rpartition(')')[2].split()[0] == 'Z'
            except (FileNotFoundError, PermissionError, ProcessLookupError):
                continue
            if str(self.state).encode() in about and not dead:
                yield process

    def all_ended(self) -> bool:
        """Whether no process is left: the server that jobs are forked from ends a moment after its worker."""
        until = time.monotonic() + PATIENCE_S
        while (left := self.processes()) and time.monotonic() < until:
            time.sleep(0.2)
        return not left
