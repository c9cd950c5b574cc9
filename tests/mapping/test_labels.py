"""Labels: every Vietnamese letter, whole or not at all, the more important one first, inside what they name."""

import unicodedata
from collections.abc import Iterator

import numpy as np
import pytest

from dothi.cartography.mapping.pool import renderers
from dothi.cartography.mapping.view import View
from dothi.cartography.style.sizes import HALO_PX
from dothi.core.locality import Locality
from tests.api.conftest import E0, N0, Desk, school
from tests.mapping.drawing import Pixels, pixels, shown

TONES = ('', '\u0300', '\u0309', '\u0303', '\u0301', '\u0323')
VOWELS = [case for small in 'aăâeêioôơuưy' for case in (small, small.upper())]
LETTERS = [unicodedata.normalize('NFC', vowel + tone) for vowel in VOWELS for tone in TONES] + ['đ', 'Đ']
# Of the private use area: no font has it, and what is drawn in its place is the box.
MISSING = '\ue000'
CELL, ACROSS = 40, 16
# From a point to the middle of its letters, which begin as far below it as they are high.
BELOW = 27
LABEL = {'kind': 'label', 'text': 'name', 'color': '#000000', 'size': 18}


@pytest.fixture
def desk(database: dict[str, str], locality: Locality) -> Iterator[Desk]:
    yield Desk(locality)
    renderers().end()


def over(width: float, height: float, west: float = 0, south: float = 0) -> View:
    """So many metres and pixels from (E0, N0), one metre a pixel."""
    box = (E0 + west, N0 + south, E0 + west + width, N0 + south + height)
    return View(9209, box, round(width), round(height))


def test_every_vietnamese_letter_is_drawn_as_itself(desk: Desk) -> None:
    """146 letters: none is empty, none is the box of a missing sign, and no two look alike, so no mark is lost."""
    signs = [*LETTERS, MISSING]
    assert len(LETTERS) == 146
    places = [(CELL * (n % ACROSS) + CELL // 2, CELL * (n // ACROSS) + CELL // 2) for n in range(len(signs))]
    rows = [(f'POINT({x} {y})', school(f'{x} {y}', sign)) for (x, y), sign in zip(places, signs, strict=True)]
    desk.release('schools', rows)
    high = CELL * (len(signs) // ACROSS + 1)
    picture = pixels(
        desk.locality, over(CELL * ACROSS, high + CELL, south=-CELL), shown(desk.locality, 'schools', LABEL)
    )
    drawn = [cell(picture, x, y) for x, y in places]
    *letters, box = drawn
    assert all(any(one) for one in drawn)
    assert box not in letters
    assert len(set(letters)) == len(LETTERS)


def cell(picture: Pixels, x: int, y: int) -> bytes:
    """The opacity of what is drawn below a place, where its name stands; the picture begins a cell further south."""
    row = picture.shape[0] - CELL - y + BELOW
    return picture[row - CELL // 2 : row + CELL // 2, x - CELL // 2 : x + CELL // 2, 3].tobytes()


def test_no_label_is_cut_by_the_edge(desk: Desk) -> None:
    """A name beside the edge stands on the other side of its place; where there is no room for it, it is left out."""
    desk.release('schools', [('POINT(20 100)', school('a', 'Trường Nguyễn Khuyến'))])
    named = shown(desk.locality, 'schools', LABEL)
    _, columns = np.nonzero(pixels(desk.locality, over(400, 200), named)[:, :, 3])
    assert columns.min() > 20
    assert not pixels(desk.locality, over(60, 200), named)[:, :, 3].any()


def test_a_name_gives_way_to_a_sign_and_a_sign_to_none(desk: Desk) -> None:
    """A disc just below the first school takes the place of its name, which stands above it instead."""
    desk.release('schools', [('POINT(100 100)', school('a', 'Aaaaaaa')), ('POINT(100 78)', school('b', 'B'))])
    name = {**LABEL, 'color': '#ff0000', 'where': {'code': 'a'}}
    disc = {'kind': 'marker', 'color': '#0000ff', 'size': 20, 'where': {'code': 'b'}, 'width': 0}
    alone = pixels(desk.locality, over(200, 200), shown(desk.locality, 'schools', name))[:, :, 3]
    assert np.nonzero(alone)[0].min() > 100
    together = pixels(desk.locality, over(200, 200), shown(desk.locality, 'schools', disc, name)).astype(int)
    blue, red = (together[:, :, one] - together[:, :, 2 - one] > 80 for one in (2, 0))
    assert blue.sum() == pytest.approx(np.pi * 10**2, rel=0.1)
    assert red.any()
    assert np.nonzero(red)[0].max() < 100


def test_the_more_important_of_two_names_has_the_better_place(desk: Desk) -> None:
    """It stands below its place; the other one stands elsewhere, or nowhere where there is room for one name only."""
    desk.release('schools', [('POINT(100 50)', school('a', 'Aaaaaaa')), ('POINT(104 52)', school('b', 'Bbbbbbb'))])
    red, blue = ({**LABEL, 'color': css, 'where': {'code': code}} for css, code in (('#ff0000', 'a'), ('#0000ff', 'b')))
    for first, second, channel in ((1, 2, 2), (2, 1, 0)):
        names = shown(desk.locality, 'schools', {**red, 'priority': first}, {**blue, 'priority': second})
        seen = pixels(desk.locality, over(200, 100), names)
        rows = [np.nonzero((seen[:, :, 3] > 200) & (seen[:, :, each] > 200))[0] for each in (channel, 2 - channel)]
        assert rows[0].min() > 50
        assert rows[1].max() < 50
        narrow = pixels(desk.locality, over(110, 44, west=50, south=10), names)
        inked = narrow[narrow[:, :, 3] > 200]
        assert inked.size
        assert (inked[:, channel] > 200).all()


def test_names_stand_inside_what_they_name_and_above_everything(desk: Desk) -> None:
    """In a U the middle of the box is outside; and the layer that lies above hides no name."""
    hook = 'MULTIPOLYGON(((10 10, 290 10, 290 190, 230 190, 230 70, 70 70, 70 190, 10 190, 10 10)))'
    desk.release('buildings', [(hook, {'code': 'a', 'use': 'public', 'floors': 1, 'population': 1})])
    desk.release('schools', [('POINT(150 40)', school('a'))])
    name = {**LABEL, 'text': 'code', 'size': 14, 'color': '#ff0000'}
    ground = {'kind': 'fill', 'color': '#00ff00'}
    disc = {'kind': 'marker', 'color': '#0000ff', 'size': 60}
    layers = shown(desk.locality, 'buildings', ground, name), shown(desk.locality, 'schools', disc)
    picture = pixels(desk.locality, over(300, 200), *layers)
    rows, columns = np.nonzero(picture[:, :, 0] > 200)
    assert rows.size
    x, y = columns.mean(), 200 - rows.mean()
    assert y < 70 or x < 70 or x > 230


def test_a_name_stands_below_its_sign_and_the_sign_keeps_its_size(desk: Desk) -> None:
    """A square of 20 pixels with an edge of 3 around it: 26 wide, all of it seen, with the name under it."""
    desk.release('schools', [('POINT(50 60)', school('a', 'Aa'))])
    sign = {'kind': 'marker', 'marker': 'square', 'color': '#ff0000', 'outline': '#0000ff', 'size': 20, 'width': 3}
    layer = shown(desk.locality, 'schools', sign, {**LABEL, 'color': '#008000'})
    picture = pixels(desk.locality, over(100, 100), layer).astype(int)
    red, green, blue = (picture[:, :, one] - picture[:, :, (one + 1) % 3] > 80 for one in range(3))
    rows, columns = np.nonzero(red | blue)
    assert (int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1) == (26, 26)
    assert (rows.mean() + 0.5, columns.mean() + 0.5) == pytest.approx((40, 50), abs=0.5)
    assert np.nonzero(red)[0].size == pytest.approx(400, rel=0.1)
    assert np.nonzero(green)[0].min() >= rows.max() - 2


def test_a_name_follows_its_line(desk: Desk) -> None:
    """Along a road to the north letters stand on end: the name is higher than it is wide."""
    road = {'code': 'a', 'name': 'Đường Trần Hưng Đạo', 'class': 'national'}
    desk.release('roads', [('LINESTRING(100 -400, 100 600)', road)])
    names = shown(desk.locality, 'roads', {**LABEL, 'along': 'line'})
    rows, columns = np.nonzero(pixels(desk.locality, over(200, 400), names)[:, :, 3])
    assert np.ptp(rows) > 150
    assert np.ptp(columns) < 40


@pytest.mark.parametrize('ratio', [1, 2, 4])
def test_a_halo_is_as_wide_as_its_style_says_on_screens_and_on_paper(desk: Desk, ratio: int) -> None:
    """Across the stem of an I: what a halo adds to the row of opacities lies half on each side of it."""
    desk.release('schools', [('POINT(100 100)', school('a', 'I'))])
    letter = {**LABEL, 'size': 40}
    view = View(9209, (E0, N0, E0 + 200, N0 + 200), 200 * ratio, 200 * ratio, ratio)
    bare, haloed = (
        pixels(desk.locality, view, shown(desk.locality, 'schools', part))[:, :, 3] / 255
        for part in (letter, {**letter, 'halo': '#00ff00'})
    )
    rows = np.nonzero(bare.any(axis=1))[0]
    middle = (rows.min() + rows.max()) // 2
    assert (haloed[middle].sum() - bare[middle].sum()) / 2 == pytest.approx(HALO_PX * ratio, abs=0.1)
