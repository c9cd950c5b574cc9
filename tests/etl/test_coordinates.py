"""Coordinates are read as declared or decided on evidence; without either a person is asked."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from dothi.core.crs import parse_crs, proj_string
from dothi.core.text import Text, steward_advice
from etl.doctor.coordinates import Reading
from etl.doctor.coordinates.reading import mistakes
from etl.moving import move
from etl.report.html import page
from tests.etl.conftest import Agency, Query, Send
from tests.present import present

SCHOOLS = Text(vi='Trường học', en='Schools')

SYSTEMS = ['EPSG:4326', 'EPSG:3405', 'EPSG:5897', 'EPSG:9210', 'EPSG:4756', 'EPSG:3857', 'EPSG:32648']


@given(st.floats(544_000, 615_000), st.floats(2_199_000, 2_268_000), st.sampled_from(SYSTEMS), st.booleans())
def test_any_point_survives_each_path_within_a_millimetre(
    east: float, north: float, system: str, swapped: bool
) -> None:
    """From the working CRS to a file's system and back, in either order of axes."""
    there = Reading(parse_crs('EPSG:9209')).to(np.array([shapely.Point(east, north)]), present(parse_crs(system).srid))
    if swapped:
        there = shapely.transform(there, lambda xy: xy[:, ::-1])
    (back,) = Reading(parse_crs(system), swapped).to(there, 9209)
    assert back.distance(shapely.Point(east, north)) < 0.001


POINTS = [  # longitude, latitude; east, north in EPSG:9209
    ((106.1683, 20.429), (569542.413, 2259884.543)),
    ((106.2166, 20.027), (574775.257, 2215403.499)),
    ((106.55, 20.23), (609516.492, 2238061.552)),
]


@pytest.mark.parametrize(('degrees', 'metres'), POINTS)
def test_the_points_of_the_national_transformation_are_met_within_a_millimetre(
    degrees: tuple[float, float], metres: tuple[float, float]
) -> None:
    (there,) = Reading(parse_crs('EPSG:4326')).to(np.array([shapely.Point(degrees)]), 9209)
    assert there.distance(shapely.Point(metres)) < 0.001


@given(
    st.floats(544_000, 615_000), st.floats(2_199_000, 2_268_000), st.sampled_from([*mistakes(9209), *mistakes(4756)])
)
def test_any_point_survives_the_path_through_a_mistake_and_wgs_84(east: float, north: float, mistake: Reading) -> None:
    """To what a program without the datum shift made of it, and from there to WGS 84 and back."""
    point = np.array([shapely.Point(east, north)])
    there = move(point, proj_string(9209), mistake.crs.definition)
    (back,) = Reading(parse_crs('EPSG:4326')).to(mistake.to(there, 4326), 9209)
    assert back.distance(point[0]) < 0.001


def test_coordinates_in_the_working_crs_are_not_touched(agency: Agency, send: Send, query: Query) -> None:
    """To the last bit, as delivered."""
    point = shapely.Point(570000.1234567890123, 2250000.987654321)
    send(agency.geojson('t.geojson', [(agency.school('a'), point)]), 'schools')
    assert query('select st_x(geom), st_y(geom) from layer.schools') == [(point.x, point.y)]


def test_the_served_coordinates_are_wgs_84(agency: Agency, send: Send, query: Query) -> None:
    """The test point of the national transformation."""
    send(agency.geojson('t.geojson', [(agency.school('a'), shapely.Point(569542.413, 2259884.543))]), 'schools')
    (place,) = query('select st_x(geom_wgs84), st_y(geom_wgs84) from layer.schools')
    assert place == pytest.approx((106.1683, 20.429), abs=1e-8)


def test_geojson_without_a_crs_is_wgs_84(agency: Agency, send: Send) -> None:
    file = agency.geojson('t.geojson', [(agency.school('a'), shapely.Point(106.2, 20.3))], srid=None)
    report = send(file, 'schools')
    assert (report.crs.declared, report.crs.decided) == (None, 'EPSG:4326')


def test_geojson_in_metres_without_a_crs_is_not_guessed(agency: Agency, send: Send, query: Query) -> None:
    """The format says degrees, the numbers do not: the candidates are listed and nothing is released."""
    file = agency.geojson('t.geojson', [(agency.school('a'), agency.point())], srid=None)
    report = send(file, 'schools')
    assert (report.verdict, report.exit_code, report.crs.decided) == ('undecided', 4, None)
    assert 'EPSG:9209' in [candidate.crs for candidate in report.crs.candidates if candidate.score == 1]
    assert '--crs' in present(steward_advice(report.notes[0])).vi
    assert query('select status from catalog.delivery') == [('diagnosed',)]


def test_a_table_without_a_declaration_is_undecided_where_nothing_tells_zones_apart(agency: Agency, send: Send) -> None:
    file = agency.text('t.csv', f'ma,ten_truong,cap_hoc,E,N\na,A,primary,{agency.east},{agency.north}\n')
    report = send(file, 'schools')
    assert report.verdict == 'undecided'
    likely = {candidate.crs for candidate in report.crs.candidates if candidate.score == 1}
    assert {'EPSG:9209', 'EPSG:9210'} <= likely


def test_rows_without_a_readable_place_are_told_with_the_question(agency: Agency, send: Send) -> None:
    """Whoever is asked for the system hears of them before, and corrects the file once."""
    norths = {'a': agency.north, 'b': '22 58x', 'c': '', 'd': 'x'}
    rows = [f'{code},A,primary,{agency.east},{north}' for code, north in norths.items()]
    report = send(agency.text('t.csv', '\n'.join(['ma,ten_truong,cap_hoc,E,N', *rows])), 'schools')
    assert report.verdict == 'undecided'
    assert report.notes[0].vi == 'Hàng 3, 4, 5: thiếu tọa độ hoặc tọa độ không phải là số (E, N). Điền tọa độ.'


def test_an_undecided_file_is_decided_by_saying_so(agency: Agency, send: Send) -> None:
    file = agency.geojson('t.geojson', [(agency.school('a'), agency.point())], srid=None)
    assert send(file, 'schools', crs='EPSG:9209').verdict == 'accepted'


def test_released_boundaries_decide_where_one_system_fits_and_no_other(agency: Agency, send: Send) -> None:
    """Points all over a square of 20 km: 26 km off, in the neighbouring zone, most fall outside."""
    boundary = agency.box(-10_000, -10_000, 20_000)
    send(agency.geojson('d.geojson', [({'ma': '366', 'ten': 'x'}, boundary)]), 'districts')
    lines = [
        f'{x}-{y},A,primary,{agency.east + 1000 * x},{agency.north + 1000 * y}'
        for x in range(-9, 10)
        for y in range(-9, 10)
    ]
    file = agency.text('t.csv', '\n'.join(['ma,ten_truong,cap_hoc,E,N', *lines]))
    report = send(file, 'schools', dry_run=True)
    assert report.crs.decided == 'EPSG:9209'
    assert report.crs.candidates[0].score == 1
    assert 'release' in report.crs.candidates[0].evidence.en


def test_demonstration_boundaries_decide_nothing(agency: Agency, send: Send) -> None:
    """They are drawn by hand: what fits them may still be wrong."""
    boundary = agency.box(-10_000, -10_000, 20_000)
    send(agency.geojson('d.geojson', [({'ma': '366', 'ten': 'x'}, boundary)]), 'districts', origin='demo')
    lines = [f'{x},A,primary,{agency.east + 1000 * x},{agency.north + 900 * x}' for x in range(-9, 10)]
    report = send(agency.text('t.csv', '\n'.join(['ma,ten_truong,cap_hoc,E,N', *lines])), 'schools')
    assert report.verdict == 'undecided'
    assert 'demonstration' in report.crs.candidates[0].evidence.en


def test_swapped_axes_are_told_and_not_turned_silently(agency: Agency, send: Send) -> None:
    turned = shapely.Point(agency.north, agency.east)
    file = agency.geojson('t.geojson', [(agency.school('a'), turned)])
    report = send(file, 'schools')
    assert report.verdict == 'undecided'
    assert '--crs EPSG:9209,yx' in present(steward_advice(report.notes[0])).en
    assert send(file, 'schools', crs='EPSG:9209,yx').verdict == 'accepted'


def test_a_declaration_that_fits_nowhere_names_what_would_fit(agency: Agency, send: Send) -> None:
    """VN-2000 metres that claim to be web mercator: in the locality by any of its zones, and held, as none is shown."""
    file = agency.geojson('t.geojson', [(agency.school('a'), agency.point())], srid=3857)
    report = send(file, 'schools')
    assert (report.verdict, report.crs.decided) == ('undecided', None)
    assert 'EPSG:9209' in report.notes[0].en
    assert [row.code for row in send(file, 'schools', crs='EPSG:3857').rows.bad] == ['outside_locality']


def test_vn2000_that_a_tab_file_calls_wgs_84_is_vn2000(agency: Agency, send: Send, query: Query) -> None:
    """GDAL writes 9209 to TAB as datum 104: believed, it would be 224 m off."""
    file = agency.write('t.tab', [(agency.school('a'), agency.point())], crs='EPSG:9209')
    report = send(file, 'schools')
    assert report.crs.decided == 'EPSG:9209'
    assert '224 m' in report.notes[0].vi
    (place,) = query('select st_x(geom), st_y(geom) from layer.schools')
    assert place == pytest.approx((agency.east, agency.north), abs=0.02)


@pytest.mark.parametrize('name', ['t.tab', 't.gpkg', 't.shp'])
def test_a_file_that_knows_no_system_declares_none(name: str, agency: Agency, send: Send) -> None:
    """TAB then says "Nonearth", GeoPackage "undefined"; a shapefile has no .prj."""
    file = agency.write(name, [(agency.school('a'), agency.point())], crs=None)
    report = send(file, 'schools')
    assert (report.verdict, report.crs.declared) == ('undecided', None)
    assert send(file, 'schools', crs='EPSG:9209').verdict == 'accepted'


def test_degrees_in_a_table_that_lie_elsewhere_stay_degrees(agency: Agency, send: Send) -> None:
    """Hà Nội is no reason to doubt that lon and lat are degrees."""
    file = agency.text('t.csv', 'ma,ten_truong,cap_hoc,lon,lat\na,A,primary,105.8,21.03\n')
    report = send(file, 'schools')
    assert report.crs.decided == 'EPSG:4326'
    assert [row.code for row in report.rows.bad] == ['outside_locality']


NAMED = (
    'PROJCS["VN_2000_UTM_Zone_48N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000],PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",105],'
    'PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]'
)


def test_the_name_of_vn2000_counts_where_a_program_replaced_its_datum(agency: Agency, send: Send, query: Query) -> None:
    """UTM's parameters are everybody's, and nothing is released: the name in the .prj is the evidence."""
    file = agency.write('t.shp', [(agency.school('a'), shapely.Point(621685.883, 2259497.779))], crs=None)
    file.with_suffix('.prj').write_text(NAMED)
    report = send(file, 'schools')
    assert report.crs.decided == 'EPSG:3405'
    assert 'under the name of VN-2000' in report.notes[0].en
    (place,) = query('select st_x(geom), st_y(geom) from layer.schools')
    assert place == pytest.approx((569542.413, 2259884.543), abs=0.002)


def schools(agency: Agency, name: str, srid: int = 9209, prefix: str = '', rows: int = 25) -> Path:
    """Schools a kilometre apart, in EPSG:9209 or as EPSG:3405 that claims to be `srid`."""
    points = np.array([agency.point(1_000 * i, 700 * (i % 4)) for i in range(rows)])
    if srid != 9209:
        points = move(points, proj_string(9209), proj_string(3405))
    return agency.geojson(name, [(agency.school(f'{prefix}{i}'), point) for i, point in enumerate(points)], srid)


@pytest.mark.parametrize('prefix', ['', 'new-'], ids=['by their keys', 'by the nearest, where all keys are new'])
def test_the_previous_release_shows_a_lost_datum(prefix: str, agency: Agency, send: Send, query: Query) -> None:
    send(schools(agency, '1.geojson'), 'schools')
    report = send(schools(agency, '2.geojson', 32648, prefix), 'schools', accept_loss=True)
    assert (report.verdict, report.crs.decided, report.crs.overruled) == ('accepted', 'EPSG:3405', True)
    assert query('select st_x(geom), st_y(geom) from layer.schools where code = %s', f'{prefix}0') == [
        pytest.approx((agency.east, agency.north), abs=0.002)
    ]


def test_a_file_that_is_held_shows_where_each_candidate_puts_it(agency: Agency, send: Send) -> None:
    """The map has the candidates' colours, and one feature close up with a scale, as 224 m is a dot on the first."""
    html = page(send(schools(agency, '1.geojson', 32648), 'schools'), SCHOOLS)
    assert html.count('<svg') == 2
    assert '500 m</text>' in html
    assert html.count('class="key"') >= 2
    assert 'EPSG:3405' in html


def test_a_declaration_that_stands_names_its_rivals_on_the_page(agency: Agency, send: Send) -> None:
    html = page(send(schools(agency, '1.geojson'), 'schools'), SCHOOLS)
    assert 'Không loại trừ được' in html
    assert 'EPSG:9209,wgs84' in html
    assert '<svg' not in html


def test_without_a_reference_the_lost_datum_and_the_zone_are_undecidable(agency: Agency, send: Send) -> None:
    """At 600,000 m east both zones lie in the province: the file waits, with 224 m and 52 km among what it may be."""
    agency.east = 600_000
    report = send(agency.write('t.gpkg', school_rows(agency), crs=None), 'schools')
    assert (report.verdict, report.held, report.crs.decided) == ('undecided', ['crs'], None)
    off = {each.crs: present(each.distance_m) for each in report.crs.candidates if each.score == 1}
    assert {'EPSG:9209', 'EPSG:5897', 'EPSG:9209,wgs84'} <= set(off)
    assert 224 in {round(metres) for metres in off.values()}
    assert abs(off['EPSG:5897'] - off['EPSG:9209']) == pytest.approx(52_200, abs=100)


def test_without_a_reference_a_declaration_names_the_lost_datum_and_the_zone_as_rivals(
    agency: Agency, send: Send
) -> None:
    """It is all that is known, so it is applied, and not as if it had been shown: both rivals and how far off."""
    agency.east = 600_000
    report = send(agency.write('t.gpkg', school_rows(agency)), 'schools')
    rivals = {each.crs: each.distance_m for each in report.crs.rivals}
    assert (report.verdict, report.crs.decided) == ('accepted', 'EPSG:9209')
    assert rivals['EPSG:9209,wgs84'] == pytest.approx(224.3, abs=0.5)
    assert rivals['EPSG:5897'] == pytest.approx(52_200, abs=100)


def school_rows(agency: Agency) -> list[tuple[dict[str, Any], Point]]:
    return [(agency.school(str(i)), agency.point(10 * i, 7 * i)) for i in range(25)]
