"""What of a delivery somebody may hear who acts for no agency: its original has every row and column of its layer."""

from dothi.core.locality import Locality
from etl.desk.records import DeliveryRecord, DeliveryShown
from etl.report.model import Report


def sees_delivery(delivery: DeliveryRecord, seen: Locality, name: str | None) -> bool:
    """Whether they see all of its layer, or have sent it themselves to a layer of which they see something.

    seen: the locality as they see it. name: under which their deliveries are kept; None for nobody's.
    """
    if seen.shows_all_of(delivery.layer_id):
        return True
    return name is not None and delivery.sender == name and delivery.layer_id in {*seen.layers, *seen.coverages}


def report_for(report: Report, seen: Locality) -> Report:
    """The report as its reader may have it, whoever sent the file: an agency does not see all of each layer either."""
    return report if seen.shows_all_of(report.layer) else report.without_served_values()


def shown_for(whole: DeliveryShown, seen: Locality) -> DeliveryShown:
    """The delivery with its report as its reader may have it."""
    return whole.model_copy(update={'report': whole.report and report_for(whole.report, seen)})


def shown_in_a_folder(whole: DeliveryShown, locality: Locality) -> DeliveryShown:
    """The delivery for whoever reaches the folder of a receipt: of a guarded layer without what is served."""
    if whole.report is None or whole.delivery.layer_id not in locality.whole.guards:
        return whole
    return whole.model_copy(update={'report': whole.report.without_served_values()})
