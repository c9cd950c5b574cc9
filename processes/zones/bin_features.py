"""Bins of space and time as features: what is shown of each, and what is hidden."""

from typing import Any

import numpy as np

from dothi.core.arrays import Ints
from processes.geojson import geojson_geometries, numbered_features
from processes.zones.clusters import LEAST_PERIODS_FOR_TREND, Verdicts
from processes.zones.space_time import Cells, Periods


def bin_features(
    verdicts: Verdicts, cube: Ints, cells: Cells, periods: Periods, significance: float, srid: int
) -> list[Any]:
    """A feature for each bin that has a count to show or is a hot or cold spot, by cell and then by period."""
    period, row, column = np.nonzero(verdicts.is_published | (verdicts.p_adjusted <= significance))
    order = np.lexsort([period, column, row])
    period, row, column = period[order], row[order], column[order]
    properties = [
        {
            'cell': cells.name(at[1], at[2]),
            'since': periods.begins(at[0]).isoformat(),
            'until': periods.ends(at[0]).isoformat(),
            'reports': int(cube[at]) if verdicts.is_published[at] else None,
            **_describe_verdict(verdicts, at, significance),
        }
        for at in zip(period.tolist(), row.tolist(), column.tolist(), strict=True)
    ]
    return numbered_features(geojson_geometries(cells.boxes(row, column), srid), properties)


def _describe_verdict(verdicts: Verdicts, at: tuple[int, int, int], significance: float) -> dict[str, Any]:
    z, p_adjusted = float(verdicts.z[at]), float(verdicts.p_adjusted[at])
    verdict = ('hot' if z > 0 else 'cold') if p_adjusted <= significance else 'none'
    trend_z, trend_p = float(verdicts.trend_z[at[1:]]), float(verdicts.trend_p_adjusted[at[1:]])
    rising = ('rising' if trend_z > 0 else 'falling') if trend_p <= significance else 'none'
    return {
        'z': round(z, 4),
        'p': round(float(verdicts.p[at]), 6),
        'p_adjusted': round(p_adjusted, 6),
        'verdict': verdict,
        'trend_z': round(trend_z, 4),
        'trend_p_adjusted': round(trend_p, 6),
        'trend': rising if len(verdicts.z) >= LEAST_PERIODS_FOR_TREND else None,
    }
