"""What a map request says of size, place, time and background: cases whose answer can be worked out by hand."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from dothi.api.coverages.region import read_axes
from dothi.api.coverages.systems import systems
from dothi.api.http.parameters import BadParameter
from dothi.api.http.served_crs import CRS84, UnservedCrs
from dothi.api.maps.area import OutsideMap, move_box, read_area
from dothi.api.maps.background import Ground, read_background
from dothi.api.maps.formats import wanted_form
from dothi.api.maps.paint import paint_background, paint_for
from dothi.api.maps.read import _subset_axes
from dothi.api.maps.size import DEFAULT_PX, Wish, frame_view, ground_size, read_wish, tile_view
from dothi.api.maps.times import format_times, from_axis, from_datetime, read_times
from dothi.api.ows.dimension import read_time
from dothi.api.ows.errors import InvalidDimensionValue
from dothi.cartography.mapping.view import Box, View
from dothi.cartography.style.colour import Colour
from dothi.core.layer_source import BadTime, Times
from dothi.core.locality import Locality
from tests.api.conftest import Desk, school
from tests.nam_dinh import NAM_DINH
from tests.present import present

# Two by one degrees at the equator, and twelve by four kilometres.
EQUATOR, PROJECTED = (-1.0, -0.5, 1.0, 0.5), (570_000.0, 2_240_000.0, 582_000.0, 2_244_000.0)
HELPED = Flask('parameters')


@contextmanager
def asking(query: str, **headers: str) -> Iterator[None]:
    with HELPED.test_request_context(f'/?{query}', headers=headers):
        yield


def size(view: View) -> tuple[int, int]:
    return view.width_px, view.height_px


def near(box: Sequence[float], *expected: float) -> bool:
    return bool(box == pytest.approx(expected, rel=1e-6, abs=1e-6))


# --- size


def test_without_any_wish_the_longer_side_of_everything_has_the_usual_size() -> None:
    """A third as high as wide: 1024 by 341; on the equator degrees are alike, and two to one stays two to one."""
    assert size(frame_view(9209, Wish(), PROJECTED)) == (DEFAULT_PX, 341)
    assert size(frame_view(4326, Wish(), EQUATOR)) == (DEFAULT_PX, DEFAULT_PX // 2)
    assert frame_view(9209, Wish(), PROJECTED).box == PROJECTED


def test_the_side_that_is_left_out_follows_from_the_shape_on_the_ground() -> None:
    """At 60° north a degree of longitude is half as long as one of latitude: a square of degrees is half as wide."""
    assert size(frame_view(9209, Wish(width=600), PROJECTED)) == (600, 200)
    assert size(frame_view(9209, Wish(height=200), PROJECTED)) == (600, 200)
    assert size(frame_view(4326, Wish(height=400), EQUATOR, (10, 59.5, 11, 60.5))) == (200, 400)


def test_width_and_height_stretch_a_box_that_is_asked_for_but_not_everything() -> None:
    """Everything gets more around it: 12 km on 400 px is 30 m each, so 200 px are 6 km in place of 4."""
    asked = frame_view(9209, Wish(400, 200), PROJECTED, PROJECTED)
    assert (asked.box, size(asked)) == (PROJECTED, (400, 200))
    assert near(frame_view(9209, Wish(400, 200), PROJECTED).box, 570_000, 2_239_000, 582_000, 2_245_000)


def test_a_scale_says_how_large_a_pixel_is_on_the_ground() -> None:
    """1:100,000 at 0.28 mm is 28 m a pixel: 12 km are 429 pixels; at 0.14 mm twice as many."""
    assert Wish(scale=100_000).metres_per_px == pytest.approx(28)
    assert size(frame_view(9209, Wish(scale=100_000), PROJECTED, PROJECTED)) == (429, 143)
    fine = frame_view(9209, Wish(scale=100_000, mm_per_pixel=0.14), PROJECTED, PROJECTED)
    assert (size(fine), fine.pixel_ratio) == ((857, 286), 2.0)


def test_with_a_scale_width_and_height_cut_a_part_out() -> None:
    """100 × 50 pixels of 28 m around the middle; no more than the usual size where nothing says how many."""
    middle = frame_view(9209, Wish(100, 50, 100_000), PROJECTED)
    assert near(middle.box, 576_000 - 1_400, 2_242_000 - 700, 576_000 + 1_400, 2_242_000 + 700)
    around = frame_view(9209, Wish(100, 50, 100_000), PROJECTED, centre=(570_000, 2_240_000))
    assert near(around.box, 568_600, 2_239_300, 571_400, 2_240_700)
    assert size(frame_view(9209, Wish(scale=1_000), PROJECTED)) == (DEFAULT_PX, DEFAULT_PX)
    assert size(frame_view(9209, Wish(scale=1e9), PROJECTED)) == (1, 1)


def test_degrees_at_a_scale_are_as_many_metres_both_ways() -> None:
    """At 60° north 1 km is twice as many degrees of longitude as of latitude."""
    west, south, east, north = frame_view(4326, Wish(100, 100, 1e6), EQUATOR, centre=(10, 60)).box
    assert (east - west) / (north - south) == pytest.approx(2, rel=1e-3)
    assert (north - south) * 111_320 == pytest.approx(100 * 280)


def test_web_mercator_is_stretched_on_the_ground() -> None:
    """At 60° north a unit of EPSG:3857 is half a metre: y = R ln tan(75°) = 8,399,738 m."""
    assert ground_size(3857, (0, 8_399_737, 1, 8_399_739)) == pytest.approx((0.5, 0.5), rel=1e-4)


def test_around_a_centre_without_scale_it_is_that_of_everything() -> None:
    """12 km on 1024 px are 11.72 m each; half of that with pixels half as large."""
    view = frame_view(9209, Wish(256, 256), PROJECTED, centre=(570_000, 2_240_000))
    assert near(view.box, 568_500, 2_238_500, 571_500, 2_241_500)
    fine = frame_view(9209, Wish(256, 256, mm_per_pixel=0.14), PROJECTED, centre=(570_000, 2_240_000))
    assert near(fine.box, 569_250, 2_239_250, 570_750, 2_240_750)


def test_a_scale_of_a_tile_chooses_the_rules_and_leaves_its_place_and_size() -> None:
    """OGC 20-058, requirement 5: 1:279,541,132 is zoom 0 on the equator, a quarter of it is zoom 2; beyond what any
    style tells apart, the rules are the last ones.
    """
    tile = View(4326, (-1, -1, 1, 1), 256, 256)
    drawn = tile_view(tile, Wish(scale=279_541_132 / 4), 1.0)
    assert (drawn.box, drawn.width_px, drawn.height_px, drawn.pixel_ratio) == (tile.box, 256, 256, 1.0)
    assert drawn.zoom == pytest.approx(2, abs=1e-6)
    assert tile_view(tile, Wish(), 1.0).zoom == tile.zoom == pytest.approx(6.5, abs=0.01)
    assert tile_view(tile, Wish(width=512, scale=279_541_132), 2.0).zoom == pytest.approx(0, abs=1e-6)
    least, small, great, greatest = (tile_view(tile, Wish(scale=scale), 1.0).zoom for scale in (5e-324, 1, 1e10, 1e308))
    assert (least, greatest) == (small, great)


def test_a_point_or_a_line_is_a_pixel_wide() -> None:
    assert size(frame_view(9209, Wish(), PROJECTED, (570_000, 2_240_000, 570_000, 2_240_000))) == (1024, 1024)
    line = frame_view(9209, Wish(), PROJECTED, (570_000, 2_240_000, 582_000, 2_240_000))
    assert size(line) == (1024, 1)
    assert line.box[1] < 2_240_000 < line.box[3]


@pytest.mark.parametrize(('srid', 'x', 'y'), [(9209, 570_000, 2_240_000), (4326, 106.2, 20.2), (3857, 1.18e7, 2.3e6)])
def test_data_of_a_single_place_are_shown_with_a_kilometre_around_it(srid: int, x: float, y: float) -> None:
    """Also where a size or a scale is asked for; the place is in the middle."""
    for wish in (Wish(), Wish(width=300), Wish(400, 200), Wish(scale=50_000)):
        view = frame_view(srid, wish, (x, y, x, y))
        west, south, east, north = view.box
        assert near(((west + east) / 2, (south + north) / 2), x, y)
        assert (north - south) * ground_size(srid, view.box)[1] == pytest.approx(1_000, rel=0.02)


def test_a_layer_with_a_single_point_has_a_map(desk: Desk, client: Callable[..., FlaskClient]) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    answer = client().get('/api/collections/schools/map?f=png')
    assert answer.status_code == 200, answer.get_json()
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert picture.size == (DEFAULT_PX, DEFAULT_PX)
        middle = picture.convert('RGBA').crop((462, 462, 562, 562))
        assert len(middle.getcolors(10_000) or []) > 1, 'the school is drawn'


def test_too_much_about_the_size_is_refused() -> None:
    with pytest.raises(BadParameter, match='scale-denominator'):
        frame_view(9209, Wish(width=100, scale=1e5), PROJECTED, PROJECTED)
    for query in ('width=0', 'height=-1', 'width=1.5', 'width=abc', 'mm-per-pixel=0', 'scale-denominator=nan'):
        with asking(query), pytest.raises(BadParameter, match=query.split('=')[0]):
            read_wish()
    with asking('width=200&mm-per-pixel=0.0001'):
        assert read_wish() == Wish(200, mm_per_pixel=0.0001)
        assert read_wish().pixel_ratio == 10


@pytest.mark.parametrize(
    ('wish', 'box', 'centre'),
    [
        (Wish(scale=1e308), None, None), (Wish(scale=1e-9), None, None), (Wish(scale=1e-323), None, None),
        (Wish(mm_per_pixel=1e308), None, (106, 20)), (Wish(scale=1e308, mm_per_pixel=1e308), None, (106, 20)),
        (Wish(width=1000), (0, 20, 5e-324, 21), None), (Wish(), (-1e308, 0, 100, 1), None),
    ],
)  # fmt: skip
def test_what_is_larger_than_any_world_or_smaller_than_any_grain_is_refused(
    wish: Wish, box: tuple[float, float, float, float] | None, centre: tuple[float, float] | None
) -> None:
    """It is no fault of ours with status 500: numbers end somewhere."""
    with pytest.raises(BadParameter, match='farther away than the earth'):
        frame_view(4326, wish, EQUATOR, box, centre)


def test_far_beyond_the_square_of_web_mercator_numbers_do_not_end() -> None:
    assert size(frame_view(3857, Wish(), EQUATOR, (-1e10, 5e9, 1e10, 9e9))) == (1024, 205)


# --- place


@pytest.fixture(scope='module')
def place() -> Locality:
    from dothi.core.locality import load_locality

    return load_locality(NAM_DINH)


def box_wanted(query: str, place: Locality, extent: Box = (105.9, 19.9, 106.6, 20.5)) -> Box | None:
    with asking(query):
        area = read_area(systems(9209, place), _subset_axes()[1], CRS84)
        return area.box(extent)


def box_of(query: str, place: Locality) -> Box:
    return present(box_wanted(query, place))


def test_the_same_place_in_every_system_and_axis_order(place: Locality) -> None:
    """FACTS: 20.429, 106.1683 is 569542.413, 2259884.543 in EPSG:9209."""
    degrees = (106.1683, 20.429, 106.2683, 20.529)
    for query in (
        'bbox=106.1683,20.429,106.2683,20.529',
        'bbox=106.1683,20.429,106.2683,20.529&bbox-crs=[OGC:CRS84]',
        'bbox=20.429,106.1683,20.529,106.2683&bbox-crs=[EPSG:4326]',
        'bbox=20.429,106.1683,20.529,106.2683&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326',
        'subset=Lat(20.429:20.529),Lon(106.1683:106.2683)',
        'subset=Lon(106.1683:106.2683)&subset=Lat(20.429:20.529)&subset-crs=EPSG:4326',
    ):
        assert near(box_of(query, place), *degrees), query
        assert near(box_of(f'{query}&crs=EPSG:4326', place), *degrees), query
    west, south, _, _ = box_of('bbox=106.1683,20.429,106.2683,20.529&crs=EPSG:9209', place)
    assert (west, south) == pytest.approx((569_542.413, 2_259_884.543), abs=60)
    metres = 'subset=E(569542:570542),N(2259884:2260884)&crs=[EPSG:9209]'
    assert box_of(metres, place) == (569_542, 2_259_884, 570_542, 2_260_884)
    assert box_of(f'{metres}&subset-crs=EPSG:9209', place) == box_of(metres, place)


def test_a_centre_lies_where_its_system_puts_it(place: Locality) -> None:
    for query in (
        'center=106.1683,20.429',
        'center=20.429,106.1683&center-crs=[EPSG:4326]',
        'center=569542.413,2259884.543&center-crs=[EPSG:9209]',
    ):
        with asking(f'{query}&crs=EPSG:9209'):
            area = read_area(systems(9209, place), [], CRS84)
        assert area.centre == pytest.approx((569_542.413, 2_259_884.543), abs=0.01), query


def test_a_centre_lies_nowhere_where_the_system_has_no_places(place: Locality) -> None:
    """0, 0 is 105 degrees from the meridian of VN-2000 / TM-3, and has coordinates there that mean nothing."""
    for query in (
        'center=0,0&crs=EPSG:9209',
        'center=0,0&center-crs=EPSG:3857&crs=EPSG:9209',
        'center=106,89&crs=EPSG:3857',
    ):
        with asking(query), pytest.raises(OutsideMap):
            read_area(systems(9209, place), [], CRS84)
    with asking('center=0,0'):
        assert read_area(systems(9209, place), [], CRS84).centre == (0, 0)


def test_without_crs_the_map_is_in_the_default_system_and_the_box_in_degrees(place: Locality) -> None:
    """OGC 20-058, requirements 2 B and 19: FACTS has 106.1683, 20.429 at 569542.413, 2259884.543 in EPSG:9209."""
    vn2000 = 'http://www.opengis.net/def/crs/EPSG/0/9209'
    for query, srid in (('', 9209), ('crs=[OGC:CRS84]', 4326), ('crs=EPSG:3405', 3405)):
        with asking(f'bbox=106.1683,20.429,106.2683,20.529&{query}'):
            area = read_area(systems(9209, place), [], vn2000)
        assert area.system.crs.srid == srid
    with asking('bbox=106.1683,20.429,106.2683,20.529'):
        west, south, _, _ = read_area(systems(9209, place), [], vn2000).box((105.9, 19.9, 106.6, 20.5)) or (0, 0, 0, 0)
    assert (west, south) == pytest.approx((569_542.413, 2_259_884.543), abs=60)
    with asking('center=106.1683,20.429'):
        area = read_area(systems(9209, place), [], vn2000)
    assert area.centre == pytest.approx((569_542.413, 2_259_884.543), abs=0.01)


def test_what_is_left_open_is_that_of_the_data(place: Locality) -> None:
    assert near(box_of('subset=Lat(20:*)', place), 105.9, 20, 106.6, 20.5)
    assert near(box_of('subset=Lon(*:106)', place), 105.9, 19.9, 106, 20.5)
    assert near(box_of('subset=Lat(-10:10)', place), 105.9, -10, 106.6, 10)
    assert box_wanted('', place) is None


def test_a_box_may_cross_the_antimeridian_and_show_more_than_the_world(place: Locality) -> None:
    assert near(box_of('subset=Lon(170:-170)', place), 170, 19.9, 190, 20.5)
    assert near(box_of('bbox=-180,-120,180,120', place), -180, -120, 180, 120)
    west, south, east, north = box_of('bbox=-180,-90,180,90&crs=EPSG:3857', place)
    assert (west, east) == pytest.approx((-20_037_508, 20_037_508), abs=1)
    for crossing in ('bbox=170,-10,-170,10', 'bbox=170,-10,190,10', 'subset=Lon(-190:-170)'):
        with pytest.raises(BadParameter, match='antimeridian'):
            box_of(f'{crossing}&crs=EPSG:3857', place)
    assert -south == pytest.approx(north) == pytest.approx(20_048_966, abs=20_000)


@pytest.mark.parametrize('query', ['subset=Lat(200:300)', 'bbox=-20,-20,-10,-10&crs=EPSG:9209'])
def test_where_the_system_has_no_places_there_is_no_map(query: str, place: Locality) -> None:
    with pytest.raises(OutsideMap):
        box_of(query, place)


@pytest.mark.parametrize(
    ('query', 'error', 'named'),
    [
        ('bbox=1,2,3,4&center=1,2', BadParameter, 'center'),
        ('subset=Lat(1:2)&center=1,2', BadParameter, 'center'),
        ('subset=Lat(1:2)&bbox=1,2,3,4', BadParameter, 'bbox'),
        ('subset=Depth(1:2)', BadParameter, 'Depth'),
        ('center=1', BadParameter, 'center'),
        ('center=1,2,3', BadParameter, 'center'),
        ('bbox=1,2,3,4&bbox-crs=EPSG:32648', UnservedCrs, 'bbox-crs'),
        ('center=1,2&center-crs=nowhere', UnservedCrs, 'center-crs'),
        ('crs=EPSG:32648', UnservedCrs, 'crs'),
    ],
)
def test_errors_name_the_parameter(query: str, error: type[Exception], named: str, place: Locality) -> None:
    with pytest.raises(error, match=named):
        box_of(query, place)


def test_moving_there_and_back_gives_about_the_same(place: Locality) -> None:
    there = move_box((106.0, 20.0, 106.1, 20.1), 4326, 3405)
    back = move_box(there, 3405, 4326)
    assert back == pytest.approx((106.0, 20.0, 106.1, 20.1), abs=2e-3)
    assert back[0] <= 106.0
    assert back[2] >= 106.1


# --- time

DAY = Times(datetime(2024, 8, 31, tzinfo=UTC), datetime(2024, 8, 31, 23, 59, 59, 999_999, UTC))
NOON = datetime(2024, 8, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ('text', 'begin', 'end'),
    [
        ('"2024"', '2024-01-01T00:00:00', '2024-12-31T23:59:59'),
        ('"2024-02"', '2024-02-01T00:00:00', '2024-02-29T23:59:59'),
        ('"2024-08-31"', '2024-08-31T00:00:00', '2024-08-31T23:59:59'),
        ('2024-08-31', '2024-08-31T00:00:00', '2024-08-31T23:59:59'),
        ('"2024-08-31T12Z"', '2024-08-31T12:00:00', '2024-08-31T12:59:59'),
        ('"2024-08-31T12:00Z"', '2024-08-31T12:00:00', '2024-08-31T12:00:00'),
        ('"2024-08-31T19:00+07:00"', '2024-08-31T12:00:00', '2024-08-31T12:00:00'),
        ("'2024-08-31T12:00:30Z'", '2024-08-31T12:00:30', '2024-08-31T12:00:30'),
        ('"2023":"2024-02"', '2023-01-01T00:00:00', '2024-02-29T23:59:59'),
    ],
)
def test_times_on_the_axis_may_be_partial(text: str, begin: str, end: str) -> None:
    found = from_axis(text)
    assert found is not None
    ends = [moment.astimezone(UTC).replace(microsecond=0, tzinfo=None) for moment in (found.begin, found.end) if moment]
    assert ends == [datetime.fromisoformat(begin), datetime.fromisoformat(end)]


def test_a_star_is_an_open_end_and_alone_the_newest_state() -> None:
    assert from_axis('*') is None
    assert from_axis('*:*') is None
    assert from_axis('"2024-08-31":*') == Times(DAY.begin, None)
    assert from_axis('*:"2024-08-31"') == Times(None, DAY.end)


def test_datetime_and_the_axis_mean_the_same() -> None:
    assert from_datetime('2024-08-31') == from_axis('"2024-08-31"') == DAY
    assert from_datetime('2024-08-31T12:00:00Z') == from_axis('"2024-08-31T12:00Z"') == Times(NOON, NOON)
    assert from_datetime('../2024-08-31') == Times(None, DAY.end)
    with asking('datetime=2024-08-31'):
        assert read_times([]) == DAY
    with asking(''):
        assert read_times([]) is None
        assert read_times(['"2024-08-31"']) == DAY


@pytest.mark.parametrize(
    'text', ['0001-01-01T00+14:00', '9999-12-31T23-05:00', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-10:00']
)
def test_a_time_beyond_the_calendar_is_refused(text: str) -> None:
    """Written in another zone it is a day of the year 1 or 9999, in UTC it is none."""
    with pytest.raises(BadTime):
        from_datetime(text)
    with pytest.raises(BadParameter):
        from_axis(f'"{text}"')
    with pytest.raises(InvalidDimensionValue):
        read_time(text)


def test_unreadable_times_are_refused() -> None:
    for text in ('"yesterday"', '"2024-13"', '"2024-02-30"', '"2024":"2023"', '', '"2024":"2025":"2026"'):
        with pytest.raises(BadParameter, match='time'):
            from_axis(text)
    with pytest.raises(BadTime):
        from_datetime('yesterday')
    with asking('datetime=2024-08-31'), pytest.raises(BadParameter, match='twice'):
        read_times(['"2024"'])


def test_the_header_has_an_instant_or_an_interval() -> None:
    assert format_times(Times(NOON, NOON), NOON) == '2024-08-31T12:00:00Z'
    assert format_times(DAY, NOON) == '2024-08-31T00:00:00Z/2024-08-31T23:59:59Z'
    assert format_times(Times(DAY.begin, None), NOON) == '2024-08-31T00:00:00Z/2024-08-31T12:00:00Z'
    assert format_times(Times(None, NOON), NOON) == '2024-08-31T12:00:00Z'


# --- background

WHITE, NAVY, LIME = Colour(255, 255, 255), Colour(0, 0, 128), Colour(0, 255, 0)


@pytest.mark.parametrize(
    ('query', 'ground_', 'void'),
    [
        ('', Ground(WHITE, True), Ground(WHITE, True)),
        ('bgcolor=NaVy', Ground(NAVY, False), Ground(NAVY, False)),
        ('bgcolor=0x000080', Ground(NAVY, False), Ground(NAVY, False)),
        ('bgcolor=000080&transparent=true', Ground(NAVY, True), Ground(NAVY, True)),
        ('transparent=false', Ground(WHITE, False), Ground(WHITE, False)),
        ('void-color=%2300ff00', Ground(WHITE, True), Ground(LIME, True)),
        ('bgcolor=navy&void-color=lime', Ground(NAVY, False), Ground(LIME, False)),
        ('transparent=true&void-transparent=false', Ground(WHITE, True), Ground(WHITE, False)),
    ],
)
def test_background_without_a_colour_is_transparent(query: str, ground_: Ground, void: Ground) -> None:
    with asking(query):
        found = read_background()
    assert (found.ground, found.void) == (ground_, void)


def test_a_style_may_have_a_background_and_jpeg_has_no_transparency() -> None:
    with asking('transparent=false'):
        assert read_background(NAVY).colour == NAVY
    with asking(''):
        assert read_background(NAVY).colour is None
        assert read_background(NAVY, opaque=True).colour == NAVY
        assert read_background(opaque=True).colour == WHITE
    for query in ('bgcolor=nocolour', 'void-color=0x12345', 'transparent=perhaps'):
        with asking(query), pytest.raises(BadParameter, match=query.split('=')[0]):
            read_background()


def test_beyond_the_world_it_is_painted_as_asked() -> None:
    """240 degrees on 24 rows: three above 90° and three below, the rest is the map's own ground."""
    view = View(4326, (-180, -120, 180, 120), 12, 24)
    drawn = io.BytesIO()
    Image.new('RGBA', (12, 24), (1, 2, 3, 0)).save(drawn, 'PNG')
    with asking('bgcolor=navy&transparent=true&void-color=lime&void-transparent=false'):
        paint = paint_for(view, read_background(), 'png')
    assert paint is not None
    found = Image.open(io.BytesIO(paint_background(drawn.getvalue(), 'png', paint)))
    column = [found.getpixel((5, row)) for row in range(24)]
    assert column == [(0, 255, 0, 255)] * 3 + [(0, 0, 128, 0)] * 18 + [(0, 255, 0, 255)] * 3
    with asking('bgcolor=navy'):
        assert paint_for(view, read_background(), 'png') is None
    with asking('bgcolor=navy&void-color=lime'):
        assert paint_for(view, read_background(), 'svg') is None
        assert paint_for(View(9209, view.box, 12, 24), read_background(), 'png') is None


# --- format

JAVA = 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2'
BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'


@pytest.mark.parametrize(
    ('query', 'accept', 'expected'),
    [
        ('', '*/*', 'png'),
        ('', 'image/*', 'png'),
        ('', 'image/png,image/jpeg,image/*', 'png'),
        ('', 'image/jpeg', 'jpeg'),
        ('', 'image/tiff', 'tiff'),
        ('', 'image/tiff; application=geotiff', 'tiff'),
        ('', 'application/pdf', 'pdf'),
        ('', 'image/svg+xml', 'svg'),
        ('', 'text/html', 'html'),
        ('', BROWSER, 'html'),
        ('', JAVA, 'jpeg'),
        ('f=webp', JAVA, 'webp'),
        ('f=image/png', 'text/html', 'png'),
        ('f=image/svg%2Bxml', '*/*', 'svg'),
    ],
)
def test_the_format_is_that_which_is_asked_for(query: str, accept: str, expected: str) -> None:
    with asking(query, Accept=accept):
        assert wanted_form() == expected


def test_axes_of_time_and_of_space_are_told_apart() -> None:
    with asking('subset=Lat(1:2),time("2024-08-31T12:00Z")&subset=Lon(3)'):
        assert len(read_axes()) == 3
        assert _subset_axes() == (['"2024-08-31T12:00Z"'], [('Lat', '1:2'), ('Lon', '3')])
