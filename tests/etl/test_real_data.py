"""Files as agencies really send them, against what is known of them."""

import fiona
import pytest
from shapely import MultiPolygon, get_parts
from shapely.geometry import shape

from etl.shape import WrongKind

pytestmark = pytest.mark.real_data


def test_the_districts_of_2020_become_ten_polygons_of_1656_km2(real_data, send, query):
    report = send(real_data / 'districts_2020.geojson', 'districts')
    assert (report.verdict, report.rows.read, report.rows.good) == ('accepted', 10, 10)
    ((count, area_km2),) = query('select count(*), sum(st_area(geom)) / 1e6 from layer.districts')
    assert count == 10
    assert area_km2 == pytest.approx(1656, abs=1)
    assert query("select name, parent_code, valid_to::text from layer.districts where code = '358'") == [
        ('Huyện Mỹ Lộc', '36', '2024-09-01')
    ]


def test_communes_seats_are_no_boundaries(real_data, send):
    with pytest.raises(WrongKind) as caught:
        send(real_data / 'agency' / 'tru_so_xa.csv', 'communes', dry_run=True)
    assert 'chứa điểm' in caught.value.text.vi


def test_names_in_tcvn3_become_those_of_the_register(real_data, send, query):
    """The encoding is told by the names, with no option given."""
    report = send(real_data / 'agency' / 'ranh_gioi_huyen.zip', 'districts', crs='EPSG:9209')
    assert (report.verdict, report.text['TENHUYEN'].encoding) == ('accepted', 'tcvn3')
    assert '"Thµnh phè Nam §Þnh" → "Thành phố Nam Định"' in report.text['TENHUYEN'].evidence.vi
    assert query("select name from layer.districts where code in ('361', '366') order by code") == [
        ('Huyện Nghĩa Hưng',),
        ('Huyện Hải Hậu',),
    ]


def test_boundaries_without_a_crs_are_placed_by_the_released_ones(real_data, send, agency):
    """The zip has no .prj: the released districts tell 9209 from its neighbours."""
    send(real_data / 'districts_2020.geojson', 'districts')
    with fiona.open(f'zip://{real_data}/agency/ranh_gioi_huyen.zip') as sent:
        rows = [
            ({'ma': row.properties['MAHUYEN'], 'ten': 'Huyện'}, MultiPolygon(get_parts(shape(row.geometry)).tolist()))
            for row in sent
        ]
    report = send(agency.write('huyen.shp', rows, crs=None), 'districts', dry_run=True)
    assert report.crs.decided == 'EPSG:9209'
    assert report.crs.candidates[0].score == 1


def test_decomposed_names_become_those_of_the_register(real_data, send, query):
    report = send(real_data / 'agency' / 'huyen_utm.gpkg', 'districts', crs='EPSG:3405')
    assert 'nfd' in {text.encoding for text in report.text.values()}
    assert query("select name from layer.districts where code = '366'") == [('Huyện Hải Hậu',)]
    ((area_km2,),) = query('select sum(st_area(geom)) / 1e6 from layer.districts')
    assert area_km2 == pytest.approx(1656, abs=1)


@pytest.mark.parametrize('file', ['ranh_gioi_huyen.zip', 'huyen_utm.gpkg'])
def test_the_agencies_boundaries_come_out_right_with_no_option(file, real_data, send, query):
    """Encoding and coordinates are told by what is known. TCVN3 has no Ý: what the file has small stays small."""
    send(real_data / 'districts_2020.geojson', 'districts')
    (before,) = query('select jsonb_object_agg(code, name) from layer.districts')
    report = send(real_data / 'agency' / file, 'districts')
    assert (report.verdict, report.rows.read, report.rows.bad_rows) == ('accepted', 10, 0)
    (after,) = query('select jsonb_object_agg(code, name) from layer.districts')
    small = {'360': 'Huyện ý Yên'} if file == 'ranh_gioi_huyen.zip' else {}
    assert after[0] == before[0] | small


AGENCY = [
    ('ranh_gioi_huyen.zip', 'districts', None, 'EPSG:9209', 10, 10),
    ('tru_so_xa.csv', 'commune_offices', None, 'EPSG:9209,yx', 227, 225),
    ('huyen_utm.gpkg', 'districts', 'EPSG:32648', 'EPSG:3405', 10, 10),
]


@pytest.mark.parametrize(('file', 'layer', 'declared', 'decided', 'rows', 'good'), AGENCY)
def test_agencies_files_are_placed_by_the_districts_with_no_option(
    file, layer, declared, decided, rows, good, real_data, send, query
):
    """A shapefile without .prj; a table with X north; and VN-2000 that declares WGS 84."""
    send(real_data / 'districts_2020.geojson', 'districts')
    report = send(real_data / 'agency' / file, layer)
    assert (report.verdict, report.crs.declared, report.crs.decided) == ('accepted', declared, decided)
    assert (report.rows.read, report.rows.good) == (rows, good)
    assert report.crs.overruled == (declared is not None)
    if declared:
        # 224 m off, districts still overlap their former outline by nine tenths: overlap alone shows no datum
        (as_declared,) = [each for each in report.crs.candidates if each.crs == declared]
        assert 'median 224 m' in as_declared.evidence.en
        assert 'overlap 92' in as_declared.evidence.en
    if layer == 'commune_offices':
        assert report.rows.by_code == {'coordinates_missing': 1, 'duplicate_row': 1}
        # 224 m is within each district: what the districts cannot exclude is named
        assert 'EPSG:9209,wgs84,yx' in [rival.crs for rival in report.crs.rivals]
    else:
        assert report.crs.rivals == []


@pytest.mark.parametrize(('file', 'layer'), [(file, layer) for file, layer, *_ in AGENCY])
def test_agencies_files_are_held_where_nothing_is_released(file, layer, real_data, send):
    report = send(real_data / 'agency' / file, layer, dry_run=True)
    assert (report.verdict, report.held, report.crs.decided) == ('undecided', ['crs'], None)
    off = {round(candidate.distance_m) for candidate in report.crs.candidates}
    assert 224 in off
