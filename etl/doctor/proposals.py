"""Columns under other names than the layer knows: proposed by name and content, and never assumed."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from dothi.core.layer import Column, Layer
from dothi.core.numbers import number_vi
from dothi.core.text import Text
from etl.doctor.columns import accepted_names, name_key
from etl.values import Bools, coded, convert, out_of_range

NAME_COUNTS, CONTENT_COUNTS = 0.6, 0.4
# A required column is asked about from the first on, an optional one is mentioned from the second on.
PROPOSED, STRONG = 0.5, 0.7
FITS = 0.9
# "ten_truong_hoc" has all words of "ten_truong".
CONTAINED = 0.9
# What values say: a list of codes much, that they are text or numbers little, and what cannot be one says no.
TELLING, SOMETHING, LITTLE = 1.0, 0.8, 0.5
SHOWN = 3


@dataclass(frozen=True)
class Evidence:
    """What is known of the layer's columns beside their names.

    codes: the known codes of a column, empty where there is no list of them. released: some of its released values.
    remembered: the file's name of a column to the layer's, as it was accepted before.
    """

    codes: Callable[[str], frozenset[str]] = lambda _: frozenset()
    released: Callable[[str], list[str]] = lambda _: []
    remembered: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """The file's column `source` may be the layer's `column`; score from 0 to 1."""

    source: str
    column: str
    score: float
    why: Text


def proposals(names: Iterable[str], samples: dict[str, list[str]], layer: Layer, evidence: Evidence) -> list[Proposal]:
    """What the file's free columns may be of the layer's columns `names`, the best first.

    samples: some values of each free column of the file, as text.
    """
    scored = [_proposal(source, values, name, layer, evidence) for name in names for source, values in samples.items()]
    return sorted((one for one in scored if one.score >= PROPOSED), key=lambda one: -one.score)


def best(candidates: Iterable[Proposal]) -> dict[str, list[Proposal]]:
    """Proposals by layer column, best first; no source column is the best proposal of two layer columns."""
    ranked = list(candidates)
    first: dict[str, Proposal] = {}
    for proposal in ranked:
        if proposal.column not in first and proposal.source not in {other.source for other in first.values()}:
            first[proposal.column] = proposal
    rivals = {
        column: [proposal for proposal in ranked if proposal.column == column and proposal != first[column]]
        for column in first
    }
    return {column: [proposal, *rivals[column]][:SHOWN] for column, proposal in first.items()}


def likeness(source: str, name: str, column: Column, layer: Layer) -> tuple[float, str]:
    """How much the file's name is like one that the column has, 0 to 1, and which that is; titles are names too."""
    names = [*accepted_names(name, layer), column.title.vi, column.title.en]
    return max((_alike(source, other), other) for other in names)


def _proposal(source: str, values: list[str], name: str, layer: Layer, evidence: Evidence) -> Proposal:
    column = layer.columns[name]
    alike, nearest = likeness(source, name, column, layer)
    content, why = _content(values, name, layer, evidence)
    score = (NAME_COUNTS * alike + CONTENT_COUNTS * content) if content else 0.0
    by_name = Text(
        vi='tên giống "{nearest}" {alike:.0%}; {why}', en='the name is like "{nearest}" {alike:.0%}; {why}'
    ).format(nearest=nearest, alike=alike, why=why)
    return Proposal(source, name, round(score, 3), by_name)


def _alike(one: str, other: str) -> float:
    words, more = (set(re.split(r'[\W_]+', name_key(_spaced(name)))) for name in (one, other))
    if words != more and len(min(words, more, key=len)) > 1 and (words <= more or more <= words):
        return CONTAINED
    left, right = (re.sub(r'[\W_]+', '', name_key(name)) for name in (one, other))
    return difflib.SequenceMatcher(None, left, right).ratio()


def _spaced(name: str) -> str:
    """The name with blanks between its words: `So Giuong` for `SoGiuong`."""
    return re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', name)


def _content(values: list[str], name: str, layer: Layer, evidence: Evidence) -> tuple[float, Text]:
    """How much the values are those of the column: 0 where they cannot be."""
    column = layer.columns[name]
    if not values:
        return LITTLE, Text(vi='không có giá trị để so', en='there are no values to compare')
    if column.domain and column.type == 'text':
        return _by_list(values, _share(~coded(pa.array(values), column.domain)[1]), TELLING)
    codes = evidence.codes(name)
    if codes:
        return _by_list(values, sum(value in codes for value in values) / len(values), TELLING)
    if column.type != 'text':
        return _by_type(values, column)
    return _by_shape(values, name, layer, evidence)


def _by_list(values: list[str], share: float, weight: float) -> tuple[float, Text]:
    reason = Text(
        vi=f'{number_vi(share, ".0%")} giá trị có trong danh mục (như "{values[0]}")',
        en=f'{share:.0%} of the values are in its list (such as "{values[0]}")',
    )
    return (weight if share >= FITS else 0.0), reason


def _by_type(values: list[str], column: Column) -> tuple[float, Text]:
    typed, bad = convert(pa.array(values), column.type)
    if column.type in ('integer', 'number'):
        bad = bad | out_of_range(typed, column)
    share = _share(~bad)
    reason = Text(
        vi=f'{number_vi(share, ".0%")} giá trị đúng kiểu và khoảng (như "{values[0]}")',
        en=f'{share:.0%} of the values are of its type and range (such as "{values[0]}")',
    )
    weight = SOMETHING if column.type in ('date', 'timestamp', 'boolean') else LITTLE
    return (weight if share >= FITS else 0.0), reason


def _by_shape(values: list[str], name: str, layer: Layer, evidence: Evidence) -> tuple[float, Text]:
    repeated = len(set(values)) < FITS * len(values)
    if [name] == layer.key and repeated:
        return 0.0, Text(vi='giá trị lặp lại, không thể là khóa', en='the values repeat, they cannot be the key')
    shapes = {_shape(value) for value in evidence.released(name)}
    share = sum(_shape(value) in shapes for value in values) / len(values)
    if share >= FITS:
        return SOMETHING, Text(
            vi=f'giá trị viết như dữ liệu đã phát hành ("{values[0]}")',
            en=f'the values are written like those released ("{values[0]}")',
        )
    return LITTLE, Text(vi=f'giá trị là văn bản ("{values[0]}")', en=f'the values are text ("{values[0]}")')


def _shape(value: str) -> str:
    """`TH-0123` as `a-9999`: a word is a letter, a digit is nine."""
    return re.sub(r'\d', '9', re.sub(r'[^\W\d_]+', 'a', value))


def _share(good: Bools) -> float:
    return float(good.mean())
