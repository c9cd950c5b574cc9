"""The layers of a printed map, each in its style: which they are, whether they are seen, and where they are from."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from dothi.cartography.style.breaks import class_breaks
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.style_file import DEFAULT, StyleFile
from dothi.core.catalog import Release
from dothi.core.clock import local_day
from dothi.core.coverage import Coverage
from dothi.core.errors import DothiError, WrongUse
from dothi.core.layer import Layer
from dothi.core.layer_source import parse_times
from dothi.core.locality import UnknownLayer, locality_zone
from dothi.core.locality_file import BadLocalityFile
from dothi.core.text import Lang, Text
from processes.data import Data
from processes.forms.numbers import format_day
from processes.reading.layers import not_delivered, visible_layer

# The style of a layer that is made for paper, where it has one.
PRINT = 'print'
RELEASE = Text(vi='bản phát hành', en='release')


class NoSuchLayer(WrongUse):
    """A layer that is not there, or not for this audience."""


class NoSuchStyle(WrongUse):
    """The layer has no style of this name."""


class NothingToPrint(WrongUse):
    """No layer is released that a map could show, or none has anything there."""


@dataclass(frozen=True)
class PrintedLayer:
    """A layer in one of its styles, or a coverage, which has none. release: what is shown of it."""

    shows: Drawing | Coverage
    release: Release

    @property
    def drawing(self) -> Drawing | None:
        return self.shows if isinstance(self.shows, Drawing) else None

    @property
    def layer(self) -> Layer | Coverage:
        return _layer_of(self.shows)

    @property
    def order(self) -> float:
        """Its place in the pile; rasters lie below everything but painted land (body.py)."""
        return self.shows.draw_order if isinstance(self.shows, Drawing) else float('-inf')


def layers_to_print(names: Sequence[str] | None, datetime: str | None, data: Data) -> list[PrintedLayer]:
    """The layers, lowest first; those that the map shows when it opens where none is named.

    names: ids, or `id:style`; one that is named twice is drawn once.
    Raises NoSuchLayer, NoSuchStyle, NotDelivered, NothingToPrint.
    """
    sources = (
        [_find_source(name, data) for name in dict.fromkeys(names)] if names is not None else _visible_drawings(data)
    )
    releases = _read_releases([_layer_of(source) for source in sources], datetime, data)
    map_layers = [
        PrintedLayer(source, releases[_layer_of(source).id]) for source in sources if _layer_of(source).id in releases
    ]
    if not map_layers:
        raise NothingToPrint(
            vi='Không có lớp nào đã phát hành để in. Nạp dữ liệu, hoặc chọn lớp và thời gian khác.',
            en='No layer is released that could be printed. Deliver data, or choose other layers or another time.',
        )
    return sorted(map_layers, key=lambda layer: layer.order)


def source_lines(layers: Sequence[PrintedLayer], data: Data, lang: Lang) -> list[str]:
    """One line for each agency: its layers, each with release and day."""
    ordered = sorted(layers, key=lambda layer: (layer.layer.agency, layer.layer.title.pick(lang)))
    return [
        f'{data.locality.agencies[agency].title.pick(lang)}: {"; ".join(_source_line(layer, lang) for layer in own)}.'
        for agency, own in groupby(ordered, key=lambda layer: layer.layer.agency)
    ]


def _source_line(layer: PrintedLayer, lang: Lang) -> str:
    released = format_day(local_day(layer.release.released_at, locality_zone()), lang)
    return f'{layer.layer.title.pick(lang)} ({RELEASE.pick(lang)} {layer.release.number}, {released})'


def _layer_of(shows: Drawing | Coverage) -> Layer | Coverage:
    return shows.layer if isinstance(shows, Drawing) else shows


def _find_source(name: str, data: Data) -> Drawing | Coverage:
    layer_id, _, style = name.partition(':')
    coverage = data.locality.coverages_for(data.audience).get(layer_id)
    if coverage is not None:
        _must_be_released(coverage.id, data)
        _must_be_offered(style, coverage, ['default'])
        return coverage
    try:
        layer = visible_layer(layer_id, data.locality, data.audience)
    except UnknownLayer:
        raise NoSuchLayer.with_suggestion(
            layer_id,
            [*data.locality.layers_for(data.audience), *data.locality.coverages_for(data.audience)],
            vi=f'layers: không có lớp "{layer_id}".',
            en=f'layers: there is no layer "{layer_id}".',
        ) from None
    _must_be_released(layer.id, data)
    try:
        styles = styles_of(layer, data.locality.path)
    except BadLocalityFile:
        # where the file is and what is wrong with it is for who may run `dothi status`
        raise NoSuchStyle(
            vi=f'layers: kiểu vẽ của lớp "{layer.id}" hiện không dùng được. Bỏ lớp này, hoặc báo cho quản trị viên.',
            en=f'layers: the styles of "{layer.id}" cannot be used now. Leave it out, or tell the administrator.',
            steward=Text(
                vi='dothi status cho biết lỗi ở đâu trong tệp.', en='dothi status says where the file is wrong.'
            ),
        ) from None
    _must_be_offered(style, layer, styles.offered(layer, data.audience))
    return _drawing_in_style(layer, styles, style, data)


def _must_be_released(layer_id: str, data: Data) -> None:
    if not data.is_released(layer_id):
        raise not_delivered(layer_id)


def _must_be_offered(style: str, layer: Layer | Coverage, offered: list[str]) -> None:
    if style and style not in offered:
        raise NoSuchStyle.with_suggestion(
            style,
            offered,
            vi=f'layers: lớp "{layer.id}" không có kiểu vẽ "{style}".',
            en=f'layers: the layer "{layer.id}" has no style "{style}".',
        )


def _visible_drawings(data: Data) -> list[Drawing]:
    drawings = []
    for layer in data.locality.layers_for(data.audience).values():
        try:
            styles = styles_of(layer, data.locality.path)
        except DothiError:
            # as on the map: a broken style is told by `dothi status`
            continue
        if styles.visible and data.is_released(layer.id):
            drawings.append(_drawing_in_style(layer, styles, '', data))
    return drawings


def _drawing_in_style(layer: Layer, styles: StyleFile, style: str, data: Data) -> Drawing:
    chosen = style or (PRINT if PRINT in styles.offered(layer, data.audience) else DEFAULT)
    breaks = class_breaks(data.db, layer, data.locality, data.audience)
    return drawing_of(layer, styles, chosen, data.audience, breaks)


def _read_releases(layers: Sequence[Layer | Coverage], datetime: str | None, data: Data) -> dict[str, Release]:
    """What is shown of each layer: its current release, or at a time the last one before; none where it has none yet.

    Layers whose features have a validity of their own show the current release at any time.
    """
    times = parse_times(datetime) if datetime is not None else None
    releases = {layer.id: data.read(layer, times) for layer in layers}
    return {layer_id: release for layer_id, release in releases.items() if release is not None}
