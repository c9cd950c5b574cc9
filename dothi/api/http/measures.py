"""What clients ask of a service and how long it takes, counted in files that all of its web processes add up to.

Each web process has a place among those of its service (`ConnectionBoard`) and counts in the files of that place. A
process that follows a dead one takes its place and goes on counting where that stopped: there are as many files as
processes at once, no count is lost, and none goes down. The master empties the folder at its start.
"""

import logging
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, request
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector

from dothi.core.layer import Audience
from dothi.core.settings import PathSettings

LOG = logging.getLogger('dothi.measures')
# Seconds: a kept tile, ten features, a page, a picture, an analysis that is waited for.
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)
METHODS = frozenset(('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'))
NO_ROUTE = 'none'
# Where the route's template is kept in the environment of a request.
ROUTE = 'dothi.route'
# Of a file that counts: 7,000 series. Their names are of routes, methods and statuses, of which there are fewer.
FILE_BYTES = 2**20


class Measures:
    """The counts of this process. folder: of the service; place: which of its processes this is."""

    def __init__(self, folder: Path, place: int) -> None:
        self.folder = folder
        os.environ['PROMETHEUS_MULTIPROC_DIR'] = str(folder)
        # what the library keeps its values in is decided once for a process
        values.ValueClass = values.MultiProcessValue(lambda: place)
        names = ('route', 'method', 'status')
        self._requests = Counter('dothi_requests', 'Requests that were answered', names, registry=None)
        self._durations = Histogram(
            'dothi_request_duration_seconds',
            'Time from the request to the last byte of its answer',
            ('route',),
            registry=None,
            buckets=BUCKETS_S,
        )
        self._drawings = Counter('dothi_drawings', 'Tiles and pictures sent', ('kind', 'origin'), registry=None)
        # looking up a series by its labels takes longer than counting in it
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count_request(self, route: str, method: str, status: int, duration_s: float) -> None:
        """Count an answered request."""
        series = self._series.get((route, method, status))
        if series is None:
            series = self._requests.labels(route, method, str(status)), self._durations.labels(route)
            self._series[route, method, status] = series
        series[0].inc()
        series[1].observe(duration_s)

    def count_drawing(self, kind: str, origin: str) -> None:
        """Count a tile or picture that was drawn, or was kept."""
        self._drawings.labels(kind, origin).inc()


@dataclass
class _Process:
    """What this process counts in; None where it is no web process of a server."""

    measures: Measures | None = None


_PROCESS = _Process()


def measures_folder(audience: Audience, port: int) -> Path:
    """Where the web processes of the service on `port` count."""
    return PathSettings().run / 'metrics' / f'{audience}-{port}'


def empty_folder(folder: Path) -> None:
    """Begin to count anew: called in the master before it forks. Where nothing can be written, nothing is counted."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.mkdir(parents=True)


def open_measures(folder: Path, place: int) -> None:
    """From now on this process counts, where there is room for it; called in each web process after it was forked."""
    try:
        for kind in ('counter', 'histogram'):
            _reserve(folder / f'{kind}_{place}.db')
        _PROCESS.measures = Measures(folder, place)
    except OSError:
        LOG.warning('requests are not counted', exc_info=True)


def _reserve(file: Path) -> None:
    """Takes the room for all that the file will hold.

    The library maps a file with holes into memory. Where the disk is full when a hole is filled, the kernel ends the
    process (SIGBUS), and each one that follows it, with the next count.
    """
    with file.open('ab') as opened:
        os.posix_fallocate(opened.fileno(), 0, FILE_BYTES)


def install(app: Flask) -> None:
    """Notes the route of each request of `app`."""
    app.before_request(note_route)


def note_route() -> None:
    """Leaves the template of the route to whoever counts the answer, when the request's context is gone."""
    if request.url_rule is not None:
        request.environ[ROUTE] = request.url_rule.rule


def count_answer(environ: dict[str, Any], status: int, duration_s: float) -> None:
    """Count the answer to the request of `environ`, under the template of its route."""
    if _PROCESS.measures is None:
        return
    method = environ['REQUEST_METHOD']
    _PROCESS.measures.count_request(
        environ.get(ROUTE, NO_ROUTE), method if method in METHODS else 'other', status, duration_s
    )


def count_drawing(kind: str, origin: str) -> None:
    """Count a tile or picture; kind: `tile` or `picture`; origin: `drawn`, or `kept` where it came from the cache."""
    if _PROCESS.measures is not None:
        _PROCESS.measures.count_drawing(kind, origin)


def service_registry() -> CollectorRegistry:
    """What all web processes of this service have counted together; empty outside a server, and without its folder."""
    registry, measures = CollectorRegistry(), _PROCESS.measures
    if measures is not None and measures.folder.is_dir():
        MultiProcessCollector(registry)
    return registry
