"""Who has a service within reach, by zone and by kind of facility, and what a reader of these figures has to know."""

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from dothi.core.arrays import Bools, Floats, Ints
from dothi.core.norms import Norm
from dothi.core.text import Text
from processes.data import Homes, Zones
from processes.inputs import LimitedTravelInputs
from processes.ways.reach import ROUNDING_M
from processes.ways.travel import speed_of
from processes.zones.membership import Membership, no_people_note

# What a norm says in `measured_from` where a straight line is not enough.
ALONG_WAYS = 'along actual access'


@dataclass(frozen=True)
class ServedKind:
    """How far people are from one kind of facility, and how far they may be; arrays of shape (n,).

    limit_m: nan where no norm says so; whoever lives there is neither served nor unserved.
    """

    kind: str
    facilities: int
    way_m: Floats
    limit_m: Floats
    norms: tuple[Norm, ...] = ()

    @property
    def covered(self) -> Bools:
        """Whether the way is within the limit."""
        return np.asarray(self.way_m <= self.limit_m + ROUNDING_M, dtype=bool)

    @property
    def assessed(self) -> Bools:
        """Whether there is a limit."""
        return ~np.isnan(self.limit_m)

    @property
    def beyond(self) -> Bools:
        """Whether the way exceeds a limit."""
        return self.assessed & ~self.covered

    def of(self, some: slice) -> 'ServedKind':
        """The same figures for some of the people."""
        return ServedKind(self.kind, self.facilities, self.way_m[some], self.limit_m[some], self.norms)


def by_all(kinds: list[ServedKind]) -> tuple[Bools, Bools]:
    """Who is covered by every kind, and whom every kind is asked for."""
    covered = reduce(np.logical_and, (kind.covered for kind in kinds))
    return covered, reduce(np.logical_and, (kind.assessed for kind in kinds))


def coverage_figures(population: float, assessed: float, covered: float, kind: str = '') -> dict[str, Any]:
    """People covered and their share of those for whom there is a limit; their names end in the kind, if one is given.

    The share is null where nobody lives, because an empty zone is neither served nor unserved.
    """
    ending = f'_{kind}' if kind else ''
    share = round(covered / assessed, 6) if assessed else None
    lacking = {f'population_without_norm{ending}': int(population - assessed)} if assessed < population else {}
    return {f'population_covered{ending}': int(covered), f'share_covered{ending}': share, **lacking}


def zone_figures(kinds: list[ServedKind], people: Floats, inside: Membership) -> list[dict[str, Any]]:
    """Figures of each zone: of all kinds together, and of each where there are several.

    people: per home, shape (n,); inside: the zones that each home lies in.
    """
    population = inside.sums(people)
    rows: list[dict[str, Any]] = [{'population': int(total)} for total in population]
    columns = [('', *by_all(kinds))]
    if len(kinds) > 1:
        columns += [(kind.kind, kind.covered, kind.assessed) for kind in kinds]
    for name, covered, assessed in columns:
        sums = [inside.sums(people * mask) for mask in (assessed, covered & assessed)]
        for figures, total, assessed_people, served in zip(rows, population, *sums, strict=True):
            figures.update(coverage_figures(total, assessed_people, served, name))
    return rows


def summary_of(kinds: list[ServedKind], people: Floats, inside: Membership) -> dict[str, Any]:
    """Figures of the homes in any zone, each once; who lives outside all of them is told by number alone."""
    covered, assessed = by_all(kinds)
    cut_off = np.logical_or.reduce([np.isinf(kind.way_m) for kind in kinds])
    lived = people_inside(people, inside)
    return {
        'population': int(lived.sum()),
        **coverage_figures(lived.sum(), lived[assessed].sum(), lived[covered & assessed].sum()),
        'population_outside_zones': int(people[inside.outside].sum()),
        'population_without_way': int(lived[cut_off].sum()),
    }


def people_inside(people: Floats, inside: Membership) -> Floats:
    """The people of each home that lies in a zone, 0 of the others, shape (n,)."""
    return people * ~inside.outside


def kind_summary(served_kind: ServedKind, people: Floats) -> dict[str, Any]:
    """Figures of one kind, with the norms that set its limit."""
    return {
        'kind': served_kind.kind,
        'facilities': served_kind.facilities,
        **coverage_figures(people.sum(), people[served_kind.assessed].sum(), people[served_kind.covered].sum()),
        'population_without_way': int(people[np.isinf(served_kind.way_m)].sum()),
        'norms': [norm.cited for norm in served_kind.norms],
    }


def per_zone(zone: Ints, people: Floats, zones: int) -> Floats:
    """Sum of people by zone, shape (zones,); those outside every zone are left out."""
    inside = zone >= 0
    return np.bincount(zone[inside], weights=people[inside], minlength=zones)


def notes_on(served: list[ServedKind], zones: Zones, homes: Homes) -> list[Text]:
    """What a reader of the figures has to know of the facilities, the roads and the zones."""
    lacking = [_note_no_facility(kind.kind) for kind in served if not kind.facilities]
    empty = no_people_note(zones.membership(homes.xy).sums(homes.population))
    return [*lacking, *zones.notes, *empty]


def list_caveats(inputs: LimitedTravelInputs, mode: str, norms: list[Norm]) -> list[Text]:
    """What a reader of the figures has to know of how they are measured."""
    notes = []
    if mode == 'straight-line':
        notes.append(
            Text(
                vi='Đo theo đường thẳng: đường đi thực tế dài hơn, vật cản không được xét.',
                en='Measured in a straight line: real ways are longer, and barriers are not considered.',
            )
        )
        notes += [_not_as_the_norm(norm) for norm in dict.fromkeys(norms) if ALONG_WAYS in norm.measured_from]
    if inputs.minutes is not None:
        notes.append(
            Text(
                vi=f'Thời gian tính theo tốc độ {speed_of(inputs):g} km/h trên mọi đường.',
                en=f'Times suppose {speed_of(inputs):g} km/h on every road.',
            )
        )
    if any(not norm.verified for norm in norms):
        notes.append(
            Text(vi='Có trị số quy chuẩn chưa được kiểm tra.', en='A value of a norm has not been verified yet.')
        )
    return notes


def _note_no_facility(kind: str) -> Text:
    return Text(
        vi=f'Không có cơ sở loại "{kind}": 0 % là vì không có cơ sở nào trong dữ liệu, không phải vì xa.',
        en=f'There is no facility of the kind "{kind}": nobody is covered as the data have none, not as it is far.',
    )


def _not_as_the_norm(norm: Norm) -> Text:
    return Text(
        vi=f'Quy chuẩn {norm.value:g} {norm.unit} ({norm.subject}, {norm.clause}) đo theo đường tiếp cận thực tế: '
        'đo đường thẳng thì nhiều người được tính là được phục vụ hơn quy chuẩn. Dùng mode network.',
        en=f'The norm of {norm.value:g} {norm.unit} ({norm.subject}, {norm.clause}) is measured along actual access: '
        'in a straight line more people count as covered than by the norm. Use the mode network.',
    )


def coverage_change(total: float, before: float, after: float) -> dict[str, Any]:
    """People, and how many of them are covered before and after."""
    return {
        'population': int(total),
        **{f'{name}_before': value for name, value in coverage_figures(total, total, before).items()},
        **{f'{name}_after': value for name, value in coverage_figures(total, total, after).items()},
        'population_gained': int(after - before),
    }
