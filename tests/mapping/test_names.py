"""Columns of any name and values of any kind reach Mapnik as what they are, and nothing in them is taken for SQL."""

import json
from collections.abc import Callable, Iterator

import pytest
from psycopg2 import sql

from dothi.cartography.mapping.layer_query import unmistakable
from dothi.cartography.mapping.limits import FilterNotComputable
from dothi.cartography.mapping.pool import renderers
from dothi.core.cql2.geometry import IN_CRS84
from dothi.core.cql2.where import Translator
from dothi.core.locality import Locality
from tests.api.conftest import Desk
from tests.api.test_cql2 import LAYER
from tests.api.test_cql2_names import NAMES as OTHER_NAMES
from tests.mapping.drawing import pixels, shown
from tests.mapping.test_labels import over

# Mapnik replaces what stands between two exclamation marks.
NAMES = [*OTHER_NAMES, '!bbox!', 'a!b', '!x! "', 'rule_0', 'id_']
VALUES = [
    '!bbox!', "!bbox!'", '!bbox!)) or true) as rows --', "' or 1=1 --", '\\', "\\' or true --", "E'\\x21'", '\\!',
    '!pixel_width!', '@zoom', "[name] = 'x'", '"; drop table layer.odd', '%s %(a)s {} {0}', '<Filter>&amp;]]>',
    'Đường !bbox! Trần',
]  # fmt: skip
COLUMNS = '\n'.join(f'  {json.dumps(name)}: {{type: integer, title: {{vi: Số, en: Number}}}}' for name in NAMES)
ODD = LAYER[: LAYER.index('  name:')] + COLUMNS + '\nsource: {crs: EPSG:9209}\n'
STEP = 20


@pytest.fixture
def odd(elsewhere: Callable[[str], Locality]) -> Iterator[Locality]:
    """Points side by side: the first have 1 in a column each and 0 elsewhere, the others a strange code each."""
    locality = elsewhere(ODD)
    rows = [{'code': f'{i}'} | {name: int(i == j) for j, name in enumerate(NAMES)} for i in range(len(NAMES))]
    rows += [{'code': value} for value in VALUES]
    Desk(locality).release('odd', [(f'POINT({STEP * i + 10} 10)', row) for i, row in enumerate(rows)])
    yield locality
    renderers().end()


def drawn(locality: Locality, *parts: dict[str, object], **how: object) -> list[tuple[int, ...]]:
    """The colour in the middle of each point: red, green, blue, opacity."""
    count = len(NAMES) + len(VALUES)
    picture = pixels(locality, over(STEP * count, 20), shown(locality, 'odd', *parts, **how))
    return [tuple(map(int, picture[9, STEP * i + 10])) for i in range(count)]


def test_a_column_of_any_name_decides_over_colours_and_gives_labels(odd: Locality) -> None:
    colours = [(3 * i, 255 - 4 * i, 100) for i in range(len(NAMES))]
    parts = [
        {'kind': 'marker', 'size': 12, 'width': 0, 'color': f'rgb{colour}', 'where': {name: 1}}
        for name, colour in zip(NAMES, colours, strict=True)
    ]
    assert drawn(odd, *parts)[: len(NAMES)] == [(*colour, 255) for colour in colours]
    for name in NAMES:
        label = shown(odd, 'odd', {'kind': 'label', 'text': name, 'color': '#000000', 'size': 14})
        assert pixels(odd, over(200, 60, south=-40), label).any()


def test_a_value_is_never_taken_for_anything_else(odd: Locality) -> None:
    """Each picks its own point and no other, as a filter and in a style."""
    layer = odd.layers['odd']
    disc = {'kind': 'marker', 'size': 12, 'width': 0, 'color': '#ff0000'}
    for place, value in enumerate(VALUES, len(NAMES)):
        only = {'op': '=', 'args': [{'property': 'code'}, value]}
        filtered = Translator(layer, odd.srid, 'internal', IN_CRS84).condition(only)
        for colours in (drawn(odd, disc, condition=filtered), drawn(odd, {**disc, 'where': {'code': value}})):
            assert [i for i, (*_, alpha) in enumerate(colours) if alpha] == [place], value


def test_a_filter_that_cannot_be_computed_is_told_as_that(odd: Locality) -> None:
    disc = {'kind': 'marker', 'size': 12, 'color': '#ff0000'}
    with pytest.raises(FilterNotComputable):
        drawn(odd, disc, condition=sql.SQL('1 / (rule_0 - rule_0) = 1'))
    assert drawn(odd, disc)[0]


def test_only_what_is_quoted_loses_its_exclamation_marks() -> None:
    for given, changed in {
        "select 1 where a != 'x' and geom && !bbox!": "select 1 where a != 'x' and geom && !bbox!",
        "code = '!bbox!'": r"code = E'\x21bbox\x21'",
        "code = 'it''s !'": r"code = E'it''s \x21'",
        r"code = '\' or a = '!'": r"code = '\' or a = E'\x21'",
        r"code = 'a\!'": r"code = E'a\\\x21'",
        r"code = E'a\\ \' !'": r"code = E'a\\ \' \x21'",
        'a."x!""y" = 1': r'a.U&"x\0021""y" = 1',
        """ "it's !bbox!" = '"!' """: r""" U&"it's \0021bbox\0021" = E'"\x21' """,
    }.items():
        assert unmistakable(given) == changed
