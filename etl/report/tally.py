"""Counts of a delivery's rows and faults while they pass by."""

from collections import Counter
from dataclasses import dataclass, field

from dothi.core.row_faults import FAULT_KINDS
from etl.doctor.rows.factors import whole_columns
from etl.prepare import Key, Prepared
from etl.report.model import LISTED_ROWS, BadRow, Repair, Rows
from etl.report.problems import Problem
from etl.report.quality import by_element

# A copy of a row that is kept loses nothing, so it does not speak against the file.
HARMLESS = 'duplicate_row'
# A row whose address may be in several places waits for a person; the file may be right.
WAITS = 'place_unsure'


@dataclass
class Tally:
    """What passed by so far. bad_rows: rows with a fault. harmless: those of them that merely repeat another.
    unsure: those whose address may be in several places.

    bad_keys: keys of the rows with a fault, as far as they can be read.
    """

    read: int = 0
    bad_rows: int = 0
    harmless: int = 0
    unsure: int = 0
    flattened: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    listed: list[BadRow] = field(default_factory=list)
    warned: Counter[str] = field(default_factory=Counter)
    warnings: list[BadRow] = field(default_factory=list)
    repaired: Counter[str] = field(default_factory=Counter)
    repairs: list[Repair] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    off: Counter[tuple[str, float]] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    bad_keys: list[Key] = field(default_factory=list)

    def add(self, rows: Prepared) -> None:
        """Add the figures of a prepared batch."""
        self.read += len(rows.geometry) + rows.bad_rows
        self.bad_rows += rows.bad_rows
        self.flattened += rows.flattened
        self.off += rows.off
        self.values += rows.values
        self.bad_keys += rows.bad_keys
        self.repaired += rows.repaired
        self.repairs += rows.repairs[: max(0, LISTED_ROWS - len(self.repairs))]
        self.unsure += sum(problem.code == WAITS for problem in rows.problems)
        self._list(rows.problems)
        self.add_warnings(rows.warnings, rows.warned)

    def add_faults(self, problems: list[Problem], keys: list[Key]) -> None:
        """Counts faults that only showed among staged rows; each is another row's only one."""
        self.bad_rows += len(problems)
        self.bad_keys += keys
        self.harmless += sum(problem.code == HARMLESS for problem in problems)
        self._list(problems)

    def add_warnings(self, problems: list[Problem], counts: Counter[str]) -> None:
        """Counts what was noticed in rows that stay; `problems` may be the first of them only."""
        self.warned += counts
        self.warnings += map(_listed, problems[: max(0, LISTED_ROWS - len(self.warnings))])

    def in_other_units(self) -> dict[str, tuple[float, int]]:
        """The layer's columns that are mostly in another unit: its factor, and how many values are off by it."""
        return whole_columns(self.off, self.values)

    @property
    def bad_share(self) -> float:
        """Share of rows that cannot be released, are no mere copies and do not wait for a person."""
        return (self.bad_rows - self.harmless - self.unsure) / self.read if self.read else 0.0

    @property
    def unsure_share(self) -> float:
        """Share of rows whose address may be in several places."""
        return self.unsure / self.read if self.read else 0.0

    @property
    def far_share(self) -> float:
        """Share of rows that lie far from the unit that they name."""
        return self.warned['far_from_unit'] / self.read if self.read else 0.0

    def rows(self, told_at_once: frozenset[str] = frozenset()) -> Rows:
        """The counts as the report shows them; rows out of range in columns `told_at_once` are not listed again."""
        listed = [row for row in self.listed if not (row.code == 'range' and row.column in told_at_once)]
        missing = Counter({'unit_missing': len(self.missing)})
        return Rows(
            read=self.read,
            good=self.read - self.bad_rows,
            bad_rows=self.bad_rows,
            by_code=dict(sorted(self.codes.items())),
            bad=sorted(listed, key=lambda row: row.row),
            warnings_by_code=dict(sorted((self.warned + missing).items())),
            warnings=sorted(self.warnings, key=lambda row: row.row),
            repairs_by_kind=dict(sorted(self.repaired.items())),
            repairs=self.repairs,
            missing=self.missing,
            quality=by_element(self.codes + self.warned + missing),
        )

    def _list(self, problems: list[Problem]) -> None:
        self.codes.update(problem.code for problem in problems)
        self.listed += map(_listed, problems[: max(0, LISTED_ROWS - len(self.listed))])


def _listed(problem: Problem) -> BadRow:
    return BadRow(
        row=problem.row,
        code=problem.code,
        column=problem.column,
        value=problem.value,
        message=problem.message.vi,
        message_en=problem.message.en,
        place=problem.place,
        severity=problem.severity,
        element=FAULT_KINDS[problem.code].element,
    )
