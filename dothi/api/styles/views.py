"""`/styles` and `/collections/{id}/styles`: lists, the styles in every encoding, their metadata and legends."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, jsonify

from dothi.api.http import parameters
from dothi.api.http.address import api_url
from dothi.api.http.caching import add_last_modified, hash_of, not_modified
from dothi.api.http.documents import as_json, as_page, own_links
from dothi.api.http.kept_answers import kept_until_release
from dothi.api.http.language import HTML, language, page, say, wanted_format
from dothi.api.http.parameters import COMMON, Parameter, unknown_value
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.api.http.versioned import VERSION, moved_to
from dothi.api.records.queryables import CATALOGUE
from dothi.api.styles.coverages import legend_of_a_coverage, style_of_a_coverage, styles_of_a_coverage
from dothi.api.styles.descriptions import collection_styles, metadata, service_styles
from dothi.api.styles.document import CHOSEN, legend_document, marker_paths
from dothi.api.styles.encodings import ENCODINGS, PAGE, USUAL_ZOOM, ZOOM, encodings_for, wanted_form
from dothi.api.styles.offered import (
    Styled,
    layer_styles,
    of_layer,
    of_service,
    paper_of,
    style_file_times,
)
from dothi.api.styles.preview import preview_style
from dothi.api.styles.version import form_version, style_version
from dothi.cartography.mapping.legend_image import legend_image
from dothi.cartography.style.sprite import icons_of, sprite_index, sprite_picture
from dothi.core.errors import NotFound
from dothi.core.layer import Layer

STYLES = Blueprint('styles', __name__)
# The classes as the draft names them now and, the last ones, as it named them while clients were written for it.
CONFORMANCE_CLASSES = (
    *(
        f'http://www.opengis.net/spec/ogcapi-styles-1/1.0/conf/{name}'
        for name in ('core', 'global-styles', 'collection-styles', 'mapbox-styles', 'sld-se')
    ),
    *(
        f'http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/{name}'
        for name in ('core', 'mapbox-styles', 'sld-11', 'html')
    ),
)
PICTURE_PX = 700


class NoStyles(NotFound):
    """The collection is there, but has no styles."""


@STYLES.route('/styles')
@partial(kept_until_release, also=style_file_times)
def styles() -> Response:
    """The list of the styles of the service."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format()
    with snapshot() as db:
        document = service_styles(db)
    return as_json(document) if form == 'json' else as_page('styles/index.html', document)


@STYLES.route('/collections/<path:collection_id>/styles')
def styles_of_a_collection(collection_id: str) -> Response:
    """The styles of a collection."""
    if collection_id in service().coverages:
        return styles_of_a_coverage(collection_id)
    parameters.refuse_unknown(COMMON)
    layer, form = styled_layer(collection_id), wanted_format()
    document = collection_styles(layer)
    return as_json(document) if form == 'json' else as_page('styles/index.html', {**document, 'layer': layer.id})


@STYLES.route('/styles/<style_id>')
@STYLES.route('/collections/<path:collection_id>/styles/<style_id>')
def style(style_id: str, collection_id: str | None = None) -> Response:
    """A style, in the encoding that is asked for, or as a page with its legend and a picture."""
    if collection_id in service().coverages:
        return style_of_a_coverage(collection_id, style_id)
    styled = _requested_style(style_id, collection_id, ZOOM, VERSION)
    moved = moved_to(lambda: style_version(styled))
    if moved is not None:
        return moved
    form = wanted_form(styled.layer)
    tag = _style_etag(styled, f'{form}-{ZOOM.read() or USUAL_ZOOM:g}')
    if not_modified(tag, styled.updated):
        response = Response(status=304)
    elif form == PAGE:
        html = page('styles/style.html', _page_members(styled, _style_path(style_id, collection_id)))
        response = Response(html, content_type=f'{HTML}; charset=utf-8')
    else:
        response = Response(ENCODINGS[form].write(styled), content_type=ENCODINGS[form].media_type)
    response.set_etag(tag, weak=True)
    return add_last_modified(response, styled.updated)


@STYLES.route('/styles/<style_id>/metadata')
@STYLES.route('/collections/<path:collection_id>/styles/<style_id>/metadata')
def style_metadata(style_id: str, collection_id: str | None = None) -> Response:
    """What is known of a style."""
    wanted_format(('json',))
    styled = _requested_style(style_id, collection_id)
    return as_json(metadata(styled, style_id, _style_path(style_id, collection_id)))


@STYLES.route('/styles/<style_id>/legend')
@STYLES.route('/collections/<path:collection_id>/styles/<style_id>/legend')
def style_legend(style_id: str, collection_id: str | None = None) -> Response:
    """What each colour and sign means, by layer, in drawing order; or all of it as a picture."""
    if collection_id in service().coverages:
        return legend_of_a_coverage(collection_id, style_id)
    form = wanted_format(('json', 'png'))
    styled = _requested_style(style_id, collection_id, VERSION)
    moved = moved_to(lambda: style_version(styled))
    if moved is not None:
        return moved
    if form == 'png':
        return _legend_picture(styled)
    links = own_links(f'{_style_path(style_id, collection_id)}/legend', ('json',))
    parts = {'layers': legend_document(styled), 'markers': marker_paths(styled)}
    return as_json({'title': say(styled.title), **parts, 'links': links})


def _legend_picture(styled: Styled) -> Response:
    tag = _style_etag(styled, 'legend')
    if not_modified(tag, styled.updated):
        response = Response(status=304)
    else:
        topmost_first = list(reversed(styled.drawings))
        image = legend_image(topmost_first, language(), heading=styled.layer is None)
        response = Response(image, mimetype='image/png')
    response.set_etag(tag, weak=True)
    return add_last_modified(response, styled.updated)


@STYLES.route('/styles/<style_id>/<any("sprite.json", "sprite.png", "sprite@2x.json", "sprite@2x.png"):part>')
@STYLES.route(
    '/collections/<path:collection_id>/styles/<style_id>/'
    '<any("sprite.json", "sprite.png", "sprite@2x.json", "sprite@2x.png"):part>'
)
def style_sprite(style_id: str, part: str, collection_id: str | None = None) -> Response:
    """The signs of a style as MapLibre asks for them: a picture, or where each is in it, also for fine screens."""
    styled = _requested_style(style_id, collection_id, VERSION)
    moved = moved_to(lambda: style_version(styled))
    if moved is not None:
        return moved
    icons, ratio = tuple(icons_of(styled.drawings)), 2 if '@2x' in part else 1
    tag = hash_of(service().fingerprint, part, repr(icons))
    if not_modified(tag, styled.updated):
        response = Response(status=304)
    elif part.endswith('.png'):
        response = Response(sprite_picture(icons, ratio), mimetype='image/png')
    else:
        response = jsonify(sprite_index(icons, ratio))
    response.set_etag(tag, weak=True)
    return add_last_modified(response, styled.updated)


def styled_layer(collection_id: str) -> Layer:
    """The layer; raises NoStyles for a collection that is no layer, UnknownLayer where there is none."""
    if collection_id in {*service().coverages, CATALOGUE.id}:
        raise NoStyles(vi=f'"{collection_id}" không có kiểu vẽ.', en=f'The collection "{collection_id}" has no styles.')
    return service().layer(collection_id)


def _requested_style(style_id: str, collection_id: str | None, *more: Parameter[Any]) -> Styled:
    """The style that the request is about; raises UnknownStyle and what its parameters are refused with."""
    parameters.refuse_unknown((*COMMON, *more, *(() if collection_id else (CHOSEN,))))
    chosen = _chosen_styles()
    with snapshot() as db:
        if collection_id is not None:
            return of_layer(db, styled_layer(collection_id), style_id)
        return of_service(db, style_id, chosen)


def _chosen_styles() -> dict[str, str]:
    """Layer to style; raises BadParameter with the nearest style that there is."""
    names = CHOSEN.read() or []
    offered = {f'{name}:{style}' for name, layer in service().layers.items() for style in layer_styles(layer)}
    for name in names:
        if name not in offered:
            raise unknown_value(CHOSEN.name, name, offered, 'không có kiểu vẽ này.', 'no such style.')
    return dict(name.split(':', 1) for name in names)


def _style_path(style_id: str, collection_id: str | None) -> str:
    return f'/styles/{style_id}' if collection_id is None else f'/collections/{collection_id}/styles/{style_id}'


def _style_etag(styled: Styled, form: str) -> str:
    return f'{style_version(styled)}-{form}-{language()}-{form_version(styled) if form == "qml" else ""}'


def _page_members(styled: Styled, path: str) -> dict[str, Any]:
    """The values that the page's template shows."""
    return {
        'title': say(styled.title),
        'path': path,
        'collection': styled.layer.id if styled.layer else None,
        'legend': list(reversed(legend_document(styled))),
        'markers': marker_paths(styled),
        'paper': paper_of(styled.id),
        'picture': f'{api_url()}{preview_style(styled, PICTURE_PX)}',
        'forms': [
            (name, say(encoding.title), encoding.media_type) for name, encoding in encodings_for(styled.layer).items()
        ],
    }
