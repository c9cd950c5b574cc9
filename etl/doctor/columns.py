"""The file's columns, matched to the layer's."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from shlex import quote

from dothi.core.errors import DataRefused, NotFound
from dothi.core.layer import Layer
from dothi.core.text import Text, search_key

# In brackets, or after a comma.
UNIT_OF_MEASURE = re.compile(r'\s*(?:[(\[][^)\]]*[)\]]|,\s*[^,]{1,12})\s*$')
EMPTY: Mapping[str, str] = {}


class MissingColumn(DataRefused):
    """The file lacks a column that the layer cannot do without."""


class UnknownColumn(NotFound):
    """What --column names is no column of the file, or none of the layer."""


@dataclass(frozen=True)
class Matching:
    """Which of the file's columns goes where.

    source_of: layer column to file column. ignored: file columns that go nowhere.
    filled: layer columns that the register fills, for the file lacks them.
    missing: layer columns that the layer cannot do without, and that have no source.
    remembered: file columns that are known from an earlier delivery.
    """

    source_of: dict[str, str]
    ignored: list[str]
    filled: list[str]
    missing: tuple[str, ...] = ()
    remembered: tuple[str, ...] = ()

    def source(self, column: str) -> str:
        """The name under which the sender knows the layer's `column`."""
        return self.source_of.get(column, column)


def match(columns: list[str], layer: Layer, cut_at: int | None = None) -> Matching:
    """The matching of a file's `columns` with `layer`; raises MissingColumn that names the column and its names.

    cut_at: length to which the format cuts names.
    """
    source_of = find(columns, layer, cut_at)
    if source_of.missing:
        raise missing(source_of.missing[0], layer, columns)
    return source_of


def find(
    columns: list[str],
    layer: Layer,
    cut_at: int | None = None,
    named_columns: Mapping[str, str] = EMPTY,
    remembered: Mapping[str, str] = EMPTY,
) -> Matching:
    """The matching as far as it goes: what the sender said first, then declared names, then what is remembered.

    said and remembered: the file's name of a column to the layer's. Raises UnknownColumn for what was said wrongly.
    """
    source_of = _named_by_sender(named_columns, columns, layer)
    source_of = _find_all(columns, layer, cut_at, source_of)
    remembered_sources = _remembered(remembered, columns, source_of)
    source_of |= remembered_sources
    fill = [name for name in (layer.register_.fill if layer.register_ else []) if name not in source_of]
    open_ = tuple(name for name in _needed(layer) if name not in source_of and name not in fill)
    ignored = [name for name in columns if name not in source_of.values()]
    return Matching(source_of, ignored, fill, open_, tuple(remembered_sources.values()))


def fits(columns: list[str], layer: Layer, cut_at: int | None = None) -> bool:
    """Whether a file with these columns could be a delivery of `layer`."""
    try:
        match(columns, layer, cut_at)
    except MissingColumn:
        return False
    return True


def accepted_names(name: str, layer: Layer) -> list[str]:
    """The names under which the layer's column `name` may come, the best first; its titles come last."""
    column = layer.columns[name]
    return list(dict.fromkeys([name, *column.sources, column.title.vi, column.title.en]))


def _needed(layer: Layer) -> list[str]:
    return [name for name, column in layer.columns.items() if column.required or name in layer.key]


def _named_by_sender(named_columns: Mapping[str, str], columns: list[str], layer: Layer) -> dict[str, str]:
    """Layer column to file column, as the sender says."""
    by_key = {name_key(column): column for column in columns}
    for source, name in named_columns.items():
        if name_key(source) not in by_key:
            raise _unknown(
                f'{source}={name}', source, columns, Text(vi='tệp không có cột', en='the file has no column')
            )
        if name not in layer.columns:
            no_column = Text(vi=f'lớp {layer.id} không có cột', en=f'the layer {layer.id} has no column')
            raise _unknown(f'{source}={name}', name, layer.columns, no_column)
    return {name: by_key[name_key(source)] for source, name in named_columns.items()}


def _remembered(remembered: Mapping[str, str], columns: list[str], matched: Mapping[str, str]) -> dict[str, str]:
    by_key = {name_key(source): name for source, name in remembered.items()}
    free = [column for column in columns if column not in matched.values() and name_key(column) in by_key]
    return {by_key[name_key(column)]: column for column in free if by_key[name_key(column)] not in matched}


def _find_all(columns: list[str], layer: Layer, cut_at: int | None, named_columns: dict[str, str]) -> dict[str, str]:
    """Layer column to file column. A file column is used once; the layer's own names win over other names."""
    source_of = dict(named_columns)
    # First everybody's own name, then the first alternative of each, and so on.
    depth = max(len(accepted_names(name, layer)) for name in layer.columns)
    for rank in range(depth):
        for name in layer.columns:
            names = accepted_names(name, layer)
            if name not in source_of and rank < len(names):
                source = _find(names[rank], columns, source_of.values(), cut_at)
                if source is not None:
                    source_of[name] = source
    return source_of


def _find(name: str, columns: list[str], matched: Iterable[str], cut_at: int | None) -> str | None:
    wanted_key = name_key(name)
    cut = name_key(name[:cut_at]) if cut_at else wanted_key
    free = [column for column in columns if column not in set(matched)]
    for key in (wanted_key, cut):
        for column in free:
            if key in (name_key(column), name_key(without_unit(column)), name_key(below_merged(column))):
                return column
    return None


def without_unit(name: str) -> str:
    """A column's name without the unit of measure behind it: `Chiều cao (m)` and `Số giường, giường` lose theirs."""
    return UNIT_OF_MEASURE.sub('', name)


def below_merged(name: str) -> str:
    """The name below a merged cell alone, without its unit: `Số chỗ` of `Quy mô – Số chỗ (chỗ)`."""
    return without_unit(name.rpartition(' – ')[2])


def name_key(name: str) -> str:
    """Names that differ only in case, accents, blanks and underscores are the same name."""
    return re.sub(r'[\s_]+', '_', search_key(name))


def missing(name: str, layer: Layer, columns: list[str]) -> MissingColumn:
    """The refusal of a file in which nothing could be the layer's column `name`."""
    names = ', '.join(dict.fromkeys(accepted_names(name, layer)))
    has = ', '.join(columns) or '–'
    title = layer.columns[name].title
    example = quote(f'{columns[0] if columns else "…"}={name}')
    return MissingColumn(
        vi=f'Thiếu cột {name} ({title.vi}) của lớp "{layer.title.vi}". Cột này có thể mang tên: {names}. Tệp có: '
        f'{has}. '
        'Đổi tên cột, hoặc cho trung tâm biết cột nào là cột này.',
        en=f'The column {name} ({title.en}) of the layer "{layer.title.en}" is missing. It may come as: {names}. '
        f'The file has: {has}. Rename the column, or tell the centre which one it is.',
        steward=Text(
            vi=f'Chỉ cột bằng --column {example}, hoặc thêm tên vào "from" trong layers/{layer.id}.yml.',
            en=f'Name it with --column {example}, or add its name to "from" in layers/{layer.id}.yml.',
        ),
    )


def _unknown(option: str, name: str, names: Iterable[str], what: Text) -> UnknownColumn:
    return UnknownColumn.with_suggestion(
        name, names, vi=f'Cột {option}: {what.vi} {name}.', en=f'Column {option}: {what.en} {name}.'
    )
