"""Work that can wait runs at a higher `nice`, and so does what it has the database do."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dothi.core import database as core_database
from dothi.core import patience
from dothi.core.database import connection
from dothi.core.patience import PATIENT, be_patient, own_patience, share_patience

pytestmark = pytest.mark.usefixtures('database')


def in_a_thread[Answer](work: Callable[[], Answer]) -> Answer:
    """What `work` returns in a thread of its own: niceness is a thread's, and is never taken back."""
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(work()))
    thread.start()
    thread.join()
    (answer,) = answers
    return answer


def backend_patience() -> int:
    """The niceness of the process that serves a new connection."""
    core_database.fresh()
    with connection('reader_internal') as db:
        return os.getpriority(os.PRIO_PROCESS, db.info.backend_pid)


def patiently() -> int:
    be_patient()
    return backend_patience()


def test_the_database_works_as_patiently_as_whoever_has_it_work() -> None:
    assert in_a_thread(patiently) == PATIENT
    assert in_a_thread(backend_patience) == own_patience()


def test_who_is_more_patient_stays_so() -> None:
    def twice() -> int:
        be_patient(10)
        be_patient(PATIENT)
        return own_patience()

    assert in_a_thread(twice) == 10


def test_a_process_of_somebody_else_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number that the database gives may be that of another process here, where it runs in another container."""

    def other_process() -> tuple[int, int]:
        with connection('reader_internal') as db:
            be_patient()
            monkeypatch.setattr(Path, 'read_bytes', lambda _path: b'postgres: dothi_loader dothi [local] idle')
            share_patience(db)
            return own_patience(), os.getpriority(os.PRIO_PROCESS, db.info.backend_pid)

    assert in_a_thread(other_process) == (PATIENT, own_patience())


def test_a_backend_that_cannot_be_seen_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def unseen() -> int:
        with connection('reader_internal') as db:
            be_patient()
            monkeypatch.setattr(patience, 'Path', lambda _name: Path('/nowhere'))
            share_patience(db)
            return os.getpriority(os.PRIO_PROCESS, db.info.backend_pid)

    assert in_a_thread(unseen) == own_patience()
