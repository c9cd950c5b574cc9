"""What of the desk whoever asks may see: stewards all of it, an agency's people what their agency sent."""

from dothi.api.access.identity import current_editor, current_identity, forbidden, may, require
from dothi.api.access.layers import may_beyond_own_layers
from dothi.api.http.service import service
from dothi.core.access.person import Action
from etl.desk.records import DeliveryRecord, HiddenLayers, Status, no_such_delivery, record, records
from etl.desk.sight import sees_delivery


def agency_seen() -> str | None:
    """The agency whose deliveries whoever asks may see; None for all of them. Raises NotAnEditor and NotAllowedTo."""
    identity = require(Action.SEE)
    agency = identity.person.agency
    if agency in service().locality.agencies and not may(Action.DECIDE):
        return agency
    if not (may(Action.DECIDE) or may_beyond_own_layers(identity, Action.DELIVER)):
        raise forbidden(Action.DELIVER, identity)
    return None


def hidden_layers() -> set[str]:
    """Ids of the layers of which whoever asks does not see all: nothing that came of them is for their eyes."""
    seen, whole = service().locality, service().locality.whole
    return {name for name in (*whole.layers, *whole.coverages) if not seen.shows_all_of(name)}


def deliveries_seen(layer: str | None, status: Status | None, limit: int) -> list[DeliveryRecord]:
    """The deliveries that whoever asks sees: those that wait first. Raises as `agency_seen` does."""
    agency = agency_seen()
    if agency is not None:
        # what an agency has sent it knows
        return records(layer, status=status, agency=agency, limit=limit, role='gatekeeper')
    seen, not_whole = service().locality, hidden_layers()
    partly = not_whole & {*seen.layers, *seen.coverages}
    hidden = HiddenLayers(not_whole - partly, partly, current_editor())
    return records(layer, status=status, limit=limit, hidden=hidden, role='gatekeeper')


def delivery_seen(number: int) -> DeliveryRecord:
    """The delivery; one of another agency is as unknown as one that is not there. Raises NoSuchDelivery."""
    agency = agency_seen()
    delivery = record(number, 'gatekeeper')
    is_own = agency is not None and delivery.agency == agency
    if not (is_own or (agency is None and sees_delivery(delivery, service().locality, current_editor()))):
        raise no_such_delivery(number)
    return delivery


def is_signed_in() -> bool:
    """Whether whoever asks came by a session, and fills in forms."""
    identity = current_identity()
    return identity is not None and identity.session is not None
