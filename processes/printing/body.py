"""The map itself: drawn by Mapnik as PDF at the size that it has on the paper."""

from collections.abc import Sequence

from dothi.core.catalog import current_releases
from dothi.core.database import READERS, connection
from dothi.core.layer import Layer
from dothi.core.layer_source import Times, parse_times
from dothi.core.mapping.draw import draw
from dothi.core.mapping.picture import Picture, Shown
from dothi.core.mapping.view import View
from dothi.core.style.colour import Colour
from processes.data import Data
from processes.forms.job_renderers import job_renderers
from processes.printing.drawn import Drawn

WHITE = Colour(255, 255, 255)


def body_of(drawn: Sequence[Drawn], view: View, time: str | None, data: Data) -> bytes:
    """The layers in the view, of exactly the releases that the run knows of; raises as `draw` does.

    The renderer reads on a connection of its own, so a release may come between; then what was in force before it is
    drawn, from history.
    """
    times = parse_times(time) if time is not None else None
    with job_renderers() as pool:
        picture = draw(_picture(drawn, view, [times] * len(drawn)), data.locality, data.audience, pool)
        if times is not None or _still_in_force(drawn, data):
            return picture
        return draw(_picture(drawn, view, [_then(one) for one in drawn]), data.locality, data.audience, pool)


def _picture(drawn: Sequence[Drawn], view: View, times: Sequence[Times | None]) -> Picture:
    shown = tuple(Shown(one.layer, one.drawing, at) for one, at in zip(drawn, times, strict=True))
    background = next((one.drawing.background for one in drawn if one.drawing and one.drawing.background), WHITE)
    return Picture(view, shown, background, 'pdf')


def _then(one: Drawn) -> Times | None:
    """When the layer's release was in force; features with a validity of their own have no other state to ask for."""
    if isinstance(one.layer, Layer) and one.layer.publish.validity:
        return None
    return Times(one.release.released_at, one.release.released_at)


def _still_in_force(drawn: Sequence[Drawn], data: Data) -> bool:
    with connection(READERS[data.audience]) as db:
        now = current_releases(db)
    return all(one.layer.id in now and now[one.layer.id].number == one.release.number for one in drawn)
