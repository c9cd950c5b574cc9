"""One run of an analysis, in a process of its own: limited in memory, on the role of whoever asked, and killable."""

import errno
import json
import os
import resource
import threading
import traceback
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from shapely.errors import GEOSException

from dothi.core import errors, own_layers
from dothi.core.access.claims import claim
from dothi.core.access.classes import EVERYBODY, AccessClass, locality_of, without_broken_layers
from dothi.core.database import READERS, NoDatabase, connection, connection_lost, no_database
from dothi.core.errors import DothiError, WrongUse
from dothi.core.export.formats import not_written
from dothi.core.layer import Audience
from dothi.core.locality import Locality, load_locality
from dothi.core.log_file import reopen_deleted_log
from dothi.core.patience import be_patient
from dothi.core.settings import PathSettings
from dothi.core.text import Text
from processes.base import Process
from processes.data import Data
from processes.geojson import GEOJSON, JSON
from processes.outputs import ResultFile
from processes.queue.reasons import RAISE_MEMORY
from processes.queue.rights import require_right_still
from processes.queue.scenarios import set_reader, staged_overlay
from processes.queue.uploads import attach_upload
from processes.reading.readings import Reading, release_numbers
from processes.reading.request_layers import store_request_layers
from processes.reading.validation import check_request_layers, validate_inputs
from processes.registry import find_process

# Why a file cannot be written that has a right place: the disk, a quota, a limit, a folder that is read only.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)
# Out of 19: a run that nobody waits for gets what others leave.
PATIENCE = 10


class TooLarge(WrongUse):
    """The run needs more memory than a job may have."""


@dataclass(frozen=True)
class RunOrder:
    """A run that a worker asks a child process for."""

    process_id: str
    inputs: dict[str, Any]
    audience: Audience
    memory_mb: int
    # where the run may write a file
    drafts: Path
    # steps back for whatever else the machine has to do
    patient: bool = False
    # whose token it was, where the process is for editors only, and the file that they sent
    editor: str | None = None
    upload: bytes | None = None
    # of the client that started it, as the services' logs name it
    request_id: str | None = None
    # what whoever started it sees, and what the database takes for it and for the editor's name
    access_class: AccessClass = EVERYBODY
    claims: str = ''
    author: str = ''
    # who started it, as the database takes it: they see the results of earlier jobs with what others share with them
    reader: str = ''
    # of the scenario version that the inputs name
    changes: tuple[dict[str, Any], ...] = ()
    # of the run; empty for what is made ready without one
    job_id: str = ''


@dataclass(frozen=True)
class RunOutput:
    """One output: a document, or a file that is still where the run wrote it."""

    name: str
    media_type: str
    body: bytes | None
    file: ResultFile | None


@dataclass(frozen=True)
class FinishedRun:
    """The run's outputs, and the releases that they were computed from.

    copies: ids of the layers of which the outputs hold rows as they are.
    """

    outputs: tuple[RunOutput, ...]
    readings: dict[str, Reading]
    copies: frozenset[str] = frozenset()

    @property
    def releases(self) -> dict[str, int]:
        """The numbers of the releases that the run read, by layer."""
        return release_numbers(self.readings)


@dataclass(frozen=True)
class FailedRun:
    """Why a run has no result: family and class of the error, and what the user is told."""

    family: str
    code: str
    message: Text


@dataclass(frozen=True)
class BrokenRun:
    """A run that ended by a fault of ours. The trace is for the log only."""

    trace: str


@dataclass(frozen=True)
class InterruptedRun:
    """The database went away in the middle: the run is to be tried again."""

    reason: Text


@dataclass(frozen=True)
class RunProgress:
    """How far a run has come, and what it is doing now."""

    share: float
    doing: Text


def run_order(order: RunOrder, worker: Connection) -> None:
    """Runs `order` and tells `worker`: Underway any number of times, then Done, Failed, Interrupted or Broken."""
    _end_with_the_worker()
    reopen_deleted_log()
    _limit_memory(order.memory_mb)
    if order.patient:
        be_patient(PATIENCE)
    try:
        answer: FinishedRun | FailedRun | InterruptedRun | BrokenRun = _answer_order(order, worker)
    except NoDatabase as error:
        answer = InterruptedRun(error.text)
    except DothiError as error:
        answer = failure(error)
    except Exception as error:
        answer = _fault_of(order, error)
    worker.send(answer)


def _fault_of(order: RunOrder, error: Exception) -> FailedRun | InterruptedRun | BrokenRun:
    """The way in which a run ended by an error that no analysis foresaw."""
    if _for_want_of_memory(error):
        return failure(_too_large(order))
    if connection_lost(error):
        return InterruptedRun(no_database(error).text)
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return failure(not_written(Path(str(error.filename or order.drafts)), error))
    return BrokenRun(traceback.format_exc())


def failure(error: DothiError) -> FailedRun:
    """`error` as it is stored with the job."""
    family = next(error_class for error_class in type(error).__mro__ if error_class.__module__ == errors.__name__)
    return FailedRun(family.__name__, type(error).__name__, error.text)


def _answer_order(order: RunOrder, worker: Connection) -> FinishedRun:
    process = find_process(order.process_id, order.audience)
    inputs = validate_inputs(process.inputs, attach_upload(process, order.inputs, order.upload))
    place = cached_locality(PathSettings().locality)
    require_right_still(process, inputs, place, order.editor)
    place = locality_of(place, order.access_class) if order.audience == 'internal' else without_broken_layers(place)
    claim(order.access_class, order.claims)
    with connection(READERS[order.audience]) as db:
        set_reader(db, order.reader)
        layers = store_request_layers(db, inputs, place, order.author)
        overlay = staged_overlay(db, inputs, order.changes, place, order.audience)
        check_request_layers(inputs, {name: stored_layer.layer for name, stored_layer in layers.items()})
        # one snapshot for all that is read: a release in between changes nothing, and the numbers named are true
        db.set_session(isolation_level='REPEATABLE READ', readonly=True)
        data = Data(db, place, order.audience, order.drafts, order.editor, layers, order.job_id).through(overlay)
        result = process.run(inputs, data, lambda share, doing: worker.send(RunProgress(share, doing)))
    downloaded = process.downloaded_layer(inputs)
    copies = data.copied | ({downloaded} if downloaded is not None else set())
    return FinishedRun(_run_outputs(process, result), data.readings, copies)


def _run_outputs(process: Process[Any], result: Any) -> tuple[RunOutput, ...]:
    """The outputs of a run, in the order in which its process names them; one that it left out is left out."""
    names = list(process.outputs)
    values = {names[0]: result} if len(names) == 1 else result
    return tuple(
        _run_output(name, values[name], process.outputs[name].media_types[0]) for name in names if name in values
    )


def _run_output(name: str, value: Any, media_type: str) -> RunOutput:
    if isinstance(value, ResultFile):
        return RunOutput(name, value.media_type, None, value)
    if isinstance(value, str) and media_type not in (JSON, GEOJSON):
        return RunOutput(name, media_type, value.encode(), None)
    return RunOutput(name, media_type, json.dumps(value, ensure_ascii=False, allow_nan=False).encode(), None)


def cached_locality(path: Path) -> Locality:
    """The locality in the folder `path` with the planners' own layers, read again only when a file has changed."""
    files = [
        *(path / name for name in ('locality.yml', 'agencies.yml', 'norms.csv', 'access.yml')),
        *sorted((path / 'layers').glob('*.yml')),
        *own_layers.files(),
    ]
    return _load_cached_locality(path, tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files))


@lru_cache(maxsize=1)
def _load_cached_locality(path: Path, _changed: tuple[int, ...]) -> Locality:
    return own_layers.with_own_layers(load_locality(path))


def _end_with_the_worker() -> None:
    """Ends this process when the worker is gone: nobody would take the result, and the job runs again elsewhere."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()


def _limit_memory(memory_mb: int) -> None:
    """Lets this process grow by `memory_mb`; what libraries and threads took before the run began is not the run's.

    RLIMIT_DATA counts what is really written to, RLIMIT_AS would count every mapped file and reserved stack.
    """
    begun_kb = int(Path('/proc/self/status').read_text(encoding='ascii').split('VmData:')[1].split()[0])
    limit = begun_kb * 2**10 + memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _for_want_of_memory(error: Exception) -> bool:
    """Whether `error` means that memory was refused.

    GEOS says `std::bad_alloc`, shapely `could not allocate`, Python `can't start new thread` when a stack is refused.
    """
    texts = ('alloc', "can't start new thread")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError | GEOSException) and any(text in str(error) for text in texts)
    )


def _too_large(order: RunOrder) -> TooLarge:
    return TooLarge(
        vi=f'Phân tích cần hơn {order.memory_mb} MB bộ nhớ. Hãy thu hẹp dữ liệu đầu vào.',
        en=f'The analysis needs more than {order.memory_mb} MB. Narrow its inputs.',
        steward=RAISE_MEMORY,
    )
