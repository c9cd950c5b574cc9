"""Whether an agency's data is as new as its layer's update cycle wants it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.core.layer import Described, Layer
from dothi.core.text import Text
from dothi.core.update_cycle import next_update_due

State = Literal['current', 'due', 'late', 'never']
STATES: dict[State, Text] = {
    'current': Text(vi='còn hạn', en='current'),
    'due': Text(vi='sắp đến hạn', en='due'),
    'late': Text(vi='quá hạn', en='late'),
    'never': Text(vi='chưa từng giao', en='never delivered'),
}
# An update is due in the last part of its cycle, so that there is time to ask for it.
LAST_PART = 0.1


class Freshness(BaseModel):
    """When an agency last delivered a layer, when it is to deliver again, and what that means today."""

    agency: str
    last_delivered: datetime | None
    due: date | None
    state: State


def freshness(cycle: str, agency: str, last_delivered: datetime | None, today: date, zone: tzinfo) -> Freshness:
    """The state on the day `today` in `zone`. cycle: ISO 8601, as P6M; a day too late is late."""
    if last_delivered is None:
        return Freshness(agency=agency, last_delivered=None, due=None, state='never')
    delivered = last_delivered.astimezone(zone).date()
    due = next_update_due(cycle, delivered)
    soon = due - timedelta(days=int((due - delivered).days * LAST_PART))
    state: State = 'late' if today > due else 'due' if today >= soon else 'current'
    return Freshness(agency=agency, last_delivered=last_delivered, due=due, state=state)


def of_layer(data: Described, delivered: Mapping[str, datetime], today: date, zone: tzinfo) -> list[Freshness]:
    """The state for the layer's own agency, which answers for the whole, and for others that delivered parts of it.

    delivered: when each agency last delivered the layer. A part counts for the whole: districts keep it up for the
    department. None for a layer that a process makes: nobody delivers it.
    """
    if isinstance(data, Layer) and data.made_by:
        return []
    whole = max(delivered.values(), default=None)
    other_agencies = sorted(agency for agency in delivered if agency != data.agency)
    return [
        freshness(data.update_cycle, data.agency, whole, today, zone),
        *(freshness(data.update_cycle, agency, delivered[agency], today, zone) for agency in other_agencies),
    ]


def last_deliveries(db: Connection) -> dict[str, dict[str, datetime]]:
    """When each agency last delivered, by layer; of the layers that the role may know."""
    last_by_agency: dict[str, dict[str, datetime]] = {}
    with db.cursor() as cursor:
        cursor.execute('select layer_id, agency, last_delivered from catalog.last_deliveries()')
        for layer_id, agency, at in cursor.fetchall():
            last_by_agency.setdefault(layer_id, {})[agency] = at
    return last_by_agency
