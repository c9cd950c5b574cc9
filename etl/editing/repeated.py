"""Edits that are sent again: QGIS repeats all of a save of which one part was refused."""

from collections.abc import Mapping
from typing import Any

import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from etl.editing.edit import Version, version_with_key

# Coordinates of two versions of one place are the same where they differ by less, in units of the working CRS.
SAME_PLACE = 1e-6


def added_before(
    db: Connection, layer: Layer, author: str, properties: Mapping[str, Any], geometry: Any
) -> Version | None:
    """The feature that the author has added with just this content, if its key is there."""
    holder = version_with_key(db, layer, dict(properties))
    if holder is None or not is_same(holder.properties, holder.geometry, properties, geometry):
        return None
    return holder if _author_of_release(db, holder.release_from) == author else None


def is_same(stored: Mapping[str, Any], stored_geometry: Any, sent: Mapping[str, Any], sent_geometry: Any) -> bool:
    """Whether two versions of a feature say the same."""
    if stored_geometry is None or sent_geometry is None or dict(stored) != dict(sent):
        return False
    return bool(shapely.equals_exact(stored_geometry, sent_geometry, tolerance=SAME_PLACE))


def deleted_before(db: Connection, layer: Layer, author: str, feature_id: int) -> bool:
    """Whether the author is who has deleted the feature, and nobody has added it again."""
    statement = sql.SQL(
        """select r.released_by, r.origin from {history} as h join catalog.release as r on r.number = h.release_to
           where h.id = %(id)s and not exists (select from {open} as o where o.id = %(id)s)
           order by h.release_to desc limit 1"""
    ).format(history=sql.Identifier('history', layer.id), open=sql.Identifier('layer', layer.id))
    with db.cursor() as cursor:
        cursor.execute(statement, {'id': feature_id})
        return cursor.fetchone() == (author, 'edit')


def _author_of_release(db: Connection, number: int) -> str | None:
    """Who made the release, where it is an edit."""
    with db.cursor() as cursor:
        cursor.execute("select released_by from catalog.release where number = %s and origin = 'edit'", [number])
        row = cursor.fetchone()
    return row[0] if row else None
