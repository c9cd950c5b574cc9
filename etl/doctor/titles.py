"""Values of a list that came as their titles: taken as the codes, and said."""

from collections.abc import Iterable

from dothi.core.layer import Column
from dothi.core.text import Text, search_key

SHOWN = 5


def titles_for_codes(source: str, values: Iterable[str], column: Column) -> list[Text]:
    """What is said where some of the distinct `values` of the file's column `source` are titles of the list."""
    domain = column.domain or {}
    codes = {search_key(code) for code in domain}
    by_title = {search_key(name): code for code, title in domain.items() for name in (title.en, title.vi)}
    code_of_title = {
        value: by_title[key] for value in values if (key := search_key(value)) in by_title and key not in codes
    }
    if not code_of_title:
        return []
    pair_text = ', '.join(f'"{value}" → {code}' for value, code in list(code_of_title.items())[:SHOWN])
    return [
        Text(
            vi=f'Cột {source}: tên gọi được nhận thay cho mã: {pair_text}.',
            en=f'Column {source}: titles were taken as codes: {pair_text}.',
        )
    ]
