"""What the database is: whether it answers, its clock, its versions, what keeps it from working well."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from psycopg2.extensions import connection as Connection

from dothi.core.backup_state import backup_state
from dothi.core.database import NoDatabase, connection
from dothi.core.migrate import migration_names
from dothi.core.postgis import admin_password_advice
from dothi.core.readiness import OK, database_readiness
from dothi.core.settings import DatabaseSettings, PathSettings
from dothi.core.state_file import DamagedFile
from dothi.core.text import Text
from dothi.local.backup.record import key_file, lost_key_advice
from dothi.local.database import private_database
from dothi.local.doctor.findings import Finding, fault, graded, ok, warning
from dothi.local.standby.record import follows_primary

LEAST_POSTGRESQL, LEAST_POSTGIS = 170_000, (3, 5)
CLOCK_FAULT_S, CLOCK_WARNING_S = 30.0, 2.0
OLD_TRANSACTION_S, LONG_TRANSACTION_S = timedelta(hours=6).total_seconds(), timedelta(hours=1).total_seconds()
NO_BACKUP = Text(
    vi='Chưa có sao lưu: dữ liệu mất theo ổ đĩa này.', en='There is no backup: the data are lost with this disk.'
)
LOG_WAITS = Text(
    vi='Thay đổi mới chưa đến được nơi lưu, chỉ có trên đĩa này.',
    en='New changes do not reach the backup, and are on this disk alone.',
)
LOG_ADVICE = Text(vi='Xem nơi lưu còn đó và còn chỗ không.', en='Look whether its place is there and has room.')
# Transaction numbers run out at two thousand million; vacuum keeps them below 200 million.
MANY_NUMBERS, TOO_MANY_NUMBERS = 500_000_000, 1_500_000_000


NEVER_OFF = ('autovacuum', 'fsync', 'full_page_writes', 'synchronous_commit')


def check_database() -> Iterator[Finding]:
    """Everything about the database; one fault where it does not answer."""
    try:
        with connection('owner') as db:
            yield ok('database', Text(vi='Cơ sở dữ liệu trả lời.', en='The database answers.'))
            yield from _administrator()
            for check in CHECKS[: -len(OF_PRIMARY)] if follows_primary() else CHECKS:
                yield from check(db)
    except NoDatabase as error:
        advice = Text(
            vi='dothi up, hoặc systemctl start dothi-database', en='dothi up, or systemctl start dothi-database'
        )
        yield fault('database', Text(vi=error.text.vi, en=error.text.en), advice)


def _administrator() -> Iterator[Finding]:
    """Nothing where the private server takes its administrator's password, or we may not look.

    What runs has roles of its own; the next backup and the next `dothi up` would say it.
    """
    server = private_database()
    file = server.folder / 'admin_password'
    if DatabaseSettings().database_url or not os.access(server.folder, os.X_OK):
        return
    if file.exists() and not os.access(file, os.R_OK):
        return
    try:
        server.connect_as_administrator().close()
    except (DamagedFile, FileNotFoundError):
        yield fault(
            'database',
            Text(
                vi=f'{file} bị mất, hỏng, hoặc máy chủ không nhận mật khẩu trong đó: không sao lưu được, và "dothi up" '
                'sẽ dừng.',
                en=f'{file} is gone or damaged, or the server does not take the password in it: no backup can be made, '
                'and "dothi up" will end.',
            ),
            admin_password_advice(server.folder),
        )


def _clock(db: Connection) -> Iterator[Finding]:
    ((database_s, zone),) = _rows(db, "select extract(epoch from clock_timestamp()), current_setting('TimeZone')")
    apart_s = abs(time.time() - float(database_s))
    yield graded(
        'clock', apart_s > CLOCK_FAULT_S, apart_s > CLOCK_WARNING_S,
        Text(
            vi=f'Đồng hồ lệch cơ sở dữ liệu {apart_s:.1f} giây; múi giờ {zone}.',
            en=f"The clock is {apart_s:.1f} s off the database's; time zone {zone}.",
        ),
        Text(vi='Bật đồng bộ giờ: apt-get install chrony.', en='Keep the time: apt-get install chrony.'),
    )  # fmt: skip


def _versions(db: Connection) -> Iterator[Finding]:
    query = (
        "select current_setting('server_version_num')::int, current_setting('server_version'), postgis_lib_version()"
    )
    ((number, server, postgis),) = _rows(db, query)
    is_old = number < LEAST_POSTGRESQL or tuple(map(int, postgis.split('.')[:2])) < LEAST_POSTGIS
    yield graded(
        'versions', is_old, False,
        Text(vi=f'PostgreSQL {server}, PostGIS {postgis}.', en=f'PostgreSQL {server}, PostGIS {postgis}.'),
        Text(vi='Cần PostgreSQL 17 và PostGIS 3.5.', en='PostgreSQL 17 and PostGIS 3.5 are needed.'),
    )  # fmt: skip


def _migrations(db: Connection) -> Iterator[Finding]:
    applied = {name for (name,) in _rows(db, 'select name from catalog.migration')}
    pending = sorted(set(migration_names()) - applied)
    newer = sorted(applied - set(migration_names()))
    yield graded(
        'migrations', bool(pending or newer), False,
        Text(
            vi=f'Di trú chưa áp dụng: {len(pending)}; của bản mới hơn: {len(newer)}.',
            en=f'Migrations not applied: {len(pending)}; of a newer version: {len(newer)}.',
        ),
        Text(vi='dothi migrate, hoặc cài bản mới hơn.', en='dothi migrate, or install the newer version.'),
    )  # fmt: skip


def _careful_settings(db: Connection) -> Iterator[Finding]:
    """Whether somebody switched off what keeps acknowledged changes through a power cut, or clears away dead rows."""
    query = "select name from pg_settings where name = any(%s) and reset_val = 'off' order by name"
    names = [name for (name,) in _rows(db, query, [list(NEVER_OFF)])]
    commands = ' '.join(f'alter system reset {name};' for name in names)
    yield graded(
        'settings', bool(names), False,
        Text(
            vi=f'Đã tắt trong PostgreSQL: {", ".join(names)}. Mất điện thì mất thay đổi đã nhận, hoặc bảng phình mãi.'
            if names else 'PostgreSQL giữ những gì đã nhận khi mất điện.',
            en=f'Switched off in PostgreSQL: {", ".join(names)}. A power cut loses what was accepted, or tables grow '
            'for ever.' if names else 'PostgreSQL keeps what it accepted through a power cut.',
        ),
        Text(
            vi=f'Bật lại bằng psql, mỗi lệnh một lần gọi: {commands} select pg_reload_conf();',
            en=f'Switch on again in psql, one command at a time: {commands} select pg_reload_conf();',
        ),
    )  # fmt: skip


def _connections(db: Connection) -> Iterator[Finding]:
    query = "select count(*), current_setting('max_connections')::int from pg_stat_activity where backend_type = %s"
    ((in_use, most),) = _rows(db, query, ['client backend'])
    yield graded(
        'connections', in_use > 0.95 * most, in_use > 0.8 * most,
        Text(vi=f'{in_use} trên {most} kết nối.', en=f'{in_use} of {most} connections.'),
        Text(vi='Giảm DOTHI_WORKERS hoặc DOTHI_POOL_SIZE.', en='Lower DOTHI_WORKERS or DOTHI_POOL_SIZE.'),
    )  # fmt: skip


def _old_transactions(db: Connection) -> Iterator[Finding]:
    """What is open for long keeps vacuum from clearing away dead rows, and tables grow."""
    query = """select pid, usename, extract(epoch from clock_timestamp() - xact_start) as age_s from pg_stat_activity
        where xact_start is not null and pid <> pg_backend_pid() and backend_type = 'client backend'
        order by age_s desc limit 1"""
    rows = _rows(db, query)
    pid, user, age_s = rows[0] if rows else (0, '', 0)
    age_s = float(age_s)
    text = Text(
        vi=f'Giao dịch mở lâu nhất: {age_s:.0f} giây ({user or "–"}, tiến trình {pid}).',
        en=f'Oldest open transaction: {age_s:.0f} s ({user or "–"}, process {pid}).',
    )
    advice = f'select pg_terminate_backend({pid})'
    yield graded(
        'transactions', age_s > OLD_TRANSACTION_S, age_s > LONG_TRANSACTION_S, text, Text(vi=advice, en=advice)
    )


def _transaction_numbers(db: Connection) -> Iterator[Finding]:
    ((age,),) = _rows(db, 'select age(datfrozenxid) from pg_database where datname = current_database()')
    yield graded(
        'vacuum', age > TOO_MANY_NUMBERS, age > MANY_NUMBERS,
        Text(vi=f'{age} số giao dịch từ lần vacuum.', en=f'{age} transaction numbers since vacuum.'),
        Text(vi='vacuumdb --all --freeze', en='vacuumdb --all --freeze'),
    )  # fmt: skip


def _backups(db: Connection) -> Iterator[Finding]:
    """Whether somebody makes backups, and which steps fail; how old they are is among the parts."""
    state = backup_state(db)
    if not state.is_set_up:
        yield warning('backup', NO_BACKUP, Text(vi='dothi backup setup NƠI-LƯU', en='dothi backup setup WHERE'))
        return
    yield from _backup_key()
    faults = [step.fault for step in state.steps.values() if step.fault]
    for text in faults:
        yield fault(
            'backup', text, Text(vi='Sửa lỗi đó, rồi: dothi backup run', en='Mend that, then: dothi backup run')
        )
    if state.log_waits_since:
        yield graded('backup', state.is_behind(), True, LOG_WAITS, LOG_ADVICE)
    elif not faults:
        yield ok('backup', Text(vi='Có sao lưu.', en='There is a backup.'))


def _backup_key() -> Iterator[Finding]:
    """Nothing where the key is there, or we may not look; the next backup would say so, and a fire would come first."""
    if not os.access(PathSettings().secrets, os.X_OK) or key_file().exists():
        return
    text = Text(
        vi='Mất khóa của bản sao lưu: không ai mở được nó.', en='The key of the backup is gone: nobody can open it.'
    )
    yield fault('backup', text, lost_key_advice())


def _parts(db: Connection) -> Iterator[Finding]:
    """Worker, inbox and what else `/health/ready` asks the database for."""
    for name, state in database_readiness(db).items():
        if name != 'database':
            text = Text(vi=f'{name}: {state}', en=f'{name}: {state}')
            advice = Text(vi=f'Xem nhật ký của {name}.', en=f'See the log of {name}.')
            yield graded(name, state != OK, False, text, advice)


type DatabaseCheck = Callable[[Connection], Iterator[Finding]]
# What a standby does not have before it is promoted.
OF_PRIMARY: tuple[DatabaseCheck, ...] = (_backups, _parts)
CHECKS: tuple[DatabaseCheck, ...] = (
    _clock, _versions, _migrations, _careful_settings, _connections, _old_transactions, _transaction_numbers,
    *OF_PRIMARY,
)  # fmt: skip


def _rows(db: Connection, query: str, values: list[object] | None = None) -> list[tuple[Any, ...]]:
    with db.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
