"""Which picture of layers and coverages would be drawn now: of which releases, and under which tag."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache

from psycopg2 import sql

from dothi import __version__
from dothi.api.coverages.stored import stored_in
from dothi.api.http.client_filter import ClientFilter
from dothi.api.http.service import no_release, service
from dothi.api.http.snapshot import Snapshot, snapshot, statements
from dothi.api.maps.blocks import Block
from dothi.api.maps.cache import picture_cache, tile_window
from dothi.api.maps.paint import Paint
from dothi.api.maps.times import format_times
from dothi.api.styles.drawings import drawing, no_such_style
from dothi.api.tiles.changes import Current, Version, current_states, state_of
from dothi.api.tiles.descriptions import tile_maker_of_app
from dothi.api.tiles.place import Window
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


@dataclass(frozen=True)
class MapRequest:
    """What is drawn. layers: ids of layers and coverages with a style each (None: the default one), lowest first.

    background: None is transparent. filters: by the layer's id. paint: what comes over the finished picture. block: of
    a tile, those with which it is drawn.
    """

    layers: tuple[tuple[str, str | None], ...]
    view: View
    format: Format = 'png'
    background: Colour | None = None
    times: Times | None = None
    filters: Mapping[str, ClientFilter] = field(default_factory=dict)
    paint: Paint | None = None
    block: Block | None = None

    @property
    def drawn_view(self) -> View:
        """What is drawn: the block of a tile, else what is asked for."""
        return self.block.view if self.block else self.view

    @property
    def alone(self) -> 'MapRequest':
        """The same, of a tile that is drawn without those around it."""
        return replace(self, block=Block(self.view)) if self.block else self

    @property
    def fingerprint(self) -> str:
        """A text that differs between requests whose maps differ."""
        filters = sorted(
            (name, json.dumps(layer_filter.tree), repr(layer_filter.space))
            for name, layer_filter in self.filters.items()
        )
        view = self.block.drawing if self.block else self.view
        return repr((self.layers, view, self.format, self.background, self.times, filters, self.paint))


@dataclass(frozen=True)
class Edition:
    """A picture as it would be drawn now.

    looks: differs for what is drawn differently. version: the newest release that may have changed what it shows.
    state: differs for other releases of any layer. states: of the layers that it shows, by id. styled_at: when one of
    their style files was last changed. tile: its number where several are drawn together.
    """

    looks: str
    version: Version
    state: str
    demo: bool
    picture: Picture
    states: Mapping[str, Current]
    styled_at: datetime
    tile: int = 0

    @property
    def tag(self) -> str:
        """Hash of everything that can change the picture's bytes, for use as an ETag."""
        return f'{self.drawing_tag}-{self.tile}' if self.picture.tiles else self.drawing_tag

    @property
    def drawing_tag(self) -> str:
        """The same of all tiles that are drawn together."""
        return f'{self.tag_stem}{self.state}-{self.picture.format}'

    @property
    def tag_stem(self) -> str:
        """What the tag begins with in every state of the data."""
        return f'{self.looks}-'

    @property
    def released_at(self) -> datetime:
        """The time of the release that the map shows."""
        return self.version.released_at

    @property
    def updated(self) -> datetime:
        """Since when it looks as it does."""
        return max(self.released_at, self.styled_at)


@dataclass(frozen=True)
class _DrawnLayer:
    """A layer or coverage as it stands: the release that counts here, and what else decides over its looks.

    styled_ns: when its style file was changed.
    """

    drawing: PictureLayer
    version: Version
    demo: bool
    looks: str
    styled_ns: int = 0


def edition_of(request: MapRequest) -> Edition:
    """The edition that a map of the current data would have; raises as `picture_of`."""
    with snapshot() as db:
        return edition_in(db, request)


def edition_in(db: Snapshot, request: MapRequest) -> Edition:
    """What `edition_of` returns, read in the snapshot `db`."""
    if request.block and not _may_share(request):
        request = request.alone
    sources = [_find_source(name) for name, _ in request.layers]
    now, view_window = (
        current_states(db, tuple(data for data in sources if isinstance(data, Layer))),
        tile_window(request.drawn_view),
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
    block = request.block
    picture = Picture(
        request.drawn_view,
        tuple(drawn_layer.drawing for drawn_layer in drawn_layers),
        request.background,
        request.format,
        _file_metadata(newest, demo, request.times),
        (block.columns, block.rows) if block else None,
    )
    styled_ns = max((drawn_layer.styled_ns for drawn_layer in drawn_layers), default=0)
    styled_at = datetime.fromtimestamp(styled_ns / 1e9, UTC)
    return Edition(looks, newest, state_of(versions), demo, picture, now, styled_at, block.number if block else 0)


def is_unchanged(edition: Edition) -> bool:
    """Whether no layer of the picture has another release since; False also where it shows anything but layers.

    It reads one statement, and takes half the time of `edition_of`.
    """
    sources = [shown_layer.layer for shown_layer in edition.picture.shown]
    layers = tuple(data for data in sources if isinstance(data, Layer))
    if not layers or len(layers) < len(sources):
        return False
    with statements() as db:
        return current_states(db, layers) == edition.states


def _may_share(request: MapRequest) -> bool:
    """Whether the tiles around a tile are drawn with it: where they are kept until somebody wants them."""
    kept = picture_cache().most_bytes > 0
    layers = {name for name, _ in request.layers}
    return kept and request.paint is None and not service().locality.row_limited & layers


def _newest_version(db: Snapshot) -> Version:
    """That of a picture with nothing on it, as it is of a time before all data: any release may put something there."""
    return max(Version(release.number, release.released_at) for release in db.releases().values())


def _find_source(collection_id: str) -> Layer | Coverage:
    """The layer or coverage; raises UnknownLayer with the nearest id."""
    coverage = service().coverages.get(collection_id)
    return coverage if coverage is not None else service().layer(collection_id)


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
        drawn_layer, _layer_version(db, layer, state, request, place), state.demo, f'{changed} {classes}', changed
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
