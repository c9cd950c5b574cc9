"""The values of norms, as `norms.csv` states them."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Norm:
    """One value of a norm: where it applies, its clause, and from where it is measured."""

    norm: str
    class_from: float
    class_to: float
    class_unit: str
    insulated: str
    value: float
    unit: str
    clause: str
    measured_from: str
    valid_from: date
    valid_to: date | None
    verified: bool


def norm_of(row: dict[str, str]) -> Norm:
    """The norm of a row of `norms.csv`."""
    return Norm(
        norm=row['norm'],
        class_from=float(row['class_from']),
        class_to=float(row['class_to']),
        class_unit=row['class_unit'],
        insulated=row['insulated'],
        value=float(row['value']),
        unit=row['unit'],
        clause=row['clause'],
        measured_from=row['measured_from'],
        valid_from=date.fromisoformat(row['valid_from']),
        valid_to=date.fromisoformat(row['valid_to']) if row['valid_to'] else None,
        verified=row['verified'] == 'yes',
    )
