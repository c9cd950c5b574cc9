"""What goes into a file: which rows of a layer, which columns, in which coordinate system, and how they are read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from dothi.core.catalog import Release
from dothi.core.crs import WGS84
from dothi.core.layer import Column, Layer
from dothi.core.text import DEMO, LANGUAGES, Lang

Headers = Literal['names', 'titles']
# Told how many rows are in the file by now.
type Tell = Callable[[int], None]
# Large enough that the way to the database costs nothing, small enough that polygons of a batch fit in a few megabytes.
BATCH_ROWS = 5_000


@dataclass(frozen=True)
class Extract:
    """Rows on their way into a file.

    tail: SQL from `from` on, with the rows' conditions, order and limit. srid: system of the coordinates, which have
    east before north as every file format wants it. geometry: whether there is one. tolerance: how far it may be from
    what is stored, in units of its system. in_order: the order was asked for, so a format that would sort the rows for
    its index leaves that out. matched: rows of the whole selection, where the file holds a part.
    """

    layer: Layer
    columns: dict[str, Column]
    release: Release
    tail: sql.Composable
    srid: int
    working_srid: int
    geometry: bool = True
    tolerance: float = 0
    in_order: bool = False
    lang: Lang = 'vi'
    headers: Headers = 'names'
    matched: int | None = None

    @property
    def shape(self) -> sql.Composable:
        """SQL of a row's geometry; what is stored in the asked system comes as it is stored."""
        if self.tolerance:
            return generalised(self._stored, self.tolerance, multi=self.layer.geometry.startswith('Multi'))
        return self._stored

    @property
    def _stored(self) -> sql.Composable:
        if self.srid == self.working_srid:
            return sql.Identifier('geom')
        if self.srid == WGS84:
            return sql.Identifier('geom_wgs84')
        return sql.SQL('ST_Transform(geom, {})').format(sql.Literal(self.srid))

    @property
    def has_xy(self) -> bool:
        """Whether east and north get columns of their own: for points, unless the layer has columns of these names."""
        return self.geometry and self.layer.geometry == 'Point' and not {'x', 'y'} & self.columns.keys()

    @property
    def title(self) -> str:
        """The layer's title, marked where any of its data is for demonstration only."""
        mark = f' ({DEMO.pick(self.lang)})' if self.release.demo else ''
        return self.layer.title.pick(self.lang) + mark

    @property
    def file_name(self) -> str:
        """Layer, release and its date: the name of a file without its ending."""
        return f'{self.layer.id}-release-{self.release.number}-{self.release.released_at:%Y-%m-%d}'

    @property
    def other_lang(self) -> Lang:
        return next(lang for lang in LANGUAGES if lang != self.lang)

    def heading(self, name: str) -> str:
        """What a table calls the column `name`; a title that two columns share is told apart by the name."""
        if self.headers == 'names' or name not in self.columns:
            return name
        title = self.columns[name].title.pick(self.lang)
        same = [other for other, column in self.columns.items() if column.title.pick(self.lang) == title]
        return title if len(same) == 1 and title not in ('id', 'geom', 'x', 'y') else f'{title} ({name})'

    def select(self, *outputs: sql.Composable) -> sql.Composable:
        """The statement that answers `outputs` of each row, in order."""
        return sql.SQL('select {} {}').format(sql.SQL(', ').join(outputs), self.tail)

    def attributes(self) -> list[sql.Composable]:
        """SQL of the id and of each column."""
        return [sql.Identifier(name) for name in ('id', *self.columns)]


def generalised(shape: sql.Composable, tolerance: float, *, multi: bool) -> sql.Composable:
    """SQL of a geometry that is at most `tolerance` off, in units of its system.

    It stays valid and never vanishes: a polygon is a triangle at least. multi: of a type with parts.
    """
    # a single part comes out as a part of nothing
    form = 'ST_Multi({})' if multi else '{}'
    simple = sql.SQL('ST_SimplifyPreserveTopology({}, {})').format(shape, sql.Literal(tolerance))
    return sql.SQL(form).format(simple)


def batches(db: Connection, statement: sql.Composable, tell: Tell) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of `statement`, BATCH_ROWS at a time, in the transaction of `db`; no more than that is ever held."""
    done = 0
    with db.cursor() as cursor:
        # planned to be read to its end, where PostgreSQL plans a cursor for its first rows
        cursor.execute("set local cursor_tuple_fraction = 1; set local timezone = 'UTC'")
        # not psycopg2's own: it refuses one where the transaction was begun by hand
        cursor.execute(sql.SQL('declare dothi_extract no scroll cursor for {}').format(statement))
        while rows := _fetched(cursor):
            yield rows
            done += len(rows)
            tell(done)
        cursor.execute('close dothi_extract')


def _fetched(cursor: Cursor) -> list[tuple[Any, ...]]:
    cursor.execute(f'fetch forward {BATCH_ROWS} from dothi_extract')
    return cursor.fetchall()
