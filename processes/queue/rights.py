"""Whether whoever queued a run may still do what it does: between asking and running, people leave and roles change."""

from collections.abc import Iterable
from typing import Any

from dothi.core.access.author import person_at_work
from dothi.core.access.person import ACTION_TITLES, Action, Identity, Person
from dothi.core.errors import Forbidden
from dothi.core.locality import Locality
from etl.inbox.sendable import sendable
from processes.base import Process
from processes.inputs import ProcessInputs


class RightLost(Forbidden):
    """Whoever asked for the run may not do this any more."""


def require_right_still(process: Process[Any], inputs: ProcessInputs, place: Locality, author: str | None) -> None:
    """Raises RightLost where the author of a run that changes something is not let in any more, or may not do it."""
    if author is None or not process.for_editors(inputs):
        return
    person = person_at_work(author)
    if person is None or not _may_run(process, inputs, place, person):
        what = ACTION_TITLES[process.action]
        raise RightLost(
            vi=f'"{author}" không còn được phép {what.vi} khi tác vụ đến lượt chạy. Không có gì thay đổi.',
            en=f'"{author}" may not {what.en} any more, now that it is the turn of the job. Nothing was changed.',
        )


def may_download(author: str | None, layers: Iterable[str], place: Locality) -> bool:
    """Whether the author is let in and may download each of these layers now; of one that is not there, nobody may."""
    person = person_at_work(author) if author is not None else None
    if person is None:
        return False
    # by the rules for layers as their files say, whatever the run itself sees of them
    data = {**place.whole.layers, **place.whole.coverages}
    identity, policy = Identity(person=person), place.policy
    return all(name in data and policy.allows(identity, Action.DOWNLOAD, data[name], ()) for name in layers)


def _may_run(process: Process[Any], inputs: ProcessInputs, place: Locality, person: Person) -> bool:
    # by the rules for layers as their files say, whatever the run itself sees of them
    place = place.whole
    identity, action = Identity(person=person), process.action
    agency = person.agency if person.agency in place.agencies else None
    own_layers = sendable(agency, place).keys() if agency else ()
    layer_id = process.changed_layer(inputs, 'loader')
    # of a layer that an agency does not supply, the process says that there is none
    is_said_by_process = action is Action.DELIVER and agency is not None and layer_id not in own_layers
    if layer_id is None or is_said_by_process:
        return action in place.policy.actions(identity)
    return place.policy.allows(identity, action, place.described(layer_id), own_layers)
