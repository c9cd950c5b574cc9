"""`python -m bench.side_by_side`: the picture of docs/explanation/one-style.md, from the instance that is running."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont
from playwright.sync_api import sync_playwright

from bench.side_by_side.frame import Frame
from bench.side_by_side.painters import CHROMIUM, CHROMIUM_ARGUMENTS, Painters, opened
from bench.side_by_side.qgis_painter import QgisPainter
from bench.side_by_side.sheet import on_paper
from dothi.cartography.mapping.letters import font
from dothi.cartography.style.zoom import metres_per_px
from dothi.core.locality import load_locality
from dothi.core.settings import PROJECT, PathSettings
from dothi.local.services import service_url

PICTURE = PROJECT / 'docs' / 'images' / 'renderers.png'
CAPTION_PX, GAP_PX, COLUMNS, COLOURS = 22, 6, 4, 192
SIZE_PX = (400, 300)
LAYERS = [
    'districts', 'surroundings', 'communes', 'rivers', 'buildings', 'roads', 'power_lines', 'schools',
    'health_facilities',
]  # fmt: skip
# Longitude, latitude and zoom on the demo province. Tiles of pictures are sharp at whole zooms; just beyond them every
# renderer agrees on which parts of the styles have begun.
PLACES = {
    'street': (106.1683, 20.4296, 16.1),
    'district': (106.2, 20.25, 12.1),
    'province': (106.34, 20.12, 9.1),
}

type Paint = Callable[[Frame, list[str]], bytes]


def main() -> None:
    """Writes docs/images/renderers.png."""
    locality = load_locality(PathSettings().locality)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        url = service_url('public')
        painters = Painters(url, chromium, locality, Path(folder))
        ways = renderers(painters, QgisPainter(url, locality, Path(folder)))
        sheet_of_pictures(list(captioned_pictures(ways))).save(PICTURE, optimize=True)
        chromium.close()


def renderers(painters: Painters, qgis: QgisPainter) -> dict[str, Paint]:
    """All that draw the layers of the platform, by what the picture calls them."""
    return {
        'MapLibre': painters.maplibre,
        'Mapnik (WMS)': painters.mapnik,
        'paper (PDF)': lambda frame, layers: on_paper(painters.service_url, frame, layers),
        'QGIS: PostGIS': qgis.from_postgis,
        'QGIS: OGC API - Features': qgis.from_features,
        'QGIS: vector tiles': qgis.from_vector_tiles,
        'QGIS: WMS': qgis.from_wms,
        'QGIS: WMTS': qgis.from_wmts,
    }


def captioned_pictures(ways: dict[str, Paint]) -> Iterator[tuple[str, Image.Image]]:
    """The pictures of each place, by every renderer."""
    for place, (lon, lat, zoom) in PLACES.items():
        frame = Frame(lon, lat, metres_per_px(zoom, lat), *SIZE_PX)
        for name, paint in ways.items():
            yield f'{place} · {name}', opened(paint(frame, LAYERS))


def sheet_of_pictures(pictures: list[tuple[str, Image.Image]]) -> Image.Image:
    """The pictures in rows under their captions, in few colours to keep the file small."""
    width, height = SIZE_PX[0] + GAP_PX, SIZE_PX[1] + CAPTION_PX + GAP_PX
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new('RGB', (COLUMNS * width - GAP_PX, rows * height - GAP_PX), 'white')
    pen, letters = ImageDraw.Draw(sheet), font('text', 14)
    for number, (caption, picture) in enumerate(pictures):
        _add(sheet, (number % COLUMNS * width, number // COLUMNS * height), caption, picture, pen, letters)
    return sheet.quantize(COLOURS, dither=Image.Dither.NONE)


def _add(
    sheet: Image.Image, corner: tuple[int, int], caption: str, picture: Image.Image,
    pen: ImageDraw.ImageDraw, letters: FreeTypeFont,
) -> None:  # fmt: skip
    left, top = corner
    pen.text((left + 2, top + 2), caption, fill='#333333', font=letters)
    sheet.paste(picture, (left, top + CAPTION_PX))


if __name__ == '__main__':
    main()
