"""The map itself: drawn by Mapnik as PDF at the size that it has on the paper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dothi.core.catalog import current_releases
from dothi.core.database import READERS, connection
from dothi.core.layer import Layer
from dothi.core.layer_source import Times, parse_times
from dothi.core.mapping.draw import draw
from dothi.core.mapping.picture import Picture, Shown
from dothi.core.mapping.pool import Renderers
from dothi.core.mapping.view import View
from dothi.core.style.colour import Colour
from dothi.core.style.drawing import Drawing, Pass
from processes.data import Data
from processes.forms.job_renderers import job_renderers
from processes.printing.drawn import Drawn

WHITE = Colour(255, 255, 255)


@dataclass(frozen=True)
class Body:
    """Two PDFs of the same place: all but the names, and the names, which lie above whatever else is on the sheet."""

    shapes: bytes
    names: bytes


def body_of(drawn: Sequence[Drawn], view: View, time: str | None, data: Data) -> Body:
    """The layers in the view, of exactly the releases that the run knows of; raises as `draw` does.

    The renderer reads on a connection of its own, so a release may come between; then what was in force before it is
    drawn, from history.
    """
    times = parse_times(time) if time is not None else None
    with job_renderers() as pool:
        body = _drawn(piled(drawn, [times] * len(drawn)), view, data, pool)
        if times is not None or _still_in_force(drawn, data):
            return body
        return _drawn(piled(drawn, [_then(one) for one in drawn]), view, data, pool)


def _drawn(shown: Sequence[Shown], view: View, data: Data, pool: Renderers) -> Body:
    background = next((one.drawing.background for one in shown if one.drawing and one.drawing.background), WHITE)
    shapes = Picture(view, tuple(_only(one, names=False) for one in shown), background, 'pdf')
    names = Picture(view, tuple(_only(one, names=True) for one in shown if one.drawing), None, 'pdf')
    return Body(*(draw(picture, data.locality, data.audience, pool) for picture in (shapes, names)))


def piled(drawn: Sequence[Drawn], times: Sequence[Times | None]) -> list[Shown]:
    """As they lie over one another: rasters on the land that a style paints for the whole map, below its lines.

    On the bare paper, under that land, nobody would see them.
    """
    shown = [Shown(one.layer, one.drawing, at) for one, at in zip(drawn, times, strict=True)]
    rasters = [one for one in shown if one.drawing is None]
    if not rasters:
        return shown
    land = [_passes(one, _cut(one.drawing)[0]) for one in shown if one.drawing and one.drawing.background]
    rest = [_passes(one, _cut(one.drawing)[1]) for one in shown if one.drawing]
    return [*land, *rasters, *rest]


def _cut(drawing: Drawing) -> tuple[tuple[Pass, ...], tuple[Pass, ...]]:
    """The passes up to the last fill, where the style paints the ground of the map, and those above."""
    fills = [number for number, one in enumerate(drawing.passes, 1) if one.kind == 'fill']
    at = fills[-1] if fills and drawing.background else 0
    return drawing.passes[:at], drawing.passes[at:]


def _only(shown: Shown, *, names: bool) -> Shown:
    if shown.drawing is None:
        return shown
    return _passes(shown, tuple(one for one in shown.drawing.passes if (one.kind == 'label') is names))


def _passes(shown: Shown, passes: tuple[Pass, ...]) -> Shown:
    return replace(shown, drawing=replace(shown.drawing, passes=passes)) if shown.drawing else shown


def _then(one: Drawn) -> Times | None:
    """When the layer's release was in force; features with a validity of their own have no other state to ask for."""
    if isinstance(one.layer, Layer) and one.layer.publish.validity:
        return None
    return Times(one.release.released_at, one.release.released_at)


def _still_in_force(drawn: Sequence[Drawn], data: Data) -> bool:
    with connection(READERS[data.audience]) as db:
        now = current_releases(db)
    return all(one.layer.id in now and now[one.layer.id].number == one.release.number for one in drawn)
