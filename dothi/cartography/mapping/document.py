"""A picture as an order for a renderer: Mapnik's styles, and the layers with their sources."""

import json
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from dothi.cartography.generalised.source import is_merged
from dothi.cartography.mapping.formats import asked
from dothi.cartography.mapping.layer_query import Reader, rows
from dothi.cartography.mapping.picture import Picture, PictureLayer
from dothi.cartography.mapping.view import View
from dothi.cartography.mapping.written_styles import WrittenStyle, written_style
from dothi.cartography.style.colour import Colour
from dothi.cartography.style.drawing import Drawing
from dothi.cartography.style.mapnik_xml import Sheet, document_of_written, raster_style, reach_px, sheets
from dothi.cartography.style.sizes import HALO_PX
from dothi.core.access.claims import claimed
from dothi.core.crs import WEB_MERCATOR, WGS84, proj_string
from dothi.core.layer import Layer

# What of a feature may lie outside the picture and still be seen in it: a name, half a marker, half of a line's width.
BUFFER_PX = 48
# Of pictures that lie side by side: what decides over a name at the edge, so that both have it in the same place.
BESIDE_PX = 256
# Beyond what a pass reaches to: edges are smoothed over the pixels that they touch.
SMOOTHED_PX = 2
# Narrower ones Mapnik draws as well from the pixels of letters, and a picture of streets takes a fifth less. Wider ones
# become too narrow so, and take as long, on paper longer.
QUICK_HALO_PX = 2
WHITE = Colour(255, 255, 255)
# The database reads some layers while another is drawn: a third less time where there are processors for both. Six
# connections brought neither a street nor tiles of many clients sooner (2 processors), and twelve sessions more.
# Mapnik would give up a connection after 4 s, which a busy machine can take.
CONNECTIONS = {
    'persist_connection': True, 'initial_size': 1, 'max_size': 4, 'max_async_connection': 3, 'connect_timeout': 10,
}  # fmt: skip
# Of a source: Mapnik would ask the database, and leaves out what is said to lie outside the picture.
EVERYWHERE = '-1e9,-1e9,1e9,1e9'


@dataclass(frozen=True)
class Entry:
    """One of Mapnik's layers: a source with the styles that it is drawn in.

    holds_rows: whether its rows stay in memory from one style to the next, or are read again for each. buffer_px: rows
    that lie so far outside the picture are drawn as well; None is as far as the map has it.
    """

    name: str
    srs: str
    source: dict[str, Any]
    styles: tuple[WrittenStyle, ...]
    holds_rows: bool = False
    buffer_px: int | None = None

    @property
    def as_json(self) -> dict[str, Any]:
        """The order as the JSON that a renderer reads."""
        return {
            'name': self.name,
            'srs': self.srs,
            'source': self.source,
            'styles': [style.name for style in self.styles],
            'holds_rows': self.holds_rows,
            'buffer': self.buffer_px,
        }


@dataclass(frozen=True)
class Maker:
    """What orders are made with. painted: coverages as they are seen in the picture, by number of what is shown."""

    reader: Reader
    painted: dict[int, Path]


def order(picture: Picture, maker: Maker) -> bytes:
    """The order (renderer.py) for `picture`."""
    view = picture.view
    entries = _entries(picture, maker)
    background = picture.background or (WHITE if picture.format == 'jpeg' else None)
    styles = [style.xml for entry in entries for style in entry.styles]
    order_document = {
        'width': view.width_px,
        'height': view.height_px,
        'ratio': view.pixel_ratio,
        'box': view.box,
        'format': asked(picture),
        'tiles': picture.tiles,
        'styles': document_of_written(styles, srs=srs(view.crs), background=background, buffer_px=_buffer(picture)),
        'layers': [entry.as_json for entry in entries],
    }
    return json.dumps(order_document).encode()


def seen_in(view: View, drawing: Drawing, *, crosses_edges: bool = False) -> list[Sheet]:
    """The passes that are drawn at the view's scale, lowest first."""
    merged = is_merged(drawing.layer, view)
    quick_halos = view.pixel_ratio * HALO_PX < QUICK_HALO_PX
    visible_sheets = sheets(drawing, view.zoom, crosses_edges=crosses_edges, quick_halos=quick_halos)
    return [sheet for sheet in visible_sheets if sheet.drawn.part.merged in {None, merged}]


def srs(srid: int) -> str:
    """A system in words that Mapnik's PROJ understands; between the first two it has a way of its own, a fast one."""
    return f'epsg:{srid}' if srid in (WGS84, WEB_MERCATOR) else proj_string(srid)


def _buffer(picture: Picture) -> int:
    return round((BESIDE_PX if picture.tiles else BUFFER_PX) * picture.view.pixel_ratio)


def _buffer_of(sheets: list[Sheet], view: View, *, beside: bool = False) -> int | None:
    """How far outside the picture rows are read that these passes draw; of names as far as the map has it.

    A tile with the map's buffer on all sides is twice the tile: as many houses were read and drawn to be cut off.
    beside: whether other pictures lie beside this one, in which names give way to the same signs.
    """
    decisive = {'label', 'marker'} if beside else {'label'}
    if any(sheet.drawn.kind in decisive for sheet in sheets):
        return None
    reach = max(map(reach_px, sheets)) + SMOOTHED_PX
    return ceil(min(reach, BUFFER_PX) * view.pixel_ratio)


def _entries(picture: Picture, maker: Maker) -> list[Entry]:
    """Shapes of all layers from below, then labels.

    Of labels in each other's way the first stays: those of the highest priority come first, then those of upper layers.
    """
    shapes, labels = [], []
    for number, shown_layer in enumerate(picture.shown):
        if number in maker.painted:
            shapes.append(_raster(str(number), srs(picture.view.crs), maker.painted[number]))
        if not isinstance(shown_layer.layer, Layer) or shown_layer.drawing is None:
            continue
        visible_sheets = seen_in(picture.view, shown_layer.drawing, crosses_edges=picture.tiles is not None)
        below = [sheet for sheet in visible_sheets if sheet.drawn.kind != 'label']
        if below:
            shapes += _entry_per_turn(str(number), shown_layer, below, picture.view, maker)
        for sheet in (sheet for sheet in visible_sheets if sheet.drawn.kind == 'label'):
            made = _entry_per_turn(f'{number}-{sheet.number}', shown_layer, [sheet], picture.view, maker)
            labels += [(sheet.drawn.part.priority, number, entry) for entry in made]
    labels.sort(key=lambda label: label[:2], reverse=True)
    return [*shapes, *(entry for _, _, entry in labels)]


def _entry_per_turn(
    name: str, picture_layer: PictureLayer, sheets: list[Sheet], view: View, maker: Maker
) -> list[Entry]:
    """A layer's rows, once more for what lies beyond the antimeridian."""
    return [_entry(f'{name}{turn or ""}', picture_layer, sheets, view, maker, turn) for turn in view.turns]


def _entry(name: str, picture_layer: PictureLayer, sheets: list[Sheet], view: View, maker: Maker, turn: float) -> Entry:
    """A layer's rows, in the styles of these passes."""
    read = rows(maker.reader, picture_layer, sheets, view, turn)
    source = {
        **_server(maker.reader.db),
        'table': _claimed(read.statement),
        'geometry_field': read.geometry,
        'srid': read.srid,
        'extent': EVERYWHERE,
    }
    assert picture_layer.drawing is not None  # noqa: S101
    styles = tuple(written_style(f'{name}-{sheet.number}', picture_layer.drawing, sheet) for sheet in sheets)
    holds_rows = len(styles) > 1 and not read.may_be_all
    beside = any(sheet.crosses_edges for sheet in sheets)
    return Entry(name, srs(read.srid), source, styles, holds_rows, _buffer_of(sheets, view, beside=beside))


def _claimed(statement: str) -> str:
    """The rows of `statement` as whoever asks sees them: Mapnik keeps its connections, so each statement claims anew.

    Without `offset 0` the planner would read the rows in any order, and the claim may come late.
    """
    text = claimed()
    if not text:
        return statement
    claim = f"(select set_config('dothi.claims', '{text}', true) as claims offset 0) as claim"
    rows = f'(select * from {statement} where claim.claims is not null offset 0) as claimed'  # noqa: S608
    return f'(select claimed.* from {claim} cross join lateral {rows}) as rows'  # noqa: S608


def _raster(name: str, system: str, file: Path) -> Entry:
    return Entry(name, system, {'type': 'gdal', 'file': str(file)}, (WrittenStyle.of(raster_style(name)),))


def _server(db: Connection) -> dict[str, Any]:
    """How a renderer reaches the database: as the same role in the same place as `db`."""
    parameters = {name: getattr(db.info, name) for name in ('host', 'port', 'dbname', 'user', 'password')}
    set_parameters = {name: str(value) for name, value in parameters.items() if value}
    return {'type': 'postgis', **set_parameters, **CONNECTIONS}
