"""Sixteen people at their maps: tiles, features, a feature here and there, for a minute."""

import http.client
import random
import threading
import time
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


def session(server: Server, places: Places, feature_ids: list[int], length_s: float = LENGTH_S) -> Session:
    """All clients ask without a pause until `length_s` is over."""
    result, wishes = Session(server.name), Wishes(server, places, feature_ids)
    end = time.monotonic() + length_s
    threads = [threading.Thread(target=_client, args=(server, wishes, result, end)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return result


class Wishes:
    """What is asked for next: the same sequence for every server."""

    def __init__(self, server: Server, places: Places, feature_ids: list[int]) -> None:
        self.server, self.points, self.feature_ids = server, places.points, feature_ids
        self.chance, self.lock = random.Random(7), threading.Lock()
        self.seen: list[Tile] = []
        self.known: set[Tile] = set()

    def next(self) -> str:
        """The address of the next request."""
        with self.lock:
            kind = self.chance.random()
            if kind < SHARE_TILES:
                return self.server.tile_url(self._tile())
            if kind < SHARE_TILES + SHARE_ITEMS:
                return self.server.items_url(PAGE, self.chance.randrange(len(self.feature_ids) - PAGE))
            return self.server.item_url(self.chance.choice(self.feature_ids))

    def _tile(self) -> Tile:
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


def _client(server: Server, wishes: Wishes, result: Session, end: float) -> None:
    client = Client(server.base)
    while time.monotonic() < end:
        url = wishes.next()
        started = time.perf_counter()
        try:
            client.get(url, COMPRESSED)
        except (OSError, RuntimeError, http.client.HTTPException):
            result.errors += 1
            client = Client(server.base)
        else:
            result.runs_ms.append((time.perf_counter() - started) * 1000)
            result.requests += 1
