"""Background services are found again by more than their number, and end when told to."""

import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import pytest

from dothi.core import services as services_of_core
from dothi.core.process_table import start_time
from dothi.core.services import Service
from dothi.local import services
from tests.conftest import PATIENCE_S


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """`dothi worker` stands for any service: what it does is of no matter here."""
    service = Service('worker', ['worker', '--help'], tmp_path)
    yield service
    service.stop()


def test_a_recorded_number_that_another_process_has_now_is_not_ours(service: Service) -> None:
    """After a reboot the number may belong to anybody; killing it would be a disaster."""
    (service.run / 'worker.pid').write_text(f'{os.getpid()} 1 print', encoding='utf-8')
    assert service.pid() is None
    assert not service.stop()


@pytest.mark.parametrize('record', [b'no number here', b'', bytes(4096), b'\xff\xfe\x80'])
def test_a_record_that_cannot_be_read_is_none(service: Service, record: bytes) -> None:
    """A disk that failed may leave anything in it."""
    (service.run / 'worker.pid').write_bytes(record)
    assert service.pid() is None
    assert not service.stop()


def test_a_service_whose_record_was_deleted_is_found_by_its_log_and_ended(tmp_path: Path) -> None:
    """Another one was started beside it, and `dothi down` left it running."""
    service = Service('files', ['0', '--bind', '127.0.0.1'], tmp_path, 'http.server')
    service.start('print')
    pid = service.pid()
    assert not service.adopt()
    (tmp_path / 'files.pid').unlink()
    assert service.pid() is None
    deadline = time.monotonic() + PATIENCE_S
    while not service.adopt() and time.monotonic() < deadline:
        # the shell that becomes it is there first
        time.sleep(0.05)
    assert service.pid() == pid
    assert not service.fresh('print')
    (tmp_path / 'files.pid').unlink()
    service.end_strays()
    assert start_time(pid or 0) is None
    assert not Service('other', ['0', '--bind', '127.0.0.1'], tmp_path, 'http.server').adopt()


def test_a_service_that_a_signal_has_stopped_ends_when_told_to(tmp_path: Path) -> None:
    """Not by being killed, after all the time that it may take."""
    service = Service('files', ['0', '--bind', '127.0.0.1'], tmp_path, 'http.server')
    service.start('print')
    os.kill(service.pid() or 0, signal.SIGSTOP)
    began_s = time.monotonic()
    assert service.stop(patience_s=PATIENCE_S)
    assert time.monotonic() - began_s < PATIENCE_S / 2


def test_a_service_that_ended_tells_its_last_words(service: Service) -> None:
    service.start('print')
    deadline = time.monotonic() + PATIENCE_S
    while service.pid() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert service.pid() is None
    assert str(service.log) in service.died().text.en
    assert service.log.read_text(encoding='utf-8').strip()


def test_a_service_started_from_other_code_is_not_fresh(service: Service) -> None:
    service.start('old')
    assert service.fresh('old')
    assert not service.fresh('new')


def test_a_service_is_stopped_once(service: Service) -> None:
    service.start('print')
    assert service.stop()
    assert not service.stop()
    assert service.pid() is None


class Healthy(http.server.BaseHTTPRequestHandler):
    """Answers that all is well, notes what was asked for, and writes no log."""

    requests: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.requests.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_service_is_waited_for_where_this_process_has_it_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while the kernel shows no environment of it: `dothi up` waited for 60 s at the port that is the default."""
    service = Service('internal', [], tmp_path)
    monkeypatch.setattr(services, 'START_PATIENCE_S', 2)
    # by itself this test would start one where an instance of the machine has its own
    monkeypatch.setattr(services, 'revive_database', lambda: None)
    with (
        http.server.HTTPServer(('127.0.0.1', 0), Healthy) as server,
        subprocess.Popen([sys.executable, '-c', 'input()'], env={}, stdin=subprocess.PIPE) as process,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv('DOTHI_PORT', str(server.server_port))
        record = f'{process.pid} {start_time(process.pid)} x'
        (tmp_path / 'internal.pid').write_text(record, encoding='utf-8')
        (tmp_path / 'internal.log').touch()
        try:
            services.wait_for(service)
        finally:
            server.shutdown()
            process.communicate(b'\n')
    assert Healthy.requests == ['/health']


def test_whoever_is_killed_as_it_starts_a_service_leaves_none_that_nobody_knows_of(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would have the port that the next one wants, and `dothi down` would not find it."""
    child = os.fork()
    if child == 0:
        try:
            # before the record is written
            kill = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # noqa: E731
            monkeypatch.setattr(services_of_core, 'replace_file_without_room', kill)
            service.start('print')
        finally:
            os._exit(1)
    os.waitpid(child, 0)
    time.sleep(1)
    assert not [folder for folder in Path('/proc').glob('[0-9]*') if is_of(folder, service)]
    assert service.last_line == ''


def is_of(process: Path, service: Service) -> bool:
    """Whether the process writes to the log of the service."""
    with suppress(OSError):
        return (process / 'fd' / '1').readlink() == service.log
    return False
