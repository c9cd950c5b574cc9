"""Who may read of what: a mail tells nobody of a layer that the services hide from them."""

from collections.abc import Collection

from dothi.core.access.classes import class_of, described, locality_of
from dothi.core.access.person import Action, Identity, Person
from dothi.core.locality import Locality
from etl.inbox.sendable import sendable
from processes.mail.outbox import Addressee


def may_decide(reader: Addressee, locality: Locality) -> bool:
    """Whether somebody decides on deliveries of some layer."""
    return Action.DECIDE in locality.policy.actions(Identity(person=_person(reader)))


def may_decide_on(reader: Addressee, layer_id: str, locality: Locality) -> bool:
    """Whether somebody decides on deliveries of this layer, and sees all of it, as `/api/deliveries` wants it."""
    person, layer = _person(reader), locality.described(layer_id)
    agency = reader.agency if reader.agency in locality.agencies else None
    own_layers = sendable(agency, locality).keys() if agency else ()
    may = locality.policy.allows(Identity(person=person), Action.DECIDE, layer, own_layers)
    return may and layer_id in whole_layers(reader, locality)


def whole_layers(reader: Addressee, locality: Locality) -> Collection[str]:
    """Ids of the layers and coverages of which somebody sees every row and column."""
    seen = locality_of(locality, class_of(_person(reader), locality))
    return frozenset(data.id for data in described(seen) if seen.shows_all_of(data.id))


def _person(reader: Addressee) -> Person:
    return Person.model_validate(reader.model_dump())
