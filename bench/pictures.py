"""Pictures of maps: GetMap of ours, of MapServer and of QGIS Server, of the same eight layers in a like style."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from urllib.parse import urlsplit

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from bench import crowd, like_style, mapfile, qgis_server
from bench.chapters import Chapter, Goal, at_most, times
from bench.client import Client
from bench.crowd import Way
from bench.extents import SCALES_M, extents, zoom
from bench.measure import WARM_UP, compare, take_turns
from bench.painter import HEIGHT_PX, WIDTH_PX, Extent, Painter, difference
from bench.session import CLIENTS, LENGTH_S, TileWishes, session
from bench.tiling import Places
from dothi.cartography.generalised.source import Generalised, SourceQuery, chosen, generalised, rows_of
from dothi.cartography.mapping.view import View
from dothi.cartography.style.breaks import class_breaks
from dothi.cartography.style.colour import parse_colour
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.database import connection
from dothi.core.layer import Layer
from dothi.core.layer_source import source
from dothi.core.locality import Locality

LAYERS = (
    'districts', 'communes', 'rivers', 'buildings', 'roads', 'power_lines', 'schools', 'health_facilities',
)  # fmt: skip
BACKGROUND = parse_colour('#dfe8eb')
# The others take seconds for a large picture: few rounds suffice for a ratio of this size.
ROUNDS = {'street': 21, 'district': 11, 'province': 7}
LIMITS_MS = {'street': 40, 'district': 120, 'province': 300}
# So many times as fast as MapServer.
RATIOS = {'street': 1.5, 'district': 1, 'province': 5}
# Of 255. Like pictures are 1 to 2 apart, 4 where ours shows settled cells and not the houses; one without anything but
# the land 10 to 18.
MOST_DIFFERENT = 6.0
COMPARED = 3
GENERALISED = ', our generalised tables'
# Beside an extent, so that one map does for all pictures of the province.
ROOM = 0.1
LARGEST, PATIENCE_S = 'buildings', 600
CACHED_MS = 3
# Of each picture that is cached.
TURNS = 9
TILE = '/map/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?f=png&collections={layers}'
TILES_P99_MS = 300


@dataclass(frozen=True)
class Scene:
    """What is painted, and by whom: ours first, then those of the others that are installed."""

    locality: Locality
    drawings: list[Drawing]
    painters: list[Painter]
    places: Places
    # takes a picture of each kind by each painter, to be looked at
    folder: Path

    def extents(self, kind: str, count: int) -> list[Extent]:
        with connection('reader_internal') as db:
            return extents(kind, count, self.places.points, db)


@contextmanager
def scene(locality: Locality, internal_url: str, places: Places, folder: Path) -> Iterator[Scene]:
    """The other servers run while inside."""
    layers_to_print = drawings(locality)
    names = ','.join(drawing.layer.id for drawing in layers_to_print)
    ours = Painter('dothi', dict.fromkeys(SCALES_M, (f'{internal_url}/ows?', names)), BACKGROUND)
    sheets = {kind: sheets_of(layers_to_print, kind, locality) for kind in SCALES_M}
    with ExitStack() as stack:
        general = {'province': general_sheets(layers_to_print, 'province', places, locality)}
        painters = [
            ours,
            stack.enter_context(mapfile.mapserver(sheets, BACKGROUND, folder / 'mapserver')),
            stack.enter_context(mapfile.mapserver(general, BACKGROUND, folder / 'general', GENERALISED)),
            stack.enter_context(qgis_server.qgis_server(sheets, BACKGROUND, folder / 'qgis')),
        ]
        yield Scene(locality, layers_to_print, painters, places, folder)


def drawings(locality: Locality) -> list[Drawing]:
    """The eight layers in their usual styles, lowest first."""
    made = []
    with connection('reader_internal') as db:
        for name in LAYERS:
            layer = locality.layer(name)
            breaks = class_breaks(db, layer, locality, like_style.AUDIENCE)
            made.append(drawing_of(layer, styles_of(layer, locality.path), DEFAULT, like_style.AUDIENCE, breaks))
    return sorted(made, key=lambda one: one.draw_order)


def sheets_of(drawings: list[Drawing], kind: str, locality: Locality) -> list[like_style.Sheet]:
    """The drawings for other servers, at the zoom of a kind of picture."""
    at = zoom(kind, locality.place.centre_wgs84[1])
    with connection('reader_internal') as db:
        return [
            sheet for drawing in drawings for sheet in like_style.sheets(drawing, at, db, _stored(drawing, locality))
        ]


def general_sheets(drawings: list[Drawing], kind: str, places: Places, locality: Locality) -> list[like_style.Sheet]:
    """The same over our generalised tables; waits until the worker has made them."""
    at, layers = zoom(kind, locality.place.centre_wgs84[1]), [drawing.layer for drawing in drawings]
    with connection('reader_internal') as db:
        existing = _made(db, layers, locality)
        (box,) = extents(kind, 1, places.points, db)
        view = View(3857, box.grown(ROOM), round(WIDTH_PX * (1 + 2 * ROOM)), round(HEIGHT_PX * (1 + 2 * ROOM)))
        return [
            sheet
            for drawing in drawings
            for sheet in like_style.sheets(
                drawing, at, db, _general(drawing, view, existing.get(drawing.layer.id), locality)
            )
        ]


def _stored(drawing: Drawing, locality: Locality) -> like_style.Rows:
    return like_style.Rows(lambda _: source(drawing.layer, locality, like_style.AUDIENCE))


def _general(drawing: Drawing, view: View, existing: Generalised | None, locality: Locality) -> like_style.Rows:
    def rows(read: set[str]) -> sql.Composable:
        request = SourceQuery(drawing.layer, view, read)
        return rows_of(request, chosen(request, existing, locality), locality, like_style.AUDIENCE)

    return like_style.Rows(rows, merged=True)


def _made(db: Connection, layers: list[Layer], locality: Locality) -> dict[str, Generalised]:
    """What is there once the largest layer is generalised; raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE_S
    while LARGEST not in (there := generalised(db, layers, locality)):
        if time.monotonic() > deadline:
            raise TimeoutError(f'{LARGEST} is not generalised yet: does the worker run?')
        db.rollback()
        time.sleep(2)
    return there


def pictures(kind: str, scene: Scene) -> Chapter:
    """Everybody in turn paints extents of a kind, each another one."""
    boxes = scene.extents(kind, ROUNDS[kind] + WARM_UP)
    painters = [candidate for candidate in scene.painters if kind in candidate.maps]
    ways: list[tuple[str, Callable[[int], object]]] = [
        (candidate.name, painting(candidate, kind, boxes)) for candidate in painters
    ]
    if kind != 'province':
        ways.insert(1, ('raw SQL, the shapes alone', shapes_sql(scene, boxes)))
    timings = compare(ways, ROUNDS[kind])
    ours, by_name = timings[0], {timing.name: timing for timing in timings}
    goals = [at_most(f'at most {LIMITS_MS[kind]} ms', ours.median_ms, LIMITS_MS[kind])]
    for painter in painters[1:]:
        if not painter.name.endswith(GENERALISED):
            ratio = RATIOS[kind] if painter.name.startswith('MapServer') else 1
            goals.append(times(painter.name, by_name[painter.name], ours, ratio))
        goals.append(alike(painter, kind, boxes[:COMPARED], scene))
    title = f'Pictures of 1024 × 768, {kind}: {SCALES_M[kind]:g} m to the pixel, eight layers'
    return Chapter(title, timings, goals)


def painting(painter: Painter, kind: str, boxes: list[Extent]) -> Callable[[int], bytes]:
    """One extent after the other, or a RuntimeError where something else than a picture comes."""
    client = Client(painter.url(kind, boxes[0]))

    def ask(number: int) -> bytes:
        body = client.get(painter.url(kind, boxes[number % len(boxes)]))
        if not body.startswith(b'\x89PNG'):
            raise RuntimeError(f'{painter.name}: {body[:300]!r}')
        return body

    return ask


def shapes_sql(scene: Scene, boxes: list[Extent]) -> Callable[[int], int]:
    """What every painter has to read: the shapes in the extent, of all layers, without a column."""
    box = sql.SQL('select st_transform(st_makeenvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857), 4326) as box')
    each = [
        sql.SQL('select st_asbinary(geom_wgs84) from {} as f, b where geom_wgs84 && box').format(
            source(drawing.layer, scene.locality, like_style.AUDIENCE)
        )
        for drawing in scene.drawings
    ]
    query = sql.SQL('with b as materialized ({}) {}').format(box, sql.SQL(' union all ').join(each))

    def ask(number: int) -> int:
        with connection('reader_internal') as db, db.cursor() as cursor:
            cursor.execute(query, boxes[number % len(boxes)]._asdict())
            return len(cursor.fetchall())

    return ask


def alike(painter: Painter, kind: str, boxes: list[Extent], scene: Scene) -> Goal:
    """Whether another server's pictures show what ours do: nobody is fast by painting less."""
    apart = []
    for box in boxes:
        pair = [painting(other_painter, kind, [box])(0) for other_painter in (scene.painters[0], painter)]
        apart.append(difference(*pair))
        for other_painter, body in zip((scene.painters[0], painter), pair, strict=True):
            (scene.folder / f'{kind}-{other_painter.file_name}.png').write_bytes(body)
    return at_most(f'{painter.name} shows the same: at most {MOST_DIFFERENT:g} of 255 apart', mean(apart),
                   MOST_DIFFERENT, unit='of 255')  # fmt: skip


def cached(scene: Scene) -> Chapter:
    """A picture that was painted before."""
    (ours, *_), ways = scene.painters, []
    for kind in SCALES_M:
        boxes = scene.extents(kind, 1)
        painting(ours, kind, boxes)(0)
        address = urlsplit(ours.url(kind, boxes[0]))
        path = f'{address.path}?{address.query}'
        ways.append(crowd.waits(Way(f'{kind}, cached', f'{address.scheme}://{address.netloc}', [path])))
    timings = take_turns(ways, TURNS)
    goals = [at_most(f'{timing.name}: at most {CACHED_MS} ms', timing.median_ms, CACHED_MS) for timing in timings]
    return Chapter('The same picture again', timings, goals)


def tiles(scene: Scene, api_url: str) -> Chapter:
    """Raster tiles of all eight layers, four fifths of them seen before."""
    layers = ','.join(drawing.layer.id for drawing in scene.drawings)
    wishes = TileWishes(api_url + TILE.format(layers=layers), scene.places)
    session_ = session('dothi', api_url, wishes.next)
    goals = [
        Goal('no error', f'{session_.errors}', session_.errors == 0),
        at_most(f'99 of 100 within {TILES_P99_MS} ms', session_.percentile_ms(0.99), TILES_P99_MS),
    ]
    return Chapter(f'{CLIENTS} clients of raster tiles for {LENGTH_S:.0f} s', goals=goals, sessions=[session_])
