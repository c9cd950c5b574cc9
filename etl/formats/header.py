"""The header of a table: where it stands, what it calls the columns, and which of them hold the place of a row."""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from etl.formats.errors import NoCoordinates
from etl.formats.place import Place, find_address, find_place
from etl.template.mark import Mark, find_mark

# Titles, dates and signatures stand above the header, not whole pages of them.
HEADER_WITHIN = 40
# "Tọa độ" may be the title over two columns, which the next row or the one after it names.
SUBHEADER_WITHIN = 2
# Between the name of a merged cell and the one below it.
BETWEEN = ' – '


@dataclass(frozen=True)
class Header:
    """The header of a table: its position among the rows, the names of the columns, and the columns of coordinates.

    second_row: the position of a second row of names, where it has one. address: the position of the column with
    addresses. mark: of the template that the table was written in.
    """

    row: int
    columns: list[str]
    place: Place | None
    address: int | None = None
    mark: Mark | None = None
    second_row: int | None = None

    @property
    def last_row(self) -> int:
        """The position of its last row."""
        return self.row if self.second_row is None else self.second_row


def find_header(rows: Iterable[Sequence[str]]) -> Header | None:
    """The first row that names columns of coordinates; else the widest one, without a place; None for no rows at all.

    A name that is missing is taken from the row above, where a merged cell has it.
    """
    without: list[Header] = []
    with_pair: Header | None = None
    mark: Mark | None = None
    above: Sequence[str] = ()
    filled_rows = ((position, row) for position, row in enumerate(rows) if is_filled(row))
    for position, row in itertools.islice(filled_rows, HEADER_WITHIN):
        if with_pair is not None and position > with_pair.row + SUBHEADER_WITHIN:
            break
        mark = mark or find_mark([row])
        header = Header(position, (columns := _names(row, above)), find_place(columns), find_address(columns), mark)
        if header.place is not None and not header.place.is_pair:
            return _with_second_row(header, row, next(filled_rows, None))
        if header.place is None:
            without.append(header)
        elif with_pair is None:
            with_pair = header
        above = row
    return with_pair or max(without, key=lambda header: (header.address is not None, len(header.columns)), default=None)


def _with_second_row(header: Header, row: Sequence[str], below: tuple[int, Sequence[str]] | None) -> Header:
    """The header with the names of the next row, where that names the columns under merged cells and holds no data.

    It does where each of its cells stands under a merged one, or under an empty one beside it: `Quy mô` over `Số lớp`
    and `Số chỗ`, while the other columns have their names merged over both rows.
    """
    place, titles = header.place, _spread(row)
    if below is None or place is None:
        return header
    position, names = below
    named = [i for i, cell in enumerate(names) if cell.strip()]
    merged = {i for i in named if i < len(titles) and titles.count(titles[i]) > 1}
    if not named or merged != set(named) or {place.east, place.north, place.wkt} & merged:
        return header
    if any(re.fullmatch(r'[\d.,\s()]+', names[i]) for i in named):
        return header
    columns = [f'{titles[i]}{BETWEEN}{_one_line(names[i])}' if i in merged else c for i, c in enumerate(header.columns)]
    return replace(header, columns=_different(columns), second_row=position)


def _spread(row: Sequence[str]) -> list[str]:
    """The names of the row, each also over the empty cells behind it, which it may be merged with."""
    titles: list[str] = []
    for cell in row:
        titles.append(_one_line(cell) or (titles[-1] if titles else ''))
    return titles


def _one_line(cell: str) -> str:
    """The cell without the line breaks and repeated blanks that a narrow column has: `Mã trường`."""
    return ' '.join(cell.replace('_x000a_', ' ').replace('_x000d_', ' ').split())


def _must_have_place(header: Header, name: str) -> None:
    """Raises NoCoordinates where no column of the table `name` holds coordinates or addresses."""
    if header.place is not None or header.address is not None:
        return
    raise NoCoordinates(
        vi=f'{name} không có cột tọa độ (có: {", ".join(header.columns)}). '
        'Đặt tên cột là E và N, X và Y, lon và lat (kinh độ, vĩ độ), tọa độ (cả hai trong một ô), WKT, hoặc địa chỉ.',
        en=f'{name} has no coordinate columns (it has: {", ".join(header.columns)}). '
        'Name them E and N, X and Y, lon and lat, coordinates (both in one cell), WKT, or address.',
    )


def described(header: Header, name: str) -> dict[str, Any]:
    """What a header tells of its table, as fields of the source; raises NoCoordinates."""
    _must_have_place(header, name)
    place, columns = header.place, header.columns
    positions = {header.address} | ({place.east, place.north} if place else set())
    return {
        'columns': columns,
        'kind': 'Point' if place is None or place.wkt is None else None,
        'declared_crs': header.mark.crs if header.mark else None,
        'template': str(header.mark) if header.mark else None,
        'implied_crs': place.implied_crs if place else None,
        'axes_known': place is None or place.axes_known,
        'coordinate_columns': frozenset(columns[position] for position in positions if position is not None),
        'address_column': None if header.address is None else columns[header.address],
        'has_places': place is not None,
        'place': place,
        'last_header_row': header.last_row,
    }


def _names(row: Sequence[str], above: Sequence[str]) -> list[str]:
    """The header's names; one that is missing, or stands twice, takes what is merged over it in the row above."""
    titles, cells = _spread(above), [_one_line(cell) for cell in row]
    names = []
    for position, cell in enumerate(cells):
        over = _one_line(above[position]) if position < len(above) else ''
        title = titles[position] if position < len(titles) else ''
        is_twice = bool(cell) and cells.count(cell) > 1 and bool(title)
        names.append(f'{title}{BETWEEN}{cell}' if is_twice else cell or over or f'({position + 1})')
    return _different(names)


def _different(names: list[str]) -> list[str]:
    """The names, with its position behind each that was there before."""
    different: dict[str, None] = {}
    for position, name in enumerate(names, start=1):
        different[name if name not in different else f'{name} ({position})'] = None
    return list(different)


def is_filled(row: Sequence[str]) -> bool:
    """Whether any cell of the row has something in it."""
    return any(cell.strip() for cell in row)
