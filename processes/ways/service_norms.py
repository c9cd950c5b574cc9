"""How far a service may be by the norms, in town and in the country."""

import numpy as np

from dothi.core.errors import WrongUse, did_you_mean
from dothi.core.norms import Norm, norm_for
from processes.base import Layer
from processes.data import Data
from processes.ways.network import Bools, Floats, zone_of

NORM = 'service_distance'
URBAN, RURAL = 'urban', 'rural'
# What a norm says in `measured_from` where a straight line is not enough.
ALONG_WAYS = 'along actual access'


class NoDistanceNorm(WrongUse):
    """No norm says how far a facility of this kind may be."""


def limit_by_norm(norms: list[Norm], kind: str, urban: Bools | None, count: int) -> tuple[Floats, tuple[Norm, ...]]:
    """Metres that a facility of this kind may be away from each place, nan where no norm says so, and the norms used.

    urban: whether each place is, shape (count,); None where the locality does not say. Raises NoDistanceNorm.
    """
    conditions = (None, None) if urban is None else (RURAL, URBAN)
    found = [norm_for(norms, kind, condition=condition) for condition in conditions]
    values = np.asarray([norm.value if norm else np.nan for norm in found])
    used = tuple(dict.fromkeys(norm for norm in found if norm))
    if not used:
        raise _no_norm(kind, norms)
    return values[np.zeros(count, dtype=int) if urban is None else urban.astype(int)], used


def in_urban_units(places: Floats, data: Data) -> Bools | None:
    """Whether each place lies in an urban unit; None where the locality does not say which units are urban."""
    place = data.locality.place
    if place.urban_units is None or not place.unit_layers:
        return None
    units = data.zones(Layer(place.unit_layers[-1], filter=place.urban_units))
    return zone_of(places, units.shapes) >= 0


def _no_norm(kind: str, norms: list[Norm]) -> NoDistanceNorm:
    known = sorted({norm.subject for norm in norms})
    hint = did_you_mean(kind, known)
    return NoDistanceNorm(
        vi=f'Quy chuẩn không nêu khoảng cách đến "{kind}". {hint.vi} Cho distance_m hoặc minutes, hoặc kind_column.',
        en=f'No norm says how far "{kind}" may be. {hint.en} Give distance_m or minutes, or a kind_column.',
    )
