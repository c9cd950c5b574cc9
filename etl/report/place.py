"""What the maps of a kept report need and the record does not hold: the locality and its units."""

from dothi.core.database import connection
from dothi.core.locality import Locality
from etl.desk.records import DeliveryShown
from etl.reference import released_units
from etl.report.map import outlines


def put_on_map(shown_delivery: DeliveryShown, locality: Locality) -> None:
    """Gives the delivery's report, if it has one, the extent of the locality and the units of the delivery's day."""
    if shown_delivery.report is None:
        return
    with connection('loader') as db:
        units = released_units(db, locality, shown_delivery.delivery.as_of or locality.place.reference_date)
    shown_delivery.report.map_extent = locality.place.extent_wgs84
    shown_delivery.report.map_outlines = outlines(units[0], locality.srid) if units else []
