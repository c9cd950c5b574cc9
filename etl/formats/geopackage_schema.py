"""The schema of a GeoPackage, parsed before GDAL opens it: which of its tables are more than stored rows.

GDAL, QGIS and ArcGIS write tables, R-trees and triggers. A view or a generated column runs SQL of the sender's while it
is read, which may never end; a virtual table of another module than `rtree` reads whatever that module reads.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from dothi.core.text import Text
from etl.formats.errors import ForeignReference, UnreadableFile

MODULES = frozenset({'rtree'})
# Tables by which GDAL knows what the file holds.
OWN_PREFIX = 'gpkg_'
GAP = r'(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*'
NAME = r"""(?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|'(?:[^']|'')*'|\[[^\]]*\]|[^\s"'`\[\](),;./-]+)"""
VIRTUAL_TABLE = re.compile(
    rf'{GAP}create{GAP}virtual{GAP}table{GAP}(?:if{GAP}not{GAP}exists{GAP})?'
    rf'{NAME}(?:{GAP}\.{GAP}{NAME})?{GAP}using{GAP}({NAME})',
    re.IGNORECASE | re.DOTALL,
)
LAYERS = "select table_name from gpkg_contents where data_type in ('features', 'attributes') order by rowid"
TABLES = "select name, type from pragma_table_list where schema = 'main' and type in ('view', 'virtual')"
GENERATED = """select distinct t.name from pragma_table_list t, pragma_table_xinfo(t.name) c
    where t.schema = 'main' and t.type = 'table' and c.hidden in (2, 3)"""
IS_VIEW = Text(
    vi='là khung nhìn (view), không phải bảng. Xuất khung nhìn thành lớp mới (Export, Save Features As) rồi gửi',
    en='is a view and no table. Export it as a new layer (Export, Save Features As), and send that',
)
IS_GENERATED = Text(
    vi='có cột tính sẵn (generated column). Xuất thành lớp mới (Export, Save Features As) rồi gửi',
    en='has a generated column. Export it as a new layer (Export, Save Features As), and send that',
)


@dataclass(frozen=True)
class GeopackageSchema:
    """Layers of a GeoPackage as the file registers them, and why some are not read, by their names in lower case."""

    layers: list[str]
    refusals: dict[str, Text]

    def refusal(self, layer: str | None) -> Text | None:
        """Why `layer` is not read; None where it is."""
        return self.refusals.get(str(layer).casefold())


def read_schema(path: Path, name: str) -> GeopackageSchema:
    """The schema of the GeoPackage at `path`, which the sender calls `name`; no row of a layer is looked at.

    Raises ForeignReference for a virtual table of a foreign module, and where the tables that describe the file are
    none; UnreadableFile for a schema that SQLite itself cannot parse, and for names that are not in UTF-8.
    """
    try:
        with closing(_opened(path)) as database:
            refusals = _judge(database, name)
            return GeopackageSchema([layer for (layer,) in database.execute(LAYERS)], refusals)
    except UnicodeDecodeError:
        raise UnreadableFile(
            vi=f'{name}: tên bảng không phải UTF-8, GeoPackage không cho phép. Đổi tên lớp, hoặc xuất lại rồi gửi lại.',
            en=f'{name}: a name of a table is not in UTF-8, as a GeoPackage has it. Rename it, or export it again.',
        ) from None
    except sqlite3.Error as error:
        raise UnreadableFile(
            vi=f'{name} hỏng: không đọc được cấu trúc GeoPackage ({error}). Xuất lại từ phần mềm và gửi lại.',
            en=f'{name} is damaged: its structure cannot be read ({error}). Export it again and resend.',
        ) from None


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f'{path.absolute().as_uri()}?mode=ro&immutable=1', uri=True)
    # functions that the schema itself calls are not trusted
    database.execute('pragma trusted_schema = off')
    database.text_factory = bytes.decode
    return database


def _judge(database: sqlite3.Connection, name: str) -> dict[str, Text]:
    kinds: list[tuple[str, str]] = database.execute(TABLES).fetchall()
    for table in (table for table, kind in kinds if kind == 'virtual'):
        _must_be_index(database, table, name)
    reasons = {table.casefold(): IS_VIEW for table, kind in kinds if kind == 'view'}
    reasons |= dict.fromkeys(_generated(database), IS_GENERATED)
    for table in (table for table in reasons if table.startswith(OWN_PREFIX)):
        raise _not_stored(name, table)
    return reasons


def _generated(database: sqlite3.Connection) -> Iterator[str]:
    return (table.casefold() for (table,) in database.execute(GENERATED))


def _must_be_index(database: sqlite3.Connection, table: str, name: str) -> None:
    """Raises ForeignReference for a virtual table that is no R-tree. Its name may say anything, its module not."""
    (sql,) = database.execute('select sql from sqlite_master where name = ?', [table]).fetchone() or ('',)
    statement = VIRTUAL_TABLE.match(sql or '')
    module = statement[1].strip('"`[]\'').lower() if statement else '?'
    if module not in MODULES:
        raise _not_stored(name, f'{table}, {module}')


def _not_stored(name: str, what: str) -> ForeignReference:
    return ForeignReference(
        vi=f'{name} có bảng không lưu dữ liệu trong tệp ({what}). Xuất các lớp sang GeoPackage mới rồi gửi lại.',
        en=f'{name} has a table whose data is not stored in it ({what}). Export its layers to a new GeoPackage.',
    )
