"""Work that can wait runs at a higher `nice`, and so does what it has the database do."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dothi.core import database as core_database
from dothi.core import patience
from dothi.core.database import connection
from dothi.core.patience import PATIENT, be_patient, own_patience, share_patience
from etl.desk.deliveries import loader_session

pytestmark = pytest.mark.usefixtures('database')
# sched(7); a kernel may be built without it
sessions_first = pytest.mark.skipif(
    not Path('/proc/self/autogroup').exists(), reason='this kernel does not share processors out by sessions'
)


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


def session_patience(pid: int | str) -> int:
    """The niceness of a process's session beside other sessions."""
    return int(Path(f'/proc/{pid}/autogroup').read_text(encoding='ascii').split()[-1])


def backend_session_patience() -> int:
    """The niceness of the session of the process that serves a new connection."""
    core_database.fresh()
    with connection('reader_internal') as db:
        return session_patience(db.info.backend_pid)


def patient_session() -> int:
    be_patient()
    return backend_session_patience()


def test_the_database_works_as_patiently_as_whoever_has_it_work() -> None:
    assert in_a_thread(patiently) == PATIENT
    assert in_a_thread(backend_patience) == own_patience()


def test_a_delivery_has_the_database_work_as_patiently_as_itself() -> None:
    """Its session is none of the pooled ones, and does most of what a delivery takes of a processor."""

    def deliver_patiently() -> int:
        be_patient()
        with loader_session() as db:
            return os.getpriority(os.PRIO_PROCESS, db.info.backend_pid)

    assert in_a_thread(deliver_patiently) == PATIENT


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


@sessions_first
def test_the_session_of_a_backend_is_as_patient_as_whoever_has_it_work() -> None:
    """Each backend is a session, and among sessions the niceness of a process counts for nothing."""
    # another test may have made this process patient
    assert in_a_thread(backend_session_patience) == own_patience()
    assert in_a_thread(patient_session) == PATIENT


@sessions_first
@pytest.mark.parametrize(('leads', 'expected'), [(True, PATIENT), (False, 0)])
def test_a_service_is_patient_among_sessions_and_a_command_leaves_its_terminal_alone(
    leads: bool, expected: int
) -> None:
    """A service leads a session of its own; a command shares that of the shell in which it was typed."""
    patient = 'from dothi.core.patience import be_patient; be_patient(); print(open("/proc/self/autogroup").read())'
    command = [sys.executable, '-c', patient]
    shell = ['sh', '-c', '"$0" "$@"; exit', *command]
    ended = subprocess.run(
        command if leads else shell, start_new_session=True, check=True, capture_output=True, text=True
    )
    assert int(ended.stdout.split()[-1]) == expected


@sessions_first
def test_a_session_is_patient_although_others_change_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux lets all who are not root make ten such changes a second together, and refuses others."""
    refused: list[str] = []
    write = Path.write_text

    def refuse_once(path: Path, text: str, **options: str) -> int:
        if not refused:
            refused.append(text)
            raise BlockingIOError
        return write(path, text, **options)

    monkeypatch.setattr(Path, 'write_text', refuse_once)
    assert in_a_thread(patient_session) == PATIENT
    assert refused


def test_the_worker_and_what_its_jobs_are_forked_from_let_others_go_first() -> None:
    """Once it has imported what they need: a worker that was started again is there as soon as others are."""
    code = """if True:
        import os
        from multiprocessing import forkserver
        from processes.queue.job_server import start_job_server
        start_job_server()
        print(*(os.getpriority(os.PRIO_PROCESS, pid) for pid in (0, forkserver._forkserver._forkserver_pid)))
    """
    command = [sys.executable, '-c', code]
    ended = subprocess.run(command, start_new_session=True, check=True, capture_output=True, text=True)
    assert ended.stdout.split() == [str(PATIENT)] * 2
