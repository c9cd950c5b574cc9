"""The signs of styles in one picture with its index: a sprite of MapLibre (maplibre.org, style specification 8)."""

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from dothi.cartography.mapping.pool import Renderers, renderers
from dothi.cartography.style.colour import Colour, parse_colour
from dothi.cartography.style.drawing import Drawing
from dothi.cartography.style.maplibre import icon_name
from dothi.cartography.style.markers import BOX, CELL_PX, EDGE_PX, marker_svg

COLUMNS = 8


@dataclass(frozen=True)
class Icon:
    """A sign in its colours."""

    marker: str
    colour: Colour
    outline: str | None

    @property
    def name(self) -> str:
        """What layers of a MapLibre style call it."""
        return icon_name(self.marker, self.colour.css, self.outline)

    @property
    def svg(self) -> str:
        outline = parse_colour(self.outline) if self.outline else None
        return marker_svg(self.marker, self.colour, outline, edge=EDGE_PX)


ROOM_ICON = Icon('circle', parse_colour('#000000'), None)


def icons_of(drawings: Iterable[Drawing]) -> list[Icon]:
    """The icons that the drawings need, by name. Of circles, which MapLibre draws by itself, one for their room."""
    signs = [each for drawing in drawings for each in drawing.passes if each.kind == 'marker']
    icons = {
        Icon(sign.part.marker, rule.colour, sign.part.outline)
        for sign in signs
        if sign.part.marker != 'circle'
        for rule in sign.rules
    }
    rooms = {ROOM_ICON} if any(sign.part.marker == 'circle' for sign in signs) else set()
    return sorted(icons | rooms, key=lambda icon: icon.name)


def sprite_index(icons: Sequence[Icon], ratio: int) -> dict[str, dict[str, float]]:
    """The place of each icon in the picture, in pixels. ratio: pixels of the picture for one pixel of the style."""
    return {
        icon.name: {
            'x': column * CELL_PX * ratio,
            'y': row * CELL_PX * ratio,
            'width': CELL_PX * ratio,
            'height': CELL_PX * ratio,
            'pixelRatio': ratio,
        }
        for icon, (row, column) in _placed(icons)
    }


def sprite_picture(icons: Sequence[Icon], ratio: int, pool: Renderers | None = None) -> bytes:
    """The picture as PNG; raises as `dothi.cartography.mapping.draw.draw`. Without icons it is one empty cell."""
    with tempfile.TemporaryDirectory(prefix='dothi-sprite-') as folder:
        files = {icon: Path(folder) / f'{number}.svg' for number, icon in enumerate(icons)}
        for icon, file in files.items():
            file.write_text(icon.svg, encoding='utf-8')
        return (pool or renderers()).draw(json.dumps(_order(icons, files, ratio)).encode())


def _placed(icons: Sequence[Icon]) -> list[tuple[Icon, tuple[int, int]]]:
    return [(icon, divmod(number, COLUMNS)) for number, icon in enumerate(icons)]


def _order(icons: Sequence[Icon], files: dict[Icon, Path], ratio: int) -> dict[str, Any]:
    """The order to a renderer (mapping/renderer.py): a point in the middle of each cell, with a sign on it."""
    width, height = CELL_PX * min(max(len(icons), 1), COLUMNS), CELL_PX * max(-(-len(icons) // COLUMNS), 1)
    points = [
        f'{(column + 0.5) * CELL_PX},{height - (row + 0.5) * CELL_PX},{number}'
        for number, (_, (row, column)) in enumerate(_placed(icons))
    ]
    source = {'type': 'csv', 'inline': '\n'.join(['x,y,n', *points])}
    layer = {'name': 'icons', 'srs': 'epsg:3857', 'source': source, 'styles': ['icons']}
    return {
        'width': width * ratio,
        'height': height * ratio,
        'ratio': ratio,
        'box': [0, 0, width, height],
        'format': 'png32',
        # those of the signs are gone afterwards
        'passing_files': True,
        'styles': _styles([files[icon] for icon in icons]),
        'layers': [layer] if icons else [],
    }


def _styles(files: list[Path]) -> str:
    made = Element('Map', {'srs': 'epsg:3857'})
    style = SubElement(made, 'Style', {'name': 'icons'})
    for number, file in enumerate(files):
        rule = SubElement(style, 'Rule')
        SubElement(rule, 'Filter').text = f'[n] = {number}'
        placed = {'width': f'{BOX:g}', 'height': f'{BOX:g}', 'allow-overlap': 'true', 'ignore-placement': 'true'}
        SubElement(rule, 'MarkersSymbolizer', {'file': str(file), **placed})
    return tostring(made, encoding='unicode')
