"""Faults that are told alike, as one line with a count: 2,000 rows outside the locality are one fault of the file."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from dothi.core.numbers import number_vi
from dothi.core.row_faults import FAULT_KINDS
from dothi.core.text import Text
from etl.report.model import BadRow, Repair, Report
from etl.report.problems import message

# Rows and values that a line names before it says how many there are.
NAMED_ROWS, NAMED_VALUES = 10, 3
# A column with more lines of one kind than these gets one line with the kind's title.
MOST_LINES = 20
NOTHING = Text(vi='', en='')
ROWS = Text(vi='hàng', en='rows')
CELLS = Text(vi='ô', en='cells')


@dataclass(frozen=True)
class Fault:
    """One fault of one row. message: as `etl.report.problems.message` writes it."""

    row: int
    code: str
    column: str | None
    value: str | None
    message: Text


@dataclass(frozen=True)
class FaultGroup:
    """Faults that are told in one line. count: how many there are, of which not all may be known by row."""

    code: str
    count: int
    text: Text


def fault_lines(report: Report) -> list[FaultGroup]:
    """The errors of a report as lines."""
    noun = CELLS if report.raster else ROWS
    return group_faults(map(listed_fault, report.rows.bad), report.rows.by_code, noun)


def warning_lines(report: Report) -> list[FaultGroup]:
    """The warnings of a report as lines."""
    return group_faults(map(listed_fault, report.rows.warnings), report.rows.warnings_by_code)


def repair_lines(report: Report) -> list[FaultGroup]:
    """What was put right in the rows of a report, one line for each kind of repair, with the areas before and after."""
    by_kind: dict[str, list[Repair]] = {}
    for repair in report.rows.repairs:
        by_kind.setdefault(repair.repair, []).append(repair)
    counts = report.rows.repairs_by_kind
    return [_repair_line(kind, rows, max(counts.get(kind, 0), len(rows))) for kind, rows in by_kind.items()]


def _repair_line(kind: str, repairs: list[Repair], count: int) -> FaultGroup:
    texts = [Text(vi=repair.message, en=repair.message_en) for repair in repairs]
    rows = [Fault(repair.row, kind, None, None, text) for repair, text in zip(repairs, texts, strict=True)]
    text = texts[0] if count == 1 else _counted(rows, count, ROWS, _reason(rows[0]))
    areas = _areas(repairs) if count == len(repairs) else NOTHING
    return FaultGroup(kind, count, Text(vi=text.vi + areas.vi, en=text.en + areas.en))


def _areas(repairs: list[Repair]) -> Text:
    """` 40,50 → 40,50 m²` for all of them together; nothing where an area is not known."""
    before = [repair.area_before_m2 for repair in repairs if repair.area_before_m2 is not None]
    after = [repair.area_after_m2 for repair in repairs if repair.area_after_m2 is not None]
    if not len(before) == len(after) == len(repairs):
        return NOTHING
    return Text(vi=' {before:,.2f} → {after:,.2f} m²', en=' {before:,.2f} → {after:,.2f} m²').format(
        before=sum(before), after=sum(after)
    )


def listed_fault(row: BadRow) -> Fault:
    """A fault that a report lists."""
    return Fault(row.row, row.code, row.column, row.value, Text(vi=row.message, en=row.message_en))


def group_faults(
    faults: Iterable[Fault], counts: Mapping[str, int] | None = None, noun: Text = ROWS
) -> list[FaultGroup]:
    """The faults as lines, in the order of their first rows.

    counts: how often each code was met, where `faults` are the first of them only: a code of which not all are known
    becomes one line with its title. noun: what the faults are of, in the plural.
    """
    by_code: dict[str, list[Fault]] = {}
    for fault in faults:
        by_code.setdefault(fault.code, []).append(fault)
    lines: list[tuple[int, FaultGroup]] = []
    for code, members in by_code.items():
        count = max((counts or {}).get(code, 0), len(members))
        lines += _lines_of_code(code, members, count, noun)
    return [group for _, group in sorted(lines, key=lambda line: line[0])]


def _lines_of_code(code: str, faults: list[Fault], count: int, noun: Text) -> list[tuple[int, FaultGroup]]:
    if count > len(faults):
        return [(faults[0].row, _titled(code, faults, count, noun))]
    lines: list[tuple[int, FaultGroup]] = []
    for members in _by(faults, lambda fault: fault.column).values():
        alike = list(_by(members, _reason).items())
        if len(alike) > MOST_LINES:
            lines.append((members[0].row, _titled(code, members, len(members), noun)))
        else:
            lines += [(same[0].row, _line(code, reason, same, noun)) for reason, same in alike]
    return lines


def _by[K](faults: list[Fault], key: Callable[[Fault], K]) -> dict[K, list[Fault]]:
    groups: dict[K, list[Fault]] = {}
    for fault in faults:
        groups.setdefault(key(fault), []).append(fault)
    return groups


def _reason(fault: Fault) -> Text:
    """What is said of the fault, without row, column and value."""
    head = message(fault.row, fault.column, fault.value, NOTHING)
    return Text(vi=fault.message.vi.removeprefix(head.vi), en=fault.message.en.removeprefix(head.en))


def _line(code: str, reason: Text, faults: list[Fault], noun: Text) -> FaultGroup:
    if len(faults) == 1:
        return FaultGroup(code, 1, faults[0].message)
    return FaultGroup(code, len(faults), _counted(faults, len(faults), noun, reason))


def _titled(code: str, faults: list[Fault], count: int, noun: Text) -> FaultGroup:
    kind = FAULT_KINDS[code]
    title = Text(vi='{kind}. {advice}', en='{kind}. {advice}').format(kind=kind.title, advice=kind.advice)
    return FaultGroup(code, count, _counted(faults, count, noun, title))


def _counted(faults: list[Fault], count: int, noun: Text, reason: Text) -> Text:
    """`2.000 hàng, cột LOAI: "trạm" … không có trong danh mục. Sửa giá trị. (hàng 1, 2, 3, …)`."""
    columns = {fault.column for fault in faults}
    column = next(iter(columns)) if len(columns) == 1 else None
    vi, en = (f', {word} {column}' if column else '' for word in ('cột', 'column'))
    values, rows = _values(faults, count), _rows(faults, count)
    return Text(
        vi=f'{number_vi(count)} {noun.vi}{vi}: {values}{reason.vi} ({noun.vi} {rows})',
        en=f'{count:,} {noun.en}{en}: {values}{reason.en} ({noun.en} {rows})',
    )


def _values(faults: list[Fault], count: int) -> str:
    values = list(dict.fromkeys(fault.value for fault in faults if fault.value is not None))
    value_text = ', '.join(f'"{value[:80]}"' for value in values[:NAMED_VALUES])
    more = ', …' if len(values) > NAMED_VALUES or (values and count > len(faults)) else ''
    return f'{value_text}{more} ' if value_text else ''


def _rows(faults: list[Fault], count: int) -> str:
    rows = list(dict.fromkeys(fault.row for fault in faults))
    more = ', …' if count > min(len(rows), NAMED_ROWS) else ''
    return ', '.join(str(row) for row in rows[:NAMED_ROWS]) + more
