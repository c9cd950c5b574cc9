"""House numbers: where an address has them, and which houses of a street carry them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from dothi.core.layer import Layer
from dothi.core.layer_source import source
from dothi.core.text import search_key
from etl.geocode.gazetteer import Gazetteer, street_key
from etl.geocode.ground import Box, Ground, Point
from etl.geocode.readings import Span
from etl.geocode.words import NUMBER_RANGE, WORD, Word, lane_number

# What a number after these words counts is no house.
OTHER_NUMBERS = 'km thửa đất đồ tờ tầng lầu phòng căn hộ lô kiot ốt quầy sạp cũ cột cách đến'
NO_HOUSES = frozenset(spelling for word in OTHER_NUMBERS.split() for spelling in (word, search_key(word)))
# Words between the ends of a row of houses, and how far apart the numbers of one house on several lots may be.
ROW_OF_HOUSES = ('đến', 'den', 'tới', 'toi')
MOST_OF_ONE_HOUSE = 8
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
    street counts, else the first. A row of houses has none.
    """
    if names_row_of_houses(words):
        return []
    lanes: list[str] = []
    houses: list[tuple[bool, bool, int, str]] = []
    for at, word in enumerate(words):
        if not word.is_number or street.start <= at < street.end:
            continue
        kinds = word.label_kinds
        if 'lane' in kinds:
            lanes.insert(0, word.key)
        elif (not kinds or 'number' in kinds) and not _is_no_house(words, at):
            is_apart = at != street.start - street.label - 1
            houses.append((is_apart, 'number' not in kinds, at, word.key))
    numbers = [number for *_, number in sorted(houses)[:1]]
    return [spelling for number in numbers for spelling in _spellings(number, lanes)]


def names_row_of_houses(words: list[Word]) -> bool:
    """Whether it says from which number to which: `từ số 21 đến số 40`, `21-40`; `12-14` is one house on two lots."""
    return any(_are_far_apart(word.key) for word in words) or any(
        word.is_number and _ends_row(words, at) for at, word in enumerate(words)
    )


def _ends_row(words: list[Word], at: int) -> bool:
    """Whether `to` is right before the number, its label aside, and behind another one."""
    label = words[at].label if 'number' in words[at].label_kinds else 0
    to = at - label - 1
    if to < 1 or words[to].written.casefold() not in ROW_OF_HOUSES:
        return False
    return any(word.is_number for word in words[:to])


def _are_far_apart(number: str) -> bool:
    first, _, last = number.partition('-')
    return first.isdigit() and last.isdigit() and int(last) - int(first) > MOST_OF_ONE_HOUSE


def _is_no_house(words: list[Word], at: int) -> bool:
    """Whether it numbers a floor, a plot, a milestone, or what the house had before: `số cũ 5`, `thửa đất số 5`."""
    label = words[at].label
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
    """All houses with each number; a number that none has is left out.

    A street of one name is in many communes, so each number is looked for once for each name.
    """
    by_address: dict[tuple[str, str], list[HouseQuery]] = defaultdict(list)
    for query in dict.fromkeys(queries):
        by_address[query.number, street_key(query.street)].append(query)
    houses: dict[HouseQuery, list[Point]] = defaultdict(list)
    for layer in gazetteer.houses:
        for address, point in _numbered(db, gazetteer, layer, list(by_address)):
            for query in by_address[address]:
                if _is_within(point, query.box):
                    houses[query].append(point)
    communes = _communes(db, gazetteer, {point for points in houses.values() for point in points})
    return {query: [House(point, communes.get(point)) for point in points] for query, points in houses.items()}


def _numbered(
    db: Connection, gazetteer: Gazetteer, layer: Layer, addresses: list[tuple[str, str]]
) -> list[tuple[tuple[str, str], Point]]:
    """The houses of a layer with each number in a street of each name, by their middle."""
    columns, spellings = layer.address, gazetteer.house_streets[layer.id]
    values = [(i, number, spellings[street]) for i, (number, street) in enumerate(addresses) if street in spellings]
    if columns is None or not values:
        return []
    # by number first (offset 0): there are at most 1,200 of one in 600,000 buildings, and 6,500 in streets of one name
    query = sql.SQL("""
        select query.i, st_x(p), st_y(p)
        from (values %s) as query (i, number, streets)
        cross join lateral (
            select {street} as street, geom from {houses} as numbered where lower({number}) = query.number offset 0
        ) as house
        cross join lateral st_centroid(house.geom) as p
        where house.street = any(query.streets)
    """).format(
        street=sql.Identifier(columns.street),
        number=sql.Identifier(columns.house_number or ''),
        houses=source(layer, gazetteer.locality, gazetteer.audience),
    )
    with db.cursor() as cursor:
        rows = execute_values(cursor, query, values, fetch=True)
    return [(addresses[i], (x, y)) for i, x, y in rows]


def _communes(db: Connection, gazetteer: Gazetteer, points: Collection[Point]) -> dict[Point, str]:
    """The code of the commune that each point lies in."""
    query = sql.SQL("""
        select point.i, commune.code
        from (values %s) as point (i, x, y)
        inner join {communes} as commune
            on st_intersects(st_setsrid(st_makepoint(point.x, point.y), {srid}), commune.geom)
        order by commune.code desc
    """).format(
        communes=Ground(db, gazetteer.locality, gazetteer.audience, gazetteer.on).commune_rows,
        srid=sql.Literal(gazetteer.locality.srid),
    )
    numbered = sorted(points)
    with db.cursor() as cursor:
        rows = execute_values(cursor, query, [(i, *p) for i, p in enumerate(numbered)], fetch=True) if points else []
    return {numbered[i]: code for i, code in rows}


def _is_within(point: Point, box: Box) -> bool:
    """Whether it is in the box or not far from it."""
    (x, y), (xmin, ymin, xmax, ymax), far = point, box, FAR_FROM_STREET_M
    return xmin - far <= x <= xmax + far and ymin - far <= y <= ymax + far
