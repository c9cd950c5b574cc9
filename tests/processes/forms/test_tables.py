"""CSV and GeoPackage of a result, read back by the libraries that people read them with."""

import csv
import io
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import pytest
import shapely

from processes.forms.tables import write_csv, write_geopackage


def feature(number: int, geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {'type': 'Feature', 'id': number, 'geometry': geometry, 'properties': properties}


FEATURES = [
    feature(1, {}, name='Xã Hải Hậu', share=0.5, count=3, served=True, parts=[1, 2], formula='=1+1'),
    feature(2, {}, name='Nói "thẳng"', share=1, count=None, served=False, parts=None, formula='-5'),
]
POINTS = [shapely.Point(106.1683, 20.429), shapely.Point(106.2, 20.0)]


def read_csv(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    assert content.startswith(b'\xef\xbb\xbf')
    return list(csv.DictReader(io.StringIO(content.decode('utf-8-sig'), newline='')))


def test_csv_has_a_line_for_each_feature_and_its_place(tmp_path: Path) -> None:
    write_csv(FEATURES, POINTS, tmp_path / 'a.csv')
    one, two = read_csv(tmp_path / 'a.csv')
    assert one['id'] == '1'
    assert one['name'] == 'Xã Hải Hậu'
    assert (float(one['x']), float(one['y'])) == (106.1683, 20.429)
    assert shapely.from_wkt(one['geom']).equals(POINTS[0])
    assert (one['served'], one['parts']) == ('true', '[1, 2]')
    assert two['count'] == ''
    assert two['name'] == 'Nói "thẳng"'


def test_csv_runs_nothing_in_a_spreadsheet_and_leaves_numbers_alone(tmp_path: Path) -> None:
    write_csv(FEATURES, POINTS, tmp_path / 'a.csv')
    one, two = read_csv(tmp_path / 'a.csv')
    assert one['formula'] == "'=1+1"
    assert two['formula'] == '-5'


def test_csv_of_areas_has_their_outline_and_no_x(tmp_path: Path) -> None:
    write_csv(FEATURES, [shapely.box(106, 20, 107, 21), None], tmp_path / 'a.csv')
    one, two = read_csv(tmp_path / 'a.csv')
    assert 'x' not in one
    assert shapely.from_wkt(one['geom']).equals(shapely.box(106, 20, 107, 21))
    assert two['geom'] == ''


def test_a_geopackage_has_typed_columns_in_the_working_crs_and_says_what_it_is(tmp_path: Path) -> None:
    """The places are FACTS' test point: 106.1683 E, 20.429 N is 569542.413 E, 2259884.543 N."""
    shapes = np.array([shapely.Point(569542.413, 2259884.543), shapely.Point(574775.257, 2215403.499)])
    path = tmp_path / 'a.gpkg'
    write_geopackage(FEATURES, list(shapes), path, name='found', srid=9209, summary={'process': 'p', 'Dân số': '5'})
    assert set(fiona.listlayers(path)) == {'found', 'about'}
    with fiona.open(path, layer='found') as layer:
        assert layer.crs.to_epsg() == 9209
        assert layer.schema['geometry'] == 'Point'
        types = {name: kind.partition(':')[0] for name, kind in layer.schema['properties'].items()}
        rows = list(layer)
    assert types | {} == {
        'feature_id': 'str', 'name': 'str', 'share': 'float', 'count': 'int', 'served': 'bool', 'parts': 'str',
        'formula': 'str',
    } or types['count'].startswith('int')  # fmt: skip
    assert rows[0]['geometry']['coordinates'] == pytest.approx((569542.413, 2259884.543))
    assert (rows[0]['properties']['feature_id'], rows[1]['properties']['share']) == ('1', 1.0)
    with fiona.open(path, layer='about') as about:
        assert {row['properties']['name']: row['properties']['value'] for row in about} == {
            'process': 'p', 'Dân số': '5',
        }  # fmt: skip
