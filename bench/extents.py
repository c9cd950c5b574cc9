"""The extents of the pictures that are measured: streets, districts, and the whole province, never one twice."""

import random
from collections.abc import Callable, Iterator, Mapping

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from bench.painter import HEIGHT_PX, WIDTH_PX, Extent
from dothi.cartography.style.zoom import zoom_of

# Metres on the ground that a pixel stands for.
SCALES_M = {'street': 0.8, 'district': 20.0, 'province': 105.0}
LEAST_BUILDINGS, MOST_BUILDINGS = 300, 1_500
BUILDINGS = 'buildings'
COUNT = sql.SQL("""
    select count(*) from {} where geom_wgs84 && st_transform(st_makeenvelope(%s, %s, %s, %s, 3857), 4326)""").format(
    sql.Identifier('layer', BUILDINGS)
)
CENTRES = sql.SQL('select st_x(p), st_y(p) from (select st_pointonsurface(geom_wgs84) p from {} order by id) c')
BOX = sql.SQL('select st_xmin(b), st_ymin(b), st_xmax(b), st_ymax(b) from (select st_extent(geom_wgs84) b from {}) e')


def zoom(kind: str, latitude: float) -> float:
    """The zoom of the pictures of a kind."""
    return zoom_of(SCALES_M[kind], latitude)


def extents(kind: str, count: int, points: list[tuple[float, float]], db: Connection) -> list[Extent]:
    """So many extents of a kind, the same in every run. points: where buildings are."""
    return MAKERS[kind](count, points, db)


def _streets(count: int, points: list[tuple[float, float]], db: Connection) -> list[Extent]:
    """Around buildings, where there are neither too few of them for a street nor more than one shows."""
    return [extent for extent, _ in zip(_built_up(points, db), range(count), strict=False)]


def _built_up(points: list[tuple[float, float]], db: Connection) -> Iterator[Extent]:
    chance = random.Random(11)
    with db.cursor() as cursor:
        while True:
            extent = Extent.around(*chance.choice(points), SCALES_M['street'])
            cursor.execute(COUNT, extent)
            (buildings,) = cursor.fetchone() or (0,)
            if LEAST_BUILDINGS <= buildings <= MOST_BUILDINGS:
                yield extent


def _districts(count: int, _points: list[tuple[float, float]], db: Connection) -> list[Extent]:
    """Each district in turn, each time a little beside."""
    with db.cursor() as cursor:
        cursor.execute(CENTRES.format(sql.Identifier('layer', 'districts')))
        centres = cursor.fetchall()
    chance = random.Random(12)
    return [_beside(centres[number % len(centres)], SCALES_M['district'], 0.1, chance) for number in range(count)]


def _provinces(count: int, _points: list[tuple[float, float]], db: Connection) -> list[Extent]:
    """All of it, each time a few pixels beside."""
    with db.cursor() as cursor:
        cursor.execute(BOX.format(sql.Identifier('layer', 'districts')))
        west, south, east, north = cursor.fetchone() or (0, 0, 0, 0)
    chance = random.Random(13)
    middle = (west + east) / 2, (south + north) / 2
    return [_beside(middle, SCALES_M['province'], 0.01, chance) for _ in range(count)]


def _beside(place: tuple[float, float], metres_per_px: float, share: float, chance: random.Random) -> Extent:
    """An extent up to `share` of its size away from the place."""
    degree_m = 111_000
    shift = [chance.uniform(-share, share) * size * metres_per_px / degree_m for size in (WIDTH_PX, HEIGHT_PX)]
    return Extent.around(place[0] + shift[0], place[1] + shift[1], metres_per_px)


MAKERS: Mapping[str, Callable[[int, list[tuple[float, float]], Connection], list[Extent]]] = {
    'street': _streets,
    'district': _districts,
    'province': _provinces,
}
