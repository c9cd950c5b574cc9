"""Layers in their styles with the classes of a release: read and worked out once, for every service that draws."""

import logging
from typing import Any

from flask import current_app, g

from dothi.api.http.remembered import Remembered
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.cartography.style.breaks import Breaks, class_breaks
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.layer_styles import style_path, styles_of
from dothi.cartography.style.style_file import Part, StyleFile
from dothi.core.errors import NotFound
from dothi.core.layer import Layer
from dothi.core.locality_file import BadLocalityFile
from dothi.core.text import Text

LOG = logging.getLogger('dothi.api')


class UnknownStyle(NotFound):
    """There is no such style, or none for whoever asks."""


class NoSuchStyle(NotFound):
    """The collection has no style of that name."""


def drawing(db: Snapshot, layer: Layer, style: str, release: int) -> tuple[int, Drawing]:
    """When the style file was changed, and the layer in that style with the classes of the release.

    Raises NoSuchStyle, UnknownStyle.
    """
    changed = changed_at(layer)
    drawings: Remembered[tuple[Any, ...], Drawing] = current_app.extensions.setdefault(
        'dothi.drawings', Remembered(500)
    )
    key = (layer.id, style, release, changed)
    stored_drawing = drawings.get(key)
    if stored_drawing is None:
        styles = file_of(layer)
        if style not in styles.styles:
            raise no_such_style(layer.id, style, styles.offered(layer, service().audience))
        stored_drawing = drawing_of(layer, styles, style, service().audience, _class_limits(db, layer, release))
        drawings.keep(key, stored_drawing)
    return changed, stored_drawing


def _class_limits(db: Snapshot, layer: Layer, release: int) -> Breaks:
    """The limits between classes as of the release: they outlive a change of colours, and styles share them."""
    compute = class_breaks(db.db, layer, service().locality, service().audience)

    def limits(part: Part) -> list[float]:
        question = (layer.id, release, repr(part.classes), repr(part.condition))
        limits_found = service().class_limits.get(question)
        if limits_found is None:
            limits_found = tuple(compute(part))
            service().class_limits.keep(question, limits_found)
        return list(limits_found)

    return limits


def file_of(layer: Layer) -> StyleFile:
    """The styles of a layer; raises UnknownStyle where their file is broken: what is wrong is for the log alone."""
    styles = file_if_sound(layer)
    if styles is None:
        raise UnknownStyle(
            vi=f'Kiểu vẽ của lớp "{layer.id}" hiện không dùng được. Dữ liệu và ô bản đồ vẫn có; báo cho quản trị viên.',
            en=f'The styles of "{layer.id}" cannot be used now. Its data and tiles are there; tell the administrator.',
            steward=Text(
                vi='dothi status cho biết lỗi ở đâu trong tệp.', en='dothi status says where the file is wrong.'
            ),
        )
    return styles


def file_if_sound(layer: Layer) -> StyleFile | None:
    """The layer's styles; None where their file is broken, which the log says once until it is written anew.

    Looked for once in a request: a picture of eight layers asked thirty times, at five looks into folders each.
    """
    looked_up: dict[str, StyleFile | None] = g.setdefault('style_files', {})
    if layer.id not in looked_up:
        looked_up[layer.id] = _read_file_if_sound(layer)
    return looked_up[layer.id]


def _read_file_if_sound(layer: Layer) -> StyleFile | None:
    try:
        return styles_of(layer, service().locality.path)
    except BadLocalityFile as error:
        reported: dict[str, int] = current_app.extensions.setdefault('dothi.styles.told', {})
        changed = changed_at(layer)
        if reported.get(layer.id) != changed:
            reported[layer.id] = changed
            LOG.error('style of %s: %s', layer.id, error)
        return None


def changed_at(layer: Layer) -> int:
    """When the layer's style file was changed, in nanoseconds; 0 where it has none."""
    try:
        return style_path(layer, service().locality.path).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def no_such_style(collection_id: str, style: str, offered: list[str]) -> NoSuchStyle:
    """The error, with the nearest style."""
    return NoSuchStyle.with_suggestion(
        style,
        offered,
        vi=f'"{collection_id}" không có kiểu vẽ "{style}".',
        en=f'"{collection_id}" has no style "{style}".',
    )
