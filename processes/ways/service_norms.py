"""How far a service may be by the norms, in town and in the country."""

import numpy as np

from dothi.core.arrays import Bools, Floats
from dothi.core.errors import WrongUse
from dothi.core.norms import Norm, norm_for
from processes.data import Data
from processes.inputs import LayerRef
from processes.zones.membership import zone_of

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
    matches = [norm_for(norms, kind, condition=condition) for condition in conditions]
    values = np.asarray([norm.value if norm else np.nan for norm in matches])
    used = tuple(dict.fromkeys(norm for norm in matches if norm))
    if not used:
        raise _no_norm(kind, norms, [], [])
    return values[np.zeros(count, dtype=int) if urban is None else urban.astype(int)], used


def must_have_distance(norms: list[Norm], kind: str, columns: list[str], per_unit: list[Norm]) -> None:
    """Raises NoDistanceNorm where no norm says how far a kind may be, in town or in the country.

    columns: of the layer, which tell kinds that have a norm. per_unit: norms that say how many a unit has to have.
    """
    if not any(norm_for(norms, kind, condition=condition) for condition in (None, RURAL, URBAN)):
        raise _no_norm(kind, norms, columns, per_unit)


def in_urban_units(places: Floats, data: Data) -> Bools | None:
    """Whether each place lies in an urban unit; None where the locality does not say which units are urban."""
    place = data.locality.place
    if place.urban_units is None or not place.unit_layers:
        return None
    units = data.zones(LayerRef(place.unit_layers[-1], filter=place.urban_units))
    return zone_of(places, units.shapes) >= 0


def _no_norm(kind: str, norms: list[Norm], columns: list[str], per_unit: list[Norm]) -> NoDistanceNorm:
    subjects = ', '.join(sorted({norm.subject for norm in norms})) or '–'
    chosen = ' / '.join(columns)
    vi = f'kind_column = {chosen}' if chosen else 'kind_column'
    en = f'the kind_column {chosen}' if chosen else 'a kind_column'
    if any(norm.subject == kind for norm in per_unit):
        vi = en = 'norm = facilities_per_unit'
    return NoDistanceNorm(
        vi=f'Quy chuẩn không nêu khoảng cách đến "{kind}"; có cho: {subjects}. Cho distance_m hoặc minutes, hoặc {vi}.',
        en=f'No norm says how far "{kind}" may be; there is one for: {subjects}. Give distance_m or minutes, or {en}.',
    )
