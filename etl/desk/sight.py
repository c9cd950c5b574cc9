"""What of a delivery somebody may hear: its original has every row and column of its layer, its report counts them."""

from dothi.core.access.person import Person, Role
from dothi.core.locality import Locality
from etl.desk.records import DeliveryRecord, DeliveryShown
from etl.inbox.sendable import scope_of
from etl.report.model import Report

# Who can do what a note advises: it names commands and settings of the platform.
ADVISED = (Role.STEWARD, Role.ADMINISTRATOR)


def sees_delivery(delivery: DeliveryRecord, seen: Locality, name: str | None) -> bool:
    """Whether somebody who acts for no agency sees all of its layer, or has sent it to one of which they see something.

    seen: the locality as they see it. name: under which their deliveries are kept; None for nobody's.
    """
    if seen.shows_all_of(delivery.layer_id):
        return True
    return name is not None and delivery.sender == name and delivery.layer_id in {*seen.layers, *seen.coverages}


def report_for(report: Report, seen: Locality, reader: Person | None) -> Report:
    """The report as its reader may have it, whoever sent the file: an agency does not see all of each layer either.

    reader: None for who is let in no more.
    """
    whole = report if seen.shows_all_of(report.layer) else report.without_served_values()
    counted = whole if _sees_what_is_counted(report.layer, seen, reader) else whole.without_counts_of_served()
    return counted.for_reader(steward=reader is not None and reader.role in ADVISED)


def shown_for(whole: DeliveryShown, seen: Locality, reader: Person | None) -> DeliveryShown:
    """The delivery with its report as its reader may have it."""
    decisions = [
        made.model_copy(
            update={'outcome_report': made.outcome_report and report_for(made.outcome_report, seen, reader)}
        )
        for made in whole.decisions
    ]
    report = whole.report and report_for(whole.report, seen, reader)
    return whole.model_copy(update={'report': report, 'decisions': decisions})


def shown_in_a_folder(whole: DeliveryShown, locality: Locality) -> DeliveryShown:
    """The delivery for whoever reaches the folder of a receipt: of a guarded layer without what is served."""
    if whole.report is None or whole.delivery.layer_id not in locality.whole.guards:
        return whole
    return whole.model_copy(update={'report': whole.report.without_served_values()})


def _sees_what_is_counted(layer_id: str, seen: Locality, reader: Person | None) -> bool:
    """Whether they see all rows of the layer, or speak for a unit: of that alone a delivery of theirs is counted."""
    if layer_id in {*seen.layers, *seen.coverages} and layer_id not in seen.row_limited:
        return True
    agency = reader.agency if reader is not None else None
    return agency in seen.whole.agencies and scope_of(agency, layer_id, seen.whole) != 'all'
