"""Every style of the locality can be read by people who see colours otherwise."""

from collections.abc import Iterator

import pytest

from dothi.cartography.style.colour import parse_colour
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.legibility import LEAST_DISTANCE, nearest, paper
from dothi.cartography.style.style_file import Part
from dothi.cartography.style.vision import Sight, ciede2000, distance, lab
from dothi.core.locality import Locality


def test_the_difference_of_two_colours_is_that_of_the_published_test_pairs() -> None:
    """Of the table in Sharma, Wu and Dalal (2005): near neutral, in blue, and where the mean hue turns over 0."""
    for one, other, expected in [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425), ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195), ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492), ((50, 2.5, 0), (61, -5, 29), 22.8977),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ]:  # fmt: skip
        assert ciede2000(one, other) == pytest.approx(expected, abs=5e-5)
        assert ciede2000(other, one) == pytest.approx(expected, abs=5e-5)


def test_red_and_green_are_near_for_those_who_miss_a_cone_and_blue_and_green_for_others() -> None:
    white = parse_colour('white')
    assert lab((1, 1, 1)) == pytest.approx((100, 0, 0), abs=0.02)
    pairs: list[tuple[str, str, Sight]] = [
        ('#b8332f', '#6b6b1f', 'protanopia'), ('#c0504d', '#7f8f2f', 'deuteranopia'),
        ('#2f8fd0', '#2f9f8f', 'tritanopia'),
    ]  # fmt: skip
    for one, other, sight in pairs:
        colours = parse_colour(one), parse_colour(other), white
        typical, seen = distance(*colours), distance(*colours, sight)
        assert seen < typical / 2, (one, other, sight, typical, seen)
    half = parse_colour('rgba(0, 0, 0, 0.5)')
    assert distance(half, parse_colour('#808080'), white) < 1


def test_what_a_style_means_by_its_colours_can_be_told_apart_by_all(locality: Locality) -> None:
    files = [styles_of(layer, locality.path) for layer in locality.layers.values()]
    assert [paper(files, name).hex for name in ('default', 'dark', 'print')] == ['#fbf9f3', '#1e262c', '#ffffff']
    for drawing in _drawings(locality):
        found = nearest(drawing, paper(files, drawing.id))
        assert found is None or found.distance >= LEAST_DISTANCE, (
            f'{drawing.layer.id}, {drawing.id}: {found.one.label.en} {found.one.color} and {found.other.label.en} '
            f'{found.other.color} are {found.distance:.1f} apart ({found.sight})'
        )


def test_over_imagery_no_area_hides_what_it_lies_on(locality: Locality) -> None:
    """All areas but results, which are meant to be filled, have outlines; every one of these has a dark edge."""
    areas = {layer.id for layer in locality.layers.values() if 'Polygon' in layer.geometry and not layer.made_by}
    drawings = [one for one in _drawings(locality) if one.id == 'imagery' and one.layer.id in areas]
    assert {one.layer.id for one in drawings} == areas - {'indicator_values'}
    for drawing in drawings:
        fills = [one for one in drawing.passes if one.kind == 'fill']
        outlines = [one for one in drawing.passes if one.kind == 'line' and not one.casing]
        assert all(rule.colour.unseen for one in fills for rule in one.rules), drawing.layer.id
        assert outlines, drawing.layer.id
        assert all(one.part.casing for one in outlines), drawing.layer.id


def test_a_sign_has_one_colour_however_many_lie_on_its_place(locality: Locality) -> None:
    """Signs that let something through add up: a station with 168 hours was green near by, and white from afar."""
    for drawing in _drawings(locality):
        colours = {rule.colour for one in drawing.passes if one.kind == 'marker' for rule in one.rules}
        assert {colour.css for colour in colours if colour.alpha < 1} == set(), (drawing.layer.id, drawing.id)


def _drawings(locality: Locality) -> Iterator[Drawing]:
    """All styles, with as many classes as they may have."""
    for layer in locality.layers.values():
        styles = styles_of(layer, locality.path)
        for name in styles.styles:
            yield drawing_of(layer, styles, name, 'internal', _limits)


def _limits(part: Part) -> list[float]:
    classes = part.classes
    assert classes
    return classes.breaks or [float(number) for number in range(1, len(classes.colors))]
