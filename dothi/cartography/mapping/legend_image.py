"""A legend as a picture: what WMS, OGC API - Styles and printed maps show of how layers are drawn."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.fonts import FILES, Look
from dothi.cartography.mapping import letters
from dothi.cartography.mapping.legend_samples import (
    WIDTH_PX,
    Legendary,
    Part,
    Sample,
    feature,
    layer_of,
    order_of,
    samples_of,
)  # fmt: skip
from dothi.cartography.mapping.limits import check_size
from dothi.cartography.mapping.pool import renderers
from dothi.core.coverage import Coverage
from dothi.core.text import Lang, Text

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

MARGIN_PX, GAP_PX, ROW_GAP_PX, GROUP_GAP_PX = 6, 8, 4, 8
# Letters, from line to line, and where lines are broken.
LETTERS_PX, LINE_PX, TEXT_WIDTH_PX = 12, 15, 240
INK = '#1b1f24'

LESS = Text(vi='Giảm DPI, hoặc xin chú giải của từng lớp.', en='Ask for less DPI, or for the legend of one layer.')


@dataclass(frozen=True)
class Line:
    """A line of text: where it begins, and the height of its middle, in pixels from the upper left corner."""

    text: str
    look: Look
    left: float
    middle: float


@dataclass(frozen=True)
class Put:
    """A sample of the legend and where it is drawn."""

    sample: Sample
    left: float
    top: float


@dataclass(frozen=True)
class Picture:
    """A sample alone, as PNG, and its size in pixels of the style."""

    label: Text
    png: bytes
    width_px: float
    height_px: float


def legend_image(
    drawings: Sequence[Legendary],
    lang: Lang,
    pixel_ratio: float = 1.0,
    zoom: float | None = None,
    *,
    heading: bool = True,
) -> bytes:
    """The legend of layers in their styles, and of coverages, as a PNG on a clear ground.

    drawings: the topmost first. zoom: only what is drawn there, in its sizes. heading: the title of each layer above
    its lines, but for one whose only line says it. Raises as `draw` does.
    """
    groups = [(_title(drawing), samples_of(drawing, zoom)) for drawing in drawings]
    lines, put, size = _laid_out(groups, lang, heading=heading)
    check_size(round(size[0] * pixel_ratio), round(size[1] * pixel_ratio), LESS)
    samples = [
        part for i, drawing in enumerate(put) for part in drawing.sample.parts(f'sample-{i}', drawing.left, drawing.top)
    ]
    order = order_of([*samples, *_texts(lines)], size, pixel_ratio)
    return renderers().draw(order)


def legend_size(drawings: Sequence[Legendary], lang: Lang, *, heading: bool = True) -> tuple[float, float]:
    """Width and height in pixels that the legend would have with a pixel ratio of 1."""
    groups = [(_title(drawing), samples_of(drawing, None)) for drawing in drawings]
    return _laid_out(groups, lang, heading=heading)[2]


def sample_pictures(entries: Sequence[Legendary], zoom: float | None, pixel_ratio: float) -> list[list[Picture]]:
    """Each sample of each legend alone, for whoever sets the text: `shown` and its lines, topmost first."""
    groups = [samples_of(drawing, zoom) for drawing in entries]
    samples = [drawing for group in groups for drawing in group]
    if not samples:
        return [[] for _ in groups]
    ends = [*accumulate(drawing.height_px for drawing in samples)]
    tops = [0.0, *ends[:-1]]
    parts = [part for i, drawing in enumerate(samples) for part in drawing.parts(f'sample-{i}', 0, tops[i])]
    whole = renderers().draw(order_of(parts, (WIDTH_PX, ends[-1]), pixel_ratio))
    cut = iter(_cut(whole, samples, pixel_ratio))
    return [[next(cut) for _ in group] for group in groups]


def _cut(whole: bytes, samples: Sequence[Sample], ratio: float) -> Iterator[Picture]:
    from PIL import Image

    top = 0.0
    with Image.open(io.BytesIO(whole)) as image:
        for sample in samples:
            buffer, below = io.BytesIO(), top + sample.height_px
            image.crop((0, round(top * ratio), image.width, round(below * ratio))).save(buffer, 'png')
            yield Picture(sample.label, buffer.getvalue(), WIDTH_PX, sample.height_px)
            top = below


def _title(entry: Legendary) -> Text:
    return entry.title if isinstance(entry, Coverage) else entry.layer.title


def _laid_out(
    groups: Sequence[tuple[Text, list[Sample]]], lang: Lang, *, heading: bool
) -> tuple[list[Line], list[Put], tuple[float, float]]:
    """Lines of text, samples with their places, and width and height of all."""
    lines: list[Line] = []
    put: list[Put] = []
    top = float(MARGIN_PX)
    for title, samples in groups:
        if heading and [sample.label for sample in samples] != [title]:
            lines += (written := _lines(title.pick(lang), 'heading', MARGIN_PX, top))
            top += len(written) * LINE_PX + ROW_GAP_PX
        for sample in samples:
            written, high = _row(sample, lang, top)
            lines += written
            put.append(Put(sample, MARGIN_PX, top + (high - sample.height_px) / 2))
            top += high + ROW_GAP_PX
        top += GROUP_GAP_PX - ROW_GAP_PX
    wide = max((line.left + _font(line.look).getlength(line.text) for line in lines), default=0) + MARGIN_PX
    return lines, put, (max(round(wide), 2 * MARGIN_PX + WIDTH_PX), max(round(top), 1))


def _row(sample: Sample, lang: Lang, top: float) -> tuple[list[Line], float]:
    """What is written beside a sample, and the height of both; the lower one stands in the middle."""
    left = MARGIN_PX + WIDTH_PX + GAP_PX
    written = _lines(sample.label.pick(lang), 'text', left, top)
    high = max(sample.height_px, len(written) * LINE_PX)
    down = (high - len(written) * LINE_PX) / 2
    return [replace(line, middle=line.middle + down) for line in written], high


def _lines(text: str, look: Look, left: float, top: float) -> list[Line]:
    return [
        Line(line, look, left, top + (row + 0.5) * LINE_PX)
        for row, line in enumerate(wrapped(text, look, TEXT_WIDTH_PX + (WIDTH_PX + GAP_PX if look == 'heading' else 0)))
    ]


def wrapped(text: str, look: Look, width_px: float) -> list[str]:
    """The text in lines that are no wider; a word that is wider alone is broken."""
    return letters.wrapped(text, _font(look), width_px)


def _font(look: Look) -> 'FreeTypeFont':
    """The font that Mapnik writes with, to measure by."""
    return letters.font(look, LETTERS_PX)


def _texts(lines: Sequence[Line]) -> list[Part]:
    """Style and layer of the lines of each look."""
    made = []
    for look in FILES:
        features = [
            feature({'type': 'Point', 'coordinates': [line.left, -line.middle]}, said=line.text)
            for line in lines
            if line.look == look
        ]
        if features:
            style = _text_style(look)
            made.append((style, layer_of(style, features)))
    return made


def _text_style(name: Look) -> Element:
    made = Element('Style', {'name': name})
    attributes = {
        'fontset-name': name, 'size': str(LETTERS_PX), 'fill': INK, 'horizontal-alignment': 'right',
        'vertical-alignment': 'middle', 'allow-overlap': 'true', 'clip': 'false',
    }  # fmt: skip
    SubElement(SubElement(made, 'Rule'), 'TextSymbolizer', attributes).text = '[said]'
    return made
