"""Which of the places that an address may mean is answered, and whether it is sure."""

from collections.abc import Sequence
from dataclasses import replace
from math import dist

from etl.geocode.explaining import LARGEST_STREET_M, TOO_LONG, doubts, evidence, nothing_known
from etl.geocode.gazetteer import Gazetteer, street_key
from etl.geocode.houses import House, HouseQuery
from etl.geocode.hypotheses import Hypothesis, joined, with_house
from etl.geocode.readings import Readings
from etl.geocode.result import GeocodedAddress
from etl.geocode.words import is_too_long

# What costs less than this more than the best place is its rival.
RIVAL_WITHIN = 0.7
SAME_NAME_WITHIN = 0.2
MOST_RIVALS = 5


def judge(
    address: str,
    readings: Readings,
    hypotheses: Sequence[Hypothesis],
    houses: dict[HouseQuery, list[House]],
    gazetteer: Gazetteer,
) -> GeocodedAddress:
    """The likeliest of the places with its rivals, with what speaks against it; sure where nothing does."""
    places = sorted((with_house(place, houses, gazetteer) for place in hypotheses), key=_rank)
    if not places:
        return GeocodedAddress(address=address, sure=False, evidence=[nothing_known(readings)])
    best = places[0]
    rivals = _distinct([place for place in places[1:] if is_rival(place, best)])
    best, rivals = _one_street(best, rivals)
    best = _commune_of_long_street(best, gazetteer) if not rivals else best
    same_street = [query for place in places if place.street is best.street for query in place.queries]
    house_elsewhere = any(query in houses for query in same_street)
    against = doubts(readings, best, rivals, house_elsewhere=house_elsewhere)
    if is_too_long(address, readings.words):
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


def is_rival(place: Hypothesis, best: Hypothesis) -> bool:
    """Whether it fits nearly as well and lies elsewhere, or is another unit of the same name.

    Such a unit is a larger one on another day, or, without accents, a neighbour within whose radius it lies. Of the
    streets of one name in a commune, the one that has the house is meant.
    """
    if place.precision == best.precision == 'commune':
        if place.communes > best.communes:
            return place.cost < best.cost + SAME_NAME_WITHIN
        if place.communes.isdisjoint(best.communes) and place.cost < best.cost + SAME_NAME_WITHIN:
            return True
    if best.precision == 'house' and place.precision == 'street' and _are_namesakes(place, best):
        return False
    apart = dist(place.area.point, best.area.point) > max(best.area.radius_m, place.area.radius_m)
    return apart and place.cost < best.cost + RIVAL_WITHIN


def _are_namesakes(place: Hypothesis, other: Hypothesis) -> bool:
    """Whether both are streets of one name in the same commune, or houses of such."""
    if place.street is None or other.street is None or len(other.communes) != 1:
        return False
    return place.communes == other.communes and street_key(place.street.name) == street_key(other.street.name)


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


def _one_street(best: Hypothesis, rivals: list[Hypothesis]) -> tuple[Hypothesis, list[Hypothesis]]:
    """The best place and its rivals; where all are parts of the street that is named, or its namesakes in the same
    commune, all of them as one street and no rival.
    """
    parts = [best, *rivals]
    if any(part.precision != 'street' for part in parts):
        return best, rivals
    namesakes = all(_are_namesakes(part, best) for part in rivals)
    area = joined([part.area for part in parts])
    if not namesakes and (any(part.street != best.street for part in parts) or area.radius_m > LARGEST_STREET_M):
        return best, rivals
    return replace(best, area=area, communes=frozenset().union(*(part.communes for part in parts))), []


def _commune_of_long_street(best: Hypothesis, gazetteer: Gazetteer) -> Hypothesis:
    """The commune of a street that is too long to find something by, where it has just one and no number is named."""
    is_long = best.precision == 'street' and not best.queries and best.area.radius_m > LARGEST_STREET_M
    if not is_long or len(best.communes) != 1:
        return best
    (code,) = best.communes
    label = gazetteer.commune_names.get(code, code)
    return replace(best, label=label, precision='commune', area=gazetteer.communes[code])
