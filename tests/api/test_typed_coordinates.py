"""Coordinates in the search box mean one point, however they are written, and nothing far away."""

import pytest

from dothi.api.common.coordinates import label_of, typed_point
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.locality import Locality

LON, LAT = 106.17, 20.43


@pytest.mark.parametrize(
    'text',
    [
        '20.43, 106.17', '20.43 106.17', '106.17 20.43', '106,17 20,43', '20,43; 106,17', '20.43,106.17',
        '20.43°N 106.17°E', '20,43° B, 106,17° Đ', '20°25\'48"N 106°10\'12"E', '20°25\'48"B, 106°10\'12"Đ',
        '106°10′12″E 20°25′48″N',
    ],
)  # fmt: skip
def test_degrees_are_read_in_every_way_that_people_write_them(text: str, locality: Locality) -> None:
    assert typed_point(text, locality) == pytest.approx((LON, LAT), abs=1e-9)


def test_metres_of_the_local_system_are_read_in_either_order(locality: Locality) -> None:
    east, north = transformer(proj_string(WGS84), proj_string(locality.srid)).transform(LON, LAT)
    for text in (f'{east:.3f} {north:.3f}', f'{north:.3f}; {east:.3f}', f'{east:.0f},{north:.0f}'):
        assert typed_point(text, locality) == pytest.approx((LON, LAT), abs=1e-5), text


@pytest.mark.parametrize(
    'text', ['12/5', 'P. Lộc Vượng', '12 34', '48.85, 2.35', '20.43', '1 2 3', '99 Trần Phú', '12, 14']
)
def test_what_is_no_place_near_the_locality_stays_an_address(text: str, locality: Locality) -> None:
    assert typed_point(text, locality) is None


def test_a_point_is_named_in_the_readers_language() -> None:
    assert (label_of(LON, LAT).vi, label_of(LON, LAT).en) == ('20,43000° B, 106,17000° Đ', '20.43000° N, 106.17000° E')
