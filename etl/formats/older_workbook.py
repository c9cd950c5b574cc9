"""Workbooks of Excel before 2007 (.xls) and of LibreOffice (.ods), read by calamine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    XmlError,
    ZipError,
)

from etl.formats.errors import UnreadableFile
from etl.formats.refused import OTHER_SHEETS

type Cell = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True)
class OlderWorkbook:
    """The sheets of a workbook, which calamine has read whole. name: what the sender calls the file."""

    name: str
    sheets: dict[str, CalamineSheet]

    def rows(self, sheet: str) -> Iterator[list[str]]:
        """The rows of a sheet, each cell as text; dates in ISO form, numbers in 15 digits."""
        with _damage_is_refused(self.name):
            for row in self.sheets[sheet].iter_rows():
                yield [_text(cell) for cell in row]

    def hidden_columns(self, sheet: str) -> frozenset[int]:
        """None: calamine does not say it."""
        del sheet
        return frozenset()


def read_older_workbook(path: Path, name: str) -> OlderWorkbook:
    """The workbook at `path`, which the sender calls `name`; raises UnreadableFile."""
    with _damage_is_refused(name):
        book = CalamineWorkbook.from_path(path)
        titles = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        return OlderWorkbook(name, {title: book.get_sheet_by_name(title) for title in titles})


@contextmanager
def _damage_is_refused(name: str) -> Iterator[None]:
    """Raises UnreadableFile in place of what calamine raises."""
    try:
        yield
    except PasswordError:
        raise UnreadableFile(vi=f'{name}: {OTHER_SHEETS.vi}.', en=f'{name}: {OTHER_SHEETS.en}.') from None
    except (CalamineError, XmlError, ZipError, OSError, ValueError) as error:
        raise _unreadable(name, str(error)) from None
    except BaseException as error:
        # what it does not foresee in a damaged file ends in a panic of Rust, which Python has no class for
        if type(error).__name__ != 'PanicException':
            raise
        raise _unreadable(name, 'calamine: panic') from None


def _unreadable(name: str, why: str) -> UnreadableFile:
    return UnreadableFile(
        vi=f'{name} không đọc được ({why}). Mở bằng Excel hoặc LibreOffice, lưu lại thành .xlsx rồi gửi lại.',
        en=f'{name} cannot be read ({why}). Open it in Excel or LibreOffice, save it as .xlsx and resend.',
    )


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float) and not cell.is_integer():
        # as of .xlsx: a workbook keeps 15 digits
        return f'{cell:.15g}'
    if isinstance(cell, int | float):
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=' ')
    return str(cell) if isinstance(cell, timedelta) else cell.isoformat()
