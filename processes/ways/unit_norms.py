"""Services of which each unit has to have so many: a health station in each commune. Pure functions on arrays."""

from typing import Any

import numpy as np

from dothi.core.arrays import Bools, Ints
from dothi.core.errors import WrongUse
from dothi.core.norms import Norm, norm_for
from processes.ways.covered import ServedKind
from processes.ways.facilities import Facilities
from processes.zones.membership import Membership

UNIT_NORM = 'facilities_per_unit'


class NoUnitNorm(WrongUse):
    """No norm says how many facilities of this kind a unit has to have."""


def norm_per_unit(norms: list[Norm], kind: str) -> Norm:
    """How many facilities of a kind each unit has to have; raises NoUnitNorm with the kinds that have a norm."""
    match = norm_for(norms, kind)
    if match is None:
        listed = ', '.join(sorted({norm.subject for norm in norms})) or '–'
        raise NoUnitNorm(
            vi=f'Quy chuẩn không nêu số "{kind}" của mỗi đơn vị. Có quy chuẩn cho: {listed}. Chọn kind_column và '
            'filter cho các loại đó, hoặc cho distance_m.',
            en=f'No norm says how many "{kind}" each unit has to have. There is one for: {listed}. Choose '
            'kind_column and filter for these, or give distance_m.',
        )
    return match


def level_of_norm(norm: Norm) -> str:
    """The level of the units that a norm counts by: `commune` of `per commune`."""
    return norm.unit.removeprefix('per ')


def facilities_by_unit(facilities: Facilities, kind: str, inside: Membership) -> Ints:
    """How many facilities of a kind each unit has, shape (units,). inside: the units of the facilities' entrances.

    One with an area counts in every unit in which it has an entrance.
    """
    ours = np.asarray([own_kind == kind for own_kind in facilities.kinds], dtype=bool)
    pairs = np.unique(np.column_stack([facilities.owner[inside.place], inside.zone]), axis=0)
    return np.bincount(pairs[ours[pairs[:, 0]], 1], minlength=inside.zones)


def served_by_unit(kind: str, facilities: int, counts: Ints, norm: Norm, homes: Membership) -> ServedKind:
    """Whose unit has as many facilities of a kind as the norm asks for; whoever is in no unit is not assessed.

    facilities: of the kind, those in no unit included. counts: by unit.
    Nothing is measured: the way is 0 for whoever has them, and 1 beside a limit of 0 for whoever has not.
    """
    enough = counts >= norm.value
    lacking, limit = np.ones(homes.places), np.full(homes.places, np.nan)
    lacking[homes.place[enough[homes.zone]]] = 0
    limit[homes.place] = 0
    return ServedKind(kind, facilities, lacking, limit, (norm,))


def unit_figures(kinds: list[ServedKind], counts: list[Ints], unit: int) -> dict[str, Any]:
    """Facilities of each kind in a unit, and whether they are as many as the norms ask for."""
    met: Bools = np.asarray([count[unit] >= kind.norms[0].value for kind, count in zip(kinds, counts, strict=True)])
    facilities = {f'facilities_{kind.kind}': int(count[unit]) for kind, count in zip(kinds, counts, strict=True)}
    return {**facilities, 'norm_met': bool(met.all())}
