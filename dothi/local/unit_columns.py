"""Which columns of a list of units hold what, by the names that offices and spreadsheets give them."""

import re
from collections import Counter
from collections.abc import Sequence

from dothi.core.text import Text, search_key
from dothi.core.unit_register import CENSUS

# Keys as `_plain` makes them, the best first.
NAMES: dict[str, tuple[str, ...]] = {
    'code': (
        'code', 'ma', 'ma don vi', 'ma dvhc', 'ma don vi hanh chinh', 'ma xa', 'ma phuong xa', 'ma xa phuong', 'ma px',
        'ma so', 'unit code',
    ),
    'name': (
        'name', 'ten', 'ten don vi', 'ten dvhc', 'ten don vi hanh chinh', 'ten xa', 'ten xa phuong', 'ten phuong xa',
        'don vi', 'don vi hanh chinh', 'xa phuong', 'phuong xa', 'unit name',
    ),
    'level': ('level', 'cap', 'cap hanh chinh', 'cap don vi', 'loai don vi'),
    'parent_code': (
        'parent code', 'parent', 'ma cap tren', 'ma don vi cap tren', 'ma cha', 'ma huyen', 'ma qh', 'thuoc',
        'don vi cap tren', 'thuoc don vi',
    ),
    'valid_from': ('valid from', 'hieu luc', 'hieu luc tu', 'tu ngay', 'ngay hieu luc', 'ngay thanh lap'),
    'valid_to': ('valid to', 'den ngay', 'hieu luc den', 'het hieu luc', 'het hl', 'ngay het hieu luc'),
    'decree': ('decree', 'nghi quyet', 'nghi dinh', 'so nghi quyet', 'van ban', 'can cu'),
    'lon': ('lon', 'lng', 'long', 'longitude', 'kinh do'),
    'lat': ('lat', 'latitude', 'vi do'),
    'area_km2': ('area km2', 'dien tich km2', 'dien tich', 'dien tich tu nhien', 'dien tich tu nhien km2'),
}  # fmt: skip
BY_NAME = {name: column for column, names in NAMES.items() for name in names}
POPULATION = re.compile(r'(?:population|dan so)(?: nam)? (\d{4})')
NEEDED = ('code', 'name')
# What offices call units of a level in the column of levels, beside the level's own title.
SMALLEST = frozenset({'xa', 'phuong', 'thi tran', 'dac khu', 'phuong xa', 'xa phuong'})
MIDDLE = frozenset({'huyen', 'quan', 'thi xa', 'thanh pho', 'thanh pho thuoc tinh', 'thanh pho truc thuoc tinh'})


def columns_of(headers: Sequence[str]) -> list[str]:
    """What each column is, such as `parent_code` for `Thuộc`; any other header in lower case.

    Where two mean the same, the better name counts, and the other column is nothing.
    """
    columns = [_column_of(header) for header in headers]
    return [
        column if min(_rank(headers[i], column) for i, other in enumerate(columns) if other == column) == rank else ''
        for column, rank in zip(columns, map(_rank, headers, columns), strict=True)
    ]


def _column_of(header: str) -> str:
    plain = _plain(header)
    population = POPULATION.fullmatch(plain)
    if population:
        return f'population_{population[1]}'
    written = header.strip().lower()
    return written if CENSUS.fullmatch(written) else BY_NAME.get(plain, written)


def _rank(header: str, column: str) -> int:
    """How good a name the header is for the column, 0 for the best."""
    names, plain = NAMES.get(column, ()), _plain(header)
    return names.index(plain) if plain in names else 0


def level_of_word(word: str, titles: dict[str, str]) -> str:
    """The level that a word such as `Phường` or `cấp xã` means; the word itself where it means none.

    titles: of the levels by id, from large to small.
    """
    plain = _plain(word).removeprefix('cap ')
    for level, title in titles.items():
        if word == level or plain == _plain(title).removeprefix('cap '):
            return level
    if plain in SMALLEST:
        return [*titles][-1]
    return 'district' if plain in MIDDLE and 'district' in titles else word


def parent_codes(rows: Sequence[dict[str, str]], whole: Text, whole_code: str) -> dict[str, str]:
    """Code by name, for lists that name the unit above: names that one unit has, and the whole in either language."""
    names = Counter(search_key(row['name']) for row in rows)
    units = {search_key(row['name']): row['code'] for row in rows if names[search_key(row['name'])] == 1}
    return units | {search_key(title): whole_code for title in (whole.vi, whole.en)}


def missing_columns(columns: Sequence[str]) -> list[str]:
    """The needed columns that are not there."""
    return [name for name in NEEDED if name not in columns]


def _plain(header: str) -> str:
    """Words in lower case without accents, with one blank between them: `dien tich km2` for `Diện tích (km²)`."""
    return ' '.join(re.findall('[a-z0-9]+', search_key(header.replace('²', '2'))))
