"""`/openapi`: every operation that there is, with every parameter, in both languages; no reference leaves it."""

import json
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from flask import Blueprint, Flask, Response, current_app

from dothi import __version__
from dothi.api.http import parameters
from dothi.api.http.address import PLACEHOLDER, api_url, root_url
from dothi.api.http.documents import as_page, cacheable_answer
from dothi.api.http.language import language, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.words import in_language
from dothi.api.maps.read import size_limits as map_limits
from dothi.api.openapi.coverages import coverage_paths
from dothi.api.openapi.editing import editing_paths, security_schemes
from dothi.api.openapi.features import feature_paths, feature_schemas
from dothi.api.openapi.files import file_paths
from dothi.api.openapi.filters import filter_paths
from dothi.api.openapi.general import general_paths
from dothi.api.openapi.jobs import JOB_SCHEMAS
from dothi.api.openapi.maps import map_paths
from dothi.api.openapi.parts import Offer, both, other_responses, shared_headers, shared_parameters
from dothi.api.openapi.processes import process_paths
from dothi.api.openapi.records import record_paths
from dothi.api.openapi.schemas import SCHEMAS
from dothi.api.openapi.styles import style_paths
from dothi.api.openapi.tiles import tile_paths
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.text import LANGUAGES

OPENAPI = Blueprint('openapi', __name__)
MEDIA_TYPE = 'application/vnd.oai.openapi+json;version=3.0'

CONFORMANCE_CLASSES = (
    'http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30',
    'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30',
    'http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/oas30',
)

# An area adds one line here: a function of a module beside this one that gives its part of `paths`. Parts may name
# the same path, one with its GET, another with its POST.
AREAS: tuple[Callable[[Offer], dict[str, Any]], ...] = (
    general_paths,
    feature_paths,
    filter_paths,
    tile_paths,
    style_paths,
    map_paths,
    coverage_paths,
    process_paths,
    record_paths,
    file_paths,
    editing_paths,
)
TAGS = {
    'server': both('Dịch vụ', 'Service'),
    'maps': both('Bản đồ', 'Maps'),
    'tiles': both('Ô bản đồ', 'Tiles'),
    'styles': both('Kiểu vẽ', 'Styles'),
    'processes': both('Phân tích', 'Analyses'),
    'catalogue': both('Danh mục', 'Catalogue'),
}


def render_openapi(
    config: dict[str, Any], locality: Locality, audience: Audience, released: Collection[str] = ()
) -> dict[str, Any]:
    """The document of the service with this configuration, each text as {vi, en}.

    released: ids of the layers and coverages that have a release.
    """
    layers = [layer for name, layer in locality.layers_for(audience).items() if name in config['resources']]
    coverages = [coverage for name, coverage in locality.coverages_for(audience).items() if name in released]
    offer = Offer(locality, audience, layers, coverages)
    identification = config['metadata']['identification']
    tags = TAGS | {layer.id: layer.title.model_dump() for layer in layers}
    tags |= {coverage.id: coverage.title.model_dump() for coverage in coverages}
    return {
        'openapi': '3.0.3',
        'info': {
            'title': identification['title'],
            'description': identification['description'],
            'version': __version__,
            'license': config['metadata']['license'],
            # OGC 20-058, requirement 13 D: where clients look for what is allowed
            'x-OGC-limits': {'maps': map_limits()},
            'contact': {'name': config['metadata']['contact']['name']},
        },
        'servers': [{'url': config['server']['url'], 'description': locality.place.title.model_dump()}],
        'tags': [{'name': name, 'description': text} for name, text in tags.items()],
        'paths': _merged(offer),
        'components': {
            'schemas': SCHEMAS | JOB_SCHEMAS | feature_schemas(offer),
            'responses': other_responses(),
            'parameters': shared_parameters(locality),
            'headers': shared_headers(),
            **security_schemes(offer),
        },
    }


def _merged(offer: Offer) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for area in AREAS:
        for where, operations in area(offer).items():
            paths[where] = paths.get(where, {}) | operations
    return paths


def install(app: Flask, document: dict[str, Any]) -> None:
    """Keeps the document in `app`, as text in each language."""
    texts = {lang: json.dumps(in_language(document, lang), ensure_ascii=False) for lang in LANGUAGES}
    app.extensions['dothi.openapi'] = texts


@OPENAPI.route('/openapi')
def openapi() -> Response:
    """The document, or a page to read it and to try it out."""
    parameters.refuse_unknown(COMMON)
    if wanted_format() == 'html':
        return as_page('openapi/swagger.html', {'document': f'{api_url()}/openapi'})
    return cacheable_answer(_body(current_app.extensions['dothi.openapi'][language()], root_url()), MEDIA_TYPE)


@lru_cache(8)
def _body(text: str, root: str) -> bytes:
    """The document under an address."""
    return text.replace(PLACEHOLDER, root).encode()
