"""`/openapi`: every operation that there is, with every parameter, in both languages; no reference leaves it.

`/openapi/templated`: the same for programs that make a client of it.
"""

import json
import zlib
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any, Literal

from flask import Blueprint, Flask, Response, current_app

from dothi import __version__
from dothi.api.access.openapi import access_paths
from dothi.api.common.geocode import geocode_path
from dothi.api.common.openapi import OPENAPI as MEDIA_TYPE
from dothi.api.common.openapi import common_paths
from dothi.api.common.releases import release_paths
from dothi.api.common.reports import report_paths
from dothi.api.coverages.openapi import coverage_paths
from dothi.api.desk.openapi import desk_paths
from dothi.api.editing.openapi import editing_paths, security_schemes
from dothi.api.http import parameters
from dothi.api.http.address import PLACEHOLDER, api_url, root_url
from dothi.api.http.documents import as_page, cacheable_answer
from dothi.api.http.language import language, wanted_format
from dothi.api.http.offer import Offer
from dothi.api.http.operations import other_responses, shared_headers
from dothi.api.http.parameters import COMMON
from dothi.api.http.words import in_language
from dothi.api.items.named import named_path
from dothi.api.items.openapi import history_paths, item_paths, item_schemas
from dothi.api.items.query import PAGE_PARAMETERS
from dothi.api.maps.openapi import map_paths
from dothi.api.maps.read import size_limits as map_limits
from dothi.api.openapi.schemas import SCHEMAS
from dothi.api.openapi.templated import generalise, templated_offer
from dothi.api.processes.jobs_openapi import JOB_SCHEMAS
from dothi.api.processes.openapi import process_paths
from dothi.api.records.openapi import record_paths
from dothi.api.scenarios.openapi import scenario_paths
from dothi.api.studies.openapi import study_paths
from dothi.api.styles.openapi import style_paths
from dothi.api.tiles.openapi import tile_paths
from dothi.core.apart import compute_apart
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality
from dothi.core.text import LANGUAGES, Lang, Text

OPENAPI = Blueprint('openapi', __name__)

CONFORMANCE_CLASSES = (
    'http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30',
    'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30',
    'http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/oas30',
)

# A room adds one line here: the function of its `openapi` that gives its part of `paths`. Parts may name the same path,
# one with its GET, another with its POST.
ROOMS: tuple[Callable[[Offer], dict[str, Any]], ...] = (
    common_paths,
    geocode_path,
    named_path,
    release_paths,
    report_paths,
    item_paths,
    history_paths,
    tile_paths,
    style_paths,
    map_paths,
    coverage_paths,
    process_paths,
    record_paths,
    editing_paths,
    access_paths,
    desk_paths,
    scenario_paths,
    study_paths,
)
TAGS = {
    'server': Text(vi='Dịch vụ', en='Service'),
    'maps': Text(vi='Bản đồ', en='Maps'),
    'tiles': Text(vi='Ô bản đồ', en='Tiles'),
    'styles': Text(vi='Kiểu vẽ', en='Styles'),
    'processes': Text(vi='Phân tích', en='Analyses'),
    'catalogue': Text(vi='Danh mục', en='Catalogue'),
    'people': Text(vi='Người dùng', en='People'),
    'desk': Text(vi='Giao nhận dữ liệu', en='Delivery desk'),
    'scenarios': Text(vi='Phương án', en='Scenarios'),
    'studies': Text(vi='Nghiên cứu', en='Studies'),
}


def render_openapi(
    config: dict[str, Any], locality: Locality, audience: Audience, released: Collection[str] = ()
) -> dict[str, Any]:
    """The document of the service with this configuration, each text as {vi, en}.

    released: ids of the layers and coverages that have a release.
    """
    return _render(config, _offer(config, locality, audience, released))


def render_templated(config: dict[str, Any], locality: Locality, audience: Audience) -> dict[str, Any]:
    """The same with `/collections/{collectionId}` in place of every collection by its name, released or not."""
    layers, coverages = locality.layers_for(audience), locality.coverages_for(audience)
    offer = templated_offer(Offer(locality, audience, [*layers.values()], [*coverages.values()]))
    return generalise(_render(config, offer), offer, next(iter(layers), ''))


def _offer(config: dict[str, Any], locality: Locality, audience: Audience, released: Collection[str]) -> Offer:
    layers = [layer for name, layer in locality.layers_for(audience).items() if name in config['resources']]
    coverages = [coverage for name, coverage in locality.coverages_for(audience).items() if name in released]
    return Offer(locality, audience, layers, coverages)


def _render(config: dict[str, Any], offer: Offer) -> dict[str, Any]:
    locality, layers, coverages = offer.locality, offer.layers, offer.coverages
    identification = config['metadata']['identification']
    tags = TAGS | {source.id: source.title for source in (*layers, *coverages)}
    paths = _paths_of_all_rooms(offer)
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
        'servers': [{'url': config['server']['url'], 'description': locality.place.title}],
        'tags': [{'name': name, 'description': text} for name, text in tags.items()],
        'paths': paths,
        'components': {
            'schemas': SCHEMAS | JOB_SCHEMAS | item_schemas(offer),
            'responses': other_responses(),
            'parameters': _share_parameters(paths, layers),
            'headers': shared_headers(),
            **security_schemes(offer),
        },
    }


def _paths_of_all_rooms(offer: Offer) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for room in ROOMS:
        for where, operations in room(offer).items():
            paths[where] = operations | paths.get(where, {})
    return paths


def _share_parameters(paths: dict[str, Any], layers: Sequence[Layer]) -> dict[str, Any]:
    """Replaces what the items of all layers have alike by references, wherever it stands; answers the components.

    The others stay where they are: not every client of maps and tiles follows references.
    """
    items = [paths[f'/collections/{layer.id}/items']['get']['parameters'] for layer in layers]
    own = {parameter.name for parameter in PAGE_PARAMETERS}
    alike = [
        parameter
        for parameter in (items[0] if items else [])
        if parameter['name'] in own and all(parameter in of_layer for of_layer in items)
    ]
    names = {repr(parameter): parameter['name'] for parameter in alike}
    for operation in (operation for item in paths.values() for operation in item.values()):
        operation['parameters'] = [
            {'$ref': f'#/components/parameters/{names[key]}'} if (key := repr(parameter)) in names else parameter
            for parameter in operation['parameters']
        ]
    return {parameter['name']: parameter for parameter in alike}


def in_bytes(document: dict[str, Any], lang: Lang) -> bytes:
    """The document as JSON in one language."""
    return json.dumps(in_language(document, lang), ensure_ascii=False).encode()


class KeptDocument:
    """A document that is made when somebody first asks for it, and kept compressed: 2 MB of text are 0.1 MB then."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make
        self._compressed: dict[Lang, bytes] = {}

    def compressed(self, lang: Lang) -> bytes:
        """The document as JSON in one language, as zlib compresses it."""
        if lang not in self._compressed:
            self._compressed[lang] = zlib.compress(in_bytes(self._make(), lang))
        return self._compressed[lang]

    def prepare(self) -> None:
        """Makes it in all languages, in a fork: the way there takes 20 MB, which this process would keep in pieces."""
        self._compressed = compute_apart(lambda: {lang: self.compressed(lang) for lang in LANGUAGES})


def install(app: Flask, whole: Callable[[], dict[str, Any]], templated: Callable[[], dict[str, Any]]) -> None:
    """Keeps in `app` how its documents are made. A service prepares the whole one before it answers anybody.

    Made with the app, they took more than a third of the time of each app for those who see other layers than most; as
    text in both languages each process kept 8 MB of them.
    """
    app.extensions['dothi.openapi'] = {'whole': KeptDocument(whole), 'templated': KeptDocument(templated)}


def prepare_document(app: Flask) -> None:
    """Makes the whole document of a service that answers nobody yet."""
    app.extensions['dothi.openapi']['whole'].prepare()


# OGC's tests of Tiles look for it at `api` below the landing page, whatever that links to
@OPENAPI.route('/api')
@OPENAPI.route('/openapi')
def openapi() -> Response:
    """The document, or a page to read it and to try it out."""
    parameters.refuse_unknown(COMMON)
    if wanted_format() == 'html':
        return as_page('openapi/swagger.html', {'document': f'{api_url()}/openapi'})
    return _answer('whole')


@OPENAPI.route('/openapi/templated')
def templated_openapi() -> Response:
    """The document in which one path stands for those of all collections."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    return _answer('templated')


def _answer(document: Literal['whole', 'templated']) -> Response:
    kept: KeptDocument = current_app.extensions['dothi.openapi'][document]
    return cacheable_answer(_body(kept.compressed(language()), root_url()), MEDIA_TYPE)


@lru_cache(8)
def _body(compressed: bytes, root: str) -> bytes:
    """The document under an address."""
    return zlib.decompress(compressed).replace(PLACEHOLDER.encode(), root.encode())
