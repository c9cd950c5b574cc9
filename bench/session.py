"""Sixteen people at their maps for a minute: tiles, features, a feature here and there; or pictures alone."""

import http.client
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.client import COMPRESSED, Client
from bench.servers import Server
from bench.tiling import Places, Tile, tile_at

CLIENTS = 16
LENGTH_S = 60.0
ZOOMS = range(12, 17)
SHARE_TILES, SHARE_ITEMS = 0.70, 0.25
# Four fifths of the tiles were asked for before, by anybody in this session.
SHARE_SEEN = 0.8
PAGE = 100


@dataclass
class Session:
    """What came of it."""

    server: str
    requests: int = 0
    errors: int = 0
    runs_ms: list[float] = field(default_factory=list)

    def percentile_ms(self, share: float) -> float:
        """The time within which that share of the requests was answered."""
        return sorted(self.runs_ms)[min(int(len(self.runs_ms) * share), len(self.runs_ms) - 1)]


def session(name: str, base: str, next_url: Callable[[], str], length_s: float = LENGTH_S) -> Session:
    """All clients ask without a pause until `length_s` is over; next_url: what is asked for next, of any thread."""
    result, end = Session(name), time.monotonic() + length_s
    threads = [threading.Thread(target=_client, args=(base, next_url, result, end)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return result


class Tiles:
    """Tiles near places taken at random, the same sequence every time; not safe between threads."""

    def __init__(self, places: Places) -> None:
        self.points, self.chance = places.points, random.Random(7)
        self.seen: list[Tile] = []
        self.known: set[Tile] = set()

    def next(self) -> Tile:
        """A tile that was asked for before, in four cases out of five, or a new one."""
        if self.seen and self.chance.random() < SHARE_SEEN:
            return self.chance.choice(self.seen)
        tile = self._unseen()
        self.seen.append(tile)
        self.known.add(tile)
        return tile

    def _unseen(self) -> Tile:
        """A new tile, at any zoom that still has one near a place taken at random."""
        while True:
            lon, lat = self.chance.choice(self.points)
            candidates = [tile for z in ZOOMS if (tile := tile_at(lon, lat, z)) not in self.known]
            if candidates:
                return self.chance.choice(candidates)


class TileWishes:
    """Tiles alone, by the form of their address."""

    def __init__(self, form: str, places: Places) -> None:
        self.form, self.tiles, self.lock = form, Tiles(places), threading.Lock()

    def next(self) -> str:
        """The address of the next request."""
        with self.lock:
            tile = self.tiles.next()
            return self.form.format(z=tile.z, x=tile.x, y=tile.y)


class Wishes:
    """What is asked for next: the same sequence for every server."""

    def __init__(self, server: Server, places: Places, feature_ids: list[int]) -> None:
        self.server, self.tiles, self.feature_ids = server, Tiles(places), feature_ids
        self.chance, self.lock = random.Random(8), threading.Lock()

    def next(self) -> str:
        """The address of the next request."""
        with self.lock:
            kind = self.chance.random()
            if kind < SHARE_TILES:
                return self.server.tile_url(self.tiles.next())
            if kind < SHARE_TILES + SHARE_ITEMS:
                return self.server.items_url(PAGE, self.chance.randrange(len(self.feature_ids) - PAGE))
            return self.server.item_url(self.chance.choice(self.feature_ids))


def _client(base: str, next_url: Callable[[], str], result: Session, end: float) -> None:
    client = Client(base)
    while time.monotonic() < end:
        url = next_url()
        started = time.perf_counter()
        try:
            client.get(url, COMPRESSED)
        except (OSError, RuntimeError, http.client.HTTPException):
            result.errors += 1
            client = Client(base)
        else:
            result.runs_ms.append((time.perf_counter() - started) * 1000)
            result.requests += 1
