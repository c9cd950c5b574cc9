"""An instance of the platform with the full demo province, kept between runs in a state folder of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.write import SIZES
from dothi import local
from dothi.core.database import fresh
from dothi.core.locality import load_locality
from dothi.core.migrate import migrate
from dothi.core.postgis import free_port
from dothi.core.progress import Progress
from dothi.core.settings import PathSettings


def folder() -> Path:
    """What is kept between runs."""
    return Path(os.environ.get('BENCH_STATE', '/var/tmp/dothi-bench'))


@contextmanager
def running(buildings: int, progress: Progress) -> Iterator[None]:
    """While inside, the services run on free ports with that many buildings; nothing runs after it."""
    state = folder() / str(buildings)
    state.mkdir(parents=True, exist_ok=True)
    ports = {'DOTHI_PORT': str(free_port()), 'DOTHI_PUBLIC_PORT': str(free_port())}
    # every analysis that is measured is run
    os.environ.update({'DOTHI_STATE': str(state), 'DOTHI_WORKERS': '2', 'DOTHI_RESULT_STORE': 'off', **ports})
    os.environ.pop('DOTHI_DATABASE_URL', None)
    fresh()
    locality = load_locality(PathSettings().locality)
    try:
        local.start_database()
        migrate(locality)
        local.deliver_demo(locality, buildings, progress)
        local.start_services(progress)
        yield
    finally:
        local.down()


FULL = SIZES['full']
HALF = FULL // 2
