"""Words that people write on a sheet: however long or strange, they stay in their place and can be read."""

import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from PIL import Image

from dothi.cartography.paper import sheet_of
from dothi.core.errors import http_status
from processes.reading.validation import InvalidInput
from tests.matrix import combinations, exhaustive
from tests.processes.conftest import ORIGIN, Loader
from tests.processes.pdf_words import placed_words, words_of

EXTENT = {'bbox': [ORIGIN[0], ORIGIN[1], ORIGIN[0] + 1_000, ORIGIN[1] + 1_000], 'crs': 'EPSG:9209'}
LONG_TITLES = {
    'wide capitals without a space': 'Ư' * 160,
    'words': 'Nghiêng ngả ' * 13,
    'one word and its tail': 'Đường giao thông ' + 'ưỡ' * 71,
}

ORIENTATIONS = ('landscape', 'portrait')
# What somebody writes, and signs that steer a printer or turn the text round.
WRITTEN, STEERING = ('title', 'compiler', 'approver', 'number'), ('\x07', '\x1b', '\n', '\u202e', '\u2066')


@pytest.fixture
def sheet(loader: Loader, answer: Callable[..., Any]) -> Callable[..., Any]:
    """A sheet of EXTENT with one road of demonstration data."""
    loader.load('roads', [(shapely.LineString([(0, 0), (900, 900)]), {'code': 'R1', 'class': 'national'})], demo=True)
    return lambda **inputs: answer('print-map', extent=EXTENT, layers=['roads'], **inputs)


@pytest.mark.parametrize(('title', 'orientation'), combinations(list(LONG_TITLES.values()), ORIENTATIONS))
def test_the_longest_title_stays_above_the_map(sheet: Callable[..., Any], title: str, orientation: Any) -> None:
    """All of its letters are there, above the numbers of the grid, and left of the mark of demonstration data."""
    paper, placed = sheet_of('A4', orientation), placed_words(sheet(title=title, orientation=orientation).path)
    mark = min(word.left for word in placed if word.text == 'Dữ' and word.top < paper.frame.top)
    head = [word for word in placed if word.bottom < paper.frame.top - 3 and word.right < mark]
    written = ''.join(word.text for word in head)
    assert title.replace(' ', '') in written
    assert all(word.right <= paper.border.right and word.top >= paper.border.top for word in head)


@pytest.mark.parametrize('orientation', ['landscape', pytest.param('portrait', marks=exhaustive)])
def test_long_names_stay_within_the_title_block(sheet: Callable[..., Any], orientation: Any) -> None:
    """80 letters without a space are broken; none of them leaves the sheet's border."""
    made = sheet(compiler='Ư' * 80, approver='ỡ' * 80, number='9' * 40, orientation=orientation)
    placed, border = placed_words(made.path), sheet_of('A4', orientation).border
    for letter, count in (('Ư', 80), ('ỡ', 80), ('9', 40)):
        pieces = [word for word in placed if set(word.text) == {letter} and len(word.text) > 2]
        assert sum(len(word.text) for word in pieces) == count
        assert max(word.right for word in pieces) < border.right - 1
        assert max(word.bottom for word in pieces) < border.bottom - 1


@pytest.mark.parametrize(('name', 'sign'), combinations(WRITTEN, STEERING), ids=ascii)
def test_signs_that_steer_a_printer_or_turn_the_text_round_are_refused(
    sheet: Callable[..., Any], name: str, sign: str
) -> None:
    """With U+202E a name on the sheet can be written to read as another one's."""
    with pytest.raises(InvalidInput) as refused:
        sheet(**{name: f'Bản đồ{sign}x'})
    assert f'"{name}"' in refused.value.text.en
    assert 'control' in refused.value.text.en
    assert http_status(refused.value) == 400


def test_a_title_of_spaces_is_as_none(sheet: Callable[..., Any]) -> None:
    assert words_of(sheet(title='  ').path) == words_of(sheet().path)


@pytest.mark.parametrize('paper', ['A4', pytest.param('A0', marks=exhaustive)])
@pytest.mark.parametrize('orientation', ['landscape', pytest.param('portrait', marks=exhaustive)])
def test_the_unit_beside_the_bar_is_not_cut(sheet: Callable[..., Any], orientation: Any, paper: Any) -> None:
    """At 1:500,000 on A4 the bar is as long as it may be, 40 mm: the last stroke of km is still drawn."""
    made = sheet(scale=500_000, orientation=orientation, paper=paper)
    # the upper one stands in the sentence above the bar
    _, unit = sorted((word for word in placed_words(made.path) if word.text == 'km'), key=lambda word: word.top)
    subprocess.run(['pdftoppm', '-r', '127', '-png', '-singlefile', made.path, made.path.with_name('bar')], check=True)
    pixels = np.asarray(Image.open(made.path.with_name('bar.png')).convert('L'))
    box = [round(edge * 5) for edge in (unit.top, unit.bottom, unit.left, unit.right)]
    dark = np.flatnonzero((pixels[box[0] : box[1], box[2] : box[3]] < 100).any(axis=0))
    assert dark.max() / (box[3] - box[2]) > 0.85
