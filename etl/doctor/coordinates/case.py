"""One file before the judge: its candidates, each weighed by all that is known."""

from dataclasses import dataclass

import numpy as np
import shapely

from dothi.core.coverage import Coverage
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.doctor.coordinates.candidates import readings
from etl.doctor.coordinates.reading import Reading
from etl.doctor.coordinates.references import Reference
from etl.doctor.coordinates.sample import Sample
from etl.doctor.coordinates.scoring import Placed, Weight

# Two readings that put everything within this are the same one.
SAME_M = 1.0
MEASURED = 50


@dataclass(frozen=True)
class Weighed:
    """A candidate with all that is said of it: weights that decide, and those of demonstration data, which do not."""

    placed: Placed
    weights: list[Weight]
    hearsay: list[Weight]

    @property
    def reading(self) -> Reading:
        return self.placed.reading

    @property
    def excluded(self) -> bool:
        return any(weight.standing in ('excluded', 'refuted') for weight in self.weights)

    @property
    def refuted(self) -> bool:
        return any(weight.standing == 'refuted' for weight in self.weights)

    @property
    def confirmed(self) -> bool:
        return not self.excluded and any(weight.standing == 'fits' for weight in self.weights)

    @property
    def score(self) -> float:
        """The least share of rows that fit, over all that is known."""
        return min((weight.score for weight in self.weights + self.hearsay), default=0.0)

    def distance_m(self, other: 'Weighed') -> float:
        """How far it puts the data from where `other` does: the median over some rows, as it varies by metres."""
        step = max(1, len(self.placed.inside) // MEASURED)
        apart = shapely.distance(self.placed.inside[::step], other.placed.inside[::step])
        return float(np.median(np.nan_to_num(apart, nan=np.inf)))


@dataclass(frozen=True)
class Case:
    """One file before the judge: what it declares, and the candidates, the best first."""

    declared: str | None
    candidates: list[Weighed]

    def of(self, reading: Reading) -> Weighed:
        """Return the candidate with this reading."""
        return next(each for each in self.candidates if each.reading == reading)

    def rivals(self, chosen: Weighed) -> list[Weighed]:
        """Candidates that nothing excludes and that put the data elsewhere than `chosen` does."""
        return [each for each in self.candidates if not each.excluded and each.distance_m(chosen) >= SAME_M]

    def winner(self) -> Weighed | None:
        """The candidate that fits what is known, where the only others left suppose a mistake in this very one."""
        fitting = [each for each in self.candidates if each.confirmed]
        fitting.sort(key=lambda each: each.reading.supposes_a_mistake)
        for chosen in fitting[:1]:
            left = self.rivals(chosen)
            if all(each.reading.supposes_a_mistake and each.reading.as_meant == chosen.reading for each in left):
                return chosen
        return None

    def better(self, than: Weighed) -> list[str]:
        """Labels of the candidates that are left when `than` is not, those that suppose nothing first."""
        left = [each for each in self.rivals(than) if each.score > 0]
        return [each.reading.label for each in sorted(left, key=lambda each: each.reading.supposes_a_mistake)][:5]


def heard(
    declared: Reading | None,
    label: str | None,
    layer: Layer | Coverage,
    locality: Locality,
    sample: Sample,
    references: list[Reference],
) -> Case:
    """The candidates, each weighed by every reference; the best first, and the declared one before its equals."""
    placed = [Placed(reading, sample, locality.srid) for reading in readings(layer, locality, sample, declared)]
    if not placed:
        return Case(label, [])
    weighed = [(reference.real, reference.weigh(placed)) for reference in references]
    candidates = [
        Weighed(each, [w[n] for real, w in weighed if real], [w[n] for real, w in weighed if not real])
        for n, each in enumerate(placed)
    ]
    return Case(label, sorted(candidates, key=lambda each: (each.excluded, -each.score)))
