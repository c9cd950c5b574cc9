"""What a database and its store hold, in figures that can be compared: for whom a backup is restored or proven.

    python -m dothi.local.backup.evidence '{"outputs": true, "snapshot": "00000003-00000009-1"}'

A process of its own, with DOTHI_DATABASE_URL, DOTHI_STORE and DOTHI_SECRETS of what is looked at.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.core.catalog import current_releases
from dothi.core.database import connection
from dothi.core.kept_file import is_intact
from dothi.core.settings import PathSettings
from dothi.local.backup.outputs import digest_outputs
from dothi.local.backup.tools import BackupFailed
from etl.desk.archive import is_original
from etl.desk.store_check import ORIGINALS, RASTERS

HASHED = 'select count(*), coalesce(sum(hashtextextended(rows::text, 0)::numeric), 0)::text from {} as rows'


class LayerEvidence(BaseModel):
    """A layer: its release, the rows that the release counted, and those that are there. checksum: of the rows."""

    release: int
    released_at: str
    rows_total: int
    rows: int
    checksum: str
    history: int
    history_checksum: str


class Evidence(BaseModel):
    """What a database and its store hold. outputs: digests of a picture and of an analysis, by what was made."""

    layers: dict[str, LayerEvidence]
    files: int = 0
    damaged_files: list[str] = []
    outputs: dict[str, str] = {}


class EvidenceOrder(BaseModel):
    """What is gathered. snapshot: of a transaction on the same server, whose rows are looked at."""

    snapshot: str | None = None
    layers: bool = True
    files: bool = False
    outputs: bool = False


def gather_elsewhere(order: EvidenceOrder, environment: dict[str, str]) -> Evidence:
    """The evidence of the database and store that `environment` names. Raises BackupFailed where that fails."""
    command = [sys.executable, '-m', 'dothi.local.backup.evidence', order.model_dump_json()]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd='/',
        env=os.environ | environment,
    )  # fmt: skip
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ['?'])[-1]
        raise BackupFailed(vi=f'Không đối chiếu được: {reason}', en=f'It cannot be compared: {reason}')
    return Evidence.model_validate_json(done.stdout)


def gather(order: EvidenceOrder) -> Evidence:
    """The evidence of the database and store of this process."""
    with connection('admin') as db:
        db.set_session(isolation_level='REPEATABLE READ', readonly=True)
        if order.snapshot is not None:
            db.cursor().execute('set transaction snapshot %s', [order.snapshot])
        evidence = Evidence(layers=_layers(db) if order.layers else {})
        if order.files:
            evidence.files, evidence.damaged_files = _kept_files(db)
    if order.outputs:
        with tempfile.TemporaryDirectory() as folder:
            evidence.outputs = digest_outputs(Path(folder))
    return evidence


def _layers(db: Connection) -> dict[str, LayerEvidence]:
    layers = {}
    for name, release in sorted(current_releases(db).items()):
        if not _has_table(db, name):
            continue
        rows, checksum = _hashed(db, 'layer', name)
        history, history_checksum = _hashed(db, 'history', name)
        layers[name] = LayerEvidence(
            release=release.number,
            released_at=release.released_at.isoformat(),
            rows_total=release.rows_total,
            rows=rows,
            checksum=checksum,
            history=history,
            history_checksum=history_checksum,
        )
    return layers


def _has_table(db: Connection, name: str) -> bool:
    """Whether the layer has rows; a raster has none."""
    with db.cursor() as cursor:
        cursor.execute("select exists (select from pg_tables where schemaname = 'layer' and tablename = %s)", [name])
        ((has_table,),) = cursor.fetchall()
    return bool(has_table)


def _hashed(db: Connection, schema: str, name: str) -> tuple[int, str]:
    """How many rows a table has, and a checksum that does not depend on their order."""
    with db.cursor() as cursor:
        cursor.execute(sql.SQL(HASHED).format(sql.Identifier(schema, name)))
        ((rows, checksum),) = cursor.fetchall()
    return int(rows), hashlib.sha256(checksum.encode()).hexdigest()[:16]


def _kept_files(db: Connection) -> tuple[int, list[str]]:
    """How many files the database names, all of them read, and those that are missing or not what was kept."""
    store = Path(PathSettings().store)
    with db.cursor() as cursor:
        cursor.execute(RASTERS)
        checks = {row[0]: partial(is_intact, store / row[0], row[1], row[2]) for row in cursor.fetchall()}
        cursor.execute(ORIGINALS)
        checks |= {row[0]: partial(is_original, row[0], row[1], row[2]) for row in cursor.fetchall()}
    return len(checks), [place for place, check in checks.items() if not _is_whole(check)]


def _is_whole(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except FileNotFoundError:
        return False


if __name__ == '__main__':
    sys.stdout.write(gather(EvidenceOrder.model_validate_json(sys.argv[1])).model_dump_json())
