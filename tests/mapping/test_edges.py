"""What lies outside of a picture and reaches into it is seen; what does not reach into it is not read."""

import json
from typing import Any

import numpy as np
import pytest
from psycopg2 import sql

from dothi.cartography.mapping import document
from dothi.cartography.mapping.document import BUFFER_PX, Maker, order
from dothi.cartography.mapping.layer_query import Reader
from dothi.cartography.mapping.picture import Picture
from dothi.cartography.mapping.view import View
from dothi.core.database import connection
from dothi.core.locality import Locality
from tests.mapping.drawing import pixels, shown

SIDE_PX = 256
# Of one colour each: which of two lies above the other depends on the order in which rows are read.
OUTLINED = {'kind': 'fill', 'color': '#008040', 'outline': '#a02010'}
WIDE = {'kind': 'line', 'color': '#104080', 'width': 40, 'casing': {'color': '#104080', 'width': 4}}
SIGNS = {'kind': 'marker', 'color': '#104080', 'marker': 'school', 'size': 36, 'outline': '#104080'}
DOTS = {'kind': 'marker', 'color': '#104080', 'size': 30, 'outline': '#104080'}
NAMES = {'kind': 'label', 'color': '#104080', 'text': 'name'}


def tile(layer: str, metres_per_px: float, pixel_ratio: float = 1.0) -> View:
    """In the system of web maps, with a feature of the layer in the middle of its western edge."""
    query = sql.SQL("""
        select ST_X(place), ST_Y(place)
        from (select ST_Transform(ST_PointOnSurface(geom), 3857) as place from {} order by id limit 1) as feature
    """)
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute(query.format(sql.Identifier('layer', layer)))
        ((x, y),) = cursor.fetchall()
    side, side_px = SIDE_PX * metres_per_px, round(SIDE_PX * pixel_ratio)
    return View(3857, (x, y - side / 2, x + side, y + side / 2), side_px, side_px, pixel_ratio)


@pytest.mark.parametrize('pixel_ratio', [1.0, 2.0])
@pytest.mark.parametrize(
    ('layer', 'part', 'metres_per_px'),
    [
        ('buildings', OUTLINED, 4), ('roads', WIDE, 8), ('schools', SIGNS, 60), ('schools', DOTS, 60),
        ('communes', {'kind': 'line', 'color': '#104080', 'width': 9, 'dash': [4, 2]}, 60),
    ],
    ids=['outlines', 'wide lines', 'signs', 'dots', 'dashes'],
)  # fmt: skip
def test_a_picture_is_the_same_as_with_all_that_may_reach_into_it(
    drawn_province: Locality,
    layer: str,
    part: dict[str, Any],
    metres_per_px: float,
    pixel_ratio: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half a sign whose middle lies outside is drawn, and half of a line's width."""
    view, drawn = tile(layer, metres_per_px, pixel_ratio), shown(drawn_province, layer, part)
    narrow = pixels(drawn_province, view, drawn)
    monkeypatch.setattr(document, '_buffer_of', lambda _sheets, _view, **_: None)
    assert narrow[:, :8, 3].any(), 'nothing lies at the edge'
    # smoothed edges of two that lie over one another are rounded
    np.testing.assert_allclose(narrow.astype(int), pixels(drawn_province, view, drawn), atol=2)


def test_rows_are_read_as_far_outside_as_they_are_drawn(drawn_province: Locality) -> None:
    """Houses reach a pixel beyond their place; what has a name is read as far as names reach."""
    assert _buffers(drawn_province, 'buildings', OUTLINED) == [3]
    assert _buffers(drawn_province, 'schools', DOTS, NAMES) == [18, None]
    (of_roads,) = _buffers(drawn_province, 'roads', WIDE)
    assert of_roads is not None
    assert 20 < of_roads <= BUFFER_PX


def _buffers(locality: Locality, layer: str, *parts: dict[str, Any]) -> list[int | None]:
    with connection('reader_internal') as db:
        picture = Picture(tile(layer, 1), (shown(locality, layer, *parts),))
        made = json.loads(order(picture, Maker(Reader(db, locality, 'internal', {}), {})))
    return [entry['buffer'] for entry in made['layers']]
