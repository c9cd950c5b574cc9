"""Whether whoever asks may run a process: at the first time and, as roles and keys change, at each time after it."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any

from dothi.api.access.identity import current_editor, current_identity, must_be_editor, require_where_signed_in
from dothi.api.access.layers import (
    layers_open_to,
    own_layers,
    require_on_layer,
    require_on_layer_where_signed_in,
)
from dothi.api.http.service import service
from dothi.core.access.classes import described
from dothi.core.access.person import Action
from dothi.core.locality import UnknownLayer
from processes.base import Process
from processes.inputs import ProcessInputs
from processes.queue.records import UnknownJob, copies_of, is_uuid, open_desk, state
from processes.reading.validation import validate_inputs
from processes.registry import all_processes

# Inputs by which a process reads results of other jobs as they are; compare-releases has moments under two of them.
EARLIER_JOBS = ('job', 'before', 'after')


def require_kind(process: Process[Any]) -> None:
    """Raises NotAnEditor and NotAllowedTo for who may not run it with any layer.

    What is computed of layers shows something of them: a key that shows no layer runs nothing that reads them.
    """
    if process.editors_only:
        must_be_editor(process.action)
    else:
        require_where_signed_in(Action.SEE)
        require_where_signed_in(process.run_action)


def require_results(job: Mapping[str, Any]) -> None:
    """Raises NotAllowedTo for who may not have what a job gave, whoever started it. job: as `state` gives it.

    Of which layers it has rows it says itself: other jobs, whose results went into it, may be gone.
    """
    process = all_processes().get(job['process_id'])
    if process is None or not process.editors_only:
        require_where_signed_in(Action.SEE)
    if job['status'] == 'failed' and process is not None and process.run_action is Action.DOWNLOAD:
        # why it gave nothing tells of the layer, too
        _require_download(process, validate_inputs(process.inputs, job['inputs']))
    for layer_id in copies_of(job):
        _require_copy(layer_id)


def require_process(process: Process[Any], inputs: ProcessInputs) -> str | None:
    """Under which name a run that changes something is kept, or one of a result that is somebody's alone; else None.

    Raises NotAnEditor and NotAllowedTo, also where a rule of access.yml leaves the layer out that it would change or
    copy.
    """
    require_kind(process)
    _require_download(process, inputs)
    earlier = {
        value for name in EARLIER_JOBS if isinstance(value := getattr(inputs, name, None), str) and is_uuid(value)
    }
    _require_earlier_results(earlier)
    if not process.for_editors(inputs):
        return current_editor() if _are_theirs_alone(earlier) else None
    author = must_be_editor(process.action)
    layer_id = process.changed_layer(inputs)
    if layer_id is not None and not _is_told_by_process(process.action, layer_id):
        _require_known(process, inputs, layer_id)
        require_on_layer(process.action, layer_id)
    return author


def _require_earlier_results(job_ids: Iterable[str]) -> None:
    """As `require_results` of the jobs whose results are read: a copy in another form is a copy."""
    if current_identity() is not None:
        for job in _jobs_seen_by(current_editor(), job_ids):
            require_results(job)


def _are_theirs_alone(job_ids: Collection[str]) -> bool:
    """Whether some job answers to whoever asks and to none of their colleagues, as one that changed a layer does."""
    editor = current_editor()
    if editor is None or not job_ids:
        return False
    # as a reader they see what runs on their scenarios, which is not of their name
    return len(_jobs_seen_by(None, job_ids, reader=editor)) < len(_jobs_seen_by(editor, job_ids))


def _jobs_seen_by(editor: str | None, job_ids: Iterable[str], reader: str | None = None) -> list[dict[str, Any]]:
    """The states of those jobs that are there for them; of the others the process itself says that they are not."""
    states: list[dict[str, Any]] = []
    with open_desk(service().audience, editor, reader) as db:
        for job_id in job_ids:
            with suppress(UnknownJob):
                states.append(state(db, job_id))
    return states


def _require_copy(layer_id: str) -> None:
    """Raises NotAllowedTo where whoever has signed in may not download the layer, or nothing where it is gone."""
    place = service().locality.whole
    if layer_id in {*place.layers, *place.coverages}:
        require_on_layer_where_signed_in(Action.DOWNLOAD, layer_id)
    else:
        require_where_signed_in(Action.DOWNLOAD)


def _require_download(process: Process[Any], inputs: ProcessInputs) -> None:
    layer_id = process.downloaded_layer(inputs)
    # what is not there, the process itself says
    if layer_id is not None and layer_id in {*service().layers, *service().coverages}:
        require_on_layer_where_signed_in(Action.DOWNLOAD, layer_id)


def _require_known(process: Process[Any], inputs: ProcessInputs, layer_id: str) -> None:
    """Raises what a layer, a delivery or a conflict that is not there meets, where whoever asks knows of no such layer.

    They know the layers that they see, and those that they may change like this without seeing them.
    """
    known = sorted({data.id for data in (*described(service().locality), *layers_open_to(process.action))})
    if layer_id not in known:
        raise process.unknown(inputs) or UnknownLayer.with_suggestion(
            layer_id, known, vi=f'Không có lớp "{layer_id}".', en=f'There is no layer "{layer_id}".'
        )


def _is_told_by_process(action: Action, layer_id: str) -> bool:
    """To an agency, a layer that it does not supply is as unknown as one that is not there."""
    identity = current_identity()
    if action is not Action.DELIVER or identity is None:
        return False
    return identity.person.agency in service().locality.agencies and layer_id not in own_layers(identity.person)
