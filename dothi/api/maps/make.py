"""Pictures of layers and coverages: drawn, or kept since.

A picture is drawn without a connection of the web process: the versions are read before and once more after, and
where a release came in between it is drawn anew.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from flask import current_app

from dothi.api.http.measures import count_drawing
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.api.maps.cache import drawing_locks, is_passing, picture_cache
from dothi.api.maps.edition import Edition, MapRequest, edition_of, is_unchanged
from dothi.api.maps.formats import MEDIA_TYPES
from dothi.api.maps.paint import paint_background
from dothi.api.maps.single_flight import SingleFlight
from dothi.cartography.mapping.draw import draw, draw_tiles
from dothi.cartography.mapping.picture import Picture
from dothi.core.layer import Layer
from dothi.core.turns import turn_given_away

# Releases that may come while a picture is drawn, before it is given away as it was.
ATTEMPTS = 3
# Of a picture that is one tile.
ALONE = (1, 1)


@dataclass(frozen=True)
class MapFile:
    """A rendered map with what its response headers need."""

    content: bytes
    media_type: str
    tag: str
    released_at: datetime
    updated: datetime
    demo: bool


def picture_of(request: MapRequest, edition: Edition | None = None) -> MapFile:
    """The picture, drawn now or kept since. edition: where it is known already.

    Raises NoRelease, UnknownLayer, NoSuchStyle, BadFilter, TooExpensive, and what `cartography.mapping.draw` raises.
    """
    edition = edition or edition_of(request)
    limits = service().maps
    while True:
        cached = _cached_map(edition)
        if cached is not None:
            return cached
        passing = _is_passing(edition.picture)
        work = partial(_kept_or_new, request, edition, passing)
        files = under_way().do(_flight_of(edition, passing), work, limits.map_wait_s + limits.map_seconds)
        # else another process has kept the block, of which this one read another tile only
        if edition.tile in files:
            return files[edition.tile]


def under_way() -> SingleFlight[dict[int, MapFile]]:
    """The maps that this process is drawing at the moment; those of a block of tiles by their numbers."""
    flights: SingleFlight[dict[int, MapFile]] = current_app.extensions.setdefault('dothi.under_way', SingleFlight())
    return flights


def has_to_be_drawn(edition: Edition) -> bool:
    """Whether the picture is one that is kept, and is not yet."""
    return _is_kept(edition) and _cached_map(edition) is None


def _flight_of(edition: Edition, passing: bool) -> str:
    """What differs between drawings. A tile that will look another way in some seconds is drawn alone."""
    several = edition.picture.tiles not in (None, ALONE)
    return edition.tag if several and passing else edition.drawing_tag


def _kept_or_new(request: MapRequest, edition: Edition, passing: bool) -> dict[int, MapFile]:
    """What is drawn now, unless somebody has drawn and kept it since it was looked for.

    Other processes are waited for, too: of 303 blocks that two of them drew for map users 114 were drawn twice.
    """
    if not _is_kept(edition):
        return _draw_new_map(request, edition, passing)
    with turn_given_away(), drawing_locks().locked(_flight_of(edition, passing), service().maps.map_wait_s):
        cached = _cached_map(edition)
        return {edition.tile: cached} if cached is not None else _draw_new_map(request, edition, passing)


def _cached_map(edition: Edition) -> MapFile | None:
    if not _is_kept(edition):
        return None
    content = picture_cache().read_part(_cache_key(edition), edition.state, edition.tile)
    if content is None:
        return None
    count_drawing('picture', 'kept')
    return _made_map(edition, content)


def _draw_new_map(request: MapRequest, edition: Edition, passing: bool) -> dict[int, MapFile]:
    count_drawing('picture', 'drawn')
    contents: dict[int, bytes] = {}
    for _ in range(ATTEMPTS):
        contents = _render_alone(request, edition) if passing else _render_all(request, edition)
        if is_unchanged(edition) or (after := edition_of(request)).tag == edition.tag:
            break
        edition, passing = after, _is_passing(after.picture)
    else:
        # not what is released any more
        passing = True
    if passing:
        return {edition.tile: _made_map(edition, contents[edition.tile], '-passing')}
    files = {number: _made_map(replace(edition, tile=number), content) for number, content in contents.items()}
    if _is_kept(edition):
        picture_cache().write_parts(_cache_key(edition), edition.state, list(contents.values()))
    return files


def _is_kept(edition: Edition) -> bool:
    """Whether the picture is kept: one of a layer of which somebody sees some rows never is."""
    return not service().locality.row_limited & {shown_layer.layer.id for shown_layer in edition.picture.shown}


def _cache_key(edition: Edition) -> str:
    """The name of the cache file of a map, or of all tiles that are drawn together."""
    return f'{edition.looks[:2]}/{edition.looks}.{edition.picture.format}'


def _made_map(edition: Edition, content: bytes, suffix: str = '') -> MapFile:
    media_type = MEDIA_TYPES[edition.picture.format]
    return MapFile(content, media_type, edition.tag + suffix, edition.released_at, edition.updated, edition.demo)


def _is_passing(picture: Picture) -> bool:
    layers = [drawn_layer.layer for drawn_layer in picture.shown if isinstance(drawn_layer.layer, Layer)]
    with snapshot() as db:
        return is_passing(db, layers, picture.view)


def _render_all(request: MapRequest, edition: Edition) -> dict[int, bytes]:
    """What is drawn with the picture, by its number; there is more than the picture only with tiles."""
    locality, audience = service().locality, service().audience
    if edition.picture.tiles:
        contents = draw_tiles(edition.picture, locality, audience)
    else:
        contents = [draw(edition.picture, locality, audience)]
    painted = (
        [paint_background(each, request.format, request.paint) for each in contents] if request.paint else contents
    )
    return dict(enumerate(painted))


def _render_alone(request: MapRequest, edition: Edition) -> dict[int, bytes]:
    """The same of a single tile."""
    if not edition.picture.tiles:
        return _render_all(request, edition)
    alone = replace(edition.picture, view=request.view, tiles=ALONE)
    return {edition.tile: _render_all(request, replace(edition, picture=alone))[0]}
