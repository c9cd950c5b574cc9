"""OGC API - Features - Part 4 (draft), class Features: the abstract tests whose conditions are met here."""

from flask.testing import FlaskClient

from dothi.core.crs import proj_string, transformer
from tests.api.conftest import E0, N0, school
from tests.api.editors import SCHOOLS, feature, number_of, patch, post, problems, put

CLASSES = ['http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features']


def test_features_are_edited_where_they_are_read(office: FlaskClient) -> None:
    """/conf/features/endpoints"""
    (collection,) = [one for one in office.get('/api/collections').get_json()['collections'] if one['id'] == 'schools']
    items = next(link['href'] for link in collection['links'] if link['rel'] == 'items')
    assert post(office, feature('c'), where=items.partition('?')[0]).status_code == 201


def test_features_come_in_the_declared_system(office: FlaskClient) -> None:
    """/conf/features/crs"""
    lon, lat = transformer(proj_string(9209), 'EPSG:4326').transform(E0, N0)
    collection = office.get('/api/collections/schools').get_json()
    served, codes = collection['crs'], iter('cdefghij')
    for uri in served:
        srid = 4326 if uri.endswith('CRS84') else int(uri.rsplit('/', 1)[1])
        x, y = transformer('EPSG:4326', proj_string(srid)).transform(lon, lat)
        place = [y, x] if uri.endswith('/4326') else [x, y]
        code = next(codes)
        body = feature(code) | {'geometry': {'type': 'Point', 'coordinates': place}}
        where = post(office, body, {'Content-Crs': f'<{uri}>'}).headers['Location']
        for other in served:
            got = office.get(where, query_string={'crs': other}).get_json(force=True)['geometry']['coordinates']
            if other == uri:
                assert max(abs(a - b) for a, b in zip(got, place, strict=True)) < (1e-7 if srid == 4326 else 1e-3), uri
        east, north = office.get(f'{where}?crs=EPSG:9209').get_json(force=True)['geometry']['coordinates']
        assert abs(east - E0) + abs(north - N0) < 0.02, uri
    nowhere = post(office, feature('z'), {'Content-Crs': '<http://www.opengis.net/def/crs/EPSG/0/27700>'})
    assert 400 <= nowhere.status_code < 500


def test_features_follow_the_published_schema(office: FlaskClient) -> None:
    """/conf/features/schema: what is not in it, and what is read only, is refused."""
    schema = office.get('/api/collections/schools/schema').get_json(force=True)
    assert schema['additionalProperties'] is False
    assert schema['properties']['id']['readOnly'] is True
    assert set(school('c')) <= set(schema['properties'])
    assert post(office, feature('c')).status_code == 201
    assert problems(post(office, feature('d', color='red'))) == {'/properties/color': 'unknown_property'}
    assert problems(post(office, feature('d', id=5))) == {'/properties/id': 'unknown_property'}


def test_features_as_geojson_keep_their_id(office: FlaskClient) -> None:
    """/conf/features/geojson"""
    number = number_of('a')
    assert problems(put(office, number, feature('a') | {'id': 'other'})) == {'/id': 'id'}
    assert put(office, number, feature('a', 3, 4) | {'id': str(number)}).status_code == 204
    got = office.get(f'{SCHOOLS}/{number}?crs=EPSG:9209').get_json(force=True)
    assert (got['id'], got['geometry']['coordinates']) == (number, [E0 + 3, N0 + 4])


def test_features_take_a_json_merge_patch(office: FlaskClient) -> None:
    """/conf/features/json-merge-patch: a value changed, one removed, the geometry replaced, the id refused."""
    number = number_of('b')
    shape = {'type': 'Point', 'coordinates': [E0 + 9, N0 + 9]}
    assert patch(office, number, {'geometry': shape, 'properties': {'name': 'Tên', 'places': None}}).status_code == 204
    got = office.get(f'{SCHOOLS}/{number}?crs=EPSG:9209').get_json(force=True)
    assert (got['geometry'], got['properties']) == (shape, school('b', name='Tên', places=None))
    only = {'geometry': {'coordinates': [E0 + 1, N0 + 1]}}
    assert patch(office, number, only).status_code == 204, 'RFC 7396 goes into the geometry, whose type stays'
    assert 400 <= patch(office, number, {'properties': {'id': 5}}).status_code < 500
