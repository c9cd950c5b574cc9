"""The map itself: drawn by Mapnik as PDF at the size that it has on the paper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dothi.cartography.mapping.draw import draw
from dothi.cartography.mapping.picture import Picture, PictureLayer
from dothi.cartography.mapping.pool import Renderers
from dothi.cartography.mapping.view import View
from dothi.cartography.style.colour import Colour
from dothi.cartography.style.drawing import Drawing, Pass
from dothi.core.catalog import current_releases
from dothi.core.database import READERS, connection
from dothi.core.layer import Layer
from dothi.core.layer_source import Times, parse_times
from processes.data import Data
from processes.forms.map_image import job_renderers
from processes.printing.drawn import PrintedLayer

WHITE = Colour(255, 255, 255)
ABOVE_GRID = ('marker', 'label')


@dataclass(frozen=True)
class MapBody:
    """Two PDFs of the same place: areas and lines; and above the grid signs, with the names that keep clear of them."""

    shapes: bytes
    names: bytes


def body_of(layers: Sequence[PrintedLayer], view: View, time: str | None, data: Data) -> MapBody:
    """The layers in the view, of exactly the releases that the run knows of; raises as `draw` does.

    The renderer reads on a connection of its own, so a release may come between; then what was in force before it is
    drawn, from history.
    """
    times = parse_times(time) if time is not None else None
    with job_renderers() as pool:
        body = _render_body(pile_layers(layers, [times] * len(layers)), view, data, pool)
        if times is not None or _still_in_force(layers, data):
            return body
        return _render_body(pile_layers(layers, [_times_of_release(layer) for layer in layers]), view, data, pool)


def _render_body(layers: Sequence[PictureLayer], view: View, data: Data, pool: Renderers) -> MapBody:
    background = next(
        (layer.drawing.background for layer in layers if layer.drawing and layer.drawing.background), WHITE
    )
    shapes = Picture(view, tuple(_part_of(layer, above=False) for layer in layers), background, 'pdf')
    names = Picture(view, tuple(_part_of(layer, above=True) for layer in layers if layer.drawing), None, 'pdf')
    return MapBody(*(draw(picture, data.locality, data.audience, pool) for picture in (shapes, names)))


def pile_layers(printed: Sequence[PrintedLayer], times: Sequence[Times | None]) -> list[PictureLayer]:
    """The layers as they are drawn: rasters on the land that a style paints for the whole map, below its lines.

    On the bare paper, under that land, nobody would see them.
    """
    layers = [PictureLayer(layer.layer, layer.drawing, at) for layer, at in zip(printed, times, strict=True)]
    rasters = [layer for layer in layers if layer.drawing is None]
    if not rasters:
        return layers
    land = [
        _with_passes(layer, _split_passes(layer.drawing)[0])
        for layer in layers
        if layer.drawing and layer.drawing.background
    ]
    rest = [_with_passes(layer, _split_passes(layer.drawing)[1]) for layer in layers if layer.drawing]
    return [*land, *rasters, *rest]


def _split_passes(drawing: Drawing) -> tuple[tuple[Pass, ...], tuple[Pass, ...]]:
    """The passes up to the last fill, where the style paints the ground of the map, and those above."""
    fills = [number for number, rendering_pass in enumerate(drawing.passes, 1) if rendering_pass.kind == 'fill']
    at = fills[-1] if fills and drawing.background else 0
    return drawing.passes[:at], drawing.passes[at:]


def _part_of(layer: PictureLayer, *, above: bool) -> PictureLayer:
    """The layer with what lies above the grid, or with all the rest."""
    if layer.drawing is None:
        return layer
    passes = layer.drawing.passes
    return _with_passes(layer, tuple(each for each in passes if (each.kind in ABOVE_GRID) is above))


def _with_passes(layer: PictureLayer, passes: tuple[Pass, ...]) -> PictureLayer:
    return replace(layer, drawing=replace(layer.drawing, passes=passes)) if layer.drawing else layer


def _times_of_release(layer: PrintedLayer) -> Times | None:
    """When the layer's release was in force; features with a validity of their own have no other state to ask for."""
    if isinstance(layer.layer, Layer) and layer.layer.publish.validity:
        return None
    return Times(layer.release.released_at, layer.release.released_at)


def _still_in_force(layers: Sequence[PrintedLayer], data: Data) -> bool:
    with connection(READERS[data.audience]) as db:
        now = current_releases(db)
    return all(layer.layer.id in now and now[layer.layer.id].number == layer.release.number for layer in layers)
