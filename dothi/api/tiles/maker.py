"""Makes and keeps the tiles of any set of layers, for one audience; knows nothing of requests."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

from psycopg2 import sql

from dothi import __version__
from dothi.api.http.measures import count_drawing
from dothi.api.tiles.cache import CachedTile, TileCache, pack_tile
from dothi.api.tiles.changes import Current, Ledger, Version, state_of
from dothi.api.tiles.draw import MOST_BYTES, LayerTile, draw_layer_tile
from dothi.api.tiles.frame import drawn_srid, parameters
from dothi.api.tiles.new_tile import (
    NewTile,
    is_drawn_at_once,
    is_scattered,
    may_be_empty,
    new_tile_statement,
    parts_statement,
    read_new_tile,
)
from dothi.api.tiles.place import TileAddress
from dothi.api.tiles.sql import Canvas, anything
from dothi.cartography.style.layer_styles import has_labels, style_path
from dothi.core.clearance import has_clearance
from dothi.core.layer import Audience, Layer
from dothi.core.layer_source import source
from dothi.core.limit_settings import TileSettings
from dothi.core.locality import Locality
from dothi.core.settings import PROJECT, PathSettings

# What decides over the bytes of a tile beside data and layer file.
SOURCES = (
    *(
        Path(__file__).with_name(f'{name}.py')
        for name in ('sql', 'frame', 'cells', 'draw', 'place', 'maker', 'new_tile')
    ),
    *(PROJECT / 'sql' / 'functions' / f'{name}.sql' for name in ('tile_grid', 'tile_cells')),
)


class PlanKeeper(Protocol):
    """What answers statements whose plans its connection `db` keeps."""

    @property
    def db(self) -> Any: ...

    def prepared_rows(self, statement: str, *values: int | float | str) -> list[tuple[Any, ...]]: ...


class Reader(PlanKeeper, Protocol):
    """What answers statements from one state of the database."""

    def row(self, statement: sql.Composable) -> tuple[Any, ...]: ...

    def rows(self, statement: sql.Composable) -> list[tuple[Any, ...]]: ...


@dataclass(frozen=True)
class Sheet:
    """Layers that come in one tile, in their order, and the name under which such tiles are kept (none: not at all)."""

    layers: tuple[Layer, ...]
    kept_as: str | None = None

    def at(self, place: TileAddress) -> tuple[Layer, ...]:
        """The layers that have tiles at that zoom; what a layer has at its last zoom stays beyond it."""
        return tuple(layer for layer in self.layers if place.zoom >= layer.publish.tiles.zooms[0])


@dataclass(frozen=True)
class Parts:
    """Layers' own parts of a tile by id. releases: the numbers of those that they are of, in the order of the ids."""

    releases: list[int]
    tiles: dict[str, LayerTile]


@dataclass(frozen=True)
class Edition:
    """What tells a tile from what it was before: the releases that may have changed it, and a `fingerprint`.

    version: the newest of them. state: differs for other ones.
    """

    version: Version
    state: str
    fingerprint: str

    def tag(self, sheet: Sheet) -> str:
        """A text that changes whenever the tile's bytes may change, for use as an ETag."""
        return f'{self.tag_stem(sheet)}{self.state}-mvt'

    def tag_stem(self, sheet: Sheet) -> str:
        """What the tag begins with in every state of the data."""
        return f'{self.fingerprint}-{sheet.kept_as or "selection"}-'


class TileMaker:
    """The tiles of one audience, of one locality."""

    def __init__(self, audience: Audience, locality: Locality) -> None:
        self.audience, self.locality = audience, locality
        self.ledger = Ledger()
        self._fingerprints: dict[tuple[tuple[str, bool], ...], str] = {}
        self._style_files: dict[str, Path] = {}
        self._labelled: dict[tuple[str, int], bool] = {}
        self._statements: dict[tuple[str, tuple[tuple[str, bool], ...], int, int], str] = {}

    @cached_property
    def cache(self) -> TileCache:
        """The cache of the tiles; each audience has a folder of its own."""
        folder = PathSettings().state / 'cache' / 'tiles' / self.audience
        return TileCache(folder, TileSettings().tile_cache_mb * 1_000_000)

    def edition(self, db: Reader, sheet: Sheet, now: dict[str, Current], place: TileAddress) -> Edition:
        """The edition that the tile has now."""
        layers = sheet.at(place) or sheet.layers
        versions = [self.ledger.version(db, layer, now[layer.id], place) for layer in layers]
        return Edition(max(versions), state_of(versions), self.fingerprint(sheet))

    def fingerprint(self, sheet: Sheet) -> str:
        """Changes with the software, and with what the locality says of these layers."""
        labelled = tuple((layer.id, self.is_labelled(layer)) for layer in sheet.layers)
        if labelled not in self._fingerprints:
            place = self.locality.place
            parts = [[layer.definition() for layer in sheet.layers], place.reference_date.isoformat(), place.crs]
            # what everybody sees alike is kept for everybody
            limited = {layer.id for layer in sheet.layers} & self.locality.claimed
            seen_as = [self.locality.access_class] if limited else []
            text = json.dumps([_software_versions(), self.audience, labelled, parts, *seen_as])
            self._fingerprints[labelled] = hashlib.sha256(text.encode()).hexdigest()[:10]
        return self._fingerprints[labelled]

    def tile(
        self, db: Reader, sheet: Sheet, now: dict[str, Current], place: TileAddress, edition: Edition | None = None
    ) -> CachedTile:
        """The tile, from the cache or made now. edition: where it is known already."""
        edition = edition or self.edition(db, sheet, now, place)
        cached = self.kept_tile(sheet, place, edition)
        if cached:
            return cached
        tile = self._draw_tile(db, sheet, now, place)
        made = pack_tile(edition.state, tile.shortened, tile.content)
        self.keep(sheet, place, edition, made)
        return made

    def kept_tile(self, sheet: Sheet, place: TileAddress, edition: Edition) -> CachedTile | None:
        """The tile as it is kept in that edition, if it is."""
        key = cache_key(sheet, edition.fingerprint, place)
        cached = self.cache.get(key, edition.state) if self.is_kept(sheet) else None
        if cached:
            count_drawing('tile', 'kept')
        return cached

    def is_kept(self, sheet: Sheet) -> bool:
        """Whether its tiles are kept: of a layer of which somebody sees some rows they never are."""
        return sheet.kept_as is not None and not self.locality.row_limited & {layer.id for layer in sheet.layers}

    def is_new(self, layer: Layer, place: TileAddress) -> bool:
        """Whether the layer's tile is not kept, not even as it was before a release, and `new_tile` may have it."""
        sheet = own_sheet(layer)
        if not (sheet.at(place) and is_drawn_at_once(layer, place)):
            return False
        return not (self.is_kept(sheet) and self.cache.has(cache_key(sheet, self.fingerprint(sheet), place)))

    def keep(self, sheet: Sheet, place: TileAddress, edition: Edition, tile: CachedTile) -> None:
        """Puts a tile that was drawn elsewhere into the cache, if such tiles are kept."""
        count_drawing('tile', 'drawn')
        if self.is_kept(sheet):
            self.cache.put(cache_key(sheet, edition.fingerprint, place), tile)

    def new_tile(self, db: PlanKeeper, layer: Layer, place: TileAddress) -> NewTile | None:
        """The tile as one statement draws it; None where the layer has no release."""
        # composing it takes as long as the database needs for a small tile
        statement = self._statement(
            db, 'with its state', (layer,), place, lambda: new_tile_statement(self._canvas_of_layer(layer), place)
        )
        return read_new_tile(db, statement, place)

    def is_empty(self, db: Reader, sheet: Sheet, place: TileAddress) -> bool:
        """Whether no feature lies in the tile or its buffer."""
        return not any(db.row(anything(self._canvas_of_layer(layer), place))[0] for layer in sheet.layers)

    def _draw_tile(self, db: Reader, sheet: Sheet, now: dict[str, Current], place: TileAddress) -> LayerTile:
        if len(sheet.layers) == 1:
            (layer,) = sheet.layers
            return draw_layer_tile(db, self._canvas_of_layer(layer, now[layer.id]), place)
        return self._draw_together(db, sheet, now, place)

    def _draw_together(self, db: Reader, sheet: Sheet, now: dict[str, Current], place: TileAddress) -> LayerTile:
        """The layers' own tiles, one after the other, which is a tile too; the largest are drawn again if needed."""
        layers, new_parts = sheet.at(place), self._draw_at_once(db, sheet, place).tiles
        parts_by_name = {
            layer.id: new_parts.get(layer.id) or self._kept_part(db, layer, now, place) for layer in layers
        }
        share = fair_share([len(tile.content) for tile in parts_by_name.values()], MOST_BYTES)
        for layer in layers:
            if len(parts_by_name[layer.id].content) > share:
                parts_by_name[layer.id] = draw_layer_tile(db, self._canvas_of_layer(layer, now[layer.id]), place, share)
        shortened = '; '.join(f'{name}: {tile.shortened}' for name, tile in parts_by_name.items() if tile.shortened)
        return LayerTile(b''.join(tile.content for tile in parts_by_name.values()), shortened)

    def tile_at_once(
        self, db: PlanKeeper, sheet: Sheet, now: dict[str, Current], place: TileAddress, edition: Edition
    ) -> CachedTile | None:
        """The tile of several layers as one statement draws it, and of their states `now`, whatever `db` reads from.

        None where merged features lie in it, where it comes too large, or a layer has had another release since.
        """
        layers = sheet.at(place)
        if len(sheet.layers) == 1 or not all(_comes_at_once(layer, place) for layer in layers):
            return None
        parts = self._draw_at_once(db, sheet, place)
        if parts.releases != _releases(layers, now) or parts.tiles.keys() != {layer.id for layer in layers}:
            return None
        content = b''.join(parts.tiles[layer.id].content for layer in layers)
        if len(content) > MOST_BYTES:
            return None
        made = pack_tile(edition.state, '', content)
        self.keep(sheet, place, edition, made)
        return made

    def _draw_at_once(self, db: PlanKeeper, sheet: Sheet, place: TileAddress) -> Parts:
        """Parts of the tile by one statement, but for those that come too large from it.

        One after the other, 30 layers of a tile of zoom 16 took 16 ms, of which most was planning; so they take 2.
        """
        drawn = tuple(layer for layer in sheet.at(place) if is_drawn_at_once(layer, place))
        merged = tuple(layer for layer in sheet.at(place) if may_be_empty(layer, place))
        # the selections of clients are too many for their plans to be kept
        if not drawn or sheet.kept_as is None:
            return Parts([], {})
        ((releases, *columns),) = db.prepared_rows(self._parts_statement(db, drawn, merged, place), *parameters(place))
        tiles = [LayerTile(bytes(tile)) for tile in columns[: len(drawn)]]
        parts = {layer.id: tile for layer, tile in zip(drawn, tiles, strict=True) if len(tile.content) <= MOST_BYTES}
        is_filled = zip(merged, columns[len(drawn) :], strict=True)
        return Parts(releases, parts | {layer.id: LayerTile(b'') for layer, filled in is_filled if not filled})

    def _parts_statement(
        self, db: PlanKeeper, drawn: tuple[Layer, ...], merged: tuple[Layer, ...], place: TileAddress
    ) -> str:
        return self._statement(
            db,
            'parts',
            (*drawn, *merged),
            place,
            lambda: parts_statement([*map(self._canvas_of_layer, drawn)], [*map(self._canvas_of_layer, merged)], place),
        )

    def _kept_part(self, db: Reader, layer: Layer, now: dict[str, Current], place: TileAddress) -> LayerTile:
        """The layer's own tile."""
        tile = self.tile(db, own_sheet(layer), now, place)
        return LayerTile(tile.content, tile.shortened)

    def _statement(
        self,
        db: PlanKeeper,
        kind: str,
        layers: tuple[Layer, ...],
        place: TileAddress,
        compose: Callable[[], sql.Composable],
    ) -> str:
        """The statement of that kind of these layers, for all tiles of that zoom; composed at its first use."""
        labelled = tuple((layer.id, self.is_labelled(layer)) for layer in layers)
        key = kind, labelled, place.zoom, drawn_srid(place)
        if key not in self._statements:
            self._statements[key] = compose().as_string(db.db)
        return self._statements[key]

    def _canvas_of_layer(self, layer: Layer, now: Current | None = None) -> Canvas:
        return Canvas(
            layer,
            layer.columns_for(self.audience),
            source(layer, self.locality, self.audience, clearance=has_clearance(layer)),
            labels=self.is_labelled(layer),
            levels=now.levels if now and now.kinds == layer.kinds else range(0),
            has_clearance=has_clearance(layer),
        )

    def is_labelled(self, layer: Layer) -> bool:
        """Whether polygons of the layer also give inner points, for names."""
        if not layer.geometry.endswith('Polygon'):
            return False
        if layer.id not in self._style_files:
            self._style_files[layer.id] = style_path(layer, self.locality.path)
        key = layer.id, _changed_ns(self._style_files[layer.id])
        if key not in self._labelled:
            self._labelled[key] = has_labels(layer, self.locality.path)
        return self._labelled[key]


def _comes_at_once(layer: Layer, place: TileAddress) -> bool:
    return is_drawn_at_once(layer, place) or is_scattered(layer, place)


def _releases(layers: tuple[Layer, ...], now: dict[str, Current]) -> list[int]:
    return [now[name].version.number for name in sorted(layer.id for layer in layers)]


def own_sheet(layer: Layer) -> Sheet:
    """The sheet of the layer's own tiles."""
    return Sheet((layer,), layer.id)


def cache_key(sheet: Sheet, fingerprint: str, place: TileAddress) -> str:
    """Under which a tile is kept."""
    return f'{sheet.kept_as}-{fingerprint}/{place.grid.name}/{place.z}/{place.x}/{place.y}'


def fair_share(sizes: list[int], total: int) -> int:
    """The most that each may have so that all together have no more than `total`: who needs less leaves the rest."""
    share = total
    for index, size in enumerate(sorted(sizes)):
        share = total // (len(sizes) - index)
        if size > share:
            return share
        total -= size
    return max(share, *sizes, 0)


def _changed_ns(file: Path) -> int:
    """When a file was changed; 0 where there is none."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@lru_cache
def _software_versions() -> str:
    return hashlib.sha256(b''.join([__version__.encode(), *(file.read_bytes() for file in SOURCES)])).hexdigest()
