"""The part of a printed sheet that shows a frame, as large as a picture on a screen."""

import io
import subprocess

import requests
from PIL import Image

from bench.side_by_side.frame import Frame
from dothi.cartography.paper import PIXEL_MM, sheet_of

MM_PER_INCH = 25.4
PRINT = '/api/processes/print-map/execution'


def on_paper(service_url: str, frame: Frame, layers: list[str]) -> bytes:
    """The frame on a sheet of A4 that has it in its middle, at a scale at which a pixel is one of the standard's."""
    inputs = {
        'extent': {'bbox': frame.box, 'crs': 'EPSG:3857'}, 'layers': layers, 'paper': 'A4',
        'orientation': 'landscape', 'grid': False, 'scale': round(frame.metres_per_px * 1000 / PIXEL_MM),
    }  # fmt: skip
    answer = requests.post(f'{service_url}{PRINT}', json={'inputs': inputs}, headers={'Prefer': 'wait'}, timeout=120)
    assert answer.headers['content-type'] == 'application/pdf', answer.text
    return _middle_of_frame(answer.content, frame)


def _middle_of_frame(pdf: bytes, frame: Frame) -> bytes:
    place = sheet_of('A4', 'landscape').frame
    left = (place.left + place.width / 2) / PIXEL_MM - frame.width_px / 2
    top = (place.top + place.height / 2) / PIXEL_MM - frame.height_px / 2
    command = ['pdftoppm', '-png', '-singlefile', '-r', f'{MM_PER_INCH / PIXEL_MM}', '-']
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    with Image.open(io.BytesIO(done.stdout)) as page:
        part = page.crop((round(left), round(top), round(left) + frame.width_px, round(top) + frame.height_px))
    made = io.BytesIO()
    part.save(made, 'PNG')
    return made.getvalue()
