"""Files as agencies really send them, against what is known of them."""

import json
from pathlib import Path

import fiona
import pytest
from shapely import MultiPolygon, get_parts
from shapely.geometry import shape

from etl.shape import WrongKind
from tests.etl.conftest import Agency, Query, Send
from tests.present import present

pytestmark = pytest.mark.real_data


def test_the_districts_of_2020_become_ten_polygons_of_1656_km2(real_data: Path, send: Send, query: Query) -> None:
    report = send(real_data / 'districts_2020.geojson', 'districts')
    assert (report.verdict, report.rows.read, report.rows.good) == ('accepted', 10, 10)
    ((count, area_km2),) = query('select count(*), sum(st_area(geom)) / 1e6 from layer.districts')
    assert count == 10
    assert area_km2 == pytest.approx(1656, abs=1)
    assert query("select name, parent_code, valid_to::text from layer.districts where code = '358'") == [
        ('Huyện Mỹ Lộc', '36', '2024-09-01')
    ]


def test_communes_seats_are_no_boundaries(real_data: Path, send: Send) -> None:
    with pytest.raises(WrongKind) as caught:
        send(real_data / 'agency' / 'tru_so_xa.csv', 'communes', dry_run=True)
    assert 'chứa điểm' in caught.value.text.vi


def test_names_in_tcvn3_become_those_of_the_register(real_data: Path, send: Send, query: Query) -> None:
    """The encoding is told by the names, with no option given."""
    report = send(real_data / 'agency' / 'ranh_gioi_huyen.zip', 'districts', crs='EPSG:9209')
    assert (report.verdict, report.text['TENHUYEN'].encoding) == ('accepted', 'tcvn3')
    assert '"Thµnh phè Nam §Þnh" → "Thành phố Nam Định"' in report.text['TENHUYEN'].evidence.vi
    assert query("select name from layer.districts where code in ('361', '366') order by code") == [
        ('Huyện Nghĩa Hưng',),
        ('Huyện Hải Hậu',),
    ]


def test_boundaries_without_a_crs_are_placed_by_the_released_ones(real_data: Path, send: Send, agency: Agency) -> None:
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


def test_decomposed_names_become_those_of_the_register(real_data: Path, send: Send, query: Query) -> None:
    report = send(real_data / 'agency' / 'huyen_utm.gpkg', 'districts', crs='EPSG:3405')
    assert 'nfd' in {text.encoding for text in report.text.values()}
    assert query("select name from layer.districts where code = '366'") == [('Huyện Hải Hậu',)]
    ((area_km2,),) = query('select sum(st_area(geom)) / 1e6 from layer.districts')
    assert area_km2 == pytest.approx(1656, abs=1)


AGENCY = {'ranh_gioi_huyen.zip': 'districts', 'tru_so_xa.csv': 'commune_offices', 'huyen_utm.gpkg': 'districts'}
KNOWN = {'districts': 'districts_2020.geojson', 'commune_offices': 'commune_points_2020.geojson'}
MISTAKES = ['EPSG:9209,wgs84,yx', 'EPSG:9209,k=0.9996,yx']
KINDS = {'missing coordinate': 'coordinates_missing', 'duplicate key': 'duplicate_row'}


@pytest.mark.parametrize('file', AGENCY)
def test_the_agencies_files_come_out_as_their_truth_says_with_no_option(
    file: str, real_data: Path, send: Send, query: Query
) -> None:
    """TCVN3 without .prj, a table with X north, and VN-2000 that declares WGS 84; only the districts are known."""
    truth = json.loads((real_data / 'agency' / 'truth.json').read_text(encoding='utf-8'))[file]
    send(real_data / 'districts_2020.geojson', 'districts')
    report = send(real_data / 'agency' / file, AGENCY[file])
    assert (report.verdict, report.held) == ('accepted', [])
    swapped = ',yx' if truth.get('axes') == 'X is northing, Y is easting' else ''
    assert (report.crs.declared, report.crs.decided) == (truth.get('declared'), truth['crs'] + swapped)
    assert report.crs.overruled == ('declared' in truth)
    text = truth.get('encoding', truth.get('text', 'utf-8')).lower()
    assert text in {column.encoding for column in report.text.values()}
    rows = truth.get('rows', truth.get('features'))
    assert (report.rows.read, report.rows.good) == (rows, truth.get('good', rows))
    assert report.rows.by_code == {KINDS[kind]: count for kind, count in truth.get('bad', {}).items()}
    if 'declared' in truth:
        # 224 m off, districts still overlap their former outline by nine tenths: overlap alone shows no datum
        (as_declared,) = [each for each in report.crs.candidates if each.crs == truth['declared']]
        assert 'median 224 m' in as_declared.evidence.en
        assert 'overlap 92' in as_declared.evidence.en
    _is_as_known(real_data / KNOWN[AGENCY[file]], AGENCY[file], query)


def _is_as_known(known: Path, layer: str, query: Query) -> None:
    """Every name letter by letter, and every place within a metre."""
    compared = query(
        f"""select served.name, coalesce(f #>> '{{properties,commune}}', f #>> '{{properties,name}}'),
                   st_hausdorffdistance(
                       st_transform(st_setsrid(st_geomfromgeojson(f -> 'geometry'), 4326), 9209), served.geom
                   )
            from layer.{layer} as served
            left join jsonb_array_elements(%s::jsonb -> 'features') as f on served.code = f ->> 'id'""",
        known.read_text(encoding='utf-8'),
    )
    assert [(served, off_m < 1) for served, _, off_m in compared] == [(name, True) for _, name, _ in compared]


def test_what_the_districts_cannot_exclude_is_named(real_data: Path, send: Send) -> None:
    """224 m and 680 m may stay within a district, so points do not show them; outlines that were released before do."""
    send(real_data / 'districts_2020.geojson', 'districts')
    rivals = {
        file: [rival.crs for rival in send(real_data / 'agency' / file, layer, dry_run=True).crs.rivals]
        for file, layer in AGENCY.items()
    }
    assert rivals == {'ranh_gioi_huyen.zip': [], 'tru_so_xa.csv': MISTAKES, 'huyen_utm.gpkg': []}


@pytest.mark.parametrize(('file', 'layer'), AGENCY.items())
def test_agencies_files_are_held_where_nothing_is_released(file: str, layer: str, real_data: Path, send: Send) -> None:
    report = send(real_data / 'agency' / file, layer, dry_run=True)
    assert (report.verdict, report.held, report.crs.decided) == ('undecided', ['crs'], None)
    off = {round(present(candidate.distance_m)) for candidate in report.crs.candidates}
    assert 224 in off
