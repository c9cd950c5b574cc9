"""`/collections/catalogue/items` and `/items/{id}`: the catalogue as records, OGC API - Records (OGC 20-004r1)."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from dothi.api.editing.read_only import READING, WRITING
from dothi.api.http import parameters
from dothi.api.http.address import api_url, root_url
from dothi.api.http.caching import add_last_modified, hash_of, not_modified
from dothi.api.http.language import GEOJSON, HTML, JSON, JSONLD, language, wanted_format
from dothi.api.http.methods import allow_methods, refuse_method
from dothi.api.http.parameters import COMMON, request_parameters
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.api.records.catalogue import catalogue_state, current_holdings
from dothi.api.records.formats import dcat_catalog, iso19115_3, write_dcat, write_iso19139
from dothi.api.records.geojson import CATALOGUE, FORMS, PROFILE, record_feature
from dothi.api.records.pages import list_page, record_page
from dothi.api.records.query import RecordPage, RecordQuery, find_records, read_record_query
from dothi.api.records.record import Record
from dothi.core.catalog import Release
from dothi.core.clock import today
from dothi.core.errors import NotFound
from dothi.core.text import LANGUAGES, Text

RECORDS = Blueprint('records', __name__)
ITEMS = '/collections/catalogue/items'
ITEM = f'{ITEMS}/<path:record_id>'
CONFORMANCE_CLASSES = tuple(
    f'http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/{name}'
    for name in (
        'record-core', 'record-collection', 'record-core-query-parameters', 'json', 'html', 'oas30', 'sorting',
        'autodiscovery', 'searchable-catalog', 'searchable-catalog-sorting', 'searchable-catalog-filtering',
        # two classes have one name in the standard's table of classes and another in its annex A
        'record-api', 'records-api', 'filtering', 'cql-filter',
    )
)  # fmt: skip
LIST_FORMATS = ('json', 'html', 'dcat')
RECORD_FORMATS = tuple(name for name, _, _ in FORMS)
MEDIA_TYPES = {name: media_type for name, media_type, _ in FORMS}


class UnknownRecord(NotFound):
    """The catalogue has no record with this id."""


@RECORDS.route(ITEMS, methods=('OPTIONS', *WRITING), provide_automatic_options=False)
@RECORDS.route(ITEM, methods=('OPTIONS', *WRITING), provide_automatic_options=False)
def read_only(record_id: str | None = None) -> Response:  # noqa: ARG001
    """Records follow what they describe: they are not written by themselves."""
    return allow_methods(READING) if request.method == 'OPTIONS' else refuse_method(READING)


@RECORDS.route(ITEMS, provide_automatic_options=False)
def records() -> Response:
    """The answer with a page of records."""
    record_query, form = read_record_query(), wanted_format(LIST_FORMATS)
    with snapshot() as db:
        releases = db.releases()
        tag = _record_etag(releases, form)
        if not_modified(tag):
            return _with_caching(Response(status=304), releases, tag)
        catalogue = current_holdings(db, service(), releases)
        page = find_records(db, catalogue, record_query)
    body = _write_list(
        form, [catalogue.records[name] for name in page.ids], page, record_query, [*catalogue.records.values()]
    )
    return _with_caching(Response(body, mimetype=MEDIA_TYPES[form]), releases, tag)


@RECORDS.route(ITEM, provide_automatic_options=False)
def record(record_id: str) -> Response:
    """The answer with one record."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format(RECORD_FORMATS)
    with snapshot() as db:
        releases = db.releases()
        tag = _record_etag(releases, form)
        by_id = current_holdings(db, service(), releases).records
    if record_id not in by_id:
        raise UnknownRecord.with_suggestion(
            record_id,
            by_id,
            vi=f'Danh mục không có bản ghi "{record_id}".',
            en=f'The catalogue has no record "{record_id}".',
        )
    if not_modified(tag):
        return _with_caching(Response(status=304), releases, tag)
    return _with_caching(Response(_write_record(form, by_id[record_id]), mimetype=MEDIA_TYPES[form]), releases, tag)


def _record_etag(releases: dict[str, Release], form: str) -> str:
    """Changes with the catalogue, form, language, address and day: whether an update is overdue depends on that."""
    return hash_of(
        catalogue_state(service(), releases),
        form,
        language(),
        root_url(),
        today(service().locality.place.zone).isoformat(),
    )


def _with_caching(response: Response, releases: dict[str, Release], tag: str) -> Response:
    response.set_etag(tag, weak=True)
    newest = max((release.released_at for release in releases.values()), default=None)
    if newest:
        return add_last_modified(response, newest)
    response.headers['Content-Language'] = language()
    return response


def _write_record(form: str, record: Record) -> str:
    writers: dict[str, Any] = {
        'json': lambda one: json.dumps(record_feature(one, language()), ensure_ascii=False),
        'html': record_page,
        'iso19139': write_iso19139,
        'iso19115-3': iso19115_3,
        'dcat': lambda one: json.dumps(write_dcat(one), ensure_ascii=False),
    }
    written: str = writers[form](record)
    return written


def _write_list(
    form: str, chosen: list[Record], page: RecordPage, record_query: RecordQuery, everything: list[Record]
) -> str:
    links = _list_links(page, record_query)
    if form == 'html':
        return list_page(chosen, page, links, everything)
    if form == 'dcat':
        return json.dumps(dcat_catalog(chosen), ensure_ascii=False)
    lang = language()
    document = {
        'type': 'FeatureCollection',
        'numberMatched': page.matched,
        'numberReturned': len(chosen),
        'timeStamp': datetime.now(UTC).strftime('%Y-%m-%dT%H:%M:%SZ'),
        'features': [record_feature(record, lang) for record in chosen],
        'links': links,
    }
    return json.dumps(document, ensure_ascii=False)


LIST_FORMS = (
    ('json', GEOJSON, Text(vi='Trang này, GeoJSON', en='This page as GeoJSON')),
    ('html', HTML, Text(vi='Trang này, trang web', en='This page for reading')),
    ('dcat', JSONLD, Text(vi='Trang này, DCAT', en='This page as DCAT')),
)
OTHER_PAGES = {'prev': Text(vi='Trang trước', en='Previous page'), 'next': Text(vi='Trang sau', en='Next page')}


def _list_links(page: RecordPage, record_query: RecordQuery) -> list[dict[str, str]]:
    """This page in each of its forms, the pages beside it, the other language, and the catalogue."""
    parameters = {name: value for name, value in request_parameters().items() if name != 'f'}
    links = [
        _list_link('self' if name == 'json' else 'alternate', media_type, title, parameters | {'f': name})
        for name, media_type, title in LIST_FORMS
    ]
    links += [
        _list_link('alternate', GEOJSON, LIST_FORMS[0][2], parameters | {'f': 'json', 'lang': lang})
        | {'hreflang': lang}
        for lang in LANGUAGES
        if lang != language()
    ]
    base = f'{api_url()}/collections/catalogue'
    links.append({'rel': 'collection', 'type': JSON, 'title': CATALOGUE.pick(language()), 'href': base})
    links.append({'rel': 'profile', 'type': HTML, 'title': 'OGC API - Records', 'href': PROFILE})
    beside = {'prev': max(record_query.offset - record_query.limit, 0) if record_query.offset else None}
    beside['next'] = (
        record_query.offset + record_query.limit if page.matched > record_query.offset + record_query.limit else None
    )
    return links + [
        _list_link(rel, GEOJSON, OTHER_PAGES[rel], parameters | {'f': 'json', 'offset': str(offset)})
        for rel, offset in beside.items()
        if offset is not None
    ]


def _list_link(rel: str, media_type: str, title: Text, query: dict[str, str]) -> dict[str, str]:
    href = f'{api_url()}/collections/catalogue/items?{urlencode(query)}'
    return {'rel': rel, 'type': media_type, 'title': title.pick(language()), 'href': href}
