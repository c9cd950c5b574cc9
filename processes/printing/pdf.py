"""The map and the sheet around it as one PDF, the map below and exactly in its frame; and that as a picture."""

import io
import subprocess
from pathlib import Path

from PIL import Image

from dothi.core.errors import EnvironmentMissing
from processes.printing.body import MapBody
from processes.printing.framed import FramedView

# A point of PDF is 1/72 inch.
POINTS_PER_MM = 72 / 25.4
DOTS_PER_INCH = 150


class NoPoppler(EnvironmentMissing):
    """The program that draws PDF is not there."""


def merge_pages(body: MapBody, page: Path, veil: bytes | None, on_paper: FramedView, target: Path) -> None:
    """Writes `page` with the map below its first sheet and the map's signs and names above it.

    Outline and grid go under the names: through them nobody could read. veil: a sheet that makes all around a unit
    paler, its names too. The map says where on earth it lies, so that it can be opened as a layer. body: PDFs with a
    point for each pixel of the frame, so 0.28 mm of paper for each of their points; what reaches over their edge is
    cut off. The first sheet keeps its size to a hundredth of a millimetre.
    """
    # 60 ms, for those who print
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import NameObject

    from processes.printing.georeference import georeference
    from processes.printing.laying import lay_page

    writer = PdfWriter(clone_from=page)
    sheet = on_paper.sheet
    frame = sheet.frame
    for name, pdf, over in (('MapShapes', body.shapes, False), ('MapNames', body.names, True)):
        (map_page,) = PdfReader(io.BytesIO(pdf)).pages
        across, up = frame.width / float(map_page.mediabox.width), frame.height / float(map_page.mediabox.height)
        left, bottom = frame.left * POINTS_PER_MM, (sheet.height_mm - frame.bottom) * POINTS_PER_MM
        place = (across * POINTS_PER_MM, 0, 0, up * POINTS_PER_MM, left, bottom)
        lay_page(writer, name, map_page, place, over=over)
    if veil is not None:
        lay_page(writer, 'MapVeil', PdfReader(io.BytesIO(veil)).pages[0], over=True)
    writer.pages[0][NameObject('/VP')] = georeference(on_paper)
    writer.write(target)


def as_png(sheet: Path) -> Path:
    """The pages of a PDF, one below the other, as PNG beside it, with 150 dots to an inch; raises NoPoppler."""
    stem = sheet.with_suffix('')
    command = ['pdftoppm', '-png', '-r', str(DOTS_PER_INCH), str(sheet), str(stem)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        raise NoPoppler(
            vi='Thiếu chương trình pdftoppm để ghi PNG. Cài gói poppler-utils, hoặc chọn format=pdf.',
            en='The program pdftoppm, which writes PNG, is missing. Install poppler-utils, or ask for format=pdf.',
        ) from None
    # `map-1.png`, or `map-01.png` where there are ten of them
    return _stack_pages(sorted(sheet.parent.glob(f'{stem.name}-*.png')), stem.with_suffix('.png'))


def _stack_pages(pages: list[Path], target: Path) -> Path:
    """One picture of all of them, the first on top; the pages are removed."""
    if len(pages) == 1:
        return pages[0].rename(target)
    images = [Image.open(page) for page in pages]
    whole = Image.new('RGB', (max(image.width for image in images), sum(image.height for image in images)), 'white')
    top = 0
    for image in images:
        whole.paste(image, (0, top))
        top += image.height
    whole.save(target)
    for page in pages:
        page.unlink()
    return target
