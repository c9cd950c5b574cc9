"""The chapters of the report: what is asked, of whom, and which goal it has to reach."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.client import COMPRESSED, Client
from bench.measure import Timing, compare
from bench.questions import Ask, items, items_sql, tile_sql, unchanged, urls
from bench.servers import Server
from bench.session import CLIENTS, LENGTH_S, Session, Wishes, session
from bench.tiling import Places
from dothi.core.layer import Layer

BUSY_ZOOM, BUSY_FEATURES = 14, 500
PROVINCE_ZOOMS = range(8, 13)
MOST_BYTES = 500_000
DEEP_ROW = 590_000
# The shipped provider takes seconds for one tile: few rounds suffice for a ratio of this size.
TILE_ROUNDS = 7


@dataclass
class Goal:
    """A goal, what was measured, and whether that reaches it."""

    text: str
    measured: str
    met: bool


@dataclass
class Judged:
    """How the answers to one kind of question are: numbers of them.

    precise: of the right ones, those that are as precise as the question allows.
    """

    kind: str
    right: int = 0
    unsure: int = 0
    wrong: int = 0
    precise: int = 0

    @property
    def count(self) -> int:
        return self.right + self.unsure + self.wrong


@dataclass
class Chapter:
    """A table of the report."""

    title: str
    timings: list[Timing] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    # requests a second, by what was asked for
    rates: dict[str, float] = field(default_factory=dict)
    judged: list[Judged] = field(default_factory=list)
    # whatever else was counted, with its unit
    figures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """The table that is asked about, and who serves it: dothi, tipg, the shipped providers, MapServer."""

    layer: Layer
    rows: int
    places: Places
    servers: list[Server]
    feature_ids: list[int]
    clear_tiles: Callable[[], None]

    @property
    def ours(self) -> Server:
        return self.servers[0]


def pages(subject: Subject, limit: int) -> Chapter:
    """Pages of items, one after the other."""
    ways = [(server.name, items(server, limit, subject.rows)) for server in subject.servers]
    ways.insert(1, ('raw SQL', items_sql(subject.layer, limit, subject.rows)))
    dothi, raw, tipg, shipped, *_ = timings = compare(ways)
    goals = {
        10: [at_most('at most 5 ms', dothi.median_ms, 5), times('shipped', shipped, dothi, 5)],
        1_000: [at_most(f'at most 2 × raw SQL + 4 ms ({2 * raw.median_ms + 4:.1f} ms)', dothi.median_ms,
                        2 * raw.median_ms + 4)],
        10_000: [at_most(f'at most 2.2 × raw SQL ({2.2 * raw.median_ms:.1f} ms)', dothi.median_ms,
                         2.2 * raw.median_ms),
                 times('shipped', shipped, dothi, 4), times('tipg', tipg, dothi, 4)],
    }  # fmt: skip
    return Chapter(f'`items?limit={limit}`, page after page', timings, goals[limit])


def deep_pages(subject: Subject) -> Chapter:
    """Pages behind row 590,000 by `next` links, against first pages; the limit differs, so that no page is another."""
    row = min(DEEP_ROW, subject.rows - 2_000)
    client, base = Client(subject.ours.base), subject.ours
    links = json.loads(client.get(base.items_url(1, row)))['links']
    deep = next(link['href'] for link in links if link['rel'] == 'next').replace('limit=1&', 'limit={}&')
    ways: list[tuple[str, Ask]] = [
        ('first page', urls(base, [base.items_url(1_000 + n, 0) for n in range(30)])),
        (f'page at row {row:,}', urls(base, [deep.format(1_000 + n) for n in range(30)])),
    ]
    first, last = timings = compare(ways)
    limit = 1.5 * first.median_ms
    return Chapter('A page deep in the layer', timings, [at_most('at most 1.5 × the first', last.median_ms, limit)])


def not_modified(subject: Subject) -> Chapter:
    """What a client that has the answer already waits for."""
    ours = subject.ours
    tiles = [ours.tile_url(tile) for tile in subject.places.tiles(BUSY_ZOOM)[:20]]
    lists = [ours.items_url(100, n * 100) for n in range(20)]
    ways = [('304 on items', unchanged(ours, lists)), ('304 on a tile', unchanged(ours, tiles))]
    timings = compare(ways, 100)
    return Chapter(
        'Not modified', timings, [at_most(f'{timing.name}: at most 2 ms', timing.median_ms, 2) for timing in timings]
    )


def busy_tiles(subject: Subject) -> Chapter:
    """Tiles at zoom 14 in towns, cold, and ours again."""
    subject.clear_tiles()
    tiles = subject.places.tiles(BUSY_ZOOM, BUSY_FEATURES)[:40]
    ways = [
        (server.name, urls(server, [server.tile_url(tile) for tile in tiles], COMPRESSED)) for server in subject.servers
    ]
    ways.insert(1, ('raw SQL', tile_sql(subject.layer, tiles)))
    dothi, raw, tipg, *_ = cold = compare(ways, TILE_ROUNDS)
    again = [subject.ours.tile_url(tile) for tile in tiles[:10]]
    (cached,) = compare([('dothi, cached', urls(subject.ours, again, COMPRESSED))])
    most = 1.7 * raw.median_ms + 3
    goals = [
        at_most(f'cold: at most 1.7 × raw SQL + 3 ms ({most:.1f} ms)', dothi.median_ms, most),
        at_most(f'cold: not slower than tipg ({tipg.median_ms:.1f} ms)', dothi.median_ms, tipg.median_ms),
        at_most('cached: at most 2 ms', cached.median_ms, 2),
    ]
    title = f'Vector tiles at zoom {BUSY_ZOOM} with at least {BUSY_FEATURES} buildings'
    return Chapter(title, [*cold, cached], goals)


def province_tiles(subject: Subject) -> Chapter:
    """Every tile of the whole province at low zooms, cold and cached: the slowest and the largest count."""
    subject.clear_tiles()
    client, chapter = Client(subject.ours.base), Chapter('Every tile of the province at zooms 8 to 12')
    for zoom in PROVINCE_ZOOMS:
        chosen = [subject.ours.tile_url(tile) for tile in subject.places.tiles(zoom)]
        sizes: list[int] = []
        cold = _each(f'zoom {zoom}, cold', lambda url: sizes.append(len(client.get(url))), chosen)  # noqa: B023
        cached = _each(f'zoom {zoom}, cached', client.get, chosen)
        chapter.timings += [cold, cached]
        chapter.goals += [
            at_most(f'zoom {zoom}: largest at most 500 KB', max(sizes) / 1000, MOST_BYTES / 1000, 'KB'),
            at_most(f'zoom {zoom}: slowest cold at most 400 ms', max(cold.runs_ms), 400),
            at_most(f'zoom {zoom}: cached at most 3 ms', cached.median_ms, 3),
        ]
    return chapter


def sessions(subject: Subject) -> Chapter:
    """Everybody in turn serves the same session."""
    subject.clear_tiles()
    sessions_made = [
        session(server.name, server.base, Wishes(server, subject.places, subject.feature_ids).next)
        for server in subject.servers
    ]
    dothi, tipg, shipped, *_ = sessions_made
    goals = [
        Goal('at least 2 × the requests of tipg', _of(dothi, tipg), dothi.requests >= 2 * tipg.requests),
        Goal('at least 5 × the requests of shipped', _of(dothi, shipped), dothi.requests >= 5 * shipped.requests),
        Goal('no error', f'{dothi.errors}', dothi.errors == 0),
        at_most('99 of 100 within 250 ms', dothi.percentile_ms(0.99), 250),
    ]
    return Chapter(f'{CLIENTS} clients at their maps for {LENGTH_S:.0f} s', goals=goals, sessions=sessions_made)


def at_most(text: str, measured: float, limit: float, unit: str = 'ms') -> Goal:
    """A goal that is an upper limit."""
    return Goal(text, f'{measured:.1f} {unit}', measured <= limit)


def times(name: str, other: Timing, dothi: Timing, seconds: float) -> Goal:
    """A goal to be so many times as fast as another."""
    ratio = other.median_ms / dothi.median_ms
    return Goal(f'at least {seconds:g} × as fast as {name}', f'{ratio:.1f} ×', ratio >= seconds)


def _each(name: str, ask: Callable[[str], object], chosen: list[str]) -> Timing:
    """Each address once, in an order by chance."""
    order = random.Random(3).sample(chosen, len(chosen))
    return compare([(name, lambda number: ask(order[number]))], len(order), warm_up=0)[0]


def _of(session: Session, other: Session) -> str:
    return f'{session.requests / max(other.requests, 1):.1f} ×'
