"""What a worker keeps up to date beside the jobs: generalised layers, styles for GIS staff, whether services answer."""

import logging
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException

import psycopg2
from psycopg2.extensions import connection as Connection

from dothi.cartography.generalised.refresh import is_current, refresh, states
from dothi.cartography.shared_styles import keep, outdated
from dothi.core.catalog import current_releases
from dothi.core.clock import today
from dothi.core.database import READERS, connection
from dothi.core.errors import DothiError
from dothi.core.job_settings import JobSettings
from dothi.core.layer import Layer
from dothi.core.locality import Locality, locality_zone
from dothi.core.settings import PathSettings
from processes.queue.child import cached_locality

LOG = logging.getLogger('dothi.upkeep')
# How often a statement that runs looks whether the worker has to stop.
LOOK_S = 0.3
# A delivery in parts makes several releases in a row.
SETTLED = timedelta(seconds=1)
# Of a layer that is edited all day: it rests between two times for so many times as long as one takes.
REST = 4
RETRY_S = 60.0
# A service that needs longer to say that it is well is not.
PATIENCE_S = 5.0


@contextmanager
def cancelled_when(stopped: Callable[[], bool], db: Connection) -> Iterator[None]:
    """What runs on `db`, or waits there for a lock, ends with QueryCanceled soon after `stopped` says so."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(LOOK_S):
            if stopped():
                db.cancel()

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()


def restyle_layers(stopped: Callable[[], bool]) -> int:
    """How many styles were written; the breaks are read on the role of whoever will see them.

    One that cannot be written now does not keep the others waiting.
    """
    place = cached_locality(PathSettings().locality)
    with connection('worker') as db:
        waiting = outdated(db, place)
    written = 0
    for layer in waiting:
        try:
            with (
                connection(READERS[layer.view.audience]) as reader,
                connection('worker') as db,
                cancelled_when(stopped, reader),
            ):
                keep(db, layer, place, reader)
            written += 1
        except (DothiError, psycopg2.Error) as error:
            if stopped():
                raise
            LOG.error('style %s of %s could not be written: %s', layer.id, layer.view.name, error)
    return written


def probe_services(addresses: Iterable[str]) -> dict[str, bool]:
    """Whether each address answers 200 at once. Every service is asked, whatever became of the one before."""
    return {address: _does_answer(address) for address in addresses}


def record_service_answers() -> None:
    """Asks the services whether they are well, if the worker was told of any, and counts their answers."""
    record_answers(probe_services(JobSettings().probe_urls))


def record_answers(answered: dict[str, bool]) -> None:
    """Adds the answer of each service to the counts of today."""
    with connection('worker') as db, db.cursor() as cursor:
        for service, well in sorted(answered.items()):
            cursor.execute(
                """insert into indicator.availability as known (day, service, asked, answered)
                   values (%s, %s, 1, %s)
                   on conflict (day, service) do update
                   set asked = known.asked + 1, answered = known.answered + excluded.answered""",
                [today(locality_zone()), service, int(well)],
            )


def _does_answer(address: str) -> bool:
    # what is no answer in HTTP is none, and must not end the asking
    with suppress(OSError, ValueError, HTTPException), urllib.request.urlopen(address, timeout=PATIENCE_S) as response:
        return bool(response.status == 200)
    return False


@dataclass
class Generaliser:
    """Keeps the generalised layers of one worker's instance up to date. Until it has, pictures draw the rows."""

    failed_at: dict[str, float] = field(default_factory=dict)

    def prepare(self, stopped: Callable[[], bool]) -> None:
        """Does what is due, one layer after the other, until nothing is or `stopped` says so."""
        place = cached_locality(PathSettings().locality)
        with connection('loader') as db:
            waiting = list_due_layers(db, place)
        for layer in waiting:
            if stopped():
                return
            if time.monotonic() - self.failed_at.get(layer.id, -RETRY_S) >= RETRY_S:
                self._prepare_layer(layer, place, stopped)

    def _prepare_layer(self, layer: Layer, place: Locality, stopped: Callable[[], bool]) -> None:
        try:
            with connection('loader') as db, cancelled_when(stopped, db):
                refresh(db, layer, place)
            self.failed_at.pop(layer.id, None)
        except (DothiError, psycopg2.Error) as error:
            LOG.error('%s could not be generalised, next try in %g s: %s', layer.id, RETRY_S, error)
            self.failed_at[layer.id] = time.monotonic()


def list_due_layers(db: Connection, place: Locality) -> list[Layer]:
    """The layers that have to be generalised now, small ones first."""
    releases, made, now = current_releases(db), states(db), datetime.now(UTC)
    due_layers = []
    for layer in place.layers.values():
        release, state = releases.get(layer.id), made.get(layer.id)
        if release is None or is_current(layer, release.number, state, place):
            continue
        rests = timedelta(seconds=REST * state.seconds if state else 0)
        if release.released_at + max(SETTLED, rests) < now:
            due_layers.append(layer)
    return sorted(due_layers, key=lambda layer: releases[layer.id].rows_total)
