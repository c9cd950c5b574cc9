"""What has to be kept away from dwellings, by which norm, and the dwellings that are too near: no database needed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dothi.core.arrays import Bools, Floats, Ints
from dothi.core.norms import Norm, norm_for
from dothi.core.text import Text
from processes.data import Zones
from processes.zones.membership import Membership

type Row = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """How the norm of one kind is found: columns of its layer, and subject, condition and quantity from them."""

    norm: str
    columns: tuple[str, ...]
    norm_key: Callable[[Row], tuple[str | None, str | None, float | None]]


def _yes_no_condition(value: bool | None, yes: str, no: str) -> str | None:
    return None if value is None else yes if value else no


RULES: dict[str, Rule] = {
    'wastewater_works': Rule(
        'wastewater_isolation',
        ('capacity_m3_d', 'enclosed'),
        lambda row: ('treatment_works', _yes_no_condition(row['enclosed'], 'enclosed', 'open'), row['capacity_m3_d']),
    ),
    'pumping_stations': Rule(
        'wastewater_isolation', ('capacity_m3_d',), lambda row: ('pumping_station', None, row['capacity_m3_d'])
    ),
    'landfills': Rule('landfill_isolation', ('kind', 'open'), lambda row: (row['kind'], None, None)),
    'cemeteries': Rule(
        'cemetery_isolation',
        ('treated',),
        lambda row: ('cemetery', _yes_no_condition(row['treated'], 'treated', 'untreated'), None),
    ),
}


KINDS = {
    'wastewater_works': Text(vi='Công trình xử lý nước thải', en='Wastewater works'),
    'pumping_stations': Text(vi='Trạm bơm nước thải', en='Wastewater pumping stations'),
    'landfills': Text(vi='Bãi chôn lấp rác', en='Landfills'),
    'cemeteries': Text(vi='Nghĩa trang', en='Cemeteries'),
}


@dataclass(frozen=True)
class Source:
    """Something to keep away from; `norm` is None where none applies."""

    kind: str
    row: Row
    norm: Norm | None


@dataclass(frozen=True)
class NearPairs:
    """Pairs of a source and a dwelling that is too near to it; all of shape (n,).

    source, home: numbers in the list of sources and among the dwellings, which are numbered by their ids.
    """

    source: Ints
    home: Ints
    people: Floats

    def where(self, mask: Bools) -> 'NearPairs':
        """The pairs that the mask keeps."""
        return NearPairs(self.source[mask], self.home[mask], self.people[mask])

    def each_once(self) -> 'NearPairs':
        """One pair for each dwelling, whatever sources it is too near to."""
        _, first = np.unique(self.home, return_index=True)
        return NearPairs(self.source[first], self.home[first], self.people[first])

    @property
    def counted(self) -> dict[str, int]:
        """Dwellings and people, each once."""
        once = self.each_once()
        return {'dwellings': len(once.home), 'people': int(once.people.sum())}


def norm_of_source(rule: Rule, row: Row, norms: Sequence[Norm]) -> Norm | None:
    subject, condition, quantity = rule.norm_key(row)
    return norm_for(norms, subject, condition=condition, quantity=quantity)


def locate_pairs(pairs: Floats, zones: Zones) -> tuple[NearPairs, Membership]:
    """The pairs, and the zones of their dwellings; a dwelling belongs to every zone that its middle lies in."""
    _, first, home = np.unique(pairs[:, 1], return_index=True, return_inverse=True)
    return NearPairs(pairs[:, 0].astype(np.int64), home, pairs[:, 2]), zones.membership(pairs[first, 3:5])


def pairs_of_sources(near: NearPairs, chosen: Iterable[bool]) -> NearPairs:
    """The pairs of the sources that are wanted, told for each in their order."""
    return near.where(np.fromiter(chosen, dtype=bool)[near.source])


def count_by_kind(sources: list[Source], near: NearPairs, kinds: Iterable[str]) -> dict[str, dict[str, int]]:
    """Sources, dwellings and people of each kind."""
    return {
        kind: {
            'sources': sum(source.kind == kind for source in sources),
            **pairs_of_sources(near, (source.kind == kind for source in sources)).counted,
        }
        for kind in kinds
    }


def count_by_norm(sources: list[Source], near: NearPairs) -> list[dict[str, Any]]:
    """Every norm that applies, with its clause, and what is nearer than it allows."""
    norms = sorted({source.norm for source in sources if source.norm}, key=lambda norm: (norm.norm, norm.value))
    return [
        {
            **norm.cited,
            'sources': sum(source.norm == norm for source in sources),
            **pairs_of_sources(near, (source.norm == norm for source in sources)).counted,
        }
        for norm in norms
    ]


def near_by_zone(inside: Membership, near: NearPairs, prefix: str) -> dict[str, Floats]:
    """Dwellings and people by zone, each dwelling once in each zone; arrays of shape (zones,)."""
    once = near.each_once()
    dwellings, people = np.zeros(inside.places), np.zeros(inside.places)
    dwellings[once.home], people[once.home] = 1, once.people
    return {f'{prefix}dwellings': inside.sums(dwellings), f'{prefix}people': inside.sums(people)}
