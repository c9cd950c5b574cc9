"""A picture as an answer: made from the releases as they are now, kept by clients until a release touches it."""

from flask import Response

from dothi.api.http.caching import not_modified
from dothi.api.http.service import NoRelease
from dothi.api.http.snapshot import Snapshot
from dothi.api.maps.edition import Edition, MapRequest, edition_in
from dothi.api.maps.make import picture_of
from dothi.api.ows.errors import InvalidDimensionValue, LayerNotDefined
from dothi.api.ows.frame import Frame
from dothi.cartography.mapping.picture import Format
from dothi.cartography.style.colour import Colour

# Formats in which nothing can be transparent.
OPAQUE = ('jpeg',)


def map_request(frame: Frame, form: Format, background: Colour | None) -> MapRequest:
    """What is drawn of a frame; raises LayerNotDefined where all that is asked for has nothing to show."""
    if not frame.layers:
        raise LayerNotDefined(
            vi='Không lớp nào trong đó đang hiện để vẽ.',
            en='None of its layers is shown, so there is nothing to draw.',
            locator='LAYERS',
        )
    return MapRequest(
        layers=tuple((leaf.name, style) for leaf, style, _ in frame.layers),
        view=frame.view,
        format=form,
        background=background,
        times=frame.times,
        filters=frame.filters,
    )


def edition_now(db: Snapshot, request: MapRequest) -> Edition:
    """The picture as it would be drawn now; raises InvalidDimensionValue where a raster begins after the time."""
    try:
        return edition_in(db, request)
    except NoRelease as missing:
        if request.times is None:
            raise
        raise InvalidDimensionValue(missing.text.vi, missing.text.en, 'TIME') from None


def picture_answer(request: MapRequest, edition: Edition) -> Response:
    """The picture, unless the client has it. No connection to the database may be held."""
    if not_modified(edition.tag, edition.updated):
        response, tag, updated, demo = Response(status=304), edition.tag, edition.updated, edition.demo
    else:
        made = picture_of(request, edition)
        # GDAL and older desktops know the plain type only
        response = Response(made.content, mimetype=made.media_type.partition(';')[0])
        tag, updated, demo = made.tag, made.updated, made.demo
    response.set_etag(tag, weak=True)
    response.last_modified = updated
    response.headers['Cache-Control'] = 'no-cache'
    response.headers['Dothi-Demo'] = str(demo).lower()
    return response
