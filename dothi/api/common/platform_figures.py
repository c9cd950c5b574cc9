"""State of the platform as figures: queue, deliveries, how new each layer is, database, disks, what was restarted."""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, current_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg2 import sql

from dothi.api.http.snapshot import Snapshot, uncounted_reading
from dothi.core.backup_state import backup_times
from dothi.core.clock import today
from dothi.core.errors import DothiError
from dothi.core.freshness import last_deliveries, of_layer
from dothi.core.locality import Locality
from dothi.core.readiness import OK, SILENT, database_readiness, files_readiness
from dothi.core.revivals import revivals
from dothi.core.settings import PathSettings
from dothi.core.shared_look import NoAnswer, SharedLook, outcome
from dothi.core.standby_state import standby_state

# Figures of catalog.figures(): name, label and meaning of each metric.
FIGURES = {
    'delivery': ('dothi_deliveries', 'status', 'Deliveries by verdict; diagnosed: waiting for a person'),
    'oldest_waiting_delivery_s': ('dothi_delivery_wait_seconds', '', 'Age of the delivery that waits for longest'),
    'job': ('dothi_jobs', 'state', 'Analyses in the queue, and those that failed within the last hour'),
    'oldest_waiting_job_s': ('dothi_job_wait_seconds', '', 'Age of the analysis that waits for longest'),
    'database_connections': ('dothi_database_connections', '', 'Connections to the database'),
    'database_max_connections': ('dothi_database_connections_max', '', 'Connections that the database server takes'),
    'database_bytes': ('dothi_database_bytes', '', 'Size of the database on its disk'),
    'oldest_transaction_s': ('dothi_database_oldest_transaction_seconds', '', 'Age of the oldest open transaction'),
}


# Prometheus waits for 10 s; for a part that hangs less is waited, so that the others are heard of.
PATIENCE_S = 4.0


class PlatformFigures(Collector):
    """Read anew for each scrape; what comes from the database is left out while that is away."""

    def __init__(self, locality: Locality) -> None:
        self._locality = locality

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment; `dothi_ready` says of each part whether it is well."""
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # for another thread
        database, files = SharedLook(lambda: self._database(app)).begin(), SharedLook(_files).begin()
        ends_s = time.monotonic() + PATIENCE_S
        checks, families = {'database': 'unreachable', 'store': SILENT, 'disk': SILENT}, list[Metric]()
        for look in (database, files):
            with suppress(NoAnswer, DothiError):
                states, figures = outcome(look, ends_s)
                checks |= states
                families += figures
        yield _labelled('dothi_ready', 'Whether a part is well', 'part', {n: float(s == OK) for n, s in checks.items()})
        yield from families
        yield _restarts()

    def _database(self, app: Flask) -> tuple[dict[str, str], list[Metric]]:
        with app.app_context(), uncounted_reading(Snapshot) as db:
            families = [*_database_figures(db), *_freshness(db, self._locality)]
            return database_readiness(db.db), [*families, _backup_ages(db), *_standby_figures(db)]


def _files() -> tuple[dict[str, str], list[Metric]]:
    return files_readiness(), list(_disk_figures())


def _database_figures(db: Snapshot) -> Iterator[Metric]:
    by_figure: dict[str, dict[str, float]] = {}
    for figure, label, value in db.rows(sql.SQL('select figure, label, value from catalog.figures()')):
        by_figure.setdefault(figure, {})[label] = value
    for figure, values in by_figure.items():
        name, label, meaning = FIGURES[figure]
        yield _labelled(name, meaning, label, values) if label else GaugeMetricFamily(name, meaning, values[''])


def _freshness(db: Snapshot, locality: Locality) -> Iterator[Metric]:
    """Of each layer that was ever delivered: how long ago, and whether its agency should have delivered it again."""
    delivered, now, zone = last_deliveries(db.db), datetime.now(UTC), locality.place.zone
    ages_s = {name: (now - max(by_agency.values())).total_seconds() for name, by_agency in delivered.items()}
    late = {}
    for name, data in (*locality.layers.items(), *locality.coverages.items()):
        if name in delivered:
            states = of_layer(data, delivered[name], today(zone, now), zone)
            late[name] = float(any(freshness.state == 'late' for freshness in states))
    yield _labelled('dothi_layer_age_seconds', 'Time since the last delivery of a layer', 'layer', ages_s)
    yield _labelled('dothi_layer_late', 'Whether a layer is older than its update cycle', 'layer', late)


def _backup_ages(db: Snapshot) -> Metric:
    """Of each step of the backups (database, store, proof): how long ago it succeeded; empty where none is set up."""
    now, steps = datetime.now(UTC), backup_times(db.db).steps
    ages_s = {
        name: (now - step.succeeded_at).total_seconds()
        for name, step in steps.items()
        if step.succeeded_at and name != 'setup'
    }
    return _labelled('dothi_backup_age_seconds', 'Time since a step of the backups succeeded', 'step', ages_s)


def _standby_figures(db: Snapshot) -> Iterator[Metric]:
    """Whether the standby is connected, and how far behind; nothing where none has joined."""
    state = standby_state(db.db)
    if state is None:
        return
    figures = {
        'connected': ('Whether the standby is connected', float(state.is_connected)),
        'lost': ('Whether log that the standby needs was removed: it has to be copied anew', float(state.is_lost)),
        'lag_bytes': ('Log that the standby has not replayed', state.lag_bytes),
        'lag_seconds': ('How far the standby is behind; since when it is gone', state.lag_s),
        'store_lag_seconds': ('Time since the standby last had all files of the store', state.store_lag_s),
    }
    for name, (meaning, value) in figures.items():
        if value is not None:
            yield GaugeMetricFamily(f'dothi_standby_{name}', meaning, value)


def _disk_figures() -> Iterator[Metric]:
    paths = PathSettings()
    folders = {'state': paths.state, 'store': Path(paths.store)}
    usage = {name: shutil.disk_usage(folder) for name, folder in folders.items() if folder.is_dir()}
    free = {name: float(used.free) for name, used in usage.items()}
    total = {name: float(used.total) for name, used in usage.items()}
    yield _labelled('dothi_disk_free_bytes', 'Free room on the disk of a folder', 'folder', free)
    yield _labelled('dothi_disk_bytes', 'Size of the disk of a folder', 'folder', total)


def _restarts() -> Metric:
    """What the supervisor of `dothi up` started again since then; systemd counts what it restarts itself."""
    family = CounterMetricFamily('dothi_restarts', 'Parts that died and were started again', labels=['part'])
    for name, revival in sorted(revivals().items()):
        family.add_metric([name], revival.restarts)
    return family


def _labelled(name: str, meaning: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value_of_label, value in sorted(values.items()):
        family.add_metric([value_of_label], value)
    return family
