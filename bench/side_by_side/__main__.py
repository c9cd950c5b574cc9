"""`python -m bench.side_by_side`: the pictures of docs/explanation/one-style.md, from the instance that is running."""

import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import sync_playwright

from bench.side_by_side.painters import CHROMIUM, CHROMIUM_ARGUMENTS, Frame, Painters
from dothi.core.locality import load_locality
from dothi.core.settings import PROJECT, PathSettings
from dothi.local.services import service_url

IMAGES = PROJECT / 'docs' / 'images'
FONT = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'
CAPTION_PX, GAP_PX, COLOURS = 22, 6, 128
LAYERS = [
    'districts', 'communes', 'rivers', 'buildings', 'roads', 'power_lines', 'schools', 'health_facilities',
]  # fmt: skip
# On the demo province.
FRAMES = {
    'street': Frame(106.1683, 20.4296, 1.2),
    'district': Frame(106.2, 20.25, 20.0),
    'province': Frame(106.23, 20.2, 200.0),
}


def main() -> None:
    """Writes docs/images/compare-*.png."""
    locality = load_locality(PathSettings().locality)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        painters = Painters(service_url('internal'), chromium, locality, Path(folder))
        for name, frame in FRAMES.items():
            beside(painters.each(frame, LAYERS)).save(IMAGES / f'compare-{name}.png', optimize=True)
        chromium.close()


def beside(pictures: dict[str, Image.Image]) -> Image.Image:
    """The pictures in a row under their names, in few colours to keep the file small."""
    width, height = next(iter(pictures.values())).size
    sheet = Image.new('RGB', (len(pictures) * (width + GAP_PX) - GAP_PX, height + CAPTION_PX), 'white')
    write, font = ImageDraw.Draw(sheet), ImageFont.truetype(FONT, 14)
    for number, (name, picture) in enumerate(pictures.items()):
        left = number * (width + GAP_PX)
        write.text((left + 2, 2), name, fill='#333333', font=font)
        sheet.paste(picture, (left, CAPTION_PX))
    return sheet.quantize(COLOURS, dither=Image.Dither.NONE)


if __name__ == '__main__':
    main()
