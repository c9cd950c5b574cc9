"""OGC API - Features - Part 4 (draft), class Optimistic Locking using ETags: its abstract tests, one by one."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.editors import SCHOOLS, delete, feature, number_of, patch, put

CLASSES = [
    'http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/optimistic-locking-etags',
    'http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags',
]


def tag_of(office: FlaskClient, number: int, form: str = '') -> str:
    found: str = office.get(f'{SCHOOLS}/{number}{form}').headers['ETag']
    return found


def test_every_feature_has_a_strong_etag_per_version(office: FlaskClient) -> None:
    """/conf/optimistic-locking-etags/get-etag"""
    number = number_of('a')
    tags = [tag_of(office, number, form) for form in ('', '?f=html', '?crs=EPSG:9209', '?lang=en')]
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags), 'a weak one is no base for If-Match'
    assert len(set(tags)) == 4, 'other bytes, other tag'
    patch(office, number_of('b'), {'properties': {'places': 1}})
    assert tag_of(office, number) == tags[0], 'another feature was edited'


@pytest.mark.parametrize('method', [put, patch])
def test_replace_and_update_with_if_match(method: Callable[..., TestResponse], office: FlaskClient) -> None:
    """/conf/optimistic-locking-etags/replace, /conf/optimistic-locking-etags/update"""
    number, bodies = number_of('a'), (feature('a', places=places) for places in range(1, 20))
    tag = tag_of(office, number)
    assert method(office, number, next(bodies), {'If-Match': '"0"'}).status_code == 412
    for bad in (f'W/{tag}', '"', ',,', f'"0", W/{tag}'):
        assert method(office, number, next(bodies), {'If-Match': bad}).status_code == 412, 'neither a weak tag nor none'
    assert tag_of(office, number) == tag
    for form in ('', '?f=html', '?crs=EPSG:9209'):
        named = {'If-Match': f'"0", {tag_of(office, number, form)}'}
        done = method(office, number, next(bodies), named)
        assert done.status_code == 204
        assert done.headers['ETag'] != tag
        assert method(office, number, next(bodies), named).status_code == 412
        tag = done.headers['ETag']
    assert method(office, number, next(bodies), {'If-Match': tag}).status_code == 204, 'the tag of the answer will do'


def test_without_if_match_and_with_a_star(office: FlaskClient) -> None:
    """/per/optimistic-locking-etags/ifmatch-missing: QGIS sends none."""
    assert patch(office, number_of('a'), {'properties': {'places': 1}}).status_code == 204
    assert patch(office, number_of('a'), {'properties': {'places': 2}}, {'If-Match': '*'}).status_code == 204


def test_delete_with_if_match(office: FlaskClient) -> None:
    """/conf/optimistic-locking-etags/delete"""
    number = number_of('a')
    assert delete(office, number, {'If-Match': '"0"'}).status_code == 412
    assert delete(office, number, {'If-Match': tag_of(office, number)}).status_code == 204
    assert office.get(f'{SCHOOLS}/{number}').status_code == 404
