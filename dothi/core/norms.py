"""The values of norms, as the locality's `norms.csv` states them."""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, groupby
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from dothi.core.errors import WrongUse, did_you_mean
from dothi.core.text import Text

# What a norm says for every subject, or on every condition.
ANY = 'any'
# Analyses compute in metres; a distance of "1 km" would be one of 1 m to them.
OTHER_LENGTHS = ('km', 'dm', 'cm', 'mm')
COLUMNS = (
    'norm', 'subject', 'condition', 'class_from', 'class_to', 'class_unit',
    'value', 'unit', 'clause', 'measured_from', 'valid_from', 'valid_to', 'verified',
)  # fmt: skip


class BadNormsFile(WrongUse):
    """`norms.csv` does not say what it must."""


@dataclass(frozen=True)
class Bound:
    """An end of a class, which may or may not belong to it; infinitely far where the number is None."""

    number: float | None
    included: bool


def _lower(text: str) -> Bound:
    """`200` is left out, for the class before ends with it; `>=200` belongs to the class; empty: no lower end."""
    return Bound(float(text.removeprefix('>=')) if text else None, text.startswith('>='))


def _upper(text: str) -> Bound:
    """`200` belongs to the class; `<200` does not; empty: no upper end."""
    return Bound(float(text.removeprefix('<')) if text else None, not text.startswith('<') and text != '')


def _finite(bound: Bound) -> Bound:
    if bound.number is not None and not abs(bound.number) < float('inf'):
        raise ValueError('must be a finite number')
    return bound


def _yes(text: str) -> bool:
    if text not in ('yes', 'no'):
        raise ValueError('must be yes or no')
    return text == 'yes'


type Word = Annotated[str, Field(pattern=r'^[a-z0-9_]+$')]
type OptionalDay = Annotated[date | None, BeforeValidator(lambda text: text or None)]


class Norm(BaseModel):
    """One value of a norm: for what and on what condition, its clause, and from where it is measured."""

    model_config = ConfigDict(extra='forbid', frozen=True, allow_inf_nan=False)

    norm: Word
    # what the value is for: a kind of facility, a class of dikes...
    subject: Word
    condition: Word
    class_from: Annotated[Bound, BeforeValidator(_lower), AfterValidator(_finite)]
    class_to: Annotated[Bound, BeforeValidator(_upper), AfterValidator(_finite)]
    class_unit: str
    value: float
    unit: str = Field(min_length=1)
    clause: str = Field(min_length=1)
    measured_from: str = Field(min_length=1)
    valid_from: date
    # the first day on which it is not so any more
    valid_to: OptionalDay
    verified: Annotated[bool, BeforeValidator(_yes)]

    @model_validator(mode='after')
    def _sensible(self) -> Self:
        if self.classed and not self.class_unit:
            raise ValueError('class_unit is missing')
        if self.classed and not _in_order(self.class_from, self.class_to):
            raise ValueError('class_to must be greater than class_from')
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError('valid_to must be later than valid_from')
        if self.unit in OTHER_LENGTHS:
            raise ValueError('a length must be in m')
        return self

    @property
    def classed(self) -> bool:
        """Whether the value is for a class of a quantity only."""
        return self.class_from.number is not None or self.class_to.number is not None

    @property
    def class_range(self) -> str:
        """The class as PostgreSQL writes a range of numbers; `(,)` where the value is for all of them."""
        begins, ends = ('[' if self.class_from.included else '('), (']' if self.class_to.included else ')')
        return f'{begins}{_number(self.class_from)},{_number(self.class_to)}{ends}'

    def holds(self, quantity: float | None) -> bool:
        """Whether `quantity` is in the class; an unknown quantity is in no class, but no class asks for none."""
        if not self.classed:
            return True
        return quantity is not None and _above(self.class_from, quantity) and _below(self.class_to, quantity)

    def in_force(self, on: date) -> bool:
        """Whether it is the law on the day `on`."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    @property
    def cited(self) -> dict[str, Any]:
        """What a result says of a norm that it used."""
        members = {'norm', 'subject', 'condition', 'value', 'unit', 'clause', 'measured_from', 'verified'}
        return self.model_dump(include=members) | {
            'class': f'{self.class_range} {self.class_unit}' if self.classed else None
        }


def _number(bound: Bound) -> str:
    return '' if bound.number is None else f'{bound.number:.17g}'


def _above(lower: Bound, quantity: float) -> bool:
    return lower.number is None or quantity > lower.number or (lower.included and quantity == lower.number)


def _below(upper: Bound, quantity: float) -> bool:
    return upper.number is None or quantity < upper.number or (upper.included and quantity == upper.number)


def _in_order(lower: Bound, upper: Bound) -> bool:
    """Whether some number lies between the ends, as both are told."""
    if lower.number is None or upper.number is None or lower.number < upper.number:
        return True
    return lower.number == upper.number and lower.included and upper.included


def norm_for(
    norms: Iterable[Norm], subject: str | None, *, condition: str | None = None, quantity: float | None = None
) -> Norm | None:
    """The one of `norms` for this subject, condition and quantity (in the unit of the classes); None if there is none.

    norms: of one name, in force on one day. An unknown subject or condition (None) meets only what is for any.
    There is never more than one, as the file is refused where two could be meant.
    """
    fitting = (norm for norm in norms if norm.subject in (subject, ANY) and norm.condition in (condition, ANY))
    return next((norm for norm in fitting if norm.holds(quantity)), None)


def norms_version(norms: Iterable[Norm]) -> str:
    """A hash of what the norms say, whatever their order: another one means that an answer may differ."""
    documents = sorted(norm.model_dump_json() for norm in norms)
    return hashlib.sha256('\n'.join(documents).encode()).hexdigest()[:12]


def read_norms(file: Path) -> tuple[Norm, ...]:
    """What `file` states, nothing where there is no file; raises BadNormsFile that names line and fix."""
    if not file.exists():
        return ()
    try:
        with file.open(encoding='utf-8', newline='') as lines:
            numbered = [*_parsed(csv.DictReader(lines, strict=True), file)]
    except (csv.Error, UnicodeDecodeError) as error:
        raise _bad(
            file, 1, Text(vi='không đọc được CSV (UTF-8)', en=f'not readable as CSV in UTF-8 ({error})')
        ) from error
    _refuse_overlaps(numbered, file)
    return tuple(norm for _, norm in numbered)


def _parsed(rows: 'csv.DictReader[str]', file: Path) -> Iterator[tuple[int, Norm]]:
    """Line number and norm of each row."""
    _check_head(rows.fieldnames or (), file)
    for row in rows:
        if None in row or None in row.values():
            count = Text(vi=f'phải có {len(COLUMNS)} ô', en=f'must have {len(COLUMNS)} cells')
            raise _bad(file, rows.line_num, count)
        try:
            yield rows.line_num, Norm.model_validate(row)
        except ValidationError as invalid:
            raise _bad(file, rows.line_num, _fault(invalid)) from None


def _check_head(head: Sequence[str], file: Path) -> None:
    for name in head:
        if name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS)
            fault = Text(vi='không có cột "{name}". {hint}', en='there is no column "{name}". {hint}').format(
                name=name, hint=hint
            )
            raise _bad(file, 1, fault)
    missing = [name for name in COLUMNS if name not in head]
    if missing or len(head) != len(COLUMNS):
        listed = ','.join(COLUMNS)
        raise _bad(file, 1, Text(vi=f'các cột phải là {listed}', en=f'the columns must be {listed}'))


def _fault(invalid: ValidationError) -> Text:
    first = invalid.errors(include_url=False)[0]
    reason = first['msg'].removeprefix('Value error, ')
    if not first['loc']:
        return Text(vi=f'{reason}. Hãy sửa lại', en=f'{reason}. Correct it')
    where, value = first['loc'][0], first['input']
    return Text(
        vi=f'cột {where} ("{value}"): giá trị không hợp lệ ({reason}). Hãy sửa lại',
        en=f'column {where} ("{value}"): not a valid value ({reason}). Correct it',
    )


def _refuse_overlaps(numbered: list[tuple[int, Norm]], file: Path) -> None:
    """Raises BadNormsFile where two rows could be meant at once: an answer must not depend on their order."""
    by_name = sorted(numbered, key=lambda row: row[1].norm)
    for _, rows in groupby(by_name, key=lambda row: row[1].norm):
        for (line, norm), (other_line, other) in combinations(rows, 2):
            if _both_meant(norm, other):
                fault = Text(
                    vi=f'trùng với dòng {line}: cùng norm, subject, condition, khoảng và thời gian. Sửa một dòng',
                    en=f'overlaps line {line}: same norm, subject, condition, class and time. Change one of them',
                )
                raise _bad(file, other_line, fault)


def _both_meant(norm: Norm, other: Norm) -> bool:
    return (
        _meet(norm.subject, other.subject)
        and _meet(norm.condition, other.condition)
        and _in_order(max(norm.class_from, other.class_from, key=_tightness_below), _lesser_end(norm, other))
        and (norm.valid_to is None or other.valid_from < norm.valid_to)
        and (other.valid_to is None or norm.valid_from < other.valid_to)
    )


def _meet(class_: str, other: str) -> bool:
    return class_ == other or ANY in (class_, other)


def _tightness_below(lower: Bound) -> tuple[float, bool]:
    return (float('-inf') if lower.number is None else lower.number), not lower.included


def _lesser_end(norm: Norm, other: Norm) -> Bound:
    return min(
        norm.class_to,
        other.class_to,
        key=lambda upper: ((float('inf') if upper.number is None else upper.number), upper.included),
    )


def _bad(file: Path, line: int, reason: Text) -> BadNormsFile:
    return BadNormsFile(vi=f'{file}:{line}: {reason.vi}.', en=f'{file}:{line}: {reason.en}.')
