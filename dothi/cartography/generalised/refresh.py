"""Brings the generalised form of a layer to its current release: with the release where it changes much, else later."""

import json
import logging
from dataclasses import dataclass

import psycopg2
import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.cartography.generalised.plan import Plan, Size, definition, plan_of
from dothi.core.layer import Layer
from dothi.core.locality import Locality

LOG = logging.getLogger('dothi.upkeep')
# Class of the advisory locks that keep workers from doing the same layer twice.
LOCK_CLASS = 920_903
# Releases that change more rows than these are generalised as they are made; pictures generalise what fewer ones touch.
MOST_ROWS_LATER = 20_000

# What a geometry, or too many of them, makes PostgreSQL refuse. A full disk, a cancelled statement and a lost database
# end the release.
TOO_MUCH_FOR_POSTGIS = (
    psycopg2.InternalError, psycopg2.DataError, psycopg2.errors.OutOfMemory, psycopg2.errors.ProgramLimitExceeded,
)  # fmt: skip


@dataclass(frozen=True)
class State:
    """What a layer's generalised form is of."""

    release: int
    definition: str
    seconds: float


def states(db: Connection) -> dict[str, State]:
    """What has been made, by layer."""
    with db.cursor() as cursor:
        cursor.execute('select layer_id, release, definition, seconds from general.state')
        return {name: State(*values) for name, *values in cursor.fetchall()}


def is_current(layer: Layer, release: int, state: State | None, locality: Locality) -> bool:
    """Whether nothing is to be done for the layer."""
    return state is not None and (state.release, state.definition) == (release, definition(layer, locality))


def refresh(db: Connection, layer: Layer, locality: Locality) -> Plan | None:
    """How the layer is generalised now, as its current release has it; only what releases touched is made anew.

    None: somebody else is at it. db: as the loader, with nothing begun; it may take some seconds.
    """
    return _generalise(db, layer, locality) if _claim(db, layer) else None


def refresh_with_release(db: Connection, layer: Layer, locality: Locality, changed_rows: int) -> Plan | None:
    """The same within the transaction that made the current release: pictures are as fast, and look the same, at once.

    None where it changed so few rows, and is followed so well, that the worker does it later. db: as the loader, which
    has the layer for itself. Waits for a worker that is at it.
    """
    with db.cursor() as cursor:
        cursor.execute('select general.is_followed(%s)', [layer.id])
        if cursor.fetchone() == (True,) and changed_rows <= MOST_ROWS_LATER:
            return None
        cursor.execute('select pg_advisory_xact_lock(%s, hashtext(%s))', [LOCK_CLASS, layer.id])
        cursor.execute("set local work_mem = '128MB'; savepoint released")
        try:
            return _generalise(db, layer, locality)
        except TOO_MUCH_FOR_POSTGIS:
            # no reason to refuse the release; the worker says so again
            LOG.warning('%s could not be generalised with its release', layer.id, exc_info=True)
            cursor.execute('rollback to savepoint released')
            return None


def _generalise(db: Connection, layer: Layer, locality: Locality) -> Plan:
    plan = plan_of(layer, locality, _size(db, layer))
    on = None if layer.publish.without_datetime == 'all' else locality.place.reference_date
    levels = list(plan.levels)
    with db.cursor() as cursor:
        if plan.form == 'blocks':
            kinds = json.dumps(plan.kind_sets)
            cursor.execute(
                'select general.refresh_blocks(%s, %s, %s, %s, %s)', [layer.id, kinds, levels, on, plan.definition]
            )
        elif plan.form == 'outlines':
            together = layer.checks.coverage
            cursor.execute(
                'select general.refresh_outlines(%s, %s, %s, %s, %s)', [layer.id, together, levels, on, plan.definition]
            )
        else:
            cursor.execute('select general.keep_rows(%s, %s)', [layer.id, plan.definition])
    return plan


def _claim(db: Connection, layer: Layer) -> bool:
    """Begins the transaction, and says whether nobody else does the same at the moment."""
    with db.cursor() as cursor:
        # one state of the layer from the first statement to the last, whatever is released meanwhile
        cursor.execute("set transaction isolation level repeatable read; set local work_mem = '128MB'")
        cursor.execute('select pg_try_advisory_xact_lock(%s, hashtext(%s))', [LOCK_CLASS, layer.id])
        return cursor.fetchone() == (True,)


def _size(db: Connection, layer: Layer) -> Size:
    with db.cursor() as cursor:
        table = sql.Identifier('layer', layer.id)
        cursor.execute(sql.SQL('select count(*), coalesce(sum(ST_NPoints(geom)), 0) from {}').format(table))
        rows, points = cursor.fetchone() or (0, 0)
        return Size(rows, points)
