"""A style file says what is wrong with it, and becomes passes, classes and a legend."""

import json
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from dothi.cartography.style import conditions
from dothi.cartography.style.breaks import breaks_of
from dothi.cartography.style.colour import Colour, parse_colour
from dothi.cartography.style.conditions import BadCondition
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.legend import legend_of
from dothi.cartography.style.maplibre import expression, layers_of
from dothi.cartography.style.mapnik_xml import template
from dothi.cartography.style.qgis_form import LayerForm
from dothi.cartography.style.qml import qml_of
from dothi.cartography.style.sld import sld_of
from dothi.cartography.style.style_file import StyleFile
from dothi.cartography.style.zoom import at_zoom, scale_denominator, zoom_of
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality
from dothi.core.locality_file import BadLocalityFile


def drawn(layer: Layer, *parts: dict[str, Any], breaks: list[float] | None = None) -> Drawing:
    styles = StyleFile.model_validate({'styles': {'default': {'parts': parts}}})
    return drawing_of(layer, styles, 'default', 'internal', lambda _part: breaks or [])


def legend(layer: Layer, *parts: dict[str, Any], breaks: list[float] | None = None) -> list[tuple[Any, ...]]:
    return [(one.label.en, one.color, one.outline) for one in legend_of(drawn(layer, *parts, breaks=breaks))]


@pytest.mark.parametrize(
    ('style', 'said'),
    [
        ('colour: red', ['styles.default.parts.0.colour', '"color"']),
        ('color: reddish', ['styles.default.parts.0.color', '"reddish" is no colour']),
        ('color: red, where: {clas: x}', ['styles.default.parts.0', '"clas"', '"class"']),
        ('color: red, where: "clas = \'x\'"', ['styles.default.parts.0', '"clas"', '"class"']),
        ('color: red, where: "casei(name) = \'x\'"', ['styles.default.parts.0.where', 'a column stands on the left']),
        ('color: red, where: "s_intersects(geom, point(1 1))"', ['parts.0.where', 's_intersects']),
        ('color: red, where: "name ="', ['styles.default.parts.0.where', 'cannot be read']),
        ('color: red, classes: {column: class, method: equal, colors: [red, blue]}', ['holds no numbers', 'by']),
        ('color: red, classes: {column: width_m, method: given, colors: [red, blue]}', ['breaks']),
        ('color: red, outline: blue', ['outline says nothing of a line']),
        # what the database would refuse, and with it every map that has the layer
        ('color: red, where: {class: 5}', ['styles.default.parts.0.where', 'column "class"']),
        ('color: red, where: {class: []}', ['styles.default.parts.0.where']),
        ('color: red, by: {column: class, values: {5: red}}', ['styles.default.parts.0.by.values', 'column "class"']),
        ('color: red, where: "class in (name)"', ['styles.default.parts.0.where', 'a column stands on the left']),
        ('color: red, where: "true"', ['styles.default.parts.0.where', 'knows no "True"']),
        # and what MapLibre would
        ('color: red, zooms: [14, 6]', ['styles.default.parts.0.zooms', 'zooms rise']),
        ('color: red, zooms: [6, 25]', ['styles.default.parts.0.zooms', 'between 0 and 24']),
        ('color: red, width: -1', ['styles.default.parts.0.width', '0 or more']),
        ('color: red, width: {}', ['styles.default.parts.0.width', '0 or more']),
    ],
)
def test_a_wrong_style_is_told_with_file_key_and_fix(
    locality: Locality, tmp_path: Path, style: str, said: list[str]
) -> None:
    file = tmp_path / 'styles' / 'roads.yml'
    file.parent.mkdir()
    file.write_text(f'styles: {{default: {{parts: [{{kind: line, {style}}}]}}}}', encoding='utf-8')
    with pytest.raises(BadLocalityFile) as wrong:
        styles_of(locality.layers['roads'], tmp_path)
    for words in [str(file), *said]:
        assert words in wrong.value.text.en


def test_a_style_file_in_another_encoding_is_told_so(locality: Locality, tmp_path: Path) -> None:
    """Editors of Windows may save it as UTF-16."""
    (tmp_path / 'styles').mkdir()
    (tmp_path / 'styles' / 'roads.yml').write_text('styles: {default: {}}', encoding='utf-16')
    with pytest.raises(BadLocalityFile, match='not in UTF-8'):
        styles_of(locality.layers['roads'], tmp_path)


@pytest.mark.parametrize('where', ['default: {based_on: drak}', 'dark: {based_on: default}', 'default: {}'])
def test_a_style_without_parts_is_refused(locality: Locality, tmp_path: Path, where: str) -> None:
    (tmp_path / 'styles').mkdir()
    (tmp_path / 'styles' / 'roads.yml').write_text(f'styles: {{{where}}}', encoding='utf-8')
    with pytest.raises(BadLocalityFile):
        styles_of(locality.layers['roads'], tmp_path)


def test_a_label_has_one_colour_and_is_told_so() -> None:
    label = {'kind': 'label', 'text': 'name', 'color': 'red', 'by': {'column': 'class', 'values': {'national': 'blue'}}}
    with pytest.raises(ValueError, match='by says nothing of a label'):
        StyleFile.model_validate({'styles': {'default': {'parts': [label]}}})


def test_a_marker_with_a_slip_of_the_pen_is_offered_its_right_name() -> None:
    drawn_part = {'kind': 'marker', 'color': 'red', 'marker': 'circel'}
    with pytest.raises(ValueError, match='Did you mean "circle"'):
        StyleFile.model_validate({'styles': {'default': {'parts': [drawn_part]}}})


def test_a_style_based_on_another_has_its_parts_in_other_colours() -> None:
    line = {'kind': 'line', 'color': '#ffffff', 'casing': {'color': '#000000'}}
    dark = {'based_on': 'default', 'recolor': {'#ffffff': '#111111', '#000000': '#eeeeee'}}
    styles = StyleFile.model_validate({'styles': {'default': {'parts': [line]}, 'dark': dark}})
    (part,) = styles.parts_of('dark')
    assert (part.color, part.casing and part.casing.color) == ('#111111', '#eeeeee')


def test_a_colour_to_be_replaced_that_the_style_below_no_longer_has_is_an_error(
    locality: Locality, tmp_path: Path
) -> None:
    (tmp_path / 'styles').mkdir()
    default = 'default: {parts: [{kind: line, color: "#ff0000", casing: {color: "#ffffff"}}]}'
    dark = 'dark: {based_on: default, recolor: {"#fffff0": "#111111"}}'
    (tmp_path / 'styles' / 'roads.yml').write_text(f'styles: {{{default}, {dark}}}', encoding='utf-8')
    with pytest.raises(BadLocalityFile) as found:
        styles_of(locality.layers['roads'], tmp_path)
    for text in ('styles.dark.recolor', '"#fffff0"', 'Did you mean "#ffffff"'):
        assert text in found.value.text.en


def test_a_style_of_its_own_needs_all_its_columns_the_default_does_without(locality: Locality) -> None:
    """Without the number of people, a style by it would be a map of something else."""
    base: dict[str, Any] = {
        'parts': [{'kind': 'fill', 'color': 'red'}, {'kind': 'fill', 'color': 'blue', 'where': 'population > 3'}]
    }
    styles = StyleFile.model_validate(
        {
            'styles': {
                'default': base,
                'dark': {'based_on': 'default'},
                'population': base,
                'plain': {'parts': base['parts'][:1]},
            }
        }
    )
    buildings = locality.layers['buildings']
    assert styles.offered(buildings, 'public') == ['default', 'dark', 'plain']
    assert styles.offered(buildings, 'internal') == ['default', 'dark', 'population', 'plain']


def test_every_style_of_the_locality_can_be_drawn(locality: Locality) -> None:
    for layer in locality.layers.values():
        styles = styles_of(layer, locality.path)
        for name in styles.offered(layer, 'internal'):
            made = drawing_of(layer, styles, name, 'internal', lambda _part: [1.0, 2.0])
            assert layers_of([made])


def test_casings_lie_below_all_lines_and_labels_above_all(locality: Locality) -> None:
    label = {'kind': 'label', 'color': 'black', 'text': 'name'}
    casing = {'color': 'black', 'width': 1}
    wide, narrow = ({'kind': 'line', 'color': 'red', 'width': width, 'casing': casing} for width in (5, 3))
    passes = drawn(locality.layers['roads'], label, {'kind': 'line', 'color': 'blue'}, wide, narrow).passes
    assert [(one.kind, one.casing, one.width) for one in passes] == [
        ('line', False, 1.0), ('line', True, 7), ('line', True, 5), ('line', False, 5), ('line', False, 3),
        ('label', False, None),
    ]  # fmt: skip


def test_a_part_whose_column_is_hidden_is_left_out(locality: Locality) -> None:
    part = {'kind': 'fill', 'color': 'red', 'where': 'population > 3'}
    styles = StyleFile.model_validate({'styles': {'default': {'parts': [part]}}})
    counts: dict[Audience, int] = {'public': 0, 'internal': 1}
    for audience, count in counts.items():
        made = drawing_of(locality.layers['buildings'], styles, 'default', audience, lambda _part: [])
        assert len(made.passes) == count


def test_classes_hold_their_lower_limit_and_the_legend_says_so(locality: Locality) -> None:
    """Of whole numbers the last one: which of `2 – 3` and `3 – 1,000` has 3?"""
    classes = {'column': 'floors', 'method': 'given', 'breaks': [3, 1000], 'colors': ['red', 'lime', 'blue']}
    part = {'kind': 'fill', 'color': 'white', 'classes': classes}
    assert legend(locality.layers['buildings'], part, breaks=[3, 1000]) == [
        ('below 3 floors', '#ff0000', None),
        ('3 – 999 floors', '#00ff00', None),
        ('1,000 floors and more', '#0000ff', None),
    ]
    halves = legend(locality.layers['buildings'], part, breaks=[2.5, 3.5])
    assert [title for title, _, _ in halves] == ['below 3 floors', '3 floors', '4 floors and more']
    rules = drawn(locality.layers['buildings'], part, breaks=[3, 1000]).passes[0].rules
    assert rules[1].condition == {
        'op': 'and',
        'args': [
            {'op': '>=', 'args': [{'property': 'floors'}, 3]},
            {'op': '<', 'args': [{'property': 'floors'}, 1000]},
        ],
    }


def test_a_casing_is_no_entry_of_its_own(locality: Locality) -> None:
    cased = {'kind': 'line', 'color': 'white', 'casing': {'color': 'black'}}
    title = locality.layers['bridges'].title.en
    assert legend(locality.layers['bridges'], cased) == [(title, '#ffffff', '#000000')]
    two = ({'kind': 'line', 'color': 'black'}, {'kind': 'line', 'color': 'white'})
    assert legend(locality.layers['bridges'], *two) == [(title, '#ffffff', '#000000')]
    assert legend(locality.layers['rivers'], {**two[0], 'kind': 'fill'}, two[1])[0][2] is None


def test_the_legend_calls_things_by_the_domain_or_by_the_file(locality: Locality) -> None:
    flood = locality.layers['flood_zones']
    by = {'column': 'depth_class', 'values': {'over_1_m': 'navy'}}
    part = {'kind': 'fill', 'color': 'blue', 'where': {'sea_level_cm': 50}, 'by': by}
    assert legend(flood, part)[0][0] == '50 cm: Over 1 m'
    assert legend(flood, {**part, 'legend': {'vi': 'Nước', 'en': 'Water'}})[0][0] == 'Water: Over 1 m'
    assert legend(flood, {**part, 'legend': False}) == []
    shelter = {'column': 'shelter', 'values': {True: 'red', False: 'blue'}}
    named = [one[0] for one in legend(locality.layers['bus_stops'], {'kind': 'marker', 'color': 'grey', 'by': shelter})]
    assert named == ['Shelter', 'Shelter: no']
    assert legend(flood, {'kind': 'fill', 'color': 'rgba(0, 0, 0, 0)'}) == []


@pytest.mark.parametrize('width', [0, {10: 0, 14: 0}])
def test_what_is_0_pixels_wide_is_drawn_by_no_client(locality: Locality, width: float | dict[float, float]) -> None:
    """MapLibre, SLD and QGIS would draw it a pixel wide: the line is gone, and of the marker the edge alone."""
    roads, stops = locality.layers['roads'], locality.layers['bus_stops']
    line = {'kind': 'line', 'color': '#c01234', 'width': width, 'casing': {'color': '#c01234'}}
    marker = {'kind': 'marker', 'color': '#1f6fb2', 'outline': '#c01234', 'width': width, 'size': 8}
    for drawing in (
        drawn(roads, line),
        drawn(stops, marker),
        drawn(stops, {**marker, 'marker': 'transport'}),
        drawn(roads, line, {**marker, 'color': '#1f6fb2'}),
    ):
        written = [
            json.dumps(layers_of([drawing])),
            sld_of(drawing, 20),
            qml_of(drawing, 20, LayerForm({}, 'vi')),
        ]
        for text in (*written, template([drawing], 14)):
            assert '#c01234' not in text
            assert '192,18,52' not in text
        assert bool(drawing.passes) is ('1f6fb2' in written[0])


@pytest.mark.parametrize(
    ('method', 'limits'),
    [
        # one value in each unit from 0 to 99, and a hundred
        ('equal', [25.0, 50.0, 75.0]),
        ('quantile', [25.0, 50.0, 75.0]),
        ('pretty', [25.0, 50.0, 75.0]),
        ('jenks', [25.0, 50.0, 75.0]),
    ],
)
def test_even_values_give_even_classes_by_every_method(method: str, limits: list[float]) -> None:
    assert breaks_of(method, 4, lambda shares: [share * 100 for share in shares]) == pytest.approx(limits, abs=0.2)


def test_natural_breaks_fall_between_heaps() -> None:
    values = [1.0] * 400 + [2.0] * 100 + [50.0] * 300 + [90.0] * 200
    assert breaks_of('jenks', 3, lambda shares: [values[round(share * 999)] for share in shares]) == [50, 90]


def test_values_that_are_all_alike_or_missing_have_no_limits() -> None:
    assert breaks_of('quantile', 4, lambda shares: [5.0 for _ in shares]) == []
    assert breaks_of('jenks', 4, lambda _shares: []) == []


def test_conditions_of_clients_are_those_of_cql2() -> None:
    tree = conditions.of("(width_m > 7 and class in ('a', 'b')) or not (name like 'Lê%') or surface is null")
    assert tree is not None
    assert conditions.columns_of(tree) == {'width_m', 'class', 'name', 'surface'}
    number = ['case', ['==', ['typeof', ['get', 'width_m']], 'number'], ['>', ['get', 'width_m'], 7.0], False]
    assert expression(tree) == [
        'any',
        ['all', ['all', ['has', 'width_m'], number], ['in', ['get', 'class'], ['literal', ['a', 'b']]]],
        ['all', ['has', 'name'], ['!', ['==', ['slice', ['to-string', ['get', 'name']], 0, 2], 'Lê']]],
        ['==', ['coalesce', ['get', 'surface'], None], None],
    ]
    with pytest.raises(BadCondition, match='how a value begins'):
        conditions.of("name like '%a'")


def test_the_contrary_of_a_condition_is_not_met_without_a_value() -> None:
    """The database and QGIS draw no feature whose value is missing, neither by a condition nor by its contrary."""
    tree = conditions.of("not (class in ('a') and not surface is null)")
    assert tree is not None
    assert expression(tree) == [
        'any',
        ['all', ['has', 'class'], ['!', ['in', ['get', 'class'], ['literal', ['a']]]]],
        ['==', ['coalesce', ['get', 'surface'], None], None],
    ]


def test_nothing_is_drawn_with_a_size_of_0() -> None:
    part = {'kind': 'marker', 'color': 'red', 'size': {8: 0, 12: 9}}
    with pytest.raises(ValueError, match='0 pixels high'):
        StyleFile.model_validate({'styles': {'default': {'parts': [part]}}})


def test_maplibre_gets_colours_that_it_knows(locality: Locality) -> None:
    """It refuses the whole map for one `hwb()`."""
    edge = {'color': 'hwb(0 0% 0%)', 'outline': 'hwb(120 0% 0%)'}
    dot, sign = {'kind': 'marker', **edge}, {'kind': 'marker', 'marker': 'school', **edge}
    label = {'kind': 'label', 'text': 'name', 'color': 'black', 'halo': 'hwb(0 100% 0%)'}
    made = drawn(locality.layers['schools'], {'kind': 'fill', **edge}, dot, sign, label)
    said = str(layers_of([made]))
    assert 'hwb' not in said
    assert 'school #ff0000 #00ff00' in said


def test_in_maplibre_signs_take_their_room_before_names_and_districts_before_communes(locality: Locality) -> None:
    """What comes last in a style is placed first; a dot, which takes no room, has an unseen sign as large as itself."""
    name = {'kind': 'label', 'text': 'name', 'color': 'black'}
    dot = {'kind': 'marker', 'color': 'red', 'size': 10, 'width': 2, 'outline': 'white'}
    schools = drawn(locality.layers['schools'], dot, {'kind': 'marker', 'marker': 'school', 'color': 'red'}, name)
    priorities = {'districts': 9, 'communes': 8}
    districts, communes = (
        drawn(locality.layers[layer], {**name, 'priority': priority}) for layer, priority in priorities.items()
    )
    made = layers_of([districts, communes, schools])
    assert [layer['id'] for layer in made] == [
        'schools-0', 'schools-2', 'communes-0', 'districts-0', 'schools-0-room', 'schools-1',
    ]  # fmt: skip
    room = made[4]
    assert room['paint'] == {'icon-opacity': 0}
    # 10 pixels and an edge of 2 on both sides, of an image that is 30 high
    assert room['layout']['icon-size'] == pytest.approx(14 / 30, abs=1e-3)


def test_in_maplibre_a_name_begins_where_its_sign_ends_at_each_zoom(locality: Locality) -> None:
    """Signs of 12 pixels at zoom 13 and 24 at 17, whose images are 15 and 30: names, 10 high, begin 3 outside."""
    sign = {'kind': 'marker', 'marker': 'school', 'color': 'red', 'size': {13: 12, 17: 24}}
    made = drawn(locality.layers['schools'], sign, {'kind': 'label', 'text': 'name', 'color': 'black', 'size': 10})
    layout = layers_of([made])[0]['layout']
    assert layout['text-radial-offset'] == ['interpolate', ['linear'], ['zoom'], 13, 1.05, 17, 1.8]
    assert layout['text-variable-anchor'][:2] == ['top', 'bottom']


def test_mapniks_styles_name_no_folder_of_the_server_and_have_whole_comments(locality: Locality) -> None:
    sign = {'kind': 'marker', 'marker': 'school', 'color': 'red', 'outline': 'white', 'where': {'name': 'a---b'}}
    made = fromstring(template([drawn(locality.layers['schools'], sign)], 14))
    files = [one.get('file') for one in made.iter('MarkersSymbolizer')]
    assert files == ['markers/badge.svg', 'markers/school.svg']


def test_colours_of_css() -> None:
    assert parse_colour('rgba(198, 64, 60, 0.5)') == Colour(198, 64, 60, 0.5)
    assert parse_colour('hsl(120, 100%, 25%)').hex == parse_colour('green').hex == '#008000'
    assert parse_colour('transparent').unseen


def test_zooms_are_those_of_tiles_of_512_pixels() -> None:
    """The standard's scale of WebMercatorQuad's zoom 1 (OGC 17-083r4, annex D) is that of zoom 0 here."""
    assert scale_denominator(0) == pytest.approx(279_541_132.0143589)
    assert zoom_of(78_271.51696402048, 0) == pytest.approx(0)
    assert zoom_of(78_271.51696402048 / 2, 60) == pytest.approx(0)
    assert [at_zoom({10: 1, 12: 5}, zoom) for zoom in (9, 10, 11, 12, 20)] == [1, 1, 3, 5, 5]
