"""How PostgreSQL is set up on both machines: whom it sends its log to, or where it takes it from."""

from pathlib import Path

from dothi.core.accounts import give_to_database_user
from dothi.core.postgis import REPLICATION_ROLE, Replication
from dothi.core.private_files import replace_file
from dothi.core.standby_settings import StandbySettings
from dothi.core.standby_state import SLOT
from dothi.local.standby.certificate import certificate_file, key_file
from dothi.local.standby.record import StandbyRecord, read_standby_record, standby_folder

# A connection over which nothing comes for so long is made anew; half of it on a quiet line is a sign of life.
SILENT_S = 10


def replication() -> Replication | None:
    """To whom the server of this instance may send its log; None where there is no standby.

    On a standby it is the primary: promoted, it listens already where that one will look for it.
    """
    record = read_standby_record()
    if record is None:
        return None
    return Replication(record.peer, record.listen, certificate_file(), key_file())


def replication_settings() -> dict[str, str]:
    """Settings of the server of this instance as primary or standby; none where it is neither."""
    record = read_standby_record()
    if record is None:
        return {}
    settings = {
        'max_slot_wal_keep_size': f'{StandbySettings().standby_wal_max_mb}MB',
        'wal_sender_timeout': f'{SILENT_S}s',
        'wal_receiver_timeout': f'{SILENT_S}s',
        'wal_receiver_status_interval': '1s',
    }
    if record.role == 'standby':
        # whoever reads here must not keep the log from being replayed
        settings |= {'primary_conninfo': connection_text(record), 'primary_slot_name': SLOT}
    return settings


def connection_text(record: StandbyRecord) -> str:
    """How libpq finds the primary: its certificate is the only one that is trusted, the password is in a file."""
    words = {
        'host': record.peer,
        'port': record.peer_database_port,
        'user': REPLICATION_ROLE,
        'application_name': REPLICATION_ROLE,
        'sslmode': 'verify-ca',
        # else it is looked for at home, which is closed to whoever runs the server
        'sslcertmode': 'disable',
        'sslrootcert': quoted(primary_certificate_file()),
        'passfile': quoted(password_file()),
        'connect_timeout': 5,
    }
    return ' '.join(f'{name}={value}' for name, value in words.items())


def quoted(path: Path) -> str:
    """A path in the words of libpq, which end at a blank."""
    text = str(path).replace('\\', '\\\\').replace("'", "\\'")
    return f"'{text}'"


def keep_way_to_primary(certificate: str, password: str) -> None:
    """Keep what the server needs to sign in at the primary, for the user who runs it alone."""
    replace_file(primary_certificate_file(), certificate)
    replace_file(password_file(), f'*:*:*:{REPLICATION_ROLE}:{password}\n')
    give_to_database_user(standby_folder(), primary_certificate_file(), password_file())


def primary_certificate_file() -> Path:
    """The certificate of the primary."""
    return standby_folder() / 'primary.crt'


def password_file() -> Path:
    """The password with which the server signs in at the primary, as libpq reads it."""
    return standby_folder() / 'pgpass'
