"""What a client keeps of items: it is asked for again, and sent again only where it changed."""

import gzip
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import brotli
import pytest
from flask.testing import FlaskClient
from psycopg2 import sql
from werkzeug.datastructures import ETags
from werkzeug.http import parse_etags

from dothi.api.http.caching import names_version
from dothi.core.database import connection
from tests.api.conftest import Desk, codes, school

type Client = Callable[..., FlaskClient]
ITEMS = '/api/collections/schools/items'
EPSG = 'http://www.opengis.net/def/crs/EPSG/0/'


def test_a_list_is_kept_until_the_next_release(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    first = app.get(ITEMS)
    tag = first.headers['ETag']
    assert tag.startswith('W/')
    assert app.get(ITEMS, headers={'If-None-Match': tag}).status_code == 304
    assert app.get(f'{ITEMS}?lang=en', headers={'If-None-Match': tag}).status_code == 200
    assert app.get(f'{ITEMS}?f=html', headers={'If-None-Match': tag}).status_code == 200
    desk.release('schools', [('POINT(0 0)', school('B'))])
    assert app.get(ITEMS, headers={'If-None-Match': tag}).status_code == 200


@pytest.mark.parametrize('address', [ITEMS, f'{ITEMS}/1', f'{ITEMS}?f=csv'])
def test_a_database_that_was_made_anew_has_other_tags(desk: Desk, client: Client, address: str) -> None:
    """Its releases have the same numbers; only their times tell them from those whose tags clients have."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    tag = {'If-None-Match': client().get(address).headers['ETag']}
    assert client().get(address, headers=tag).status_code == 304
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("update catalog.release set released_at = released_at - interval '1 s'")
    assert client().get(address, headers=tag).status_code == 200


def test_a_list_is_kept_by_its_date_too(desk: Desk, client: Client) -> None:
    released = datetime(2024, 1, 10, 12, 0, 0, 500_000, UTC)
    desk.release('schools', [('POINT(0 0)', school('A'))], at=released.isoformat())
    app = client()
    first = app.get(ITEMS)
    assert parsedate_to_datetime(first.headers['Last-Modified']) == released.replace(microsecond=0)
    since = {'If-Modified-Since': first.headers['Last-Modified']}
    assert app.get(ITEMS, headers=since).status_code == 304
    assert app.get(f'{ITEMS}/1', headers=since).status_code == 304
    before = {'If-Modified-Since': format_datetime(released - timedelta(days=1), usegmt=True)}
    assert app.get(ITEMS, headers=before).status_code == 200
    # RFC 9110: a tag decides where there is one
    assert app.get(ITEMS, headers={**since, 'If-None-Match': 'W/"other"'}).status_code == 200


def test_what_is_kept_is_told_so_without_a_look_at_the_layer(desk: Desk, client: Client) -> None:
    """The table is locked against everybody: whoever touches it waits until the time limit."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    tag = app.get(ITEMS).headers['ETag']
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('lock table layer.schools in access exclusive mode')
        assert app.get(ITEMS, headers={'If-None-Match': tag}).status_code == 304


def test_a_feature_is_kept_until_its_own_version_changes(desk: Desk, client: Client) -> None:
    """A release that changes other features of the layer does not count."""
    first = desk.release('schools', [('POINT(0 0)', school('A')), ('POINT(0 0)', school('B'))])
    app = client()
    kept = app.get(f'{ITEMS}/1')
    tag = kept.headers['ETag']
    assert not tag.startswith('W/')
    second = desk.release('schools', [('POINT(0 0)', school('A')), ('POINT(0 0)', school('B', 'new'))])
    _made_by('A', first)
    again = app.get(f'{ITEMS}/1')
    assert (again.headers['ETag'], again.get_data()) == (tag, kept.get_data())
    assert app.get(f'{ITEMS}/1', headers={'If-None-Match': tag}).status_code == 304
    assert app.get(f'{ITEMS}/2', headers={'If-None-Match': tag}).status_code == 200
    _made_by('A', second)
    assert app.get(f'{ITEMS}/1', headers={'If-None-Match': tag}).status_code == 200


def _made_by(code: str, release: int) -> None:
    """Makes this release the one that the open version comes from."""
    form = sql.SQL('update layer.schools set release_from = {} where code = {}')
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(form.format(sql.Literal(release), sql.Literal(code)))


def test_each_form_of_a_feature_has_a_tag_of_its_own(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A', 'Trường ' * 300))])
    app = client()
    asked = ('', '?crs=EPSG:9209', '?lang=en', '?f=html', '?f=jsonld', '?max-allowable-offset=1')
    tags = [app.get(f'{ITEMS}/1{query}').headers['ETag'] for query in asked]
    packed = [app.get(f'{ITEMS}/1', headers={'Accept-Encoding': name}).headers['ETag'] for name in ('br', 'gzip')]
    assert len({*tags, *packed}) == len(tags) + len(packed)
    for tag, encoding in zip(packed, ('br', 'gzip'), strict=True):
        asking = {'If-None-Match': f'"other", {tag}', 'Accept-Encoding': encoding}
        kept = app.get(f'{ITEMS}/1', headers=asking)
        # a cache finds what it holds by the tag of the very bytes
        assert (kept.status_code, kept.headers['ETag']) == (304, tag)


def test_one_strong_tag_stands_for_the_same_bytes_at_any_time(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.release('schools', [('POINT(0 0)', school('A', 'Trường ' * 300))])
    app, found = client(), set()
    for now in (1e9, 2e9):
        monkeypatch.setattr(time, 'time', lambda now=now: now)
        answer = app.get(f'{ITEMS}/1', headers={'Accept-Encoding': 'gzip'})
        found.add((answer.headers['ETag'], answer.get_data()))
    assert len(found) == 1


def test_an_editor_may_name_the_version_by_any_of_its_forms(desk: Desk, client: Client) -> None:
    number = desk.release('schools', [('POINT(0 0)', school('A', 'Trường ' * 300))])
    app = client()
    asked = ('', '?crs=EPSG:9209', '?lang=en')
    tags = [app.get(f'{ITEMS}/1{query}', headers={'Accept-Encoding': 'gzip'}).headers['ETag'] for query in asked]
    for tag in tags:
        assert names_version(parse_etags(tag), number)
        assert not names_version(parse_etags(tag), number + 1)
        assert not names_version(parse_etags(f'W/{tag}'), number)
    assert not names_version(parse_etags('"12-abcd"'), 1)
    assert names_version(ETags(star_tag=True), number)
    assert names_version(parse_etags(f'"other", {tags[0]}'), number)


@pytest.mark.parametrize(
    ('accepted', 'encoding'),
    [
        ('gzip, deflate, br, zstd', 'gzip'),
        ('br', 'br'),
        ('br, gzip;q=0.5', 'br'),
        ('gzip, br;q=0.5', 'gzip'),
        ('deflate', None),
    ],
)
def test_answers_are_packed_as_the_client_can_read_them(
    desk: Desk, client: Client, accepted: str, encoding: str | None
) -> None:
    desk.release('schools', [('POINT(0 0)', school(f'S{number}')) for number in range(20)])
    answer = client().get(f'{ITEMS}?limit=20', headers={'Accept-Encoding': accepted})
    assert answer.headers.get('Content-Encoding') == encoding
    assert 'Accept-Encoding' in answer.headers['Vary']
    unpack = {'br': brotli.decompress, 'gzip': gzip.decompress, None: bytes}[encoding]
    assert len(json.loads(unpack(answer.get_data()))['features']) == 20


def test_answers_differ_by_what_vary_names(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    answer = client().get(ITEMS)
    assert {'Accept', 'Accept-Language', 'Accept-Encoding'} <= set(answer.headers['Vary'].split(', '))
    assert codes(answer) == ['A']


def test_what_was_read_before_is_refused_where_it_is_wrong(desk: Desk, client: Client) -> None:
    """Neither the tag of another page nor a request that was refused before leads past the reading of parameters."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    tag = app.get(ITEMS).headers['ETag']
    for _ in range(2):
        assert app.get(f'{ITEMS}?limit=x', headers={'If-None-Match': tag}).status_code == 400
        assert app.get(f'{ITEMS}?colour=red', headers={'If-None-Match': tag}).status_code == 400
        assert app.get(f'{ITEMS}?limit=1', headers={'If-None-Match': tag}).status_code == 304
    assert app.get(f'{ITEMS}?limit=1').get_json()['numberReturned'] == 1


def test_an_error_says_what_it_differs_by(client: Client) -> None:
    """A proxy keeps one in place of what was there before."""
    answer = client('public').get('/api/collections/nothing/items')
    assert answer.status_code == 404
    assert {'Accept', 'Accept-Language'} <= {*answer.headers['Vary'].split(', ')}
