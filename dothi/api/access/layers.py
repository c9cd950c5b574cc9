"""With which layers whoever asks may do something: by the rules of access.yml and by what their agency supplies."""

from collections.abc import Collection

from dothi.api.access.identity import current_identity, forbidden, require
from dothi.api.http.service import service
from dothi.core.access.classes import described
from dothi.core.access.person import Action, Identity, Person
from dothi.core.coverage import Coverage
from dothi.core.layer import Layer
from etl.inbox.sendable import sendable


def require_on_layer(action: Action, layer_id: str) -> Identity:
    """Who asks, if they may do this with the layer; raises as `require` does."""
    identity = require(action)
    if not _allows(identity, action, layer_id):
        raise forbidden(action, identity)
    return identity


def require_on_layer_where_signed_in(action: Action, layer_id: str) -> None:
    """Raises NotAllowedTo for who has signed in, and may not do this with the layer."""
    identity = current_identity()
    if identity is not None and not _allows(identity, action, layer_id):
        raise forbidden(action, identity)


def layers_open_to(action: Action) -> list[Layer | Coverage]:
    """The layers and coverages with which whoever asks may do this; all that they see, for who has not signed in."""
    identity = current_identity()
    return [
        data
        for data in described(service().locality.whole if identity else service().locality)
        if identity is None or _allows(identity, action, data.id)
    ]


def may_beyond_own_layers(identity: Identity, action: Action) -> bool:
    """Whether they may do this with some layer that is not only their agency's."""
    place = service().locality.whole
    return any(place.policy.allows(identity, action, data, ()) for data in described(place))


def own_layers(person: Person) -> Collection[str]:
    """Ids of what the person's agency supplies; none for who acts for no agency that there is."""
    place = service().locality.whole
    return sendable(person.agency, place).keys() if person.agency in place.agencies and person.agency else ()


def _allows(identity: Identity, action: Action, layer_id: str) -> bool:
    place = service().locality.whole
    return place.policy.allows(identity, action, place.described(layer_id), own_layers(identity.person))
