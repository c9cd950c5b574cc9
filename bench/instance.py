"""An instance of the platform with the full demo province, kept between runs in a state folder of its own."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.write import SIZES
from dothi.core.database import connection, fresh
from dothi.core.locality import Locality, load_locality
from dothi.core.migrate import migrate
from dothi.core.ports import free_port
from dothi.core.progress import Progress
from dothi.core.settings import PathSettings
from dothi.local.database_start import start_database
from dothi.local.demo import deliver_demo
from dothi.local.instance import make_state_folder, stop_instance
from dothi.local.services import start_services
from dothi.local.store_adoption import adopt_store

# Load of the last minute for each processor. What the worker makes of new releases, and of all after other software,
# would be measured along with the first chapter.
QUIET_LOAD, PATIENCE_S = 0.25, 600


def folder() -> Path:
    """What is kept between runs, of each locality apart."""
    return Path(os.environ.get('BENCH_STATE', '/var/tmp/dothi-bench')) / PathSettings().locality.name


@contextmanager
def running(buildings: int, progress: Progress) -> Iterator[None]:
    """While inside, the services run on free ports with the demo of that many buildings; nothing runs after it."""

    def fill(locality: Locality) -> None:
        deliver_demo(locality, buildings, progress)
        _check(buildings)

    with filled(str(buildings), fill, progress):
        wait_for_quiet(progress)
        yield


@contextmanager
def filled(name: str, fill: Callable[[Locality], None], progress: Progress) -> Iterator[None]:
    """While inside, the services run on free ports with what `fill` delivers; nothing runs after it."""
    state = folder() / name
    ports = {'DOTHI_PORT': str(free_port()), 'DOTHI_PUBLIC_PORT': str(free_port())}
    # every analysis that is measured is run
    os.environ.update({'DOTHI_STATE': str(state), 'DOTHI_WORKERS': '2', 'DOTHI_RESULT_STORE': 'off', **ports})
    # what reading costs is measured without a sign-in, and what that adds by itself
    os.environ['DOTHI_SIGN_IN'] = 'to_change'
    # all clients of the public service are one address here
    os.environ.update({'DOTHI_CLIENT_REQUESTS_PER_S': '0', 'DOTHI_TRUSTED_PROXIES': '["127.0.0.1/32"]'})
    os.environ.pop('DOTHI_DATABASE_URL', None)
    fresh()
    make_state_folder()
    locality = load_locality(PathSettings().locality)
    try:
        start_database()
        migrate(locality)
        adopt_store()
        fill(locality)
        start_services(progress)
        yield
    finally:
        stop_instance()


def _check(buildings: int) -> None:
    """Ends the run where something else was delivered since: the same files are not delivered a second time."""
    rows = building_count()
    if rows < buildings * 0.95:
        sys.exit(
            f'{rows:,} buildings in {PathSettings().state} where {buildings:,} are to be measured: delete it first.'
        )


def check_empty() -> None:
    """Ends the run where a run before it has delivered: the same file again is no delivery, and nothing to measure."""
    rows = building_count()
    if rows:
        sys.exit(f'{PathSettings().state} has {rows:,} buildings of an earlier run: delete it first.')


def building_count() -> int:
    """How many buildings the current release has."""
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute('select count(*) from layer.buildings')
        (rows,) = cursor.fetchone() or (0,)
    return int(rows)


def wait_for_quiet(progress: Progress) -> None:
    """Comes back when the machine does next to nothing, or after PATIENCE_S on one that always does something."""
    began = time.monotonic()
    while os.getloadavg()[0] > QUIET_LOAD * (os.cpu_count() or 1):
        waited_s = round(time.monotonic() - began)
        if waited_s > PATIENCE_S:
            break
        progress('quiet', waited_s, PATIENCE_S)
        time.sleep(2)
    progress('quiet', PATIENCE_S, PATIENCE_S)


FULL = SIZES['full']
HALF = FULL // 2
