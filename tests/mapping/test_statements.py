"""What a renderer reads: statements are remembered where they are the same for every place and scale, and only there;
and it holds the rows of no picture that may show all there are.
"""

import json
from itertools import product

import pytest
from psycopg2 import sql

from dothi.cartography.generalised.source import ROWS_ONLY, Generalised
from dothi.cartography.mapping.document import Maker, order
from dothi.cartography.mapping.layer_query import Reader, rows
from dothi.cartography.mapping.picture import Picture, PictureLayer
from dothi.cartography.mapping.view import View
from dothi.cartography.mapping.written_styles import written_style
from dothi.cartography.style.mapnik_xml import sheets
from dothi.core.database import READERS, connection
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from tests.mapping.drawing import shown
from tests.mapping.test_placement import of_the_province

USE = {'kind': 'fill', 'color': '#008040', 'where': {'use': 'public'}}
FLOORS = {'kind': 'fill', 'color': '#008040', 'where': {'floors': 2}}


def statement(locality: Locality, audience: Audience, what: PictureLayer, view: View) -> str:
    assert what.drawing is not None
    with connection(READERS[audience]) as db:
        return rows(Reader(db, locality, audience, {}), what, sheets(what.drawing, 16), view).statement


def test_a_statement_belongs_to_its_drawing_its_reader_and_its_system(drawn_province: Locality) -> None:
    drawings = [shown(drawn_province, 'buildings', part) for part in (USE, FLOORS)]
    views = [of_the_province(drawn_province, crs) for crs in (9209, 3857)]
    audiences: tuple[Audience, ...] = ('internal', 'public')
    asked = list(product(audiences, drawings, views))
    first = [statement(drawn_province, *one) for one in asked]
    assert len(set(first)) == len(asked)
    assert [statement(drawn_province, *one) for one in asked] == first


def test_a_condition_is_never_remembered(drawn_province: Locality) -> None:
    view, plain = of_the_province(drawn_province, 9209), shown(drawn_province, 'buildings', USE)
    said = [
        statement(drawn_province, 'internal', PictureLayer(plain.layer, plain.drawing, None, condition), view)
        for condition in (None, sql.SQL('floors = 3'), sql.SQL('floors = 4'), None)
    ]
    assert said[0] == said[3]
    assert len(set(said)) == 3


@pytest.mark.parametrize(
    ('metres_per_px', 'generalised', 'holds_rows'),
    [(60, {}, False), (60, {'roads': ROWS_ONLY}, True), (1, {}, True)],
    ids=['a province', 'a province with few roads', 'a street'],
)
def test_rows_that_may_be_all_there_are_are_not_held(
    drawn_province: Locality, metres_per_px: float, generalised: dict[str, Generalised], holds_rows: bool
) -> None:
    """A line of two strokes reads its rows twice: 600,000 held ones took 180 MB, and a country's more than there is."""
    strokes = [{'kind': 'line', 'color': color, 'width': width} for color, width in (('#000000', 3), ('#ffffff', 1))]
    width_m = 500 * metres_per_px
    view = View(9209, (0.0, 0.0, width_m, width_m), 500, 500)
    with connection('reader_internal') as db:
        picture = Picture(view, (shown(drawn_province, 'roads', *strokes),))
        document = order(picture, Maker(Reader(db, drawn_province, 'internal', generalised), {}))
    assert [layer['holds_rows'] for layer in json.loads(document)['layers']] == [holds_rows]


def test_a_style_is_written_once_for_each_zoom_and_drawing(drawn_province: Locality) -> None:
    """A style file that was changed gives another drawing, and another style at once."""
    growing, other = (
        shown(drawn_province, 'roads', {'kind': 'line', 'color': '#104080', 'width': width}).drawing
        for width in ({'10': 1, '16': 7}, 5)
    )
    assert growing is not None
    assert other is not None
    written = [
        written_style('roads', drawing, *sheets(drawing, zoom))
        for drawing, zoom in ((growing, 10), (growing, 16), (other, 16), (growing, 10))
    ]
    for style, width in zip(written, (1, 7, 5, 1), strict=True):
        assert f'stroke-width="{width}"' in style.xml
    assert written[3] is written[0]
