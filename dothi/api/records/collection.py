"""`/collections/catalogue`: the catalogue itself, and what may be asked of its records."""

from typing import Any

from flask import Blueprint, Response

from dothi.api.common.collection_document import LICENCES
from dothi.api.common.schemas import DRAFT, GEOMETRY, column_schema
from dothi.api.http import parameters
from dothi.api.http.address import api_url
from dothi.api.http.documents import OGC, as_json, as_page, link, own_links
from dothi.api.http.kept_answers import kept_until_release
from dothi.api.http.language import GEOJSON, HTML, JSONLD, language, say, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.served_crs import CRS84
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot, snapshot
from dothi.api.records.geojson import NAMES
from dothi.api.records.query import DEFAULT_ORDER
from dothi.api.records.queryables import CATALOGUE, QUERYABLES, SORTABLES
from dothi.core.text import LANGUAGES, Text

CATALOGUES = Blueprint('catalogues', __name__)
SCHEMA = 'application/schema+json'
LICENCE = 'CC-BY-4.0'
ITEMS = (
    ('json', GEOJSON, Text(vi='Bản ghi, GeoJSON', en='Records as GeoJSON')),
    ('html', HTML, Text(vi='Bản ghi, trang web', en='Records as a page')),
    ('dcat', JSONLD, Text(vi='Bản ghi, DCAT', en='Records as DCAT')),
)
TITLES = {
    'schema': Text(vi='Cấu trúc của bản ghi', en='Schema of records'),
    'queryables': Text(vi='Thuộc tính lọc được', en='Queryables'),
    'sortables': Text(vi='Thuộc tính sắp được', en='Sortables'),
}


@CATALOGUES.route('/collections/catalogue')
@kept_until_release
def catalogue() -> Response:
    """The catalogue as a collection of records."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format()
    with snapshot() as db:
        (document,) = catalogue_documents(db)
    return as_page('catalogue/collection.html', document) if form == 'html' else as_json(document)


@CATALOGUES.route('/collections/catalogue/<any(schema, queryables, sortables):kind>')
@kept_until_release
def properties(kind: str) -> Response:
    """The properties of a record; those that a filter, and those that a sort order may name."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format()
    names = SORTABLES if kind == 'sortables' else tuple(QUERYABLES)
    described = {name: _describe_property(name) for name in names}
    shape = {'format': 'geometry-any', 'title': say(GEOMETRY), 'x-ogc-role': 'primary-geometry'}
    document = {
        '$schema': DRAFT,
        '$id': f'{api_url()}/collections/catalogue/{kind}',
        'type': 'object',
        'title': say(CATALOGUE.title),
        'description': say(TITLES[kind]),
        'properties': described if kind == 'sortables' else described | {'geom': shape},
        'additionalProperties': False,
    }
    if form == 'html':
        return as_page('catalogue/properties.html', {**document, 'kind': kind})
    return as_json(document, SCHEMA)


def catalogue_documents(db: Snapshot) -> list[dict[str, Any]]:
    """The catalogue in the language of the request, as the one member that it adds to `/collections`."""
    place = service().locality.place
    newest = max((release.released_at for release in db.releases().values()), default=None)
    document = {
        'id': CATALOGUE.id,
        'type': 'catalog',
        'itemType': 'record',
        'title': say(CATALOGUE.title),
        'description': say(CATALOGUE.description),
        'keywords': [say(Text(vi='siêu dữ liệu', en='metadata')), say(place.title)],
        'language': NAMES[language()],
        'languages': [NAMES[lang] for lang in LANGUAGES],
        'recordLanguages': [NAMES[lang] for lang in LANGUAGES],
        'extent': {'spatial': {'bbox': [[*place.extent_wgs84]], 'crs': CRS84}},
        'crs': [CRS84],
        'storageCrs': CRS84,
        'contacts': [{'organization': say(place.attribution), 'roles': ['publisher', 'pointOfContact']}],
        'license': LICENCE,
        'defaultSortOrder': [{'field': name, 'direction': direction} for name, direction in DEFAULT_ORDER],
        **({'updated': newest.isoformat()} if newest else {}),
        'links': _catalogue_links(),
    }
    return [document]


def _catalogue_links() -> list[dict[str, Any]]:
    base = '/collections/catalogue'
    described = [
        link(f'{OGC}/{kind}', media_type, title, f'{base}/{kind}?f={f}')
        for kind, title in TITLES.items()
        for f, media_type in (('json', SCHEMA), ('html', HTML))
    ]
    items = [link('items', media_type, title, f'{base}/items?f={f}') for f, media_type, title in ITEMS]
    licence = link('license', HTML, LICENCE, LICENCES[LICENCE])
    return [*own_links(base), *items, *described, licence]


def _describe_property(name: str) -> dict[str, Any]:
    schema = column_schema(CATALOGUE, name, QUERYABLES[name], language())
    roles = {'id': 'id', 'type': 'type', 'updated': 'primary-instant'}
    return schema | ({'x-ogc-role': roles[name]} if name in roles else {})
