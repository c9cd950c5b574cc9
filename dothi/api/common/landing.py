"""`/`: where the API begins, with a link to everything that it has."""

from typing import Any

from flask import Blueprint, Response

from dothi.api.access.identity import key_path
from dothi.api.common import jsonld
from dothi.api.common.collections import all_collections
from dothi.api.common.openapi import OPENAPI
from dothi.api.common.reports import portal_link
from dothi.api.http import parameters
from dothi.api.http.address import root_url
from dothi.api.http.documents import OGC, as_json, as_page, by_language, link, own_links
from dothi.api.http.kept_answers import kept_until_release
from dothi.api.http.language import GEOJSON, HTML, JSON, JSONLD, language, say, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.served_crs import CRS84, served_crs
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.api.http.words import in_language
from dothi.api.maps.links import map_links
from dothi.api.ows.address import WMS, WMTS, wms_url, wmts_url
from dothi.api.records.queryables import CATALOGUE
from dothi.cartography.qgis_project.project_file import MEDIA_TYPES
from dothi.core.text import Text

LANDING = Blueprint('landing', __name__)
FORMATS = ('json', 'html', 'jsonld')
CONFORMANCE_CLASSES = tuple(
    f'http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/{name}' for name in ('core', 'landing-page', 'json', 'html')
)
CLASSES = Text(vi='Các lớp tuân thủ', en='Conformance classes')
LAYERS = Text(vi='Các lớp dữ liệu', en='Collections')

# An area adds one line here: relation, media type, title, path below /api.
LINKS: tuple[tuple[str, str, Text, str], ...] = (
    ('conformance', JSON, CLASSES, '/conformance?f=json'),
    ('conformance', HTML, CLASSES, '/conformance?f=html'),
    ('data', JSON, LAYERS, '/collections?f=json'),
    ('data', HTML, LAYERS, '/collections?f=html'),
    (f'{OGC}/functions', JSON, Text(vi='Hàm của bộ lọc', en='Functions of filters'), '/functions?f=json'),
    ('related', JSON, Text(vi='Các quy chuẩn', en='Norms'), '/norms?f=json'),
    (f'{OGC}/processes', JSON, Text(vi='Các phân tích', en='Analyses'), '/processes?f=json'),
    (f'{OGC}/job-list', JSON, Text(vi='Các tác vụ', en='Jobs'), '/jobs?f=json'),
    (f'{OGC}/ogc-catalog', GEOJSON, CATALOGUE.title, '/collections/catalogue/items?f=json'),
    (f'{OGC}/tilesets-vector', JSON, Text(vi='Ô bản đồ của mọi lớp', en='Tiles of all collections'), '/tiles?f=json'),
    (f'{OGC}/styles', JSON, Text(vi='Các kiểu vẽ', en='Styles'), '/styles?f=json'),
    (f'{OGC}/styles', HTML, Text(vi='Các kiểu vẽ', en='Styles'), '/styles?f=html'),
    ('related', 'application/atom+xml', Text(vi='Bản tin Atom', en='Atom feed of releases'), '/releases?f=atom'),
    ('related', MEDIA_TYPES['qgz'], Text(vi='Dự án QGIS', en='QGIS project'), '/qgis/project?f=qgz'),
    (f'{OGC}/tiling-schemes', JSON, Text(vi='Các bộ ô bản đồ', en='Tile matrix sets'), '/TileMatrixSets?f=json'),
)
DESK = Text(vi='Giao nhận dữ liệu', en='Delivery desk')
RECEIVED_REPORTS = Text(vi='Phản ánh của người dân', en='Reports of citizens')
DOCUMENTED = {
    'service-desc': Text(vi='Tài liệu OpenAPI', en='The OpenAPI document'),
    'service-doc': Text(vi='Trang tra cứu OpenAPI', en='The OpenAPI document as a page'),
}
MAP = Text(vi='Bản đồ', en='Map')


@LANDING.route('/')
@kept_until_release
def landing_page() -> Response:
    """The landing page: what the service offers, with links to it."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format(FORMATS)
    document = _landing_document()
    if form == 'json':
        return as_json(document)
    if form == 'html':
        return as_page('landing_page.html', document)
    with snapshot() as db:
        return as_json(jsonld.catalogue_jsonld(document, all_collections(db)), JSONLD)


def _landing_document() -> dict[str, Any]:
    locality = service().locality
    identification = in_language(service().api.config['metadata']['identification'], language())
    return {
        'title': identification['title'],
        'description': identification['description'],
        'attribution': say(locality.place.attribution),
        # for clients that show moments: by the clocks of the place, whatever zone their machine is set to
        'time_zone': locality.place.zone.key,
        # OGC 20-058, requirements 50 and 51: of the map of everything
        'extent': {'spatial': {'bbox': [list(locality.place.extent_wgs84)], 'crs': CRS84}},
        'crs': list(served_crs(locality)),
        'links': [
            *own_links('', FORMATS),
            *_documentation_links(),
            *(link(rel, form, title, _address_below(rel, path)) for rel, form, title, path in LINKS),
            *map_links(''),
            link('about', HTML, MAP, f'{root_url()}/'),
            # of the internal service: by it the portal knows that there are people and a desk
            *([link('dothi:desk', HTML, DESK, f'{root_url()}/desk')] if service().audience == 'internal' else []),
            *_report_links(),
            link('service', WMS, 'WMS 1.3.0', wms_url()),
            link('service', WMTS, 'WMTS 1.0.0', wmts_url()),
        ],
    }


def _report_links() -> list[dict[str, Any]]:
    """Where reports of citizens are sent, or reviewed: by it the portal knows that the locality takes them."""
    if service().locality.citizen_reporting is None:
        return []
    if service().audience == 'public':
        return [portal_link()]
    return [link('dothi:received-reports', HTML, RECEIVED_REPORTS, f'{root_url()}/desk?tab=reports')]


def _documentation_links() -> list[dict[str, Any]]:
    """The OpenAPI document and the page that shows it, in each language; the reader's comes first."""
    forms = (('service-desc', 'json', OPENAPI), ('service-doc', 'html', HTML))
    return [
        link(rel, media_type, DOCUMENTED[rel], f'/openapi?f={f}&lang={lang}', hreflang=lang)
        for rel, f, media_type in forms
        for lang in by_language()
    ]


def _address_below(rel: str, path: str) -> str:
    """QGIS makes every address of a collection from the link to them: a client with a key keeps it in there."""
    return f'{key_path()}{path}' if rel == 'data' else path
