"""Drawn legends: the colours and shapes of the map, and every Vietnamese letter."""

import io

import numpy as np
import pytest
from PIL import Image

from dothi.cartography.mapping.legend_image import TEXT_WIDTH_PX, legend_image, sample_pictures, wrapped
from dothi.cartography.mapping.legend_samples import samples_of
from dothi.cartography.mapping.limits import PictureTooLarge
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.style_file import StyleFile
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Text
from tests.pictures import bands_at

ALPHABET = 'ẤẦẨẪẬẮẰẲẴẶẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢỨỪỬỮỰÝỲỶỸỴĐ'
LONG = Text(vi='Cơ sở giáo dục mầm non và phổ thông trên địa bàn huyện ' + ALPHABET, en='Schools')
STYLE = {
    'styles': {
        'default': {
            'parts': [
                {'kind': 'line', 'color': '#e0805e', 'width': {10: 2, 14: 8}, 'casing': {'color': '#000', 'width': 2},
                 'legend': {'vi': 'Quốc lộ', 'en': 'National'}, 'zooms': [5, 24]},
                {'kind': 'line', 'color': '#00aa00', 'width': 2, 'legend': LONG.model_dump(), 'zooms': [12, 24]},
                {'kind': 'line', 'color': '#123456', 'width': 9, 'legend': {'vi': 'Quốc lộ', 'en': 'National'},
                 'zooms': [16, 24]},
                {'kind': 'label', 'color': '#000000', 'text': 'name'},
            ]
        }
    }
}  # fmt: skip


@pytest.fixture(scope='module')
def roads(locality: Locality) -> Drawing:
    layer: Layer = locality.layers['roads']
    return drawing_of(layer, StyleFile.model_validate(STYLE), 'default', 'public', lambda _: [])


def test_a_legend_has_a_sample_for_each_line_in_the_colours_and_sizes_of_the_map(roads: Drawing) -> None:
    """At zoom 14 the road is 8 px wide with 2 px of casing on each side; at zoom 11 the local one is not drawn."""
    ((green, road),) = sample_pictures([roads], 14, 2)
    assert (green.label, road.label.vi) == (LONG, 'Quốc lộ')
    middle = np.asarray(Image.open(io.BytesIO(road.png)).convert('RGBA'))[:, 28]
    assert [(tuple(pixel[:3]) == (0xE0, 0x80, 0x5E)) for pixel in middle].count(True) == 16
    assert [tuple(pixel) == (0, 0, 0, 255) for pixel in middle].count(True) == 8
    assert [one.label.vi for one in samples_of(roads, 11)] == ['Quốc lộ']
    # one that is drawn in another way from zoom 16 on
    assert samples_of(roads, 17)[0].passes[-1].rules[0].colour.hex == '#123456'
    (small,) = samples_of(roads, 10)
    assert [one.width for one in small.passes] == [6, 2]


def test_a_legend_has_no_more_pixels_than_a_picture_may_have(roads: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fine letters for hundreds of lines would take a renderer all its memory."""
    monkeypatch.setenv('DOTHI_MAP_MAX_PIXELS', '100000')
    with pytest.raises(PictureTooLarge, match='DPI'):
        legend_image([roads], 'vi', 12.5)


def test_a_picture_of_the_legend_holds_all_of_its_words(roads: Drawing) -> None:
    """Long words are broken, none is cut: nothing is drawn at the picture's edge."""
    image = Image.open(io.BytesIO(legend_image([roads], 'vi', 2)))
    drawn = np.asarray(image)[:, :, 3] > 0
    assert drawn.any()
    for edge in (drawn[:, :4], drawn[:, -4:], drawn[:4], drawn[-4:]):
        assert not edge.any()
    assert len(wrapped(LONG.vi, 'text', TEXT_WIDTH_PX)) > 2
    assert wrapped(ALPHABET * 3, 'text', TEXT_WIDTH_PX)[0] != ALPHABET * 3
    assert ''.join(wrapped(ALPHABET * 3, 'text', TEXT_WIDTH_PX)) == ALPHABET * 3
    alone = Image.open(io.BytesIO(legend_image([roads], 'en', heading=False)))
    assert alone.height < Image.open(io.BytesIO(legend_image([roads], 'en'))).height


def test_no_vietnamese_letter_is_a_box(roads: Drawing) -> None:
    """A letter that a font lacks is drawn as a box, and all such letters as the same one."""
    letters = [*ALPHABET, '\ue000', '\ue001']
    pictures = [legend_image([roads_called(roads, letter)], 'vi', 2, heading=False) for letter in letters]
    assert pictures[-1] == pictures[-2]
    assert pictures[-1] not in pictures[:-2]
    assert len(set(pictures)) == len(ALPHABET) + 1


def roads_called(roads: Drawing, name: str) -> Drawing:
    parts = [{'kind': 'fill', 'color': '#ff0000', 'legend': {'vi': name, 'en': name}}]
    style = StyleFile.model_validate({'styles': {'default': {'parts': parts}}})
    return drawing_of(roads.layer, style, 'default', 'public', lambda _: [])


def test_a_coverage_shows_its_ramp(locality: Locality) -> None:
    coverage = locality.coverages['elevation']
    (samples,) = sample_pictures([coverage], None, 1)
    highest, css = coverage.publish.ramp[-1]
    assert samples[0].label.en.startswith(f'{highest:g}')
    pixel = bands_at(Image.open(io.BytesIO(samples[0].png)).convert('RGB'), (14, 7))
    assert '#{:02x}{:02x}{:02x}'.format(*pixel) == css.lower()
