"""What the maps of a kept report need and the record does not hold: the locality and its units."""

from datetime import date

from dothi.core.database import Role, connection
from dothi.core.locality import Locality
from etl.desk.records import DeliveryShown
from etl.reference import released_units
from etl.report.map import Ring, outlines


def put_on_map(shown_delivery: DeliveryShown, locality: Locality, role: Role = 'loader') -> None:
    """Gives the delivery's report, if it has one, the extent of the locality and the units of the delivery's day.

    role: that reads the units; the internal service has none that reads both the desk and layers.
    """
    if shown_delivery.report is not None:
        shown_delivery.report.map_extent = locality.place.extent_wgs84
        shown_delivery.report.map_outlines = outlines_on(shown_delivery.delivery.as_of, locality, role)


def outlines_on(day: date | None, locality: Locality, role: Role) -> list[Ring]:
    """Outlines of the units of the lowest level on a day, else on the locality's own; none before there are any."""
    with connection(role) as db:
        units = released_units(db, locality, day or locality.place.reference_date)
    return outlines(units[0], locality.srid) if units else []
