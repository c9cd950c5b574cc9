"""The way to an SFTP server on which backups are kept: a key of the instance's own, and the host key of the server."""

import subprocess
from pathlib import Path

from dothi.core.accounts import give_to_database_user
from dothi.core.errors import EnvironmentMissing
from dothi.local.backup.place import BackupPlace
from dothi.local.backup.record import backup_folder
from dothi.local.backup.tools import as_database_user

CONNECT_S = 15


class SftpRefused(EnvironmentMissing):
    """The SFTP server does not answer, or does not let us in."""


def identity_file() -> Path:
    """The private key with which this instance signs in; the public one lies beside it, with `.pub`."""
    return backup_folder() / 'sftp_key'


def known_hosts_file() -> Path:
    """The host key of the server, as it was when the backup was set up."""
    return backup_folder() / 'sftp_known_hosts'


def prepare_sftp(place: BackupPlace) -> str | None:
    """Makes the key of this instance and notes the server's; the fingerprint of that, None where nothing was noted.

    Raises SftpRefused with the public key where it lets nobody in by that. Nothing happens for a folder.
    """
    if place.host is None:
        return None
    if not identity_file().exists():
        _run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'dothi backup', '-f', str(identity_file())])
    fingerprint = None if _is_host_known() else _note_host(place)
    public = identity_file().with_suffix('.pub')
    give_to_database_user(identity_file(), public, known_hosts_file())
    _require_entry(place, public.read_text(encoding='utf-8').strip())
    return fingerprint


def pgbackrest_sftp_options(place: BackupPlace) -> dict[str, str]:
    """Options of pgBackRest for a place that is on an SFTP server."""
    if place.host is None:
        return {}
    return {
        'repo1-type': 'sftp',
        'repo1-sftp-host': place.host,
        'repo1-sftp-host-port': str(place.port),
        'repo1-sftp-host-user': place.user,
        'repo1-sftp-private-key-file': str(identity_file()),
        'repo1-sftp-public-key-file': str(identity_file().with_suffix('.pub')),
        'repo1-sftp-host-key-hash-type': 'sha256',
        'repo1-sftp-known-host': str(known_hosts_file()),
    }


def ssh_options() -> list[str]:
    """Options of ssh and sftp, so that nobody is asked anything."""
    options = {
        'UserKnownHostsFile': known_hosts_file(),
        'StrictHostKeyChecking': 'yes',
        'IdentitiesOnly': 'yes',
        'BatchMode': 'yes',
        'ConnectTimeout': CONNECT_S,
    }
    return [
        '-i',
        str(identity_file()),
        *(word for name, value in options.items() for word in ('-o', f'{name}={value}')),
    ]


def _is_host_known() -> bool:
    return known_hosts_file().exists() and bool(known_hosts_file().read_text(encoding='utf-8').strip())


def _note_host(place: BackupPlace) -> str:
    scan = _run(['ssh-keyscan', '-T', str(CONNECT_S), '-p', str(place.port), str(place.host)])
    if not scan.stdout.strip():
        raise SftpRefused(
            vi=f'{place.host}, cổng {place.port}, không trả lời: {scan.stderr.strip()}',
            en=f'{place.host}, port {place.port}, does not answer: {scan.stderr.strip()}',
        )
    known_hosts_file().write_text(scan.stdout, encoding='utf-8')
    listed = _run(['ssh-keygen', '-l', '-f', str(known_hosts_file())])
    return listed.stdout.strip()


def _require_entry(place: BackupPlace, public_key: str) -> None:
    folder = f'mkdir "{place.path}"' if place.path.parent != place.path else 'pwd'
    command = ['sftp', *ssh_options(), '-P', str(place.port), '-b', '-', f'{place.user}@{place.host}']
    # a `-` before a command of sftp: go on where the folder is there already
    batch = f'-{folder}\n-mkdir "{place.database}"\n-mkdir "{place.store}"\ncd "{place.path}"\n'
    entry = subprocess.run(as_database_user(command), input=batch, text=True, capture_output=True, check=False, cwd='/')
    if entry.returncode:
        reason = (entry.stderr.strip().splitlines() or ['?'])[-1]
        raise SftpRefused(
            vi=f'{place}: {reason}. Thêm dòng này vào ~/.ssh/authorized_keys của {place.user}, rồi chạy lại:\n'
            f'{public_key}',
            en=f'{place}: {reason}. Add this line to ~/.ssh/authorized_keys of {place.user}, and repeat the command:\n'
            f'{public_key}',
        )


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd='/')
