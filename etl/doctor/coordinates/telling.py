"""A case as the report has it: candidates with their evidence and places, and rivals."""

import numpy as np
import shapely

from dothi.core.crs import WGS84, proj_string
from dothi.core.text import Text
from etl.doctor.coordinates.case import Case, Weighed
from etl.doctor.coordinates.scoring import Placed
from etl.moving import move
from etl.report.model import Candidate, CrsReport, Rival

# Rows of each candidate on the map.
DOTS = 40


def held_report(case: Case) -> CrsReport:
    """The report where nothing was decided."""
    return CrsReport(declared=case.declared, candidates=_describe_candidates(case.candidates, case.candidates[:1]))


def report_of(case: Case, chosen: Weighed, candidates: list[Weighed]) -> CrsReport:
    """The report where `chosen` was decided on, with the candidates `shown` and the rivals that are left."""
    left = [each for each in case.rivals(chosen) if _worth_telling(each, chosen)]
    rivals = sorted((each.distance_m(chosen), each.reading.label) for each in left)
    return CrsReport(
        declared=case.declared,
        decided=chosen.reading.label,
        candidates=_describe_candidates(candidates, [chosen]),
        rivals=[Rival(crs=label, distance_m=round(distance, 2)) for distance, label in rivals if np.isfinite(distance)],
    )


def _describe_candidates(candidates: list[Weighed], measured_from: list[Weighed]) -> list[Candidate]:
    """The candidates as the report has them, with their distance from the first of `measured_from`."""
    return [
        Candidate(
            crs=each.reading.label,
            score=round(each.score, 4),
            evidence=Text.join('; ', [weight.evidence for weight in [*each.hearsay, *each.weights][::-1]]),
            distance_m=_finite(each.distance_m(measured_from[0])),
            places=_places(each.placed),
        )
        for each in candidates
        if _worth_telling(each, measured_from[0])
    ]


def _worth_telling(each: Weighed, chosen: Weighed) -> bool:
    """Keep the mistakes that the chosen reading explains; other candidates report their own."""
    supposed = each.reading.supposes_a_mistake and each.reading != chosen.reading
    return not supposed or (not each.excluded and each.reading.as_meant == chosen.reading)


def _finite(distance: float) -> float | None:
    return round(distance, 2) if np.isfinite(distance) else None


def _places(placed: Placed) -> list[tuple[float, float]]:
    """Points of some rows in WGS 84, for the report's map."""
    points = placed.inside[:: max(1, len(placed.inside) // DOTS)][:DOTS]
    moved = shapely.get_coordinates(move(points, proj_string(placed.srid), proj_string(WGS84)))
    return [(round(float(x), 6), round(float(y), 6)) for x, y in moved if np.isfinite(x) and np.isfinite(y)]
