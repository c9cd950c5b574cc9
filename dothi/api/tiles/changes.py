"""Which release last changed what a tile or a picture shows: its version, by which clients and the cache keep it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any, Protocol

from psycopg2 import sql

from dothi.api.http.caching import hash_of
from dothi.api.tiles.place import Box
from dothi.core.layer import Layer


class Reader(Protocol):
    """What answers a statement with all its rows."""

    def rows(self, statement: sql.Composable) -> list[tuple[Any, ...]]: ...


class PlanKeeper(Protocol):
    """What answers a statement and keeps its plan."""

    def prepared_rows(self, statement: str, *values: int | float | str) -> list[tuple[Any, ...]]: ...


class Area(Protocol):
    """An area of the world for which changes are looked up."""

    def shown_cells(self, zoom: int) -> tuple[int, int, int, int]:
        """First and last column, first and last row of the tiles of WebMercatorQuad of which something is shown."""
        ...


# What is served now of layers that have a release: the release, its extent, and which cells count it. To look for the
# cells takes a third of the time of a small tile, and only merged features need them.
STATE_WITHOUT_CELLS = 'select s.number, s.released_at, s.extent_wgs84, s.demo from catalog.current_state as s'
STATES = """select s.layer_id, s.number, s.released_at, s.extent_wgs84, s.demo, s.kinds, s.coarsest, s.finest
    from catalog.current_state as s"""


@dataclass(frozen=True, order=True)
class Version:
    """A release of any layer, and when it was made."""

    number: int
    released_at: datetime

    @property
    def label(self) -> str:
        """Names the release, also in a database that was made anew and counts from 1 again."""
        return f'{self.number}-{int(self.released_at.timestamp() * 1000):x}'


def state_of(versions: list[Version]) -> str:
    """Names the releases of several layers together.

    The newest alone does not: a release that takes long comes into force after a short one with a higher number.
    """
    newest = max(versions).label
    return newest if len(versions) == 1 else f'{newest}-{hash_of(*(version.label for version in versions))}'


@dataclass(frozen=True)
class Current:
    """What is served of a layer now: the release, its extent, and what catalog.tile_cell counts of it."""

    version: Version
    extent: Box | None
    demo: bool
    kinds: list[str] | None
    levels: range


def current_states(db: PlanKeeper, layers: tuple[Layer, ...]) -> dict[str, Current]:
    """The current state of each of `layers` that has a release.

    Every tile that is kept asks this first. Its plan takes longer to make than to carry out.
    """
    names = ','.join(layer.id for layer in layers)
    return states_by_layer(db.prepared_rows(f"{STATES} where s.layer_id = any (string_to_array($1, ','))", names))


def states_statement(layers: tuple[Layer, ...]) -> sql.Composable:
    """A statement that gives what `states_by_layer` takes."""
    return sql.SQL(f'{STATES} where s.layer_id = any ({{}})').format(sql.Literal([layer.id for layer in layers]))


def states_by_layer(rows: Iterable[Sequence[Any]]) -> dict[str, Current]:
    """The states in rows of STATES, whose text may be bytes."""
    return {name if isinstance(name, str) else name.decode(): current_state(*state) for name, *state in rows}


def current_state(
    number: int,
    at: datetime,
    extent: list[float] | None,
    demo: bool,
    kinds: list[str] | None = None,
    coarsest: int = 0,
    finest: int = 0,
) -> Current:
    """The state in a row of STATE_WITHOUT_CELLS, or of STATES without the layer's id."""
    levels = range(0) if kinds is None else range(coarsest, finest + 1)
    return Current(Version(number, at), _box(extent), demo, kinds, levels)


def _box(extent: list[float] | None) -> Box | None:
    if not extent:
        return None
    west, south, east, north = extent
    return west, south, east, north


@dataclass(frozen=True)
class Changes:
    """The newest release by tile, as of the layer's release `until`; before the known ones all changed with `whole`."""

    until: int = 0
    whole: Version | None = None
    # by zoom, then by column and row of WebMercatorQuad
    tiles: dict[int, dict[tuple[int, int], Version]] = field(default_factory=dict)

    def of(self, area: Area) -> Version | None:
        """The newest release that may have changed what is shown there."""
        newest = [_newest_change(tiles, *area.shown_cells(zoom)) for zoom, tiles in self.tiles.items()]
        return max((number for number in (self.whole, *newest) if number), default=None)

    def and_then(self, releases: list[tuple[Any, ...]], until: int) -> 'Changes':
        """With later releases: number, time, and zoom, columns and rows of what each changed."""
        extended = replace(self, until=until, tiles={zoom: dict(tiles) for zoom, tiles in self.tiles.items()})
        for number, at, zoom, columns, rows in releases:
            version = Version(number, at)
            if zoom is None:
                extended = Changes(until, version)
            else:
                extended.tiles.setdefault(zoom, {}).update(dict.fromkeys(zip(columns, rows, strict=True), version))
        return extended


def _newest_change(
    tiles: dict[tuple[int, int], Version], west: int, east: int, north: int, south: int
) -> Version | None:
    if (east - west + 1) * (south - north + 1) < len(tiles):
        numbers = (tiles.get((x, y)) for x in range(west, east + 1) for y in range(north, south + 1))
    else:
        numbers = (version for (x, y), version in tiles.items() if west <= x <= east and north <= y <= south)
    return max((version for version in numbers if version), default=None)


class Ledger:
    """The changes of all layers, kept by one process and read on when a layer has a new release."""

    def __init__(self) -> None:
        self._changes: dict[str, Changes] = {}
        self._lock = Lock()

    def version(self, db: Reader, layer: Layer, now: Current, area: Area) -> Version:
        """The release that last changed what is shown there, no later than `now`."""
        newest = self._until(db, layer, now.version.number).of(area)
        return newest or now.version

    def _until(self, db: Reader, layer: Layer, number: int) -> Changes:
        earlier = self._changes.get(layer.id, Changes())
        if earlier.until == number:
            return earlier
        # a transaction that began before the last release sees the layer as it was
        since = earlier if earlier.until < number else Changes()
        changes = since.and_then(db.rows(_releases_between(layer, since.until, number)), number)
        with self._lock:
            if self._changes.get(layer.id, Changes()).until < number:
                self._changes[layer.id] = changes
        return changes


def _releases_between(layer: Layer, after: int, until: int) -> sql.Composable:
    return sql.SQL(
        """select r.number, r.released_at, t.zoom, t.columns, t.rows
        from catalog.release as r left join catalog.release_tiles as t on t.release = r.number
        where r.layer_id = {} and r.number > {} and r.number <= {} order by r.number"""
    ).format(*map(sql.Literal, (layer.id, after, until)))
