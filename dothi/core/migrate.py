"""Brings a database to what the project and the locality's files say."""

import hashlib
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values
from pydantic import BaseModel

from dothi.core.access.log import note_policy
from dothi.core.access.secrets import vault
from dothi.core.citizen_sync import sync_citizen_rules
from dothi.core.crs import spatial_ref_sys_rows
from dothi.core.database import LOGIN_ROLES, connection, password, role_name
from dothi.core.database_locality import record_locality, require_same_locality
from dothi.core.errors import WrongUse, describe
from dothi.core.layer_sync import grow_generation, sync_layers
from dothi.core.locality import Locality
from dothi.core.norm_sync import sync_norms
from dothi.core.secret_files import require_any, require_secrets
from dothi.core.settings import PROJECT
from dothi.core.unit_sync import sync_units

SQL = PROJECT / 'sql'
# One migrate at a time: the number is arbitrary and only has to be the same for everybody.
MIGRATE_LOCK = 920_900_001


class ChangedMigration(WrongUse):
    """A migration that was applied before has another content now."""


class NewerDatabase(WrongUse):
    """The database was migrated by a newer version, whose functions and rights this one would undo."""


class MigrationReport(BaseModel):
    """What a migrate did (or, on a dry run, would do). broken: layer files that were left out, and why."""

    migrations: list[str] = []
    layers: list[str] = []
    units: list[str] = []
    norms: list[str] = []
    citizen_reports: list[str] = []
    broken: dict[str, dict[str, object]] = {}

    @property
    def empty(self) -> bool:
        return not (self.migrations or self.layers or self.units or self.norms or self.citizen_reports)


class _DryRun(Exception):
    """Raised at the end of a dry run, so that its transaction is rolled back."""


def migrate(locality: Locality, *, dry_run: bool = False) -> MigrationReport:
    """What changed: migrations applied, layers made or altered, units restated. A dry run only tells it.

    Each migration is a transaction, the functions and layer tables together are one.
    Raises SecretsAway, OtherLocality for the database of another locality, NewerDatabase, ChangedMigration, or
    UnsafeLayerChange where a layer file asks for what would lose data.
    """
    require_secrets()
    report = MigrationReport(broken={name: describe(error) for name, error in locality.broken.items()})
    if dry_run:
        return _rehearse(locality, report)
    with connection('admin') as db:
        require_same_locality(db, locality)
        _require_ours(db)
    _prepare()
    for file in _migration_files():
        with connection('owner') as db:
            report.migrations += _apply_migration(db, file)
    with connection('owner') as db:
        lock_migration(db)
        # of two versions that migrate at once, too
        _require_no_newer(db)
        _apply_functions(db)
        _sync(db, locality, report)
    note_policy(locality.policy)
    return report


def _require_ours(db: Connection) -> None:
    """Raises NewerDatabase; and SecretsAway where the database was migrated before, and no secret is there.

    One of another server may have a state folder that is new: the roles would get other passwords, and whoever has
    theirs would be shut out.
    """
    with db.cursor() as cursor:
        cursor.execute("select to_regclass('catalog.migration') is not null")
        ((is_migrated,),) = cursor.fetchall()
    if is_migrated:
        require_any()
        _require_no_newer(db)


def _require_no_newer(db: Connection) -> None:
    """Raises NewerDatabase where a migration was applied that this version does not have."""
    with db.cursor() as cursor:
        cursor.execute('select name from catalog.migration where name <> all (%s) order by name', [migration_names()])
        newer = [name for (name,) in cursor.fetchall()]
    if newer:
        raise NewerDatabase(
            vi=f'Cơ sở dữ liệu này là của bản mới hơn ({newer[-1]}). Không có gì thay đổi. Cài bản mới hơn đó, hoặc '
            'khôi phục bản sao lưu có trước nó: dothi restore --to.',
            en=f'This database is of a newer version ({newer[-1]}). Nothing was changed. Install that version, or '
            'restore a backup from before it: dothi restore --to.',
        )


def _rehearse(locality: Locality, report: MigrationReport) -> MigrationReport:
    """Does everything in one transaction of the administrator, for roles may be new too, and takes it back."""
    try:
        with connection('admin') as db:
            lock_migration(db)
            require_same_locality(db, locality)
            _require_ours(db)
            _add_roles(db)
            db.cursor().execute('set local role dothi_owner')
            _add_catalog(db)
            for file in _migration_files():
                report.migrations += _apply_migration(db, file)
            _apply_functions(db)
            _sync(db, locality, report)
            raise _DryRun
    except _DryRun:
        return report


def _sync(db: Connection, locality: Locality, report: MigrationReport) -> None:
    """Makes tables of layers, units, norms and rules of reports what the locality's files say."""
    record_locality(db, locality)
    report.layers, report.units, report.norms, report.citizen_reports = (
        sync_layers(db, locality),
        sync_units(db, locality),
        sync_norms(db, locality),
        sync_citizen_rules(db, locality),
    )
    if report.citizen_reports:
        grow_generation(db)


def _prepare() -> None:
    """What only an administrator may do: extensions, roles and their passwords, coordinate systems."""
    with connection('admin') as db, db.cursor() as cursor:
        lock_migration(db)
        _add_roles(db)
        for role in LOGIN_ROLES:
            secret, name = sql.Literal(password(role)), sql.Identifier(role_name(role))
            cursor.execute(sql.SQL('alter role {} login password {}').format(name, secret))
        _add_coordinate_systems(db)
    # made here: a service of a container cannot write among the secrets
    vault()
    with connection('owner') as db:
        lock_migration(db)
        _add_catalog(db)


def _add_roles(db: Connection) -> None:
    with db.cursor() as cursor:
        for extension in ('postgis', 'unaccent', 'pgcrypto'):
            cursor.execute(sql.SQL('create extension if not exists {}').format(sql.Identifier(extension)))
        cursor.execute((SQL / 'roles.sql').read_text(encoding='utf-8'))


def _add_catalog(db: Connection) -> None:
    with db.cursor() as cursor:
        cursor.execute('create schema if not exists catalog')
        cursor.execute(
            """create table if not exists catalog.migration (
                   name text collate "C" primary key,
                   sha256 text not null,
                   applied_at timestamptz not null default now()
               )"""
        )


def _add_coordinate_systems(db: Connection) -> None:
    rows = [tuple(row.values()) for row in spatial_ref_sys_rows()]
    with db.cursor() as cursor:
        execute_values(
            cursor,
            """insert into spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) values %s
               on conflict (srid) do update set auth_name = excluded.auth_name, auth_srid = excluded.auth_srid,
               srtext = excluded.srtext, proj4text = excluded.proj4text""",
            rows,
        )


def lock_migration(db: Connection) -> None:
    """Waits until nobody else changes the schema, and keeps others from it until the transaction ends."""
    with db.cursor() as cursor:
        cursor.execute('select pg_advisory_xact_lock(%s)', [MIGRATE_LOCK])


def migration_names() -> list[str]:
    """The migrations of this version, in their order."""
    return [file.name for file in _migration_files()]


def _migration_files() -> list[Path]:
    return sorted((SQL / 'migrations').glob('[0-9]*.sql'))


def _apply_migration(db: Connection, file: Path) -> list[str]:
    """The name of `file` if it was not applied yet and is now, else nothing."""
    lock_migration(db)
    content = file.read_bytes()
    checksum = hashlib.sha256(content).hexdigest()
    with db.cursor() as cursor:
        cursor.execute('select sha256 from catalog.migration where name = %s', [file.name])
        applied = cursor.fetchone()
        if applied:
            _must_be_unchanged(file, checksum, applied[0])
            return []
        cursor.execute(content.decode('utf-8'))
        cursor.execute('insert into catalog.migration (name, sha256) values (%s, %s)', [file.name, checksum])
    return [file.name]


def _must_be_unchanged(file: Path, checksum: str, applied: str) -> None:
    if checksum != applied:
        raise ChangedMigration(
            vi=f'{file}: tệp di trú này đã được áp dụng với nội dung khác. Khôi phục tệp và viết tệp mới.',
            en=f'{file}: this migration was applied with another content. Restore it, and write a new one.',
        )


def _apply_functions(db: Connection) -> None:
    with db.cursor() as cursor:
        for file in sorted((SQL / 'functions').glob('*.sql')):
            cursor.execute(file.read_text(encoding='utf-8'))
