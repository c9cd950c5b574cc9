"""What was published when: for everybody who sees the layer, in pages, and as a feed that readers can subscribe to."""

import pytest
from flask.testing import FlaskClient
from lxml import etree

from dothi.api.app import create_app
from tests.api.conftest import Desk, school

CAMERA = {'code': 'c', 'purpose': 'traffic', 'azimuth_deg': 0, 'angle_deg': 90, 'range_m': 50}
ATOM = {'a': 'http://www.w3.org/2005/Atom'}


@pytest.fixture
def public(desk: Desk) -> FlaskClient:
    """Three releases of schools, and one of an internal layer between them."""
    desk.release('schools', [('POINT(0 0)', school('a'))], demo=True)
    desk.release('schools', [('POINT(0 0)', school('a')), ('POINT(50 0)', school('b'))])
    desk.release('cameras', [('POINT(0 0)', CAMERA)])
    desk.release('schools', [('POINT(0 0)', school('a'))])
    return create_app('public').test_client()


def numbers(client: FlaskClient, path: str) -> list[int]:
    return [release['number'] for release in client.get(path).get_json()['releases']]


def test_releases_come_newest_first_and_page_by_page(public: FlaskClient) -> None:
    everything = numbers(public, '/api/releases?f=json')
    assert everything == sorted(everything, reverse=True)
    first = public.get('/api/releases?f=json&limit=1&layer=schools').get_json()
    (following,) = [link['href'] for link in first['links'] if link['rel'] == 'next']
    assert numbers(public, '/api' + following.partition('/api')[2]) == [everything[1]]
    assert numbers(public, f'/api/releases?f=json&before={everything[-1]}') == []
    assert public.get('/api/releases?layer=schols').status_code == 404
    assert public.get('/api/releases?before=0').status_code == 400


def test_a_release_says_what_changed_and_not_who_or_why(public: FlaskClient) -> None:
    newest, before, oldest = public.get('/api/releases?f=json&layer=schools&lang=en').get_json()['releases']
    assert before['changes'] == {'added': 2, 'changed': 0, 'closed': 0, 'total': 2}
    assert (oldest['demonstration'], newest['demonstration']) == (True, False)
    assert oldest['origin_title'] == 'demonstration data'
    assert not {'note', 'released_by', 'delivery_id'} & set(newest)
    one = public.get(f'/api/releases/{newest["number"]}?f=json&lang=en').get_json()
    assert one == newest
    assert public.get('/api/releases/999999').status_code == 404
    assert public.get(f'/api/releases/{2**40}').status_code == 404


def test_the_public_reads_of_public_layers_alone(public: FlaskClient) -> None:
    colleagues = create_app('internal').test_client()
    seen = {release['layer'] for release in colleagues.get('/api/releases?f=json').get_json()['releases']}
    assert seen == {'schools', 'cameras'}
    for form in ('json', 'html', 'atom'):
        assert 'cameras' not in public.get(f'/api/releases?f={form}').get_data(as_text=True)
    (hidden,) = numbers(colleagues, '/api/releases?layer=cameras')
    assert public.get(f'/api/releases/{hidden}').status_code == 404
    for form in ('agencies', 'freshness'):
        assert public.get(f'/api/{form}').status_code == 404


def test_the_feed_is_as_the_standard_says(public: FlaskClient) -> None:
    """RFC 4287, 4.1.1 and 4.1.2: what a feed and an entry must have."""
    answer = public.get('/api/releases?f=atom&lang=vi')
    assert answer.mimetype == 'application/atom+xml'
    feed = etree.fromstring(answer.get_data())
    for name in ('id', 'title', 'updated', 'author/a:name'):
        assert feed.findtext(f'a:{name}', namespaces=ATOM)
    assert feed.find('a:link[@rel="self"]', ATOM).get('href').endswith('/api/releases?f=atom&lang=vi')
    entries = feed.findall('a:entry', ATOM)
    assert len(entries) == 3
    ids = [entry.findtext('a:id', namespaces=ATOM) for entry in entries]
    assert len(set(ids)) == 3
    for entry in entries:
        assert all(entry.findtext(f'a:{name}', namespaces=ATOM) for name in ('title', 'updated', 'summary'))
        assert entry.find('a:link[@rel="alternate"]', ATOM) is not None
    assert feed.findtext('a:updated', namespaces=ATOM) == entries[0].findtext('a:updated', namespaces=ATOM)
    again = public.get('/api/releases?f=atom&lang=vi', headers={'If-None-Match': answer.headers['ETag']})
    assert again.status_code == 304


def test_what_was_asked_for_is_in_all_links(public: FlaskClient) -> None:
    """Whoever follows the releases of one layer, or turns a page, is not led to those of all."""
    asked = 'layer=schools&limit=1'
    document = public.get(f'/api/releases?f=json&{asked}').get_json()
    for link in document['links']:
        assert asked in link['href'], link
    assert {link['rel'] for link in document['links']} == {'self', 'alternate', 'next'}
    feeds = [etree.fromstring(public.get(f'/api/releases?f=atom&lang=en&{more}').get_data()) for more in (asked, '')]
    one, every = (feed.findtext('a:id', namespaces=ATOM) for feed in feeds)
    assert one == f'{every}?layer=schools', 'another feed has another name'
    assert feeds[0].findtext('a:title', namespaces=ATOM).endswith(': Schools')
    own, following = (feeds[0].find(f'a:link[@rel="{rel}"]', ATOM).get('href') for rel in ('self', 'next'))
    assert own.endswith(f'?{asked}&f=atom&lang=en')
    path = '/api' + following.partition('/api')[2]
    older = etree.fromstring(public.get(path).get_data())
    entries = [feed.findtext('a:entry/a:id', namespaces=ATOM) for feed in (feeds[0], older)]
    assert len(set(entries)) == 2
    assert all(entry.startswith(f'{every}/') for entry in entries), 'an entry has one name in each feed'
    page = public.get(f'/api/releases?f=html&{asked}').get_data(as_text=True)
    assert 'releases?layer=schools&amp;f=atom' in page


def test_pages_lead_to_the_feed(public: FlaskClient) -> None:
    page = public.get('/api/collections/schools?f=html').get_data(as_text=True)
    assert 'rel="alternate" type="application/atom+xml"' in page
    assert any(link['type'] == 'application/atom+xml' for link in public.get('/api/?f=json').get_json()['links'])


@pytest.mark.usefixtures('database')
def test_a_feed_without_a_release_is_one_too(desk: Desk) -> None:
    del desk
    feed = etree.fromstring(create_app('public').test_client().get('/api/releases?f=atom').get_data())
    assert feed.findall('a:entry', ATOM) == []
    assert feed.findtext('a:updated', namespaces=ATOM)
