"""The service by which the other machine learns what this one is, joins it, and copies its files."""

import hmac
import http.server
import ipaddress
import json
import logging
import math
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg2
from pydantic import BaseModel, ValidationError

from dothi.core.errors import DothiError, http_status
from dothi.core.standby_settings import StandbySettings
from dothi.core.standby_state import record_store_copy
from dothi.local.standby.admission import admit
from dothi.local.standby.certificate import certificate_file, key_file
from dothi.local.standby.fencing import supersede
from dothi.local.standby.invitation import current_invitation
from dothi.local.standby.messages import FILE, JOIN, ROLE, SUPERSEDED, TREE, JoinRequest, Role, Superseded
from dothi.local.standby.record import StandbyRecord, read_password, require_standby_record
from dothi.local.standby.roots import roots
from dothi.local.standby.tree_index import TreeIndex

LOG = logging.getLogger('dothi.standby')
# Folders are looked at so often while the standby waits for a change, and for so long: a file is there before the
# release that names it is committed. Looking takes this share of the time at most.
LOOK_S, LOOK_SHARE, LONGEST_WAIT_S = 0.1, 0.05, 5.0
SILENT_S, NOTE_S = 60.0, 1.0
BLOCK_BYTES = 1 << 20
LONGEST_MESSAGE_BYTES = 1 << 16


class PeerService(http.server.ThreadingHTTPServer):
    """The service of this machine, which listens where the other one reaches it and answers nobody else."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, record: StandbyRecord) -> None:
        self.peer = ipaddress.ip_address(record.peer)
        self.index = TreeIndex(roots())
        self.index_lock = threading.Lock()
        self._noted_s = -math.inf
        self.address_family = socket.AF_INET6 if ':' in record.listen else socket.AF_INET
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate_file(), key_file())
        super().__init__((record.listen, StandbySettings().standby_port), PeerRequest)

    def note_complete(self) -> None:
        """Writes down, once a second at most, that the standby has all files; for who holds the lock of the index."""
        if time.monotonic() - self._noted_s > NOTE_S:
            record_store_copy(datetime.now(UTC))
            self._noted_s = time.monotonic()

    def get_request(self) -> tuple[ssl.SSLSocket, tuple[str, int]]:
        """A connection whose handshake is made by the thread that serves it: whoever delays it delays nobody else."""
        connection, address = super().get_request()
        connection.settimeout(SILENT_S)
        secured = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return secured, address

    def verify_request(self, request: object, client_address: Any) -> bool:
        """Whether it is the other machine that connects."""
        del request
        address = client_address[0]
        if ipaddress.ip_address(address) == self.peer:
            return True
        LOG.warning('%s was refused: only %s may connect', address, self.peer)
        return False

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that broke is the other machine's to make again."""
        del request
        LOG.debug('connection of %s broke', client_address, exc_info=True)


class PeerRequest(http.server.BaseHTTPRequestHandler):
    """One request of the other machine."""

    server: PeerService
    protocol_version = 'HTTP/1.1'
    # of the headers and, in pieces, of a file
    timeout = SILENT_S

    def do_GET(self) -> None:
        """What this machine is, its folders, or a file."""
        path = urlsplit(self.path)
        if not self._is_let_in(_password()):
            return
        if path.path == ROLE:
            self._answer(_role)
        elif path.path == TREE:
            query = parse_qs(path.query)
            self._answer(lambda: self._wait_for_change(query.get('index', [''])[0], int(query.get('since', ['0'])[0])))
        elif path.path.startswith(FILE):
            self._send_file(unquote(path.path.removeprefix(FILE)))
        else:
            self._refuse(HTTPStatus.NOT_FOUND, path.path)

    def do_POST(self) -> None:
        """Somebody joins, or has taken the place of this machine."""
        body = self.rfile.read(min(int(self.headers.get('Content-Length') or 0), LONGEST_MESSAGE_BYTES))
        if self.path == JOIN and self._is_let_in(current_invitation()):
            self._answer(lambda: admit(JoinRequest.model_validate_json(body)))
        elif self.path == SUPERSEDED and self._is_let_in(_password()):
            self._answer(lambda: _step_down(Superseded.model_validate_json(body)))

    def _is_let_in(self, secret: str | None) -> bool:
        credentials = self.headers.get('Authorization', '').removeprefix('Bearer ')
        if secret and hmac.compare_digest(credentials.encode(), secret.encode()):
            return True
        LOG.warning('%s has another password', self.client_address[0])
        self._refuse(
            HTTPStatus.FORBIDDEN,
            'mã mời sai hoặc đã quá một ngày: chạy lại "dothi standby allow" trên máy chính.',
            'the invitation is wrong or older than a day: repeat "dothi standby allow" on the primary.',
        )
        return False

    def _wait_for_change(self, index_id: str, since: int) -> BaseModel:
        """The folders that changed; where none did, nothing, after a while."""
        index, until = self.server.index, time.monotonic() + LONGEST_WAIT_S
        since = since if index_id == index.index_id else 0
        while True:
            began_s = time.monotonic()
            with self.server.index_lock:
                is_complete = index.refresh() == since > 0
                if is_complete:
                    self.server.note_complete()
                if not is_complete or time.monotonic() > until:
                    return index.since(since)
            time.sleep(max(LOOK_S, (time.monotonic() - began_s) / LOOK_SHARE))

    def _send_file(self, path: str) -> None:
        with self.server.index_lock:
            file = self.server.index.locate(path)
        if file is None or not file.is_file():
            self._refuse(HTTPStatus.NOT_FOUND, path)
            return
        with file.open('rb') as opened:
            status = Path(f'/proc/self/fd/{opened.fileno()}').stat()
            self.send_response(HTTPStatus.OK)
            self.send_header('Content-Length', str(status.st_size))
            self.send_header('X-Mtime-Ns', str(status.st_mtime_ns))
            self.end_headers()
            left = status.st_size
            while left and (block := opened.read(min(left, BLOCK_BYTES))):
                self.wfile.write(block)
                left -= len(block)
        # it was cut meanwhile: the connection ends before all was sent
        self.close_connection = left > 0

    def _answer(self, make: Callable[[], BaseModel]) -> None:
        try:
            body = make().model_dump_json()
        except DothiError as error:
            self._refuse(http_status(error), error.text.vi, error.text.en)
        except (ValidationError, ValueError) as error:
            self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        except (OSError, psycopg2.Error) as error:
            # store or database is not there
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        else:
            self._send(HTTPStatus.OK, body)

    def _refuse(self, status: int, vi: str, en: str | None = None) -> None:
        self._send(status, json.dumps({'message': {'vi': vi, 'en': en or vi}}, ensure_ascii=False))

    def _send(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Each look at the folders is a request: they are not worth a line."""
        LOG.debug(format, *args)


def _password() -> str | None:
    try:
        return read_password()
    except FileNotFoundError:
        return None


def _role() -> Role:
    record = require_standby_record()
    if record.is_promotion_begun:
        # a primary that comes back now would acknowledge what is lost as soon as this machine is primary
        return Role(role='primary', term=record.term + 1, is_superseded=False)
    return Role(role=record.role, term=record.term, is_superseded=record.superseded_at is not None)


def _step_down(message: Superseded) -> Role:
    supersede(message.term)
    return _role()
