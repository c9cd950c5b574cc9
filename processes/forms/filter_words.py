"""A filter as people read it: columns by their titles, codes in words. What has no words stands as it was written."""

from collections.abc import Callable, Mapping
from typing import Any

from dothi.core.cql2.errors import BadFilter
from dothi.core.cql2.parse import parse
from dothi.core.layer import Column
from dothi.core.text import Lang, Text
from processes.forms.numbers import value_text
from processes.forms.unit_words import UnitNaming, without_names
from processes.forms.words import words_of_codes

type Node = Any
JOINED = {'and': Text(vi=' và ', en=' and '), 'or': Text(vi=' hoặc ', en=' or ')}
BETWEEN = Text(vi='{column} từ {low} đến {high}', en='{column} from {low} to {high}')
EMPTY = Text(vi='{column} bỏ trống', en='{column} is empty')
NOT = Text(vi='không ({condition})', en='not ({condition})')
LIKE = Text(vi='{column} giống "{pattern}"', en='{column} like "{pattern}"')
COMPARED = {'=': ': ', '<>': ' ≠ ', '<': ' < ', '>': ' > ', '<=': ' ≤ ', '>=': ' ≥ '}


class NoWords(ValueError):
    """A part of a filter for which there are no words."""


def filter_in_words(text: str, columns: Mapping[str, Column], lang: Lang, unit_name: UnitNaming = without_names) -> str:
    """The filter in words: `Cấp học: Tiểu học`. A filter with a part that has none stands as it is.

    columns: of the layer that it narrows. unit_name: of what columns name by the codes of units, which then stands
    alone: `Huyện Giao Thủy`, not `Mã huyện: 365`.
    """
    try:
        return _FilterWords(columns, lang, unit_name).phrase(parse(text))
    except (BadFilter, NoWords):
        return text


class _FilterWords:
    """The words of one filter; `columns` are the layer's."""

    def __init__(self, columns: Mapping[str, Column], lang: Lang, unit_name: UnitNaming) -> None:
        self.columns, self.lang, self.unit_name = columns, lang, unit_name

    def phrase(self, node: Node) -> str:
        """An operation in words; raises NoWords."""
        operation, arguments = (node.get('op'), node.get('args') or []) if isinstance(node, dict) else (None, [])
        if operation in JOINED:
            return JOINED[operation].pick(self.lang).join(self._part(part) for part in arguments)
        if operation == 'not':
            return NOT.pick(self.lang).format(condition=self.phrase(arguments[0]))
        column = self._column(arguments[0]) if arguments else None
        writer = self._writers().get(str(operation))
        if column is None or writer is None:
            raise NoWords(operation)
        return writer(column, arguments[1:])

    def _writers(self) -> Mapping[str, Callable[[Column, list[Node]], str]]:
        compared = {
            operator: lambda column, rest, sign=sign: f'{self._title(column)}{sign}{self._value(column, rest[0])}'
            for operator, sign in COMPARED.items()
        }
        return {
            **compared,
            '=': lambda column, rest: self._is_one_of(column, [rest[0]]),
            'in': lambda column, rest: self._is_one_of(column, rest[0]),
            'between': lambda column, rest: BETWEEN.pick(self.lang).format(
                column=self._title(column), low=self._value(column, rest[0]), high=self._value(column, rest[1])
            ),
            'isNull': lambda column, _rest: EMPTY.pick(self.lang).format(column=self._title(column)),
            'like': lambda column, rest: LIKE.pick(self.lang).format(column=self._title(column), pattern=rest[0]),
        }

    def _part(self, node: Node) -> str:
        """A part of several: one that has several itself stands in brackets."""
        phrase = self.phrase(node)
        return f'({phrase})' if node.get('op') in JOINED else phrase

    def _column(self, node: Node) -> Column:
        name = str(node.get('property')) if isinstance(node, dict) else ''
        if name not in self.columns:
            raise NoWords(name)
        return self.columns[name]

    def _title(self, column: Column) -> str:
        return column.title.pick(self.lang)

    def _is_one_of(self, column: Column, values: list[Node]) -> str:
        names = [self.unit_name(column, value) if isinstance(value, str) else None for value in values]
        if all(names):
            return '; '.join(filter(None, names))
        return f'{self._title(column)}: {"; ".join(self._value(column, value) for value in values)}'

    def _value(self, column: Column, value: Node) -> str:
        if isinstance(value, dict):
            moment = value.get('date') or value.get('timestamp')
            if not isinstance(moment, str):
                raise NoWords(value)
            return value_text(moment, self.lang)
        if isinstance(value, str) and column.domain:
            return words_of_codes(value, column.domain, self.lang)
        return value_text(value, self.lang, column.unit)
