"""The pictures of the README: made of the running platform (`make pictures`), and still what it looks like."""

import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser

from dothi.core.settings import PROJECT
from tests.conftest import Province
from tests.matrix import thorough
from tests.web.conftest import FINE, Portal, visiting

PICTURES = PROJECT / 'docs' / 'images'
SIZE = {'viewport': {'width': 1440, 'height': 900}, **FINE}
# Side by side in small and grey: of 255, how much a picture may differ on average. Other release numbers, dates and
# letters drawn by another browser make less than 1, a card that came or went 3 and more.
COARSE, MOST_DIFFERENCE = (96, 60), 2.0
# And of each part of it: a button that came made 1.2 on average, 31 where it is, and 2 at most elsewhere.
PARTS, MOST_IN_A_PART = (6, 6), 10.0
COVERAGE = {
    'facilities': 'health_facilities', 'filter': "kind = 'station'", 'distance_m': 1000, 'zones': 'communes',
}  # fmt: skip


def settle(picture: Image.Image, name: str) -> None:
    """Writes the picture where that is asked for, else compares it with the one that is there."""
    file = PICTURES / name
    if os.environ.get('DOTHI_PICTURES') == 'write':
        picture.convert('RGB').quantize(256).save(file, optimize=True)
        return
    with Image.open(file) as committed:
        assert committed.size == picture.size, f'{name}: another size; write it anew with `make pictures`'
        differences = np.abs(_coarse(committed) - _coarse(picture))
    of_parts = [part.mean() for row in np.split(differences, PARTS[0]) for part in np.split(row, PARTS[1], axis=1)]
    shows = (
        f'{name} shows something else ({differences.mean():.1f}, {max(of_parts):.1f} in a part): see `make pictures`'
    )
    assert differences.mean() < MOST_DIFFERENCE, shows
    assert max(of_parts) < MOST_IN_A_PART, shows


def _coarse(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert('L').resize(COARSE, Image.Resampling.BOX), dtype=float)


def test_the_map_looks_like_its_picture(chromium: Browser, province: Province) -> None:
    """That of the public service, to which `make up` sends a newcomer."""
    with visiting(chromium, province.public_url) as visit:
        page = visit(**SIZE).open('/?lang=en')
        settle(Image.open(io.BytesIO(page.screenshot())), 'map.png')


@thorough
def test_a_report_looks_like_its_picture(visit: Callable[..., Portal], tmp_path: Path) -> None:
    """The first two pages of what is printed."""
    portal = visit(**SIZE)
    ask, jobs = portal.page.request, f'{portal.url}/api/jobs'
    started = ask.post(
        f'{portal.url}/api/processes/service-coverage/execution',
        data={'inputs': COVERAGE},
        headers={'Prefer': 'respond-async'},
    )
    job = f'{jobs}/{started.json()["jobID"]}'
    portal.wait_until(lambda: ask.get(f'{job}?f=json').json()['status'] == 'successful')
    (tmp_path / 'report.pdf').write_bytes(ask.get(f'{job}/results/result?f=pdf&lang=vi').body())
    subprocess.run(['pdftoppm', '-r', '50', '-l', '2', '-png', tmp_path / 'report.pdf', tmp_path / 'page'], check=True)
    pages = [Image.open(file).convert('RGB') for file in sorted(tmp_path.glob('page-*.png'))]
    both = Image.new('RGB', (sum(page.width for page in pages), pages[0].height))
    for number, page in enumerate(pages):
        both.paste(page, (number * pages[0].width, 0))
    settle(both, 'report.png')
