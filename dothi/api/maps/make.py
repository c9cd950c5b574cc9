"""Pictures of layers and coverages: from which releases, under which tag, and their bytes.

A picture is drawn without a connection of the web process: the versions are read before and once more after, and
where a release came in between it is drawn anew.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial

from flask import current_app
from psycopg2 import sql

from dothi import __version__
from dothi.api.coverages.stored import stored_in
from dothi.api.http.client_filter import ClientFilter
from dothi.api.http.measures import count_drawing
from dothi.api.http.service import no_release, service
from dothi.api.http.snapshot import Snapshot, snapshot
from dothi.api.maps.cache import is_passing, picture_cache, tile_window
from dothi.api.maps.formats import MEDIA_TYPES
from dothi.api.maps.paint import Paint, paint_background
from dothi.api.maps.single_flight import SingleFlight
from dothi.api.maps.times import format_times
from dothi.api.styles.drawings import drawing, no_such_style
from dothi.api.tiles.changes import Current, Version, current_states, state_of
from dothi.api.tiles.descriptions import tile_maker_of_app
from dothi.api.tiles.place import Window
from dothi.cartography.mapping.draw import draw
from dothi.cartography.mapping.formats import DATETIME
from dothi.cartography.mapping.picture import Format, Picture, PictureLayer
from dothi.cartography.mapping.view import View
from dothi.cartography.style.colour import Colour
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.coverage import Coverage
from dothi.core.crs import WGS84
from dothi.core.layer import Layer
from dothi.core.layer_source import Times, source
from dothi.core.settings import code_files
from dothi.core.text import DEMO

# What decides over the bytes of a picture beside data, layer file and style file.
SOURCES = code_files(
    'dothi/cartography/mapping/*.py', 'dothi/cartography/generalised/*.py', 'dothi/cartography/style/**/*.py',
    'dothi/cartography/style/markers/*.svg', 'dothi/api/maps/*.py', 'sql/functions/generalise*.sql',
)  # fmt: skip
# Releases that may come while a picture is drawn, before it is given away as it was.
ATTEMPTS = 3


@dataclass(frozen=True)
class MapRequest:
    """What is drawn. layers: ids of layers and coverages with a style each (None: the default one), lowest first.

    background: None is transparent. filters: by the layer's id. paint: what comes over the finished picture.
    """

    layers: tuple[tuple[str, str | None], ...]
    view: View
    format: Format = 'png'
    background: Colour | None = None
    times: Times | None = None
    filters: Mapping[str, ClientFilter] = field(default_factory=dict)
    paint: Paint | None = None

    @property
    def fingerprint(self) -> str:
        """A text that differs between requests whose maps differ."""
        filters = sorted(
            (name, json.dumps(layer_filter.tree), repr(layer_filter.space))
            for name, layer_filter in self.filters.items()
        )
        return repr((self.layers, self.view, self.format, self.background, self.times, filters, self.paint))


@dataclass(frozen=True)
class Edition:
    """A picture as it would be drawn now.

    looks: differs for what is drawn differently. version: the newest release that may have changed what it shows.
    state: differs for other releases of any layer.
    """

    looks: str
    version: Version
    state: str
    demo: bool
    picture: Picture

    @property
    def tag(self) -> str:
        """Hash of everything that can change the picture's bytes, for use as an ETag."""
        return f'{self.looks}-{self.state}-{self.picture.format}'

    @property
    def released_at(self) -> datetime:
        """The time of the release that the map shows."""
        return self.version.released_at


@dataclass(frozen=True)
class MapFile:
    """A rendered map with what its response headers need."""

    content: bytes
    media_type: str
    tag: str
    released_at: datetime
    demo: bool


@dataclass(frozen=True)
class _DrawnLayer:
    """A layer or coverage as it stands: the release that counts here, and what else decides over its looks."""

    drawing: PictureLayer
    version: Version
    demo: bool
    looks: str


def picture_of(request: MapRequest, edition: Edition | None = None) -> MapFile:
    """The picture, drawn now or kept since. edition: where it is known already.

    Raises NoRelease, UnknownLayer, NoSuchStyle, BadFilter, TooExpensive, and what `cartography.mapping.draw` raises.
    """
    edition = edition or edition_of(request)
    cached = _cached_map(edition)
    if cached is not None:
        return cached
    limits = service().maps
    # one that ended since may have kept it
    work = partial(_kept_or_new, request, edition)
    return under_way().do(edition.tag, work, limits.map_wait_s + limits.map_seconds)


def under_way() -> SingleFlight[MapFile]:
    """The maps that this process is drawing at the moment."""
    flights: SingleFlight[MapFile] = current_app.extensions.setdefault('dothi.under_way', SingleFlight())
    return flights


def _kept_or_new(request: MapRequest, edition: Edition) -> MapFile:
    return _cached_map(edition) or _draw_new_map(request, edition)


def _cached_map(edition: Edition) -> MapFile | None:
    cached = picture_cache().read(_cache_key(edition), edition.state) if _is_kept(edition) else None
    if cached is None:
        return None
    count_drawing('picture', 'kept')
    return _made_map(edition, cached[1])


def _draw_new_map(request: MapRequest, edition: Edition) -> MapFile:
    count_drawing('picture', 'drawn')
    content, passing = b'', False
    for _ in range(ATTEMPTS):
        passing = _is_passing(edition.picture)
        content = _render_map(request, edition.picture)
        after = edition_of(request)
        if after.tag == edition.tag:
            break
        edition, passing = after, True
    if passing:
        return _made_map(edition, content, '-passing')
    if _is_kept(edition):
        picture_cache().write(_cache_key(edition), edition.state, content)
    return _made_map(edition, content)


def _is_kept(edition: Edition) -> bool:
    """Whether the picture is kept: one of a layer of which somebody sees some rows never is."""
    return not service().locality.row_limited & {shown_layer.layer.id for shown_layer in edition.picture.shown}


def _cache_key(edition: Edition) -> str:
    """The name of the cache file of a map."""
    return f'{edition.looks[:2]}/{edition.looks}.{edition.picture.format}'


def _made_map(edition: Edition, content: bytes, suffix: str = '') -> MapFile:
    media_type = MEDIA_TYPES[edition.picture.format]
    return MapFile(content, media_type, edition.tag + suffix, edition.released_at, edition.demo)


def _is_passing(picture: Picture) -> bool:
    layers = [drawn_layer.layer for drawn_layer in picture.shown if isinstance(drawn_layer.layer, Layer)]
    with snapshot() as db:
        return is_passing(db, layers, picture.view)


def edition_of(request: MapRequest) -> Edition:
    """The edition that a map of the current data would have; raises as `picture_of`."""
    with snapshot() as db:
        return edition_in(db, request)


def edition_in(db: Snapshot, request: MapRequest) -> Edition:
    """What `edition_of` returns, read in the snapshot `db`."""
    sources = [find_source(name) for name, _ in request.layers]
    now, view_window = (
        current_states(db, tuple(source for source in sources if isinstance(source, Layer))),
        tile_window(request.view),
    )
    drawn_layers = [
        _layer_of_map(db, source, style, now, request, view_window)
        if isinstance(source, Layer)
        else _coverage_of_map(db, source, style, request)
        for source, (_, style) in zip(sources, request.layers, strict=True)
    ]
    versions = [drawn_layer.version for drawn_layer in drawn_layers] or [_newest_version(db)]
    newest = max(versions)
    demo = any(drawn_layer.demo for drawn_layer in drawn_layers)
    fingerprint_parts = [
        software_versions(),
        service().fingerprint,
        request.fingerprint,
        f'{demo}',
        *(drawn_layer.looks for drawn_layer in drawn_layers),
    ]
    # longer than a tag must be: among the pictures that are kept no two may share it
    looks = hashlib.sha256('\0'.join(fingerprint_parts).encode()).hexdigest()[:20]
    picture = Picture(
        request.view,
        tuple(drawn_layer.drawing for drawn_layer in drawn_layers),
        request.background,
        request.format,
        _file_metadata(newest, demo, request.times),
    )
    return Edition(looks, newest, state_of(versions), demo, picture)


def _newest_version(db: Snapshot) -> Version:
    """That of a picture with nothing on it, as it is of a time before all data: any release may put something there."""
    return max(Version(release.number, release.released_at) for release in db.releases().values())


def find_source(collection_id: str) -> Layer | Coverage:
    """The layer or coverage; raises UnknownLayer with the nearest id."""
    coverage = service().coverages.get(collection_id)
    return coverage if coverage is not None else service().layer(collection_id)


def _render_map(request: MapRequest, picture: Picture) -> bytes:
    content = draw(picture, service().locality, service().audience)
    return paint_background(content, request.format, request.paint) if request.paint else content


def _layer_of_map(
    db: Snapshot, layer: Layer, style: str | None, now: dict[str, Current], request: MapRequest, place: Window | None
) -> _DrawnLayer:
    if layer.id not in now:
        raise no_release(layer)
    state = now[layer.id]
    changed, looks = drawing(db, layer, style or DEFAULT, state.version.number)
    condition = _layer_condition(db, layer, request, place) if layer.id in request.filters else None
    # limits of classes may move though nothing changes here
    classes = [rendering_pass.rules for rendering_pass in looks.passes if rendering_pass.part.classes]
    drawn_layer = PictureLayer(layer, looks, request.times, condition)
    return _DrawnLayer(
        drawn_layer, _layer_version(db, layer, state, request, place), state.demo, f'{changed} {classes}'
    )


def _layer_condition(db: Snapshot, layer: Layer, request: MapRequest, place: Window | None) -> sql.Composable:
    """The filter of the layer, weighed as it is looked for: among the rows in the picture."""
    rows = source(layer, service().locality, service().audience, request.times)
    box = sql.SQL('geom_wgs84 && ST_MakeEnvelope({}, {}, {}, {}, {})')
    narrowing = [] if place is None else [box.format(*map(sql.Literal, (*place.degrees, WGS84)))]
    return request.filters[layer.id].condition(db, layer, rows, narrowing)


def _layer_version(db: Snapshot, layer: Layer, state: Current, request: MapRequest, place: Window | None) -> Version:
    """The release that last changed what the picture shows of the layer."""
    # which state another time shows may depend on any release
    if place is None or request.times is not None:
        return state.version
    return tile_maker_of_app().ledger.version(db, layer, state, place)


def _coverage_of_map(db: Snapshot, coverage: Coverage, style: str | None, request: MapRequest) -> _DrawnLayer:
    if style not in {None, DEFAULT}:
        raise no_such_style(coverage.id, str(style), [DEFAULT])
    source = stored_in(db, coverage, request.times)
    version = Version(source.release.number, source.release.released_at)
    return _DrawnLayer(PictureLayer(coverage, None, request.times), version, source.release.demo, source.path.name)


def _file_metadata(version: Version, demo: bool, times: Times | None) -> dict[str, str]:
    """What the file says of itself, where its format can; in both languages, since a picture is kept for all."""
    attribution = service().locality.place.attribution
    members = {'Author': f'{attribution.vi} / {attribution.en}', 'Release': str(version.number)}
    if demo:
        members['Comment'] = f'{DEMO.vi} / {DEMO.en}'
    if times is not None:
        members[DATETIME] = format_times(times, version.released_at)
    return members


@lru_cache
def software_versions() -> str:
    """The versions of all software that draws maps, for use in cache keys."""
    return hashlib.sha256(b''.join([__version__.encode(), *(file.read_bytes() for file in SOURCES)])).hexdigest()
