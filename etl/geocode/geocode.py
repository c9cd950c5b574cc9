"""Addresses to places, many at once: right, or not sure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from math import dist

from psycopg2.extensions import connection as Connection

from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from etl.geocode.confirming import with_corrections
from etl.geocode.explaining import LARGEST_STREET_M, TOO_LONG, doubts, evidence, nothing_known
from etl.geocode.gazetteer import load_gazetteer
from etl.geocode.houses import House, HouseQuery, find_houses
from etl.geocode.hypotheses import Hypothesis, Weighing, joined, names_a_house, with_house
from etl.geocode.readings import Names, Readings
from etl.geocode.result import GeocodedAddress
from etl.geocode.words import read_words

# What costs less than this more than the best place is its rival.
RIVAL_WITHIN = 0.7
SAME_NAME_WITHIN = 0.2
MOST_RIVALS = 5
AT_ONCE = 500
LONGEST_ADDRESS = 400


def geocode(
    db: Connection,
    locality: Locality,
    addresses: Sequence[str],
    on: date | None = None,
    *,
    audience: Audience = 'internal',
    progress: Progress = silent,
    features: Sequence[str] = (),
) -> list[GeocodedAddress]:
    """The place of each address, in their order.

    on: the day whose communes are told, the locality's reference date where it is left out. Names of units are those of
    any day. features: for each address the row that it is of, by layer and key. db: of a role that may read what
    `audience` may see.
    """
    gazetteer = load_gazetteer(db, locality, audience, on)
    names = Names(gazetteer)
    answers: list[GeocodedAddress] = []
    for start in range(0, len(addresses), AT_ONCE):
        end = start + AT_ONCE
        answers += _geocode(db, names, addresses[start:end], features[start:end])
        progress('geocode', len(answers), len(addresses))
    return answers


def _geocode(db: Connection, names: Names, addresses: Sequence[str], features: Sequence[str]) -> list[GeocodedAddress]:
    words = [read_words(address[:LONGEST_ADDRESS]) for address in addresses]
    readings = names.read(words)
    weighed = [Weighing(names.gazetteer, own).hypotheses() for own in readings]
    queries = [query for own in weighed for place in own for query in place.queries]
    houses = find_houses(db, names.gazetteer, queries)
    placed = [sorted((with_house(place, houses, names.gazetteer) for place in own), key=_rank) for own in weighed]
    judge = partial(_judge, houses=houses)
    answers = [judge(*own) for own in zip(addresses, readings, placed, strict=True)]
    if names.gazetteer.audience != 'internal':
        return answers
    named_houses = list(map(names_a_house, readings))
    return with_corrections(db, names.gazetteer, answers, features or [''] * len(answers), named_houses)


def _judge(
    address: str, readings: Readings, places: list[Hypothesis], houses: dict[HouseQuery, list[House]]
) -> GeocodedAddress:
    if not places:
        return GeocodedAddress(address=address, sure=False, evidence=[nothing_known(readings)])
    best = places[0]
    rivals = _distinct([place for place in places[1:] if _is_rival(place, best)])
    best, rivals = _one_street(best, rivals)
    same_street = [query for place in places if place.street is best.street for query in place.queries]
    house_elsewhere = any(query in houses for query in same_street)
    against = doubts(readings, best, rivals, house_elsewhere=house_elsewhere)
    if len(address) > LONGEST_ADDRESS:
        against.append(TOO_LONG)
    return GeocodedAddress(
        address=address,
        sure=not against,
        place=best.candidate(),
        rivals=[place.candidate() for place in rivals[:MOST_RIVALS]],
        evidence=[*against, *evidence(readings, best)],
    )


def _rank(place: Hypothesis) -> tuple[float, bool, float]:
    """The cheapest first; of two that fit alike no commune, and of these the one that says less."""
    return round(place.cost, 2), place.precision == 'commune', -place.area.radius_m


def _one_street(best: Hypothesis, rivals: list[Hypothesis]) -> tuple[Hypothesis, list[Hypothesis]]:
    """The best place and its rivals; where all are parts of the street that is named, that street and none."""
    parts = [best, *rivals]
    area = joined([part.area for part in parts])
    if (
        any(part.precision != 'street' or part.street != best.street for part in parts)
        or area.radius_m > LARGEST_STREET_M
    ):
        return best, rivals
    return replace(best, area=area, communes=frozenset().union(*(part.communes for part in parts))), []


def _is_rival(place: Hypothesis, best: Hypothesis) -> bool:
    """Whether it fits nearly as well and lies elsewhere, or is another unit of the same name.

    Such a unit is a larger one on another day, or, without accents, a neighbour within whose radius it lies.
    """
    if place.precision == best.precision == 'commune':
        if place.communes > best.communes:
            return place.cost < best.cost + SAME_NAME_WITHIN
        if place.communes.isdisjoint(best.communes) and place.cost < best.cost + SAME_NAME_WITHIN:
            return True
    apart = dist(place.area.point, best.area.point) > max(best.area.radius_m, place.area.radius_m)
    return apart and place.cost < best.cost + RIVAL_WITHIN


def _distinct(places: list[Hypothesis]) -> list[Hypothesis]:
    """The places without those that lie where a better one does."""
    distinct: list[Hypothesis] = []
    for place in places:
        if all(
            dist(place.area.point, other.area.point) > other.area.radius_m or place.communes > other.communes
            for other in distinct
        ):
            distinct.append(place)
    return distinct
