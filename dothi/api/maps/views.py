"""`/collections/{id}/map`, `/map`, and the same in a style: one picture of the part, size and time asked for."""

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from dothi.api.drawn_later import answer_while_drawn
from dothi.api.http.address import api_url
from dothi.api.http.caching import is_conditional, not_modified
from dothi.api.http.documents import as_page
from dothi.api.http.snapshot import snapshot
from dothi.api.http.vary import vary_by
from dothi.api.http.versioned import unversioned
from dothi.api.maps.edition import Edition, edition_in
from dothi.api.maps.formats import MEDIA_TYPES, PICTURES, wanted_form
from dothi.api.maps.make import MapFile, has_to_be_drawn, picture_of
from dothi.api.maps.read import MapQuery, read_map
from dothi.api.maps.subject import Subject, subject_of
from dothi.core.layer import Layer
from dothi.core.text import Text

MAPS = Blueprint('maps', __name__)
SPEC = '://www.opengis.net/spec/ogcapi-maps-1/1.0'
CLASSES = (
    'core', 'scaling', 'display-resolution', 'spatial-subsetting', 'datetime', 'crs', 'background',
    'collections-selection', 'collection-map', 'dataset-map', 'styled-map', 'png', 'jpeg', 'tiff', 'svg', 'html',
    'api-operations',
)  # fmt: skip
# The standard has https, the register of OGC http; clients and OGC's executable tests ask for one or the other.
SCHEMES = ('http', 'https')
CONFORMANCE_CLASSES = (
    # as abstract test A.3 names it
    *(f'{scheme}{SPEC}/req/core' for scheme in SCHEMES),
    *(f'{scheme}{SPEC}/conf/{name}' for scheme in SCHEMES for name in CLASSES),
)
# Any page may read a map; the internal service lets named origins alone.
PUBLIC_CONFORMANCE_CLASSES = tuple(f'{scheme}{SPEC}/conf/cors' for scheme in SCHEMES)
SCALE = Text(vi='1:{denominator:,.0f}', en='1:{denominator:,.0f}')

# Where maps are: of all collections or one, in a style or none.
MAPS_BELOW = (
    '',
    '/styles/<style_id>',
    '/collections/<path:collection_id>',
    '/collections/<path:collection_id>/styles/<style_id>',
)


def at_each_map[View: Callable[..., Response]](blueprint: Blueprint, *ends: str) -> Callable[[View], View]:
    """Decorate a view that answers below each of MAPS_BELOW, at the address with one of `ends`."""

    def register(view: View) -> View:
        for address in (f'{below}{end}' for below in MAPS_BELOW for end in ends):
            blueprint.add_url_rule(address, view_func=view)
        return view

    return register


@at_each_map(MAPS, '/map')
def map_picture(collection_id: str | None = None, style_id: str | None = None) -> Response:
    """Answer with the map as a picture, or with a page that shows and describes it."""
    form = wanted_form()
    with snapshot() as db:
        subject = subject_of(db, collection_id, style_id)
        map_query = read_map(db, subject, 'png' if form == 'html' else form, page=form == 'html')  # type: ignore[arg-type]
        edition = edition_in(db, map_query.request)
    if form == 'html':
        return _map_page(subject, map_query, edition)
    response = map_response(map_query, edition, subject)
    if collection_id is not None:
        response.headers.add('Link', f'<{api_url()}/collections/{collection_id}>', rel='collection')
    return response


def map_response(map_query: MapQuery, edition: Edition, subject: Subject) -> Response:
    """The picture, unless the client has it; with what the standard wants its headers to say."""
    if not_modified(edition.tag, edition.updated):
        response = Response(status=304)
        made = MapFile(b'', '', edition.tag, edition.released_at, edition.updated, edition.demo)
    elif (later := _answer_while_drawn(edition)) is not None:
        return later
    else:
        made = picture_of(map_query.request, edition)
        # a release came while it was drawn, or it is drawn in another way in some seconds
        moved = unversioned() if made.tag != edition.tag else None
        if moved is not None:
            return moved
        response = Response(made.content, mimetype=made.media_type)
    response.set_etag(made.tag, weak=True)
    response.last_modified = made.updated
    vary_by(response, 'Accept')
    response.headers['Cache-Control'] = 'no-cache'
    # a plain address, as OGC's tests of Maps want it; Features has it within < >
    response.headers['Content-Crs'] = map_query.system.crs.uri
    response.headers['Content-Bbox'] = map_query.content_bbox
    response.headers['Content-Datetime'] = map_query.content_datetime(made.released_at, subject)
    response.headers['Dothi-Demo'] = str(made.demo).lower()
    return response


def _answer_while_drawn(edition: Edition) -> Response | None:
    is_asked_after = is_conditional() and has_to_be_drawn(edition)
    return answer_while_drawn(edition.tag_stem, edition.state) if is_asked_after else None


def _map_page(subject: Subject, map_query: MapQuery, edition: Edition) -> Response:
    """A page with the map, of what it is, and the same in other formats."""
    parameters = [(name, value) for name, value in request.args.items(multi=True) if name not in {'f', 'lang'}]
    view = map_query.request.view
    where = f'{api_url()}{subject.path}/map'
    return as_page(
        'collections/map.html',
        {
            'title': subject.title,
            'description': subject.description,
            'path': subject.path,
            'things': [_describe_source(source, subject) for source in reversed(subject.sources)],
            'forms': [
                (form, MEDIA_TYPES[form], f'{where}?{urlencode([("f", form), *parameters])}') for form in PICTURES
            ],
            'view': view,
            'scale': SCALE.format(denominator=view.metres_per_px / 0.00028 * view.pixel_ratio),
            'crs': map_query.system.crs.uri,
            'bbox': map_query.content_bbox,
            'datetime': map_query.content_datetime(edition.released_at, subject),
            'demo': edition.demo,
            'map': where,
        },
    )


def _describe_source(source: object, subject: Subject) -> dict[str, object]:
    release = subject.releases[source.id]  # type: ignore[attr-defined]
    return {'id': source.id, 'title': source.title, 'release': release, 'is_layer': isinstance(source, Layer)}  # type: ignore[attr-defined]
