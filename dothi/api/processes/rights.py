"""Whether whoever asks may run a process: at the first time and, as roles and keys change, at each time after it."""

from typing import Any

from dothi.api.access.identity import current_identity, must_be_editor
from dothi.api.access.layers import own_layers, require_on_layer
from dothi.api.http.service import service
from dothi.core.access.person import Action
from processes.base import Process
from processes.inputs import ProcessInputs


def require_process(process: Process[Any], inputs: ProcessInputs) -> str | None:
    """Under which name a run that changes something is kept; None for one that does not.

    Raises NotAnEditor and NotAllowedTo, also where a rule of access.yml leaves the layer out that it would change.
    """
    if not process.for_editors(inputs):
        return None
    author = must_be_editor(process.action)
    layer_id = process.changed_layer(inputs)
    if layer_id is not None and not _is_told_by_process(process.action, layer_id):
        require_on_layer(process.action, layer_id)
    return author


def _is_told_by_process(action: Action, layer_id: str) -> bool:
    """To an agency, a layer that it does not supply is as unknown as one that is not there."""
    identity = current_identity()
    if action is not Action.DELIVER or identity is None:
        return False
    return identity.person.agency in service().locality.agencies and layer_id not in own_layers(identity.person)
