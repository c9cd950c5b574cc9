"""House numbers: where an address has them, and which houses of a street carry them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from dothi.core.layer import AddressColumns, Layer
from dothi.core.layer_source import source
from dothi.core.text import search_key
from etl.geocode.gazetteer import Gazetteer, street_key
from etl.geocode.ground import Box, Ground, Point
from etl.geocode.readings import Span
from etl.geocode.words import NUMBER_RANGE, WORD, Word, label_before, lane_number

# What a number after these words counts is no house.
OTHER_NUMBERS = 'km thửa đất đồ tờ tầng lầu phòng căn hộ lô kiot ốt quầy sạp cũ cột cách đến'
NO_HOUSES = frozenset(spelling for word in OTHER_NUMBERS.split() for spelling in (word, search_key(word)))
# A house in a lane may be so far from its street, and somebody may mean its gate.
FAR_FROM_STREET_M, AROUND_HOUSE_M = 300.0, 30.0


@dataclass(frozen=True)
class HouseQuery:
    """A number that is looked for along a street by its name, within a box and a little around it."""

    street: str
    box: Box
    number: str


def numbers_of(words: list[Word], street: Span) -> list[str]:
    """The number of the house as it may be written in the data, the likeliest first; none where the words have none.

    A house in a lane has the lane's number before its own: `số 5 ngõ 12` is `12/5`. Of two houses that right before the
    street counts, else the first.
    """
    lanes: list[str] = []
    houses: list[tuple[bool, bool, int, str]] = []
    for at, word in enumerate(words):
        if not word.is_number or street.start <= at < street.end:
            continue
        kinds = label_before(words, at)[1]
        if 'lane' in kinds:
            lanes.insert(0, word.key)
        elif (not kinds or 'number' in kinds) and not _is_no_house(words, at):
            is_apart = at != street.start - street.label - 1
            houses.append((is_apart, 'number' not in kinds, at, word.key))
    numbers = [number for *_, number in sorted(houses)[:1]]
    return [spelling for number in numbers for spelling in _spellings(number, lanes)]


def _is_no_house(words: list[Word], at: int) -> bool:
    """Whether it numbers a floor, a plot, a milestone, or what the house had before: `số cũ 5`, `thửa đất số 5`."""
    label, _ = label_before(words, at)
    before = words[at - label - 1] if at > label else None
    return before is not None and before.part == words[at].part and before.written.casefold() in NO_HOUSES


def house_queries(street: str, box: Box, number: str) -> list[HouseQuery]:
    """What to look for: the number in the street, and for a lane its number and that of the house in its own street."""
    words = [word[0] for word in WORD.finditer(street)]
    lane = lane_number([search_key(word) for word in words])
    in_lane = [HouseQuery(' '.join(words[2:]), box, f'{lane}/{number}')] if lane else []
    return [*in_lane, HouseQuery(street, box, number)]


def _spellings(number: str, lanes: list[str]) -> Iterator[str]:
    first = NUMBER_RANGE.split(number)[0]
    yield '/'.join([*lanes, number])
    if first != number:
        yield '/'.join([*lanes, first])


@dataclass(frozen=True)
class House:
    """The middle of a house, and the code of the commune that it stands in."""

    point: Point
    commune: str | None


def find_houses(db: Connection, gazetteer: Gazetteer, queries: Iterable[HouseQuery]) -> dict[HouseQuery, list[House]]:
    """All houses with each number; a number that none has is left out."""
    queries = list(dict.fromkeys(queries))
    houses: dict[HouseQuery, list[House]] = defaultdict(list)
    for layer in gazetteer.houses:
        rows = _rows(db, gazetteer, layer, layer.address, queries) if layer.address else []
        for number, x, y, street, commune in rows:
            if street_key(street) == street_key(queries[number].street):
                houses[queries[number]].append(House((x, y), commune))
    return dict(houses)


def _rows(
    db: Connection, gazetteer: Gazetteer, layer: Layer, columns: AddressColumns, queries: list[HouseQuery]
) -> list[tuple[int, float, float, str, str | None]]:
    # by number first (offset 0): there are 80 of one in 600,000 buildings, and 3,500 buildings in the box of a street
    query = sql.SQL("""
        select query.i, st_x(p), st_y(p), house.street,
            (select code from {communes} as commune where st_intersects(p, commune.geom) limit 1)
        from (values %s) as query (i, number, xmin, ymin, xmax, ymax)
        cross join lateral (
            select {street} as street, geom from {houses} as numbered where lower({number}) = query.number offset 0
        ) as house
        cross join lateral st_centroid(house.geom) as p
        where house.geom && st_makeenvelope(query.xmin, query.ymin, query.xmax, query.ymax, {srid})
    """).format(
        street=sql.Identifier(columns.street),
        number=sql.Identifier(columns.house_number or ''),
        houses=source(layer, gazetteer.locality, gazetteer.audience),
        communes=Ground(db, gazetteer.locality, gazetteer.audience, gazetteer.on).commune_rows,
        srid=sql.Literal(gazetteer.locality.srid),
    )
    values = [(i, house.number, *_around(house.box)) for i, house in enumerate(queries)]
    with db.cursor() as cursor:
        return execute_values(cursor, query, values, fetch=True) if values else []


def _around(box: Box) -> Box:
    xmin, ymin, xmax, ymax = box
    far = FAR_FROM_STREET_M
    return xmin - far, ymin - far, xmax + far, ymax + far
