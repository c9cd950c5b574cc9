"""Fills the table `norm.value` from the locality's `norms.csv`."""

from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from dothi.core.locality import Locality
from dothi.core.norms import Norm


def sync_norms(db: Connection, locality: Locality) -> list[str]:
    """A line that says which version came, or nothing where the database has it already.

    A file that is not right changes nothing: what was in force stays, and `locality.broken` tells why.
    """
    if 'norms' in locality.broken:
        return []
    version = locality.norms_version
    with db.cursor() as cursor:
        cursor.execute('select version from norm.value')
        stored = [row[0] for row in cursor.fetchall()]
        if stored == [version] * len(locality.norm_values):
            return []
        cursor.execute('delete from norm.value')
        execute_values(cursor, 'insert into norm.value values %s', [_row(n, version) for n in locality.norm_values])
    return [f'norm.value: {len(stored)} → {len(locality.norm_values)} ({version})']


def _row(norm: Norm, version: str) -> tuple[Any, ...]:
    """The norm's values, in the order of the table's columns."""
    return (
        norm.norm,
        norm.subject,
        norm.condition,
        norm.class_range,
        norm.class_unit,
        norm.value,
        norm.unit,
        norm.clause,
        norm.measured_from,
        norm.valid_from,
        norm.valid_to,
        norm.verified,
        version,
    )
