"""The certificate of this machine, made by itself: the other one knows it by its fingerprint."""

import hashlib
import os
import ssl
import subprocess
from pathlib import Path

from dothi.core.accounts import give_to_database_user
from dothi.core.errors import EnvironmentMissing
from dothi.local.standby.record import standby_folder

# Nobody renews it: the other machine asks for this very one.
VALID_DAYS = 20 * 365


class NoCertificate(EnvironmentMissing):
    """No certificate can be made here."""


def certificate_file() -> Path:
    """The certificate of this machine; its key lies beside it, with `.key`."""
    return standby_folder() / 'own.crt'


def key_file() -> Path:
    """The private key of this machine's certificate."""
    return standby_folder() / 'own.key'


def make_certificate() -> str:
    """The fingerprint of this machine's certificate, which is made where there is none yet. Raises NoCertificate."""
    folder = standby_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    if not (certificate_file().exists() and key_file().exists()):
        _make(folder)
    # PostgreSQL takes a key of its own user alone
    give_to_database_user(folder, certificate_file(), key_file())
    return fingerprint(ssl.PEM_cert_to_DER_cert(certificate_file().read_text(encoding='ascii')))


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate in DER, in hex."""
    return hashlib.sha256(certificate).hexdigest()


def _make(folder: Path) -> None:
    draft = folder / f'own.{os.getpid()}'
    command = [
        'openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
        '-subj', '/CN=dothi', '-days', str(VALID_DAYS), '-keyout', f'{draft}.key', '-out', f'{draft}.crt',
    ]  # fmt: skip
    try:
        made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd='/')
    except FileNotFoundError:
        raise NoCertificate(
            vi='Chưa cài openssl: apt-get install openssl', en='There is no openssl: apt-get install openssl'
        ) from None
    if made.returncode:
        reason = (made.stderr.strip().splitlines() or ['?'])[-1]
        raise NoCertificate(vi=f'openssl không làm được chứng thư: {reason}', en=f'openssl failed: {reason}')
    Path(f'{draft}.key').chmod(0o600)
    Path(f'{draft}.key').replace(key_file())
    Path(f'{draft}.crt').replace(certificate_file())
