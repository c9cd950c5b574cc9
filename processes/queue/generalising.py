"""Layers generalised for pictures of whole provinces, made anew after each release."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg2
from psycopg2.extensions import connection as Connection

from dothi.cartography.generalised.refresh import is_current, refresh, states
from dothi.core.catalog import current_releases
from dothi.core.database import connection
from dothi.core.errors import DothiError
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.settings import PathSettings
from processes.queue.cancelling import cancelled_when
from processes.queue.child import cached_locality

LOG = logging.getLogger('dothi.generalising')
# A delivery in parts makes several releases in a row.
SETTLED = timedelta(seconds=1)
# Of a layer that is edited all day: it rests between two times for so many times as long as one takes.
REST = 4
RETRY_S = 60.0


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
