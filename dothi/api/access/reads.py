"""Who read what not everybody sees: one line of the log for each person, layer and minute."""

import time
from collections.abc import Iterator
from threading import Lock
from typing import Any
from uuid import UUID

from flask import Flask, Response, g, request

from dothi.api.http.service import service
from dothi.core.access.log import note_reads
from dothi.core.access.person import Identity

# Answers that are made from layers, which the address does not name one by one.
OF_EVERYTHING = frozenset(('dataset_tiles', 'maps', 'map_tiles', 'ows'))
NAMING = frozenset(('layers', 'query_layers', 'layer', 'collections'))
MINUTE_S = 60


class Reads:
    """What was noted in this minute, so that the log is asked once for it."""

    def __init__(self) -> None:
        self._minute = 0
        self._noted: set[tuple[UUID, str]] = set()
        self._lock = Lock()

    def new(self, person: UUID, layers: set[str]) -> set[str]:
        """Those of the layers that this process has not noted for the person in this minute."""
        minute = int(time.time() // MINUTE_S)
        with self._lock:
            if minute != self._minute:
                self._minute, self._noted = minute, set()
            return {layer for layer in layers if (person, layer) not in self._noted}

    def remember(self, person: UUID, layers: set[str]) -> None:
        """They are in the log."""
        with self._lock:
            self._noted |= {(person, layer) for layer in layers}


def install(app: Flask) -> None:
    """Has reads noted of an app that shows what not everybody sees."""
    if app.extensions['dothi'].locality.claimed:
        reads = Reads()
        app.after_request(lambda response: _note(reads, response))


def _note(reads: Reads, response: Response) -> Response:
    """`response`, whose reading is in the log by then: what cannot be noted is not shown."""
    identity: Identity | None = g.get('identity')
    if identity is not None and response.status_code < 400:
        new = reads.new(identity.person.id, layers_read())
        if new:
            note_reads(identity.person.id, sorted(new))
            reads.remember(identity.person.id, new)
    return response


def layers_read() -> set[str]:
    """The layers that not everybody sees and that the request is about."""
    claimed = service().locality.claimed
    named = claimed & {*request.path.split('/'), *_named()}
    # a map of all layers, or of a group of them, names none
    return set(named or (claimed if request.blueprint in OF_EVERYTHING else ()))


def _named() -> Iterator[str]:
    for name, values in request.args.lists():
        if name.lower() in NAMING:
            yield from ','.join(values).split(',')
    if request.is_json and request.content_length:
        yield from _strings(request.get_json(silent=True))


def _strings(value: Any) -> Iterator[str]:
    """All texts in a JSON document: layers that an analysis reads are among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member)
