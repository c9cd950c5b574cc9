"""Styles as Mapnik reads them, written once for each pass and zoom: a picture has twenty, and tiles have few zooms."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self
from xml.etree.ElementTree import Element, tostring

from dothi.cartography.style.drawing import Drawing
from dothi.cartography.style.mapnik_xml import Sheet, sheet_of, style

MOST_STYLES = 2_000
# Sizes are written with four digits; the zoom of a tile is the same everywhere but for its last digits.
ZOOM_DIGITS = 6


@dataclass(frozen=True)
class WrittenStyle:
    """One of Mapnik's styles, with the name by which a layer takes it."""

    name: str
    xml: str

    @classmethod
    def of(cls, element: Element) -> Self:
        """The style of an element."""
        return cls(element.get('name', ''), tostring(element, encoding='unicode'))


def written_style(name: str, drawing: Drawing, sheet: Sheet) -> WrittenStyle:
    """The style of a pass of `drawing` under this name."""
    looks = (sheet.crosses_edges, sheet.quick_halos)
    return _written(name, SameDrawing(drawing), sheet.number, round(sheet.zoom, ZOOM_DIGITS), *looks)


class SameDrawing:
    """A drawing as a key, equal to itself alone: drawings are remembered, and comparing them would take long."""

    def __init__(self, drawing: Drawing | None) -> None:
        self.drawing = drawing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameDrawing) and other.drawing is self.drawing

    def __hash__(self) -> int:
        return id(self.drawing)


@lru_cache(maxsize=MOST_STYLES)
def _written(
    name: str, of: SameDrawing, number: int, zoom: float, crosses_edges: bool, quick_halos: bool
) -> WrittenStyle:
    drawing = of.drawing
    assert drawing is not None  # noqa: S101
    sheet = sheet_of(drawing, number, zoom, crosses_edges=crosses_edges, quick_halos=quick_halos)
    return WrittenStyle.of(style(name, sheet))
