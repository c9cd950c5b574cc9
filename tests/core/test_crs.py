"""Coordinates keep their place, whichever system they come in."""

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.crs import UnknownCrs, axis_order_yx, parse_crs, proj_string, transformer
from dothi.core.database import connection
from dothi.core.text import for_steward

# WGS 84 latitude and longitude, and easting and northing in EPSG:9209 to 1 mm.
VECTORS = [
    (20.429, 106.1683, 569542.413, 2259884.543),
    (20.027, 106.2166, 574775.257, 2215403.499),
    (20.230, 106.550, 609516.492, 2238061.552),
]
MM = 0.001
DEGREE_MM = 1e-8  # 1.1 mm of latitude


@pytest.mark.parametrize(('lat', 'lon', 'east', 'north'), VECTORS)
def test_proj_reaches_the_published_points_to_a_millimetre(lat: float, lon: float, east: float, north: float) -> None:
    to_vn2000 = transformer(proj_string(4326), proj_string(9209))
    assert to_vn2000.transform(lon, lat) == pytest.approx((east, north), abs=MM)
    to_wgs84 = transformer(proj_string(9209), proj_string(4326))
    assert to_wgs84.transform(east, north) == pytest.approx((lon, lat), abs=DEGREE_MM)


@pytest.mark.parametrize(('lat', 'lon', 'east', 'north'), VECTORS)
def test_postgis_reaches_the_published_points_to_a_millimetre(
    database: dict[str, str], lat: float, lon: float, east: float, north: float
) -> None:
    """PostGIS knows EPSG:9209 only because a migrate tells it, with the rotations' signs turned."""
    assert _st_transform(lon, lat, 4326, 9209) == pytest.approx((east, north), abs=MM)
    assert _st_transform(east, north, 9209, 4326) == pytest.approx((lon, lat), abs=DEGREE_MM)


def test_postgis_uses_the_shift_for_the_siblings_too(database: dict[str, str]) -> None:
    assert _st_transform(106.1683, 20.429, 4326, 3405) == pytest.approx((621685.883, 2259497.779), abs=MM)


@given(
    lon=st.floats(105.9, 106.6),
    lat=st.floats(19.9, 20.6),
    srid=st.sampled_from([9209, 9210, 5897, 3405, 4756]),
)
def test_any_point_of_the_delta_survives_every_path_within_a_millimetre(lon: float, lat: float, srid: int) -> None:
    there = transformer(proj_string(4326), proj_string(srid)).transform(lon, lat)
    back = transformer(proj_string(srid), proj_string(4326)).transform(*there)
    assert back == pytest.approx((lon, lat), abs=DEGREE_MM)


@pytest.mark.parametrize('version', ['WKT1_ESRI', 'WKT1_GDAL', 'WKT2_2019'])
def test_a_system_written_out_is_recognised(version: str) -> None:
    assert parse_crs(pyproj.CRS.from_epsg(9209).to_wkt(version)).srid == 9209


def test_a_system_given_by_parameters_with_its_shift_is_recognised() -> None:
    """So GDAL describes a MapInfo file that was written with the right datum."""
    assert parse_crs(pyproj.CRS(proj_string(9209)).to_wkt()).srid == 9209


def test_the_same_projection_on_wgs84_is_not_taken_for_vn2000() -> None:
    """It differs by 224 m."""
    zone = '+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +datum=WGS84 +units=m'
    assert parse_crs(zone).srid is None


@pytest.mark.parametrize(
    ('text', 'hint'),
    [
        ('EPSG:6957', 'EPSG:5897'),
        ('EPSG:2044', 'VN-2000'),
        ('EPSG:99999', '--crs'),
        ('LOCAL_CS["nowhere"]', '--crs'),
        ('', '--crs'),
        ('EPSG:5773', '--crs'),  # heights alone
        ('EPSG:4978', '--crs'),  # geocentric
        ('+proj=longlat +ellps=WGS84 +nadgrids=@null,/etc/passwd +type=crs', '--crs'),  # a file that PROJ would open
        ('+init=/etc/passwd:x', '--crs'),
    ],
)
def test_a_system_that_cannot_be_used_is_refused_with_the_way_out(text: str, hint: str) -> None:
    with pytest.raises(UnknownCrs) as refused:
        parse_crs(text)
    for lang in ('vi', 'en'):
        assert hint in for_steward(refused.value.text).pick(lang)


@pytest.mark.parametrize(('text', 'srid'), [('EPSG:9209+5773', 9209), ('EPSG:4979', 4326)])
def test_of_a_system_with_heights_the_horizontal_part_counts(text: str, srid: int) -> None:
    """A survey with heights is in the same zone, and on the same datum, as one without."""
    assert parse_crs(text) == parse_crs(f'EPSG:{srid}')


def test_a_system_of_another_planet_is_refused() -> None:
    with pytest.raises(UnknownCrs):
        transformer(parse_crs('IAU_2015:30100').definition, proj_string(9209))


def test_crs84_and_epsg_4326_differ_in_axis_order_only() -> None:
    assert parse_crs('OGC:CRS84').srid == 4326
    assert axis_order_yx(4326)
    assert not axis_order_yx(9209)


def _st_transform(x: float, y: float, source: int, target: int) -> tuple[float, float]:
    with connection('reader_public') as db, db.cursor() as cursor:
        cursor.execute(
            """select st_x(p), st_y(p) from st_transform(st_setsrid(st_makepoint(%s, %s), %s::int), %s::int) p""",
            [x, y, source, target],
        )
        row = cursor.fetchone()
    assert row is not None
    return row
