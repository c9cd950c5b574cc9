"""`/releases`: what was published when, as JSON, as a page, and as an Atom feed (RFC 4287) to subscribe to."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response

from dothi.api.http import parameters
from dothi.api.http.address import api_url
from dothi.api.http.documents import as_json, as_page, cacheable_answer, link, own_links
from dothi.api.http.language import MEDIA_TYPES, language, page, say, wanted_format
from dothi.api.http.offer import Offer
from dothi.api.http.operations import content, get, list_of, object_with, or_null
from dothi.api.http.parameters import COMMON, Parameter, Schema, in_formats, in_path, plain_text
from dothi.api.http.parsers import whole_number
from dothi.api.http.query_parameters import LIMIT, limit_schema
from dothi.api.http.service import service
from dothi.core.catalog import Release, releases
from dothi.core.clock import local_minute
from dothi.core.database import READERS, connection
from dothi.core.errors import NotFound
from dothi.core.text import Text

RELEASES = Blueprint('releases', __name__)
FORMATS = ('json', 'html', 'atom')
TITLE = Text(vi='Các bản phát hành', en='Releases')
LINKS: Schema = {'type': 'array', 'items': {'$ref': '#/components/schemas/link'}}
USUAL, MOST = 50, 1_000
LAYER = Parameter(
    'layer', plain_text, {'type': 'string'}, Text(vi='Chỉ của lớp này.', en='Of this layer only.'),
    example=lambda offer: next((layer.id for layer in offer.layers), ''),
)  # fmt: skip
BEFORE = Parameter(
    'before', whole_number(1), {'type': 'integer', 'minimum': 1, 'maximum': 2**31 - 1},
    Text(vi='Chỉ những bản có số nhỏ hơn.', en='Only releases with a lower number.'),
)  # fmt: skip
RELEASES_LIMIT = replace(LIMIT, schema=limit_schema(USUAL, MOST))
ORIGINS = {
    'demo': Text(vi='dữ liệu minh họa', en='demonstration data'),
    'delivery': Text(vi='cơ quan giao', en='delivered by its agency'),
    'edit': Text(vi='bản sửa', en='edits'),
    'rollback': Text(vi='trở về bản trước', en='back to an earlier state'),
    'leave': Text(vi='bỏ dữ liệu minh họa', en='demonstration data taken away'),
}
CHANGES = Text(
    vi='thêm {added}, đổi {changed}, bỏ {closed}; có {total} đối tượng',
    en='{added} added, {changed} changed, {closed} closed; {total} features',
)


class NoSuchRelease(NotFound):
    """No release that whoever asks sees has this number."""


@RELEASES.route('/releases')
def release_list() -> Response:
    """The releases of the layers that whoever asks sees, newest first. Raises UnknownLayer."""
    parameters.refuse_unknown((*COMMON, LAYER, BEFORE, RELEASES_LIMIT))
    form, limit = wanted_format(FORMATS), min(RELEASES_LIMIT.read() or USUAL, MOST)
    rows = _read_releases(limit)
    members = [_release_member(release) for release in rows]
    next_path = _path({'limit': limit, 'before': rows[-1].number}, form) if len(rows) == limit else None
    wanted = {name: value for name, value in (('limit', RELEASES_LIMIT.text), ('before', BEFORE.text)) if value}
    if form == 'atom':
        return _as_feed(members, _path(wanted, 'atom'), next_path)
    links = own_links(_path(wanted), FORMATS)
    if next_path:
        links.append(link('next', MEDIA_TYPES[form], Text(vi='Trang sau', en='Next page'), next_path))
    document = {'title': say(TITLE), 'releases': members, 'links': links}
    if form == 'html':
        return as_page('releases/index.html', {**document, 'feed': _path({}, 'atom')})
    return as_json(document)


@RELEASES.route('/releases/<int:number>')
def one_release(number: int) -> Response:
    """One release. Raises NoSuchRelease."""
    parameters.refuse_unknown(COMMON)
    with connection(READERS[service().audience]) as db:
        rows = releases(db, None, 1, _visible_ids(), number + 1) if number < 2**31 - 1 else []
    if not rows or rows[0].number != number:
        raise NoSuchRelease(vi=f'Không có bản phát hành {number}.', en=f'There is no release {number}.')
    member = _release_member(rows[0])
    form = wanted_format()
    if form == 'html':
        document = {'title': member['title'], 'releases': [member], 'links': [], 'feed': _path({}, 'atom')}
        return as_page('releases/index.html', document)
    return as_json(member)


def release_paths(offer: Offer) -> dict[str, Any]:
    """The operations as the OpenAPI document has them."""
    number = in_path('number', Text(vi='Số của bản phát hành', en='Number of the release'), {'type': 'integer'}, 1)
    release = _schema()
    page_schema = object_with(title={'type': 'string'}, releases=list_of(release), links=LINKS)
    feed = content(page_schema, also={MEDIA_TYPES['atom']: {'type': 'string'}})
    parts = [LAYER, BEFORE, RELEASES_LIMIT, *in_formats(FORMATS)]
    return {
        '/releases': get(offer, 'listReleases', TITLE, parts, feed),
        '/releases/{number}': get(
            offer, 'getRelease', Text(vi='Một bản phát hành', en='A release'), [number, *COMMON], content(release)
        ),
    }


def _schema() -> Schema:
    text, count = {'type': 'string'}, {'type': 'integer'}
    changes = object_with(added=count, changed=count, closed=count, total=count)
    return object_with(
        number=count, layer=text, title=text, layer_title=text, origin={'type': 'string', 'enum': [*ORIGINS]},
        origin_title=text, scope=text, as_of=or_null({'type': 'string', 'format': 'date'}),
        released_at={'type': 'string', 'format': 'date-time'}, released_minute=text,
        demonstration={'type': 'boolean'}, changes=or_null(changes), summary=text, links=LINKS,
    )  # fmt: skip


def _visible_ids() -> list[str]:
    return [*service().layers, *service().coverages]


def _read_releases(limit: int) -> list[Release]:
    name, visible_ids = LAYER.text or None, _visible_ids()
    if name and name not in service().coverages:
        service().layer(name)
    with connection(READERS[service().audience]) as db:
        return releases(db, name, limit, visible_ids, BEFORE.read())


def _release_member(release: Release) -> dict[str, Any]:
    """What everybody who sees the layer may know of it: neither who released it nor why, which may name somebody."""
    described = service().layers.get(release.layer_id) or service().coverages[release.layer_id]
    numbers = {'added': release.rows_added, 'changed': release.rows_changed, 'closed': release.rows_closed}
    # of a layer of which whoever asks sees some rows, how many there are tells of the others
    is_counted = release.layer_id in service().layers and release.layer_id not in service().locality.row_limited
    counts = numbers | {'total': release.rows_total} if is_counted else {}
    title = Text.join(
        ': ', [described.title, Text(vi=f'bản phát hành {release.number}', en=f'release {release.number}')]
    )
    return {
        'number': release.number,
        'layer': release.layer_id,
        'title': say(title),
        'layer_title': say(described.title),
        'origin': release.origin,
        'origin_title': say(ORIGINS[release.origin]),
        'scope': release.scope,
        'as_of': release.as_of.isoformat() if release.as_of else None,
        'released_at': release.released_at.isoformat(),
        'released_minute': local_minute(release.released_at, service().locality.place.zone),
        'demonstration': release.demo,
        'changes': counts or None,
        'summary': say(CHANGES).format(**counts) if counts else say(ORIGINS[release.origin]),
        'links': [
            link('self', MEDIA_TYPES['json'], title, f'/releases/{release.number}?f=json'),
            link('collection', MEDIA_TYPES['html'], described.title, f'/collections/{release.layer_id}?f=html'),
        ],
    }


def _path(wanted: Mapping[str, Any], form: str | None = None) -> str:
    """The address of releases like these: of the layer that is asked for, with these members and in this form."""
    layer = {'layer': LAYER.text} if LAYER.text else {}
    query = urlencode({**layer, **wanted, **({'f': form, 'lang': language()} if form else {})})
    return f'/releases?{query}' if query else '/releases'


def _as_feed(members: list[dict[str, Any]], own_path: str, next_path: str | None) -> Response:
    """The feed; that of one layer has a name and an address of its own, by which readers tell feeds apart."""
    place = service().locality.place
    described = service().layers.get(LAYER.text) or service().coverages.get(LAYER.text)
    about = [say(place.title), say(TITLE), *([say(described.title)] if described else [])]
    feed = {
        'id': f'{api_url()}{_path({})}',
        'self': f'{api_url()}{own_path}',
        'page': f'{api_url()}{_path({}, "html")}',
        'next': f'{api_url()}{next_path}' if next_path else None,
        'releases': f'{api_url()}/releases',
        'title': ': '.join(about),
        'author': say(place.attribution),
        # of an empty feed, when nothing had happened yet
        'updated': members[0]['released_at'] if members else '1970-01-01T00:00:00+00:00',
        'entries': members,
    }
    return cacheable_answer(page('releases/feed.xml', feed).encode(), f'{MEDIA_TYPES["atom"]}; charset=utf-8')
