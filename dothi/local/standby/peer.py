"""The other machine, spoken to over TLS: it is known by the fingerprint of its certificate, and we by a password."""

import http.client
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from dothi.core.errors import EnvironmentMissing
from dothi.core.text import Text
from dothi.local.standby.certificate import fingerprint
from dothi.local.standby.messages import FILE, ROLE, TREE, Role, Tree
from dothi.local.standby.record import StandbyRecord, read_password

CONNECT_S = 5.0
BLOCK_BYTES = 1 << 20
OK = 200


class PeerSilent(EnvironmentMissing):
    """The other machine does not answer."""


class PeerRefused(EnvironmentMissing):
    """The other machine answers, and does not do what it is to do, or is not the one that was expected."""


class FileGone(PeerRefused):
    """The other machine does not have the file any more."""


@dataclass(frozen=True)
class Peer:
    """The service of the other machine. password: what it lets in by."""

    address: str
    port: int
    fingerprint: str
    password: str

    @property
    def name(self) -> str:
        """Where it is."""
        return f'[{self.address}]:{self.port}' if ':' in self.address else f'{self.address}:{self.port}'

    def role(self, timeout_s: float = CONNECT_S) -> Role:
        """What it is. Raises PeerSilent or PeerRefused."""
        return _read(Role, self._text('GET', ROLE, None, timeout_s), self.name)

    def tree(self, index_id: str, since: int, timeout_s: float) -> Tree:
        """What changed in its folders since that generation; waits until something did."""
        return _read(Tree, self._text('GET', f'{TREE}?index={index_id}&since={since}', None, timeout_s), self.name)

    def send[Answer: BaseModel](self, path: str, message: BaseModel, answer: type[Answer], timeout_s: float) -> Answer:
        """Its answer to `message`. Raises PeerSilent or PeerRefused."""
        return _read(answer, self._text('POST', path, message.model_dump_json(), timeout_s), self.name)

    def download(self, path: str, target: Path) -> int:
        """Writes its file `path` into `target`; when it was written there, in ns of the epoch. Raises FileGone."""
        with self._answer('GET', FILE + path, None, 60.0) as answer, target.open('wb') as file:
            while block := answer.read(BLOCK_BYTES):
                file.write(block)
            mtime_ns = int(answer.headers['X-Mtime-Ns'])
            if file.tell() != int(answer.headers['Content-Length']):
                raise PeerSilent(
                    vi=f'{self.name} ngắt giữa chừng khi gửi {path}.', en=f'{self.name} broke off while it sent {path}.'
                )
        return mtime_ns

    def certificate(self) -> str:
        """Its certificate in PEM. Raises PeerSilent, or PeerRefused for another one than expected."""
        connection = self._connected(CONNECT_S)
        try:
            return ssl.DER_cert_to_PEM_cert(_certificate(connection))
        finally:
            connection.close()

    def _text(self, method: str, path: str, body: str | None, timeout_s: float) -> str:
        with self._answer(method, path, body, timeout_s) as answer:
            return answer.read().decode()

    @contextmanager
    def _answer(self, method: str, path: str, body: str | None, timeout_s: float) -> Iterator[http.client.HTTPResponse]:
        connection = self._connected(timeout_s)
        try:
            connection.request(method, path, body, {'Authorization': f'Bearer {self.password}'})
            answer = connection.getresponse()
            if answer.status != OK:
                raise self._refusal(answer)
            yield answer
        except (OSError, http.client.HTTPException) as error:
            raise self._silence(error) from None
        finally:
            connection.close()

    def _connected(self, timeout_s: float) -> http.client.HTTPSConnection:
        """A connection to the machine that has the expected certificate: nothing was said yet."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # no authority stands behind it, and no name: its fingerprint is compared
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(self.address, self.port, timeout=CONNECT_S, context=context)
        try:
            connection.connect()
        except OSError as error:
            raise self._silence(error) from None
        connection.sock.settimeout(timeout_s)
        if fingerprint(_certificate(connection)) != self.fingerprint:
            connection.close()
            raise PeerRefused(
                vi=f'{self.name} không phải máy đã hẹn: chứng thư khác. Xem lại địa chỉ, hoặc mời lại.',
                en=f'{self.name} is not the machine that was agreed on: it has another certificate. Look at the '
                'address, or invite anew.',
            )
        return connection

    def _silence(self, error: Exception) -> PeerSilent:
        return PeerSilent(vi=f'{self.name} không trả lời: {error}', en=f'{self.name} does not answer: {error}')

    def _refusal(self, answer: http.client.HTTPResponse) -> PeerRefused:
        if answer.status == http.HTTPStatus.NOT_FOUND:
            return FileGone(vi=f'{self.name}: không còn tệp này.', en=f'{self.name} does not have it any more.')
        text = Text(vi=str(answer.status), en=str(answer.status))
        with suppress(ValueError, ValidationError):
            text = Text.model_validate(json.loads(answer.read())['message'])
        return PeerRefused(vi=f'{self.name}: {text.vi}', en=f'{self.name}: {text.en}')


def peer_of(record: StandbyRecord) -> Peer:
    """The other machine of an instance, once it has joined."""
    return Peer(record.peer, record.peer_port or 0, record.peer_fingerprint, read_password())


def _certificate(connection: http.client.HTTPSConnection) -> bytes:
    return connection.sock.getpeercert(binary_form=True) or b''


def _read[Answer: BaseModel](model: type[Answer], text: str, name: str) -> Answer:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise PeerRefused(
            vi=f'{name} trả lời không hiểu được (phiên bản khác?): {error}',
            en=f'{name} answers what cannot be read (another version?): {error}',
        ) from None
