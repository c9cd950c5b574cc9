"""Pictures lie right in every system: what is drawn is where the database says that it is."""

import numpy as np
import pytest
from psycopg2 import sql

from dothi.cartography.mapping.view import View
from dothi.core.cql2.where import condition
from dothi.core.database import connection
from dothi.core.grid import moved_bounds
from dothi.core.locality import Locality
from tests.mapping.drawing import pixels, shown

GREEN = {'kind': 'fill', 'color': '#008040'}


@pytest.mark.parametrize('srid', [9209, 3405, 5897, 3857, 4326])
def test_each_district_lies_where_the_database_puts_it(drawn_province: Locality, srid: int) -> None:
    """Its middle in the picture, found by its colour, is that of ST_Centroid. The datum shift alone is two pixels.

    Pixels at its edge count by their opacity: without them a district with a long tail would lie a pixel aside.
    """
    view = of_the_province(drawn_province, srid)
    for code, place in centroids(srid).items():
        only = condition(drawn_province.layers['districts'], f"code = '{code}'", srid=9209, audience='internal')
        picture = pixels(drawn_province, view, shown(drawn_province, 'districts', GREEN, condition=only))
        share = picture[:, :, 3] / 255
        rows, columns = np.nonzero(share)
        assert (picture[share == 1][:, :3] == (0, 128, 64)).all()
        middle = np.average(columns, weights=share[rows, columns]), np.average(rows, weights=share[rows, columns])
        # a pixel's middle is half a pixel from its corner
        assert np.add(middle, 0.5) == pytest.approx(~view.transform @ place, abs=0.1), code


@pytest.mark.parametrize('srid', [9209, 3405, 5897, 3857, 4326])
def test_a_house_lies_right_to_the_centimetre(drawn_province: Locality, srid: int) -> None:
    """At five centimetres a pixel. With the rotations of the datum shift unflipped it would lie 0.74 m aside."""
    layer = drawn_province.layers['buildings']
    code, x, y, box = a_house(srid)
    west, south, east, north = box
    view = View(srid, box, 600, round(600 * (north - south) / (east - west)))
    only = condition(layer, f"code = '{code}'", srid=9209, audience='internal')
    share = pixels(drawn_province, view, shown(drawn_province, 'buildings', GREEN, condition=only))[:, :, 3] / 255
    rows, columns = np.nonzero(share)
    middle = np.average(columns, weights=share[rows, columns]), np.average(rows, weights=share[rows, columns])
    assert np.add(middle, 0.5) == pytest.approx(~view.transform @ (x, y), abs=0.2)


def a_house(srid: int) -> tuple[str, float, float, tuple[float, float, float, float]]:
    """Code, middle and a box around one house, in the system `srid`."""
    query = sql.SQL("""
        select code, ST_X(ST_Centroid(shape)), ST_Y(ST_Centroid(shape)),
            ST_XMin(frame), ST_YMin(frame), ST_XMax(frame), ST_YMax(frame)
        from (select * from layer.buildings where ST_XMax(geom) - ST_XMin(geom) < 25 order by code limit 1) one,
            lateral (select ST_Transform(geom, {0}) as shape,
                ST_Transform(ST_Expand(ST_Envelope(geom), 2), {0}) as frame) moved
    """)
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute(query.format(sql.Literal(srid)))
        ((code, x, y, west, south, east, north),) = cursor.fetchall()
    return code, x, y, (west, south, east, north)


def centroids(srid: int) -> dict[str, tuple[float, float]]:
    """Middle of each district, x before y."""
    query = sql.SQL("""
        select code, ST_X(middle), ST_Y(middle)
        from layer.districts, lateral (select ST_Centroid(ST_Transform(geom, {})) as middle) placed
        where valid_from <= date '2024-08-31' and (valid_to is null or valid_to > date '2024-08-31')
    """)
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute(query.format(sql.Literal(srid)))
        return {code: (x, y) for code, x, y in cursor.fetchall()}


def of_the_province(locality: Locality, srid: int) -> View:
    """All of it, about 110 m a pixel."""
    box = moved_bounds(locality.place.extent_wgs84, 4326, srid)
    return View(srid, box, 700, round(700 * (box[3] - box[1]) / (box[2] - box[0])))
