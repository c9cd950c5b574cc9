"""What is generalised of a layer, and how far: it follows from its file, its styles and its size."""

import hashlib
import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.style_file import Part
from dothi.cartography.style.zoom import EQUATOR_M, metres_per_px, zoom_of
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.locality_file import BadLocalityFile
from dothi.core.settings import PROJECT

type Form = Literal['rows', 'blocks', 'outlines']

# Below these a picture of all rows takes no longer than one of their generalised form.
LEAST_ROWS, LEAST_POINTS = 2_000, 5_000
# A finer picture than 2^4 metres a pixel shows so little of a province that lines and outlines are drawn as they are.
FINEST_LEVEL = 5
# The cells of polygons are 2 to 4 pixels wide, twice as wide as lines and points are generalised: narrower ones are not
# seen beside the lines of roads. (In tiles they are 4 to 8.)
SETTLED_STEP = 1
# Up to a picture in which the whole of a locality is so many pixels wide.
LEAST_WIDTH_PX = 64
DEGREE_M = EQUATOR_M / 360


@dataclass(frozen=True)
class Size:
    """How many rows a layer has, and how many points their geometries."""

    rows: int
    points: int


@dataclass(frozen=True)
class Plan:
    """How a layer is generalised. Level n is for pictures of 2^(n-1) to 2^n metres a pixel, or in the case of cells
    that polygons settle for those twice as fine; the levels are from fine to coarse.

    kind_sets: the columns by whose values features are told apart, one set for each way in which styles do so.
    definition: a hash of all that the result follows from, beside the rows.
    """

    form: Form
    kind_sets: tuple[tuple[str, ...], ...]
    levels: tuple[int, ...]
    definition: str


def plan_of(layer: Layer, locality: Locality, size: Size) -> Plan:
    """What is to be made of a layer of that size."""
    form = form_of(layer, size)
    kind_sets = kind_sets_of(layer, locality) if form == 'blocks' else ()
    return Plan(form, kind_sets, levels_of(layer, locality), definition(layer, locality))


def form_of(layer: Layer, size: Size) -> Form:
    """Blocks for what is too many, outlines for polygons that are too detailed, else the rows themselves."""
    if layer.geometry.endswith('LineString'):
        return 'blocks' if size.rows >= LEAST_ROWS else 'rows'
    if layer.publish.tiles.merge_below is not None:
        return 'blocks' if size.rows >= LEAST_ROWS else 'rows'
    return 'outlines' if layer.geometry.endswith('Polygon') and size.points >= LEAST_POINTS else 'rows'


def kind_sets_of(layer: Layer, locality: Locality) -> tuple[tuple[str, ...], ...]:
    """The sets of columns by which the layer's styles tell features apart, in pictures of that scale.

    Public columns only, as every reader gets the same blocks; and no measured numbers, of which each feature has its
    own. A style that needs another column is drawn from the rows.
    """
    try:
        styles = styles_of(layer, locality.path)
    except BadLocalityFile:
        return (tuple(layer.kinds),)
    parts = [[part for part in styles.parts_of(name) if _is_drawn(part, layer, locality)] for name in styles.styles]
    read = [{name for part in layer_parts for name in part.columns} for layer_parts in parts]
    return tuple(sorted({tuple(sorted(columns)) for columns in read if columns <= discrete_columns(layer)}))


def _is_drawn(part: Part, layer: Layer, locality: Locality) -> bool:
    """Whether a part of a style is ever drawn from blocks."""
    if part.kind == 'label' or (part.merged is False and not layer.geometry.endswith('LineString')):
        return False
    nearest = zoom_of(2.0 ** (levels_of(layer, locality)[0] - 1), _latitude(locality))
    return part.zooms is None or part.zooms[0] < nearest


def discrete_columns(layer: Layer) -> set[str]:
    """The public columns by whose values blocks can be told apart: measured numbers differ from feature to feature."""
    columns = layer.columns_for('public').items()
    return {name for name, column in columns if column.type in {'text', 'integer', 'boolean'}}


def levels_of(layer: Layer, locality: Locality) -> tuple[int, ...]:
    """From the first level that saves anything to that of a picture which shows the locality no larger than a stamp.

    Polygons are merged wherever tiles merge them, so that one look passes into the other at the same zoom.
    """
    west, south, east, north = locality.place.extent_wgs84
    width_m = max((east - west) * math.cos(math.radians(_latitude(locality))), north - south) * DEGREE_M
    coarsest = max(FINEST_LEVEL, math.ceil(math.log2(width_m / LEAST_WIDTH_PX)))
    finest, below = FINEST_LEVEL, layer.publish.tiles.merge_below
    if layer.geometry.endswith('Polygon') and below is not None:
        first = math.ceil(math.log2(metres_per_px(below, _latitude(locality)))) + SETTLED_STEP
        finest = min(max(first, 0), coarsest)
    return tuple(range(finest, coarsest + 1))


def _latitude(locality: Locality) -> float:
    _, south, _, north = locality.place.extent_wgs84
    return (south + north) / 2


def definition(layer: Layer, locality: Locality) -> str:
    """A hash of what the generalised form of a layer follows from, beside its rows."""
    parts = [
        _software(), layer.definition(), kind_sets_of(layer, locality), levels_of(layer, locality), locality.place.crs,
        locality.place.reference_date.isoformat(), LEAST_ROWS, LEAST_POINTS,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


@lru_cache
def _software() -> str:
    files = sorted((PROJECT / 'sql' / 'functions').glob('generalise*.sql'))
    return hashlib.sha256(b''.join(file.read_bytes() for file in files)).hexdigest()
