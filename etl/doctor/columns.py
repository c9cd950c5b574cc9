"""The file's columns, matched to the layer's."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dothi.core.errors import DataRefused
from dothi.core.layer import Layer
from dothi.core.text import search_key


class MissingColumn(DataRefused):
    """The file lacks a column that the layer cannot do without."""


@dataclass(frozen=True)
class Matching:
    """Which of the file's columns goes where.

    source_of: layer column to file column. ignored: file columns that go nowhere.
    filled: layer columns that the register fills, for the file lacks them.
    """

    source_of: dict[str, str]
    ignored: list[str]
    filled: list[str]

    def source(self, column: str) -> str:
        """The name under which the sender knows the layer's `column`."""
        return self.source_of.get(column, column)


def match(columns: list[str], layer: Layer, cut_at: int | None = None) -> Matching:
    """The matching of a file's `columns` with `layer`; raises MissingColumn that names the column and its names.

    cut_at: length to which the format cuts names.
    """
    source_of = _find_all(columns, layer, cut_at)
    fill = [name for name in (layer.register_.fill if layer.register_ else []) if name not in source_of]
    for name in _needed(layer):
        if name not in source_of and name not in fill:
            raise _missing(name, layer, columns)
    ignored = [name for name in columns if name not in source_of.values()]
    return Matching(source_of, ignored, fill)


def fits(columns: list[str], layer: Layer, cut_at: int | None = None) -> bool:
    """Whether a file with these columns could be a delivery of `layer`."""
    try:
        match(columns, layer, cut_at)
    except MissingColumn:
        return False
    return True


def accepted_names(name: str, layer: Layer) -> list[str]:
    """The names under which the layer's column `name` may come, the best first."""
    return [name, *layer.columns[name].sources]


def _needed(layer: Layer) -> list[str]:
    return [name for name, column in layer.columns.items() if column.required or name in layer.key]


def _find_all(columns: list[str], layer: Layer, cut_at: int | None) -> dict[str, str]:
    """Layer column to file column. A file column is used once; the layer's own names win over other names."""
    found: dict[str, str] = {}
    # First everybody's own name, then the first alternative of each, and so on.
    depth = 1 + max(len(column.sources) for column in layer.columns.values())
    for rank in range(depth):
        for name in layer.columns:
            names = accepted_names(name, layer)
            if name not in found and rank < len(names):
                source = _find(names[rank], columns, found.values(), cut_at)
                if source is not None:
                    found[name] = source
    return found


def _find(name: str, columns: list[str], taken: Iterable[str], cut_at: int | None) -> str | None:
    wanted = _key(name)
    cut = _key(name[:cut_at]) if cut_at else wanted
    free = [column for column in columns if column not in set(taken)]
    for key in (wanted, cut):
        for column in free:
            if _key(column) == key:
                return column
    return None


def _key(name: str) -> str:
    """Names that differ only in case, accents, blanks and underscores are the same name."""
    return re.sub(r'[\s_]+', '_', search_key(name))


def _missing(name: str, layer: Layer, columns: list[str]) -> MissingColumn:
    names = ', '.join(dict.fromkeys(accepted_names(name, layer)))
    has = ', '.join(columns) or '–'
    title = layer.columns[name].title
    return MissingColumn(
        vi=f'Thiếu cột {name} ({title.vi}) của lớp {layer.id}. Cột này có thể mang tên: {names}. Tệp có: {has}. '
        f'Đổi tên cột, hoặc thêm tên vào "from" trong locality/layers/{layer.id}.yml.',
        en=f'The column {name} ({title.en}) of the layer {layer.id} is missing. It may come as: {names}. '
        f'The file has: {has}. Rename the column, or add its name to "from" in locality/layers/{layer.id}.yml.',
    )
