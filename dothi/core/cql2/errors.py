"""What can be wrong with a filter."""

from collections.abc import Iterable
from typing import Self

from dothi.core.errors import WrongUse


class BadFilter(WrongUse):
    """A filter that cannot be read, or compares what cannot be compared."""


class UnknownProperty(BadFilter):
    """A filter, a sort order or a selection names a column that there is not, or that the reader may not see."""

    @classmethod
    def of(cls, name: str, layer_id: str, known_names: Iterable[str]) -> Self:
        return cls.with_suggestion(
            name,
            known_names,
            vi=f'Lớp "{layer_id}" không có cột "{name}".',
            en=f'The layer "{layer_id}" has no column "{name}".',
        )


def mixed(kind: str, other: str, column: str | None = None) -> BadFilter:
    """The error for values of two kinds that meet in one comparison or function."""
    where = (f' (cột "{column}")', f' (column "{column}")') if column else ('', '')
    return BadFilter(
        vi=f'Kiểu {kind} và {other} không dùng chung được{where[0]}.',
        en=f'The types {kind} and {other} do not go together{where[1]}.',
    )
