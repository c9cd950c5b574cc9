"""A private PostGIS server in a folder: for `make up` and for the tests, beside any other PostgreSQL."""

import ipaddress
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection
from sqlalchemy import URL

from dothi.core.accounts import database_account, give_to_database_user, setpriv_words
from dothi.core.disk_room import NO_ROOM_WORDS, full_disk, is_full
from dothi.core.errors import EnvironmentMissing
from dothi.core.ports import free_port, is_free
from dothi.core.server_process import ServerProcess
from dothi.core.start_command import start_command
from dothi.core.state_file import damaged, read_state_text
from dothi.core.text import Text

VERSION = 17
BINARIES = Path(f'/usr/lib/postgresql/{VERSION}/bin')
ADMIN = 'dothi_admin'
DATABASE = 'dothi'
LOG = 'server.log'
# The answer of pg_isready about a server that starts or ends.
REJECTING = 1
# How long a server may read its log after a crash; as far as its checkpoints are apart, 4 GB, it takes minutes.
SETTLE_PATIENCE_S = 600
SETTINGS = {
    'shared_buffers': '256MB',
    'work_mem': '32MB',
    'maintenance_work_mem': '256MB',
    'max_wal_size': '4GB',
    'max_connections': '200',
    # Planning with JIT costs more than these short queries take.
    'jit': 'off',
    'random_page_cost': '1.1',
    'password_encryption': 'scram-sha-256',
    # The first shape of a session takes 26 ms where the session loads the library itself. Mapnik closes its connection
    # after it has learned the columns of a source, so that each new source in each renderer is a new session.
    'shared_preload_libraries': 'postgis-3',
}
# For a database that is thrown away: nothing in it has to survive a power cut, nobody guesses its passwords for years,
# and what is not there for long needs no vacuum.
THROWAWAY = {
    'shared_buffers': '128MB',
    'fsync': 'off',
    'synchronous_commit': 'off',
    'full_page_writes': 'off',
    'autovacuum': 'off',
    'scram_iterations': '1',
}
# Who may connect, in the words of pg_hba.conf: everybody from this machine, GIS staff from the networks named.
HERE = ('127.0.0.1/32', '::1/128')
GIS_ROLES = 'dothi_gis_public,dothi_gis_internal'
REPLICATION_ROLE = 'dothi_standby'


@dataclass(frozen=True)
class Replication:
    """Who may copy the server's log: the machine at `address`, over TLS, at this machine's address `listen`."""

    address: str
    listen: str
    certificate: Path
    key: Path


class NoPostgis(EnvironmentMissing):
    """PostgreSQL or PostGIS is not installed, or does not start."""


def admin_password_advice(folder: Path) -> Text:
    """What to do where the administrator's password of the server in `folder` is lost."""
    command = f'"alter role {ADMIN} password \'…\'" | {BINARIES}/postgres --single -D {folder / "data"} postgres'
    return Text(
        vi='Lấy lại tệp này từ bản sao, hoặc đặt mật khẩu khác: dothi down; bằng chủ của thư mục data: '
        f'echo {command}; rồi ghi mật khẩu đó vào tệp.',
        en='Put the file back from a copy, or set another password: dothi down; as the owner of the folder data: '
        f'echo {command}; then write that password into the file.',
    )


@dataclass
class LocalPostgis:
    """The server in `folder`, which listens on 127.0.0.1 only, unless `networks` says who else may read.

    folder: as root it must be reachable for the user `postgres`, who then runs the server (PostgreSQL
    refuses to run as root). port: 0 takes a free one at the first start and keeps it. networks: from these the roles
    of GIS staff may connect (`10.20.0.0/16`), and nobody else; a server that runs takes them up at its next start.
    patience_s: so long a start may take. collects_log: by a process of its own, which goes on in a new file where the
    log was deleted; not in the foreground, where whoever watches has the log. replication: to a standby; on that one to
    the primary, once it is promoted.
    """

    folder: Path
    port: int = 0
    settings: dict[str, str] = field(default_factory=dict)
    networks: tuple[str, ...] = ()
    patience_s: int = 60
    collects_log: bool = False
    replication: Replication | None = None

    @property
    def data(self) -> Path:
        return self.folder / 'data'

    @property
    def url(self) -> URL:
        """The administrator's URL of the database `dothi`."""
        return self.address.set(password=self._password())

    @property
    def address(self) -> URL:
        """The same without its password, which a service of strangers is not to have."""
        # where TLS is offered to a standby, nobody on this machine needs it
        plain = {'sslmode': 'disable'} if self.replication else {}
        return URL.create('postgresql+psycopg2', ADMIN, None, '127.0.0.1', self._port(), DATABASE, plain)

    def start(self) -> None:
        """Brings the server up: makes it if it is new, adopts it if it runs, replaces a stale lock if it died."""
        self._require_program()
        if not (self.data / 'PG_VERSION').exists():
            self._create()
        if self.running():
            self._process.wake()
            self._keep_port(self._port())
            self._wait_until_settled()
        if not self.running():
            self._choose_port()
            self._launch_or_repeat()
        self._create_database()

    def foreground_command(self) -> list[str]:
        """The command that is the server, for whoever watches over it; data and database are made before if new.

        Its log goes to the standard error. Raises NoPostgis where a server runs already.
        """
        self._require_program()
        if self.running():
            raise NoPostgis(
                vi=f'PostgreSQL trong {self.folder} đang chạy (tiến trình {self.pid()}). Dừng nó trước: dothi down.',
                en=f'PostgreSQL in {self.folder} runs already (process {self.pid()}). End it first: dothi down.',
            )
        if not (self.data / 'PG_VERSION').exists():
            self.start()
            self.stop()
        self._choose_port()
        self._process.clear_away_dead()
        self._say_who_may_connect()
        options = [f'--{name}={value}' for name, value in self._server_settings().items()]
        return self._as_server_user([str(BINARIES / 'postgres'), '-D', str(self.data), *options])

    def _require_program(self) -> None:
        if not (BINARIES / 'postgres').exists():
            raise NoPostgis(
                vi=f'Chưa cài PostgreSQL {VERSION}. Chạy "{start_command()}", hoặc cài postgresql-{VERSION}-postgis-3.',
                en=f'No PostgreSQL {VERSION}. Run "{start_command()}", or install postgresql-{VERSION}-postgis-3.',
            )

    def stop(self) -> None:
        """Ends the server, if it runs; open transactions are rolled back."""
        if self.running():
            self._process.wake()
            self._pg_ctl('stop', '-m', 'fast', '-w', '-t', '60')

    def runs_with_settings(self) -> bool:
        """Whether the server that runs was started with `settings`, and sends its log nowhere where they name no place.

        Of one that nobody may look into that is taken for granted.
        """
        command = _text_of(self.data / 'postmaster.opts')
        if not command:
            return True
        is_archiving = 'archive_mode=on"' in command
        return is_archiving == ('archive_mode' in self.settings) and all(
            f'{name}={value}"' in command for name, value in self.settings.items()
        )

    def keep_log(self) -> None:
        """Has a server that runs and collects its log go on in a new file where the log was deleted."""
        pid, command = self.pid(), _text_of(self.data / 'postmaster.opts') or ''
        if pid is None or (self.folder / LOG).exists() or 'logging_collector' not in command:
            return
        # as `pg_ctl logrotate` does
        (self.data / 'logrotate').touch(mode=0o600)
        os.kill(pid, signal.SIGUSR1)

    def running(self) -> bool:
        """Whether a server runs on this folder's data; a lock file that a dead one left counts for nothing."""
        return self.pid() is not None

    def pid(self) -> int | None:
        """The process id of the server; None when none runs."""
        return self._process.pid()

    @property
    def _process(self) -> ServerProcess:
        return ServerProcess(self.data)

    def _launch_or_repeat(self) -> None:
        try:
            self._launch()
        except NoPostgis:
            self._wait_until_settled()
            # Backends that outlive a killed server unlink unlogged tables whose creation is in the log, and
            # whose end is not: the first recovery stumbles over what they left, and the second finds it right.
            if not self.running():
                self._launch()

    def _wait_until_settled(self) -> None:
        """Waits while the server lets nobody in yet, as it reads its log after a crash, or no longer, as it ends.

        Raises NoPostgis after SETTLE_PATIENCE_S: it is not ended, for it would begin to read all over again.
        """
        deadline = time.monotonic() + SETTLE_PATIENCE_S
        while self.running() and (not self._process.is_listening() or self._rejects()):
            if time.monotonic() > deadline:
                raise NoPostgis(
                    vi=f'PostgreSQL trong {self.folder} còn đang đọc lại nhật ký sau sự cố (xem {self.folder / LOG}). '
                    f'Để nó chạy tiếp; ít phút nữa chạy "{start_command()}".',
                    en=f'PostgreSQL in {self.folder} still reads its log after a crash (see {self.folder / LOG}). '
                    f'Leave it at work, and run "{start_command()}" in some minutes.',
                )
            time.sleep(0.1)

    def _rejects(self) -> bool:
        """Whether the server answers that it takes no connections now (SQLSTATE 57P03)."""
        question = [str(BINARIES / 'pg_isready'), '--quiet', '--host=127.0.0.1', f'--port={self._port()}']
        return subprocess.run(question, stdin=subprocess.DEVNULL, check=False).returncode == REJECTING

    def _launch(self) -> None:
        self._process.clear_away_dead()
        self._say_who_may_connect()
        self._pg_ctl('start', '-w', '-t', str(self.patience_s), '-l', str(self.folder / LOG), '-o', self._options())

    def _say_who_may_connect(self) -> None:
        """A file beside the data, for what PostgreSQL wrote itself is for whoever runs it to change."""
        rules = [f'host all all {place} scram-sha-256' for place in HERE]
        rules += [f'host {DATABASE} {GIS_ROLES} {network} scram-sha-256' for network in self.networks]
        if self.replication:
            standby = ipaddress.ip_network(self.replication.address)
            rules.append(f'hostssl replication {REPLICATION_ROLE} {standby} scram-sha-256')
        text = '\n'.join([*rules, ''])
        if _text_of(self._access) == text:
            # a disk that is full would leave nothing of it
            return
        self._access.write_text(text, encoding='utf-8')
        give_to_database_user(self._access)

    @property
    def _access(self) -> Path:
        return self.folder / 'access.conf'

    def _create(self) -> None:
        """Makes the data folder whole or not at all: an interrupted start leaves only a draft."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / 'data.new'
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        secret = self.folder / 'admin_password'
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(24), encoding='utf-8')
        give_to_database_user(self.folder, draft, secret)
        # builtin C.UTF-8 needs no locale of the machine and sorts by code point, on every machine alike
        arguments = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--auth=scram-sha-256']
        # a page that rots on the disk is noticed when it is read, and not backed up as it is
        arguments.append('--data-checksums')
        # in force from the first password on
        arguments += [f'--set={name}={value}' for name, value in self.settings.items()]
        made = self._run(
            [str(BINARIES / 'initdb'), '-D', str(draft), '-U', ADMIN, f'--pwfile={secret}', *arguments, '--no-sync']
        )
        self._check(made)
        draft.rename(self.data)

    def connect_as_administrator(self) -> Connection:
        """A connection to the server's own database. Raises DamagedFile where the password is wrong, NoPostgis."""
        admin = self.url.set(drivername='postgresql', database='postgres')
        try:
            return psycopg2.connect(admin.render_as_string(hide_password=False))
        except psycopg2.OperationalError as error:
            raise self._wrong_password(str(error)) from None

    def _create_database(self) -> None:
        connection = self.connect_as_administrator()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute('select 1 from pg_database where datname = %s', [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f'create database {DATABASE}')
        connection.close()

    def _choose_port(self) -> None:
        """Keeps the port of the last start where it is still free."""
        preferred_port = self.port or self._kept_port() or 0
        port = preferred_port if preferred_port and is_free(preferred_port) else free_port()
        if self.port and port != self.port:
            raise NoPostgis(
                vi=f'Cổng {self.port} đang được dùng. Đặt DOTHI_DATABASE_PORT khác, hoặc 0 để tự chọn.',
                en=f'Port {self.port} is taken. Set another DOTHI_DATABASE_PORT, or 0 for a free one.',
            )
        self._keep_port(port)

    def _keep_port(self, port: int) -> None:
        if _text_of(self.folder / 'port') != str(port):
            (self.folder / 'port').write_text(str(port), encoding='utf-8')

    def _options(self) -> str:
        values = self._server_settings() | (self._log_settings() if self.collects_log else {})
        return ' '.join(f'-c {name}={shlex.quote(value)}' for name, value in values.items())

    def _log_settings(self) -> dict[str, str]:
        """To the file that also has what comes before its collector starts; it is set aside as all logs are."""
        return {
            'logging_collector': 'on',
            'log_directory': str(self.folder),
            'log_filename': LOG,
            'log_file_mode': '0640',
            'log_rotation_age': '0',
            'log_rotation_size': '0',
        }

    def _server_settings(self) -> dict[str, str]:
        values = {**SETTINGS, **self.settings, 'port': str(self._port()), 'listen_addresses': self._addresses()}
        if self.replication:
            values |= {
                'ssl': 'on',
                'ssl_cert_file': str(self.replication.certificate),
                'ssl_key_file': str(self.replication.key),
            }
        values['hba_file'] = str(self._access)
        # No socket file: its path would have to be short, and TCP on loopback serves every client.
        values['unix_socket_directories'] = ''
        return values

    def _addresses(self) -> str:
        if self.networks:
            return '*'
        return ','.join(dict.fromkeys(['127.0.0.1', self.replication.listen])) if self.replication else '127.0.0.1'

    def _port(self) -> int:
        port = self._kept_port()
        if port is None:
            raise NoPostgis(
                vi=f'{self.folder / "port"} bị mất hoặc bị hỏng: không biết cổng của PostgreSQL. Chạy "dothi up".',
                en=f'{self.folder / "port"} is gone or damaged: the port of PostgreSQL is not known. Run "dothi up".',
            )
        return port

    def _kept_port(self) -> int | None:
        """The port of the server that runs, as it says itself; else that of the last start."""
        places = [(self.folder / 'port', 0), (self.data / 'postmaster.pid', 3)]
        # who may not look into the data goes by the file beside it
        with suppress(PermissionError):
            places = places[::-1] if self.running() else places
        for file, line in places:
            with suppress(OSError, ValueError, IndexError):
                return int(file.read_text(encoding='utf-8').splitlines()[line])
        return None

    def _password(self) -> str:
        return read_state_text(self.folder / 'admin_password', admin_password_advice(self.folder))

    def _wrong_password(self, reason: str) -> EnvironmentMissing:
        """The error for a server that does not let its administrator in."""
        if 'password authentication' not in reason:
            return NoPostgis(vi=reason.strip(), en=reason.strip())
        refused = Text(vi='máy chủ không nhận mật khẩu trong đó', en='the server does not take the password in it')
        return damaged(self.folder / 'admin_password', refused, admin_password_advice(self.folder))

    def _pg_ctl(self, *arguments: str) -> None:
        self._check(self._run([str(BINARIES / 'pg_ctl'), '-D', str(self.data), *arguments]))

    def _check(self, result: subprocess.CompletedProcess[str]) -> None:
        if result.returncode == 0:
            return
        log = self.folder / LOG
        last = log.read_text(encoding='utf-8', errors='replace').splitlines()[-3:] if log.exists() else []
        reason = ' / '.join([*result.stderr.strip().splitlines()[-3:], *last])
        # where the log had no room either, its last words are of another day
        # initdb says it first, and makes room again before it ends
        if is_full(self.folder) or any(words in text for words in NO_ROOM_WORDS for text in (reason, result.stderr)):
            raise full_disk(self.folder)
        raise NoPostgis(
            vi=f'PostgreSQL trong {self.folder} không khởi động được: {reason}',
            en=f'PostgreSQL in {self.folder} does not start: {reason}',
        )

    def _run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        # The log goes to a file and the pipes are closed, or the server would keep them open for ever.
        with (self.folder / 'command.log').open('w+', encoding='utf-8') as output:
            done = subprocess.run(
                self._as_server_user(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                text=True,
                cwd='/',
                check=False,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, '', output.read())

    def _as_server_user(self, command: Sequence[str]) -> list[str]:
        words = setpriv_words(database_account())
        return ['setpriv', *words, *command] if words else list(command)


def _text_of(file: Path) -> str | None:
    try:
        return file.read_text(encoding='utf-8')
    except (OSError, ValueError):
        return None
