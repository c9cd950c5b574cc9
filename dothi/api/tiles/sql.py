"""Vector tiles as PostGIS writes them: features as they are at high zooms, counted or joined at low ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from psycopg2 import sql

from dothi.api.tiles.cells import drawn_cell
from dothi.api.tiles.frame import Frame, drawn_srid, parameter_frame, written_frame
from dothi.api.tiles.place import BUFFER, EXTENT, TileAddress
from dothi.core.clearance import CLEARANCE
from dothi.core.crs import WGS84
from dothi.core.layer import Column, Layer
from dothi.core.layer_columns import CATALOGUED

# Cells across a tile in which features are counted, as a power of 2: 2 pixels each, and at most 16,384 features.
CELL_STEPS = 7
# From this zoom on, a tile has no more features than one process draws in the 10 ms and more that it takes to start
# others; what the planner thinks of drawing's costs would have it start them.
ALONE_FROM = 13
ALONE = 'set local max_parallel_workers_per_gather = 0; '


@dataclass(frozen=True)
class Ink:
    """How a layer is drawn in one tile; what is not said comes from the layer file."""

    counted: bool = False
    cell_steps: int = CELL_STEPS
    joined: bool = False
    only_kinds: bool = False
    tolerance_px: float = 0
    # the largest features that have no more points than this together
    most_points: int | None = None


FULL = Ink()


@dataclass(frozen=True)
class Canvas:
    """What a tile is drawn from: the layer, the columns that its reader sees, and what to select from."""

    layer: Layer
    columns: dict[str, Column]
    rows: sql.Composable
    # whether polygons also give one inner point each, in the MVT layer `<id>_label`
    labels: bool
    # the levels at which catalog.tile_cell counts the very release that is drawn
    levels: range = range(0)
    # whether `rows` have CLEARANCE
    has_clearance: bool = False
    kinds: dict[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, 'kinds', {name: self.columns[name] for name in self.layer.kinds})

    @property
    def count(self) -> str:
        """The name under which merged features say how many they are."""
        return 'count' if 'count' not in self.columns else 'dothi_count'


def statement(canvas: Canvas, place: TileAddress, ink: Ink) -> sql.Composable:
    """A statement that gives the tile as bytes, empty where nothing lies, and the number of its features.

    The box is written as numbers, because the planner chooses well only between numbers that it knows.
    """
    if ink.counted or ink.joined:
        return _tile([_layer(canvas.layer.id, BODIES[ink.counted, ink.joined](canvas, place, ink))])
    frame = written_frame(place)
    small = _merged_small(canvas, place, frame, ink) if small_rule(canvas.layer, place.zoom, ink) == 'merge' else None
    written = _tile(_plain_layers(canvas, place.zoom, frame, ink, small))
    return sql.SQL(ALONE if place.zoom >= ALONE_FROM else '') + written


def parameter_statement(canvas: Canvas, place: TileAddress) -> sql.Composable:
    """The full form of any tile of the zoom of `place`, with the numbers of a parameter_frame."""
    return _tile(_plain_layers(canvas, place.zoom, parameter_frame(drawn_srid(place)), FULL))


def anything(canvas: Canvas, place: TileAddress) -> sql.Composable:
    """A statement that says whether any feature lies there."""
    return sql.SQL('select exists (select from {})').format(_in_tile_area(canvas, place))


def parameter_anything(canvas: Canvas, place: TileAddress) -> sql.Composable:
    """The same for any tile of the zoom of `place`, with the numbers of a parameter_frame."""
    return sql.SQL('select exists (select from {})').format(_rows_in(canvas, parameter_frame(drawn_srid(place))))


def _tile(layers: list[sql.Composable]) -> sql.Composable:
    """One statement from those of the layers within a tile; the first one says how many features there are."""
    tiles = sql.SQL(' || ').join(sql.SQL(f'm{number}.tile') for number in range(len(layers)))
    sources = [sql.SQL(f'{{}} m{number}').format(layer) for number, layer in enumerate(layers)]
    return sql.SQL('select {} as tile, m0.features from {}').format(tiles, sql.SQL(', ').join(sources))


def _layer(name: str, body: sql.Composable) -> sql.Composable:
    # what ST_AsMVTGeom makes nothing of, ST_AsMVT leaves out; a condition on it would have it computed twice
    form = "(select coalesce(ST_AsMVT(t, {}, {}, 'geom', 'id'), ''::bytea) as tile, count(*) as features from ({}) t)"
    return sql.SQL(form).format(sql.Literal(name), sql.Literal(EXTENT), body)


def _in_tile_area(canvas: Canvas, place: TileAddress, edge: float = BUFFER / EXTENT) -> sql.Composable:
    return _rows_in(canvas, written_frame(place, edge))


def _rows_in(canvas: Canvas, frame: Frame) -> sql.Composable:
    return sql.SQL('(select * from {} as layer_rows where geom_wgs84 && {}) f').format(canvas.rows, frame.wide)


def _plain_layers(
    canvas: Canvas, zoom: int, frame: Frame, ink: Ink, small: sql.Composable | None = None
) -> list[sql.Composable]:
    """The layers within a tile of features as they are. small: what stands for those that are too small."""
    body = _plain(canvas, zoom, frame, ink)
    if small is not None:
        body = sql.SQL('{} union all {}').format(body, small)
    layers = [_layer(canvas.layer.id, body)]
    if canvas.labels and not ink.only_kinds:
        layers.append(_layer(f'{canvas.layer.id}_label', _labels(canvas, zoom, frame)))
    return layers


def _plain(canvas: Canvas, zoom: int, frame: Frame, ink: Ink) -> sql.Composable:
    """Every feature with its id and columns, but for those that the layer file calls too small."""
    columns = _columns(canvas, zoom, ink)
    count: sql.Composable = sql.SQL('')
    condition: sql.Composable = sql.SQL('true')
    if small_rule(canvas.layer, zoom, ink):
        count = sql.SQL('null::bigint as {},').format(sql.Identifier(canvas.count))
        condition = _large(canvas, frame)
    features = sql.SQL('select id, {} {} {} as geom from {} where {}').format(
        _column_list(columns), count, _shape(canvas, zoom, frame, ink), _rows_in(canvas, frame), condition
    )
    return features if ink.most_points is None else _largest(features, columns, ink.most_points)


def small_rule(layer: Layer, zoom: int, ink: Ink = FULL) -> str | None:
    """What the layer file wants of features that are too small at that zoom: `merge`, `drop`, or nothing."""
    rules = layer.publish.tiles
    is_weighed = rules.least_px and zoom < rules.zooms[1] and ink.most_points is None
    return rules.too_small if is_weighed else None


def _merged_small(canvas: Canvas, place: TileAddress, frame: Frame, ink: Ink) -> sql.Composable:
    """The features that are too small, joined or counted."""
    rows = sql.SQL('(select * from {} where not {}) f').format(_rows_in(canvas, frame), _large(canvas, frame))
    merge = _join if canvas.layer.geometry.endswith('LineString') else _count
    return merge(canvas, place, ink, rows, _columns(canvas, place.zoom, ink))


def _columns(canvas: Canvas, zoom: int, ink: Ink) -> dict[str, Column]:
    """The columns that the tile has."""
    first = canvas.layer.publish.tiles.columns
    columns = canvas.kinds if ink.only_kinds else canvas.columns
    return {name: column for name, column in columns.items() if zoom >= first.get(name, 0)}


def _shape(canvas: Canvas, zoom: int, frame: Frame, ink: Ink) -> sql.Composable:
    """A feature's geometry in the tile's own units, generalised as far as its rules allow, cut at its buffer."""
    rules = canvas.layer.publish.tiles
    tolerance_px = max(ink.tolerance_px, rules.tolerance_px if zoom < rules.zooms[1] else 0)
    if canvas.layer.geometry.endswith('Point'):
        tolerance_px = 0
    drawn = _tile_geometry(sql.SQL('geom_wgs84'), frame, tolerance_px)
    return _unclipped(frame, drawn) if canvas.has_clearance and not tolerance_px and frame.srid == WGS84 else drawn


def _tile_geometry(geometry: sql.Composable, frame: Frame, tolerance_px: float = 0) -> sql.Composable:
    """A geometry in WGS 84 in the tile's own units, cut at its buffer."""
    if tolerance_px:
        width, _ = frame.pixel
        geometry = sql.SQL('ST_Simplify({}, {} * {}, true)').format(geometry, width, sql.Literal(tolerance_px))
    if frame.srid != WGS84:
        geometry = sql.SQL('ST_Transform({}, {})').format(geometry, sql.Literal(frame.srid))
    return sql.SQL('ST_AsMVTGeom({}, {}, {}, {}, true)').format(
        geometry, frame.bounds, sql.Literal(EXTENT), sql.Literal(BUFFER)
    )


def _unclipped(frame: Frame, otherwise: sql.Composable) -> sql.Composable:
    """A polygon that lies within the tile, and stays one with its corners on the grid, moved there; else `otherwise`.

    ST_AsMVTGeom cuts each polygon and puts its rings together anew, which takes four fifths of its time.
    """
    return sql.SQL(
        """case when {} > {} and geom_wgs84 @ {}
            then ST_ForcePolygonCCW({}) else {} end"""
    ).format(
        sql.Identifier(CLEARANCE), frame.safe, frame.inner, _moved(frame, sql.SQL('geom_wgs84')), otherwise
    )  # fmt: skip


def _moved(frame: Frame, geometry: sql.Composable) -> sql.Composable:
    """What lies within the tile, in its units; ST_AsMVT cuts off fractions, hence half a unit in `affine`."""
    across, right, down, below = frame.affine
    return sql.SQL('ST_Affine({}, {}, 0, 0, {}, {}, {})').format(geometry, across, down, right, below)


def _large(canvas: Canvas, frame: Frame) -> sql.Composable:
    """Whether a feature's box is as wide or as high as the layer file's `least_px`."""
    return sql.SQL(
        """(ST_XMax(geom_wgs84) - ST_XMin(geom_wgs84) >= {width} * {px}
            or ST_YMax(geom_wgs84) - ST_YMin(geom_wgs84) >= {height} * {px})"""
    ).format(width=frame.pixel[0], height=frame.pixel[1], px=sql.Literal(canvas.layer.publish.tiles.least_px))


def _labels(canvas: Canvas, zoom: int, frame: Frame) -> sql.Composable:
    """One point inside each polygon, in the one tile that it lies in; with `offset 0` it is worked out once."""
    west, south, east, north = frame.edges
    point = sql.SQL('dothi_point')
    return sql.SQL(
        """select id, {} {} as geom from {},
            lateral (select ST_PointOnSurface(geom_wgs84) as dothi_point offset 0) inner_point
        where ST_X(dothi_point) >= {} and ST_X(dothi_point) < {}
            and ST_Y(dothi_point) > {} and ST_Y(dothi_point) <= {}"""
    ).format(
        _column_list(_columns(canvas, zoom, FULL)),
        _moved(frame, point) if frame.srid == WGS84 else _tile_geometry(point, frame),
        _rows_in(canvas, frame),
        west, east, south, north,
    )  # fmt: skip


def _largest(features: sql.Composable, columns: dict[str, Column], most_points: int) -> sql.Composable:
    """The largest of `features`, until they have `most_points` together; with `offset 0` each is drawn once."""
    return sql.SQL(
        """select id, {} geom from (
            select drawn.*, sum(ST_NPoints(geom)) over (
                order by greatest(ST_XMax(geom) - ST_XMin(geom), ST_YMax(geom) - ST_YMin(geom)) desc, id
            ) as dothi_points from ({} offset 0) drawn where geom is not null
        ) ranked where dothi_points <= {}"""
    ).format(_column_list(columns), features, sql.Literal(most_points))


def _joined(canvas: Canvas, place: TileAddress, ink: Ink) -> sql.Composable:
    return _join(canvas, place, ink, _in_tile_area(canvas, place), canvas.kinds)


def _join(
    canvas: Canvas, place: TileAddress, ink: Ink, in_area: sql.Composable, columns: dict[str, Column]
) -> sql.Composable:
    """All lines of one kind as one feature. Names of ours begin with dothi_, as a column may have any other.

    They are collected as drawn: to merge 30,000 lines end to end takes most of a second, for a sixth fewer bytes.
    """
    kinds = {name: column for name, column in columns.items() if name in canvas.kinds}
    return sql.SQL(
        """select null::bigint as id, {columns} dothi_all as {count}, dothi_lines as geom from (
            select {kinds} count(*) as dothi_all, ST_Collect(dothi_line) as dothi_lines
            from (select {kinds} {drawn} as dothi_line from {here}) drawn group by {kinds} ()
        ) joined"""
    ).format(
        columns=_filled(columns, {name: sql.Identifier(name) for name in kinds}),
        kinds=_column_list(kinds),
        count=sql.Identifier(canvas.count),
        drawn=_shape(canvas, place.zoom, written_frame(place), ink),
        here=in_area,
    )


def _counted(canvas: Canvas, place: TileAddress, ink: Ink) -> sql.Composable:
    if place.zoom + ink.cell_steps in canvas.levels:
        return _count(canvas, place, ink, None, canvas.kinds)
    # a cell that the edge cuts through counts as a whole
    return _count(canvas, place, ink, _in_tile_area(canvas, place, _edge(ink) + 2.0**-ink.cell_steps), canvas.kinds)


def _count(
    canvas: Canvas, place: TileAddress, ink: Ink, in_area: sql.Composable | None, columns: dict[str, Column]
) -> sql.Composable:
    """Features counted per cell, with the most frequent kind; a square or a point stands for each cell.

    in_area: the rows to count; None takes what catalog.tile_cell counts. The id is kept where a cell has a single
    feature.
    """
    level = place.zoom + ink.cell_steps
    values = {
        name: sql.SQL('kind[{}]::{}').format(sql.Literal(number), sql.SQL(CATALOGUED[column.type]))
        for number, (name, column) in enumerate(canvas.kinds.items(), 1)
    }
    return sql.SQL(
        """select case when dothi_all = 1 then ids::bigint end as id, {columns} dothi_all as {count}, {cell} as geom
        from (
            select distinct on (x, y) x, y, kind, ids, sum(n) over (partition by x, y)::bigint as dothi_all
            from {cells} order by x, y, n desc, kind
        ) cells"""
    ).format(
        columns=_filled(columns, values),
        count=sql.Identifier(canvas.count),
        cell=drawn_cell(place, level, square=canvas.layer.geometry.endswith('Polygon')),
        cells=_cells(canvas, place, level, _edge(ink), in_area),
    )


def _edge(ink: Ink) -> float:
    """How far beyond the tile cells count, as a share of its side: cells too large for the buffer not at all."""
    return BUFFER / EXTENT if ink.cell_steps >= CELL_STEPS - 1 else 0


def _cells(
    canvas: Canvas, place: TileAddress, level: int, edge: float, in_area: sql.Composable | None
) -> sql.Composable:
    if in_area is None:
        return _kept_cells(canvas, place, level, edge)
    return _fresh_cells(canvas, place, level, edge, in_area)


def _kept_cells(canvas: Canvas, place: TileAddress, level: int, edge: float) -> sql.Composable:
    return sql.SQL(
        """(select x, y, kind, n, ids from catalog.tile_cell
            where layer_id = {} and level = {} and x between {} and {} and y between {} and {}) kept"""
    ).format(*map(sql.Literal, (canvas.layer.id, level, *place.cells(level, edge))))


def _fresh_cells(
    canvas: Canvas, place: TileAddress, level: int, edge: float, in_area: sql.Composable
) -> sql.Composable:
    """Counted by the very rule of sql/functions/tile_cells.sql."""
    kind = sql.SQL('array[{}]::text[]').format(
        sql.SQL(', ').join(sql.SQL('{}::text').format(sql.Identifier(name)) for name in canvas.kinds)
    )
    return sql.SQL(
        """(select x, y, kind, count(*) as n, sum(id) as ids from (
                select id, {kind} as kind, catalog.tile_column(ST_XMin(geom_wgs84), {across}) as x,
                    catalog.tile_row(ST_YMin(geom_wgs84), {across}) as y
                from {here}
            ) placed where x between {} and {} and y between {} and {} group by x, y, kind) counted"""
    ).format(
        *map(sql.Literal, place.cells(level, edge)), kind=kind, across=sql.Literal(float(1 << level)), here=in_area
    )


def _column_list(columns: dict[str, Column]) -> sql.Composable:
    """The columns, each with a comma behind it."""
    return sql.SQL('').join(sql.SQL('{}, ').format(sql.Identifier(name)) for name in columns)


def _filled(columns: dict[str, Column], values: Mapping[str, sql.Composable]) -> sql.Composable:
    """The columns with their values, or null where there is none, each with a comma behind it."""
    parts = [
        sql.SQL('{}::{} as {}, ').format(
            values.get(name, sql.SQL('null')), sql.SQL(CATALOGUED[column.type]), sql.Identifier(name)
        )
        for name, column in columns.items()
    ]
    return sql.SQL('').join(parts)


BODIES = {(True, False): _counted, (False, True): _joined}
