"""Statements are remembered where they are the same for every place and scale, and only there."""

from itertools import product

from psycopg2 import sql

from dothi.cartography.mapping.layer_query import Reader, rows
from dothi.cartography.mapping.picture import PictureLayer
from dothi.cartography.mapping.view import View
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
    asked = list(product(('internal', 'public'), drawings, views))
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
