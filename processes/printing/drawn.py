"""The layers of a printed map, each in its style: which they are, whether they are seen, and where they are from."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from psycopg2 import sql

from dothi.core.catalog import Release, releases_numbered
from dothi.core.errors import DothiError, WrongUse, did_you_mean
from dothi.core.layer import Layer as LayerModel
from dothi.core.layer_source import parse_times
from dothi.core.locality import UnknownLayer
from dothi.core.style.breaks import class_breaks
from dothi.core.style.drawing import Drawing, drawing_of
from dothi.core.style.style_file import DEFAULT, StyleFile, styles_of
from dothi.core.text import Lang, Text
from processes.base import Layer
from processes.data import Data
from processes.forms.numbers import day
from processes.printing.scale import Box
from processes.reading.layers import visible_layer

# The style of a layer that is made for paper, where it has one.
PRINT = 'print'
RELEASE = Text(vi='phiên bản', en='release')
# How a layer is named together with a style.
NAMED = r'^[a-z][a-z0-9_]{0,39}(:[a-z][a-z0-9_-]{0,39})?$'


class NoSuchLayer(WrongUse):
    """A layer that is not there, or not for this audience."""


class NoSuchStyle(WrongUse):
    """The layer has no style of this name."""


class NothingToPrint(WrongUse):
    """No layer is released that a map could show."""


@dataclass(frozen=True)
class Drawn:
    """A layer of the map. release: what is shown of it."""

    layer: LayerModel
    drawing: Drawing
    release: Release


def drawn_layers(names: Sequence[str] | None, datetime: str | None, data: Data) -> list[Drawn]:
    """The layers, lowest first; those that the map shows when it opens where none is named.

    names: ids, or `id:style`. Raises NoSuchLayer, NoSuchStyle, NotDelivered, NothingToPrint.
    """
    found = [_named(name, data) for name in names] if names is not None else [*_usual(data)]
    if not found:
        raise NothingToPrint(
            vi='Chưa có lớp nào được phát hành để in. Nạp dữ liệu, hoặc chọn lớp bằng layers.',
            en='No layer is released that could be printed. Deliver data, or choose by layers.',
        )
    numbers = _releases([layer.id for layer, _ in found], datetime, data)
    drawn = [Drawn(layer, drawing, numbers[layer.id]) for layer, drawing in found if layer.id in numbers]
    return sorted(drawn, key=lambda one: one.drawing.draw_order)


def seen_in(drawn: Sequence[Drawn], box: Box, datetime: str | None, data: Data) -> list[Drawn]:
    """Those that have something within the box (west, south, east, north in the working CRS)."""
    frame = sql.SQL('ST_MakeEnvelope({})').format(sql.SQL(', ').join(map(sql.Literal, [*box, data.locality.srid])))
    seen = []
    for one in drawn:
        _, rows = data.source(Layer(one.layer.id, datetime=datetime))
        (row,) = data.rows(sql.SQL('select exists (select from {} where geom && {}) as seen').format(rows, frame))
        seen += [one] if row['seen'] else []
    return seen


def sources(drawn: Sequence[Drawn], data: Data, lang: Lang) -> list[str]:
    """One line for each agency: its layers, each with release and day."""
    ordered = sorted(drawn, key=lambda one: (one.layer.agency, one.layer.title.pick(lang)))
    return [
        f'{data.locality.agencies[agency].title.pick(lang)}: {"; ".join(_source(one, lang) for one in own)}.'
        for agency, own in groupby(ordered, key=lambda one: one.layer.agency)
    ]


def _source(one: Drawn, lang: Lang) -> str:
    released = day(one.release.released_at.date(), lang)
    return f'{one.layer.title.pick(lang)} ({RELEASE.pick(lang)} {one.release.number}, {released})'


def _named(name: str, data: Data) -> tuple[LayerModel, Drawing]:
    layer_id, _, style = name.partition(':')
    try:
        layer = visible_layer(layer_id, data.locality, data.audience)
    except UnknownLayer as error:
        raise NoSuchLayer(vi=f'layers: {error.text.vi}', en=f'layers: {error.text.en}') from None
    # it counts as read, and has to be released
    data.source(Layer(layer.id))
    styles = styles_of(layer, data.locality.path)
    if style and style not in styles.offered(layer, data.audience):
        hint = did_you_mean(style, styles.offered(layer, data.audience))
        raise NoSuchStyle(
            vi=f'layers: lớp "{layer.id}" không có kiểu vẽ "{style}". {hint.vi}',
            en=f'layers: the layer "{layer.id}" has no style "{style}". {hint.en}',
        )
    return layer, _drawing(layer, styles, style, data)


def _usual(data: Data) -> list[tuple[LayerModel, Drawing]]:
    found = []
    for layer in data.locality.layers_for(data.audience).values():
        try:
            styles = styles_of(layer, data.locality.path)
        except DothiError:
            # as on the map: a broken style is told by `dothi status`
            continue
        if styles.visible and data.is_released(layer.id):
            data.source(Layer(layer.id))
            found.append((layer, _drawing(layer, styles, '', data)))
    return found


def _drawing(layer: LayerModel, styles: StyleFile, style: str, data: Data) -> Drawing:
    chosen = style or (PRINT if PRINT in styles.offered(layer, data.audience) else DEFAULT)
    breaks = class_breaks(data.db, layer, data.locality, data.audience)
    return drawing_of(layer, styles, chosen, data.audience, breaks)


def _releases(layer_ids: list[str], datetime: str | None, data: Data) -> dict[str, Release]:
    """What is shown of each layer: its current release, or the last one before the end of a time.

    Layers whose features have a validity of their own show the current release at any time.
    """
    current = {name: data.release(data.locality.layers[name]) for name in layer_ids}
    end = parse_times(datetime).end if datetime is not None else None
    past = [name for name in layer_ids if not data.locality.layers[name].publish.validity]
    if end is None or not past:
        return current
    query = sql.SQL(
        'select layer_id, max(number) as number from catalog.release'
        ' where layer_id = any({}) and released_at <= {} group by layer_id'
    ).format(sql.Literal(past), sql.Literal(end))
    numbers = {row['layer_id']: row['number'] for row in data.rows(query)}
    then = releases_numbered(data.db, [*numbers.values()])
    # a layer that was not there yet is left out
    return {
        name: then[numbers[name]] if name in past else one
        for name, one in current.items()
        if name not in past or name in numbers
    }
