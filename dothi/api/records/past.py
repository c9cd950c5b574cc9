"""The past of layers, as far as a reader may know it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg2 import sql

from dothi.api.http.snapshot import Snapshot
from dothi.core.clock import local_day
from dothi.core.layer import Audience, Layer
from dothi.core.locality import locality_zone
from dothi.core.update_cycle import next_update_due

# Releases that a record tells of, newest first.
MOST = 5


@dataclass(frozen=True)
class Past:
    """Since when a layer has data, when it was last delivered, and its newest releases as plain data.

    delivered: when each agency last delivered it.
    """

    first_released: datetime
    last_delivered: datetime | None
    releases: tuple[dict[str, Any], ...]
    delivered: dict[str, datetime]

    def due(self, update_cycle: str) -> date:
        """The day on which the next delivery of the layer is due."""
        last = max([*self.delivered.values(), self.last_delivered or self.first_released])
        return next_update_due(update_cycle, local_day(last, locality_zone()))


def read_pasts(db: Snapshot, audience: Audience) -> dict[str, Past]:
    """The past of each released layer that the reader may see; for the internal one with the files' names."""
    rows = db.rows(sql.SQL('select * from catalog.layer_pasts({})').format(sql.Literal(MOST)))
    numbers = {release['delivery_id'] for *_, releases in rows for release in releases} - {None}
    files = _read_files(db, numbers) if audience == 'internal' and numbers else {}
    delivered: dict[str, dict[str, datetime]] = {}
    for layer_id, agency, at in db.rows(sql.SQL('select * from catalog.last_deliveries()')):
        delivered.setdefault(layer_id, {})[agency] = at
    return {
        layer_id: Past(
            first, last, tuple(_release_members(release, files) for release in releases), delivered.get(layer_id, {})
        )
        for layer_id, first, last, releases in rows
    }


def read_period(db: Snapshot, layer: Layer, audience: Audience) -> tuple[date | None, date | None] | None:
    """The first and last day on which features of a layer with validity are valid, None for an open end.

    None for a layer without validity, and where the reader may not see those columns.
    """
    begins, ends = layer.publish.validity or ('', '')
    if not {begins, ends} <= layer.columns_for(audience).keys():
        return None
    form = 'select min({0}), case when count(*) = count({1}) then max({1}) end from {2}'
    ((first, last),) = db.rows(
        sql.SQL(form).format(sql.Identifier(begins), sql.Identifier(ends), sql.Identifier('layer', layer.id))
    )
    return first, last


def _read_files(db: Snapshot, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    statement = sql.SQL('select * from catalog.delivered_files({})').format(sql.Literal(sorted(numbers)))
    return {
        number: {'file': name, 'received': received.isoformat(), 'sha256': sha256}
        for number, name, received, sha256 in db.rows(statement)
    }


def _release_members(release: dict[str, Any], files: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """One release in the words of a record."""
    members = {
        'release': release['number'],
        'origin': release['origin'],
        'scope': release['scope'],
        'mode': release['mode'],
        'asOf': release['as_of'],
        'released': release['released_at'],
        'added': release['rows_added'],
        'changed': release['rows_changed'],
        'closed': release['rows_closed'],
        'delivery': release['delivery_id'],
    }
    filled = {name: value for name, value in members.items() if value is not None}
    return filled | files.get(release['delivery_id'], {})
