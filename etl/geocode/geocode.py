"""Addresses to places, many at once: right, or not sure."""

from collections.abc import Sequence
from datetime import date

from psycopg2.extensions import connection as Connection

from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from etl.geocode.confirming import with_corrections
from etl.geocode.gazetteer import load_gazetteer
from etl.geocode.houses import find_houses
from etl.geocode.hypotheses import Weighing, names_a_house
from etl.geocode.judging import judge
from etl.geocode.readings import Names
from etl.geocode.result import GeocodedAddress
from etl.geocode.words import read_words

# As many are compared with the names together.
AT_ONCE = 500


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
    words = [read_words(address) for address in addresses]
    readings = names.read(words)
    weighed = [Weighing(names.gazetteer, read).hypotheses() for read in readings]
    queries = [query for places in weighed for place in places for query in place.queries]
    houses = find_houses(db, names.gazetteer, queries)
    answers = [
        judge(address, read, places, houses, names.gazetteer)
        for address, read, places in zip(addresses, readings, weighed, strict=True)
    ]
    if names.gazetteer.audience != 'internal':
        return answers
    named_houses = list(map(names_a_house, readings))
    return with_corrections(db, names.gazetteer, answers, features or [''] * len(answers), named_houses)
