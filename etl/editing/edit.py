"""Edits of single features: checked, compared and released as a delivery is, in one transaction of the caller."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg2
import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.database import connection
from dothi.core.errors import Busy
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl import stage
from etl.desk.options import DeliveryOptions
from etl.editing.checks import Fault, Unfit, pointer_to
from etl.prepare import Prepared
from etl.release import Source, lock_layer, match_known, number_added, outcome_of_edit, release, tell_apart
from etl.report.model import DiffReport

# How long an edit waits for a delivery or another edit of the same layer to end.
PATIENCE_MS = 15_000


class LayerBusy(Busy):
    """Somebody else is changing the layer, and takes long."""


@dataclass(frozen=True)
class Version:
    """The open version of a feature: its values as JSON has them, its geometry in the working CRS."""

    id: int
    release_from: int
    properties: dict[str, Any]
    geometry: Any


@dataclass(frozen=True)
class Draft:
    """A feature that was checked and is not released: its values as JSON has them, its geometry as EWKB in hex."""

    properties: dict[str, Any]
    geometry: str


@dataclass(frozen=True)
class Changes:
    """What becomes one release: rows to add or change, and features to close.

    features: the id of the feature that each row is, or None where it is new.
    """

    rows: Prepared | None = None
    features: Sequence[int | None] = ()
    closed: Sequence[int] = ()

    @property
    def numbered(self) -> list[tuple[int, int | None]]:
        """The number of each row with its feature."""
        return [] if self.rows is None else list(zip(self.rows.row_numbers.to_pylist(), self.features, strict=True))


@dataclass(frozen=True)
class Saved:
    """What came of edits: the release that they made, or None where they changed nothing; and ids of what is new.

    added: in the order of the rows.
    """

    release: int | None
    diff: DiffReport
    added: list[int]


@contextmanager
def editing(*layers: Layer) -> Iterator[Connection]:
    """A transaction of the editor with the layers locked against every other writer; raises LayerBusy.

    They are locked in the order of their names, so that nobody waits for whoever waits for them.
    """
    with connection('editor') as db:
        with db.cursor() as cursor:
            cursor.execute("select set_config('lock_timeout', %s, true)", [f'{PATIENCE_MS}ms'])
        for layer in sorted(layers, key=lambda layer: layer.id):
            _lock_or_give_up(db, layer)
        yield db


def _lock_or_give_up(db: Connection, layer: Layer) -> None:
    try:
        lock_layer(db, layer)
    except psycopg2.errors.LockNotAvailable:
        raise LayerBusy(
            vi=f'Lớp "{layer.id}" đang được cập nhật. Hãy thử lại sau ít phút.',
            en=f'The layer "{layer.id}" is being changed by somebody else. Try again in a moment.',
        ) from None


def open_version(db: Connection, layer: Layer, feature_id: int) -> Version | None:
    """The open version of the feature, or None where there is none."""
    return _version(db, layer, sql.SQL('id = {}').format(sql.Literal(feature_id)))


def version_with_key(db: Connection, layer: Layer, properties: dict[str, Any]) -> Version | None:
    """The open version that has the key of `properties`, and None in a layer without a key."""
    if not layer.key:
        return None
    same = [sql.SQL('{} = {}').format(sql.Identifier(name), sql.Literal(properties.get(name))) for name in layer.key]
    return _version(db, layer, sql.SQL(' and ').join(same))


def _version(db: Connection, layer: Layer, condition: sql.Composable) -> Version | None:
    names = sql.SQL(', ').join(map(sql.Identifier, layer.columns))
    statement = sql.SQL('select id, release_from, st_asbinary(geom), {} from {} where {}')
    with db.cursor() as cursor:
        cursor.execute(statement.format(names, sql.Identifier('layer', layer.id), condition))
        row = cursor.fetchone()
    if row is None:
        return None
    properties = dict(zip(layer.columns, map(plain, row[3:]), strict=True))
    return Version(row[0], row[1], properties, shapely.from_wkb(bytes(row[2])))


def row_of(rows: Prepared, position: int, layer: Layer) -> dict[str, Any]:
    """The values of a prepared row, as JSON has them."""
    return {name: plain(rows.columns[name][position].as_py()) for name in layer.columns}


def draft_of(rows: Prepared, layer: Layer, srid: int, position: int = 0) -> Draft:
    """One of the prepared rows."""
    shape = shapely.set_srid(rows.geometry[position], srid)
    return Draft(
        row_of(rows, position, layer), str(shapely.to_wkb(shape, hex=True, include_srid=True, output_dimension=2))
    )


def plain(value: Any) -> Any:
    """A value of a column as JSON has it: a day or a moment as text."""
    return value.isoformat() if isinstance(value, date) else value


def key_must_stay(before: Version, properties: dict[str, Any], layer: Layer) -> None:
    """Raises Unfit where an edit would give a feature another key: an id belongs to one key for ever."""
    changed = [name for name in layer.key if properties.get(name) != before.properties[name]]
    if changed:
        raise Unfit([Fault(pointer_to(name), 'key_changed', _KEY_CHANGED) for name in changed])


def key_must_be_free(db: Connection, layer: Layer, properties: dict[str, Any]) -> None:
    """Raises Unfit where a new feature has the key of one that is there."""
    holder = version_with_key(db, layer, properties)
    if holder is not None:
        raise key_taken(layer)


def key_taken(layer: Layer) -> Unfit:
    """The refusal of a key that a feature has already. Which one it is, not everybody may know who adds features."""
    return Unfit([Fault(pointer_to(name), 'key_duplicate', _KEY_TAKEN) for name in layer.key])


def save(
    db: Connection, layer: Layer, locality: Locality, changes: Changes, author: str, note: str | None = None
) -> Saved:  # fmt: skip
    """One release of origin `edit`: rows added or changed, features gone."""
    staging = f'{layer.id}_edit'
    options = DeliveryOptions(layer=layer.id, mode='upsert', origin='edit', note=note)
    stage.create(db, layer, locality.srid, staging)
    if changes.rows is not None:
        stage.copy(db, layer, staging, changes.rows)
    match_known(db, changes.numbered)
    tell_apart(db, layer, staging, None, options, locality.srid, matched=True)
    _close(db, changes.closed)
    added = number_added(db, layer, staging)
    outcome = outcome_of_edit(db, layer, staging)
    number = None
    if not outcome.diff.empty:
        number = release(db, layer, staging, outcome, options, Source(author=author))
    stage.drop(db, staging)
    return Saved(number, outcome.diff, added)


def _close(db: Connection, closed: Sequence[int]) -> None:
    with db.cursor() as cursor:
        cursor.execute("insert into etl_diff select 'closed', unnest(%s::bigint[]), null", [list(closed)])


_KEY_TAKEN = Text(
    vi='mã này đã được dùng trong lớp. Dùng mã khác, hoặc sửa đối tượng có mã đó.',
    en='this key is used in the layer already. Take another one, or edit the feature that has it.',
)
_KEY_CHANGED = Text(
    vi='không được đổi mã khóa của đối tượng đã có. Xóa đối tượng rồi thêm đối tượng mới.',
    en='the key of a feature cannot be changed. Delete the feature, and add a new one.',
)
