"""What somebody may see cannot be found out for a moment: they are told to come again, and see no less afterwards."""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from dothi.api import config
from dothi.api.access import reads
from dothi.api.app import create_app
from dothi.core.access import look_up
from dothi.core.access.signing import Claims
from dothi.core.database import NoDatabase
from tests.access.lagoon import Lagoon, running_lagoon
from tests.conftest import Instance

METERS = '/api/collections/meters/items?f=json'
FAILURES = [
    NoDatabase(vi='đi vắng', en='away'),
    psycopg2.errors.AdminShutdown('secret'),
    OSError(errno.EMFILE, 'secret'),
]


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'lost-sight'
    folder.mkdir()
    with running_lagoon(instance, folder) as place:
        yield place


@pytest.fixture
def fresh_app(lagoon: Lagoon) -> Lagoon:
    """The place with an app that nobody has asked yet."""
    lagoon.app = create_app('internal')
    return lagoon


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize('error', FAILURES, ids=repr)
@pytest.mark.parametrize(
    ('place', 'name'),
    [(Claims, '_sign'), (config, 'read_releases'), (reads, 'note_reads')],
    ids=['claims', 'app', 'log'],
)
def test_who_asks_at_a_bad_moment_is_told_and_sees_all_afterwards(
    fresh_app: Lagoon, monkeypatch: pytest.MonkeyPatch, place: object, name: str, error: Exception
) -> None:
    person = fresh_app.client('steward')
    with monkeypatch.context() as patch:
        patch.setattr(place, name, failing(error))
        answer = person.get(METERS)
    assert (answer.status_code, 'secret' in answer.get_data(as_text=True)) == (503, False)
    assert int(answer.headers['Retry-After']) > 0
    afterwards = person.get(METERS)
    assert (afterwards.status_code, afterwards.get_json(force=True)['numberMatched']) == (200, 2)
    assert '/collections/meters/items' in person.get('/api/openapi?f=json').get_json(force=True)['paths']


def test_that_somebody_came_need_not_be_written_down(fresh_app: Lagoon, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of the database is full: whoever has signed in reads on."""
    monkeypatch.setattr(look_up, 'connection', failing(psycopg2.errors.DiskFull('full')))
    monkeypatch.setattr('dothi.core.access.keys.USED_EVERY', '0')
    assert fresh_app.client('steward').get(METERS).status_code == 200
