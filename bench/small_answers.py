"""Small answers: what one client waits for, and how many 16 clients get."""

import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from psycopg2 import sql

from bench import crowd
from bench.bare import bare_server
from bench.chapters import Chapter, Goal, Subject, at_most
from bench.client import Client
from bench.crowd import Way
from bench.measure import elapsed_ms, take_turns
from bench.nginx import nginx
from bench.questions import Ask, items_sql
from dothi.core.database import connection
from dothi.core.layer import Layer

# Turns of one client, and the questions that raw SQL is asked in one.
TURNS, QUESTIONS = 15, 200
CLIENTS, PAGES, LIMIT = 16, 40, 10
LEAST_RATE, LEAST_RATE_OF_PROXY = 3_000, 10_000
# More than a process keeps: the first pages of the layer, and features from all of it.
MANY, STEP = 2_000, 997
FLOOR = 'Flask on gunicorn, an answer that is always the same'


def small_answers(subject: Subject, public_url: str) -> list[Chapter]:
    """A chapter for one client and one for many."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bare = Way(FLOOR, stack.enter_context(bare_server(folder)), ['/'])
        # the limits of requests for one client are those of the Internet
        unlimited = {'rate=200r/s': 'rate=1000000r/s', 'burst=400': 'burst=1000000'}
        proxy = stack.enter_context(nginx(urlsplit(public_url).netloc, folder, unlimited))
        return [_waited_for(subject, bare), _crowded(subject, bare, proxy)]


def _waited_for(subject: Subject, bare: Way) -> Chapter:
    server, pages, features = _server(subject), _pages(subject, PAGES), _features(subject, MANY)
    raw, ten, _, feature, same_page, same_feature, _ = timings = take_turns(
        [
            ('raw SQL, 10 items', _by_sql(items_sql(subject.layer, LIMIT, subject.rows))),
            crowd.waits(Way('10 items, another page each time', server, _pages(subject, MANY))),
            ('raw SQL, one item', _by_sql(_feature_sql(subject.layer, subject.feature_ids))),
            crowd.waits(Way('one item, another each time', server, features)),
            crowd.waits(Way('304 on items', server, pages[:1], _tag(server, pages[0]))),
            crowd.waits(Way('304 on one item', server, features[:1], _tag(server, features[0]))),
            crowd.waits(bare),
        ],
        TURNS,
    )
    goals = [
        at_most(f'10 items: at most 3 × raw SQL ({3 * raw.median_ms:.1f} ms)', ten.median_ms, 3 * raw.median_ms),
        at_most('one item: at most 1 ms', feature.median_ms, 1),
        at_most('304 on items: at most 1 ms', same_page.median_ms, 1),
        at_most('304 on one item: at most 1 ms', same_feature.median_ms, 1),
    ]
    return Chapter('Small answers, one client', timings, goals)


def _by_sql(ask: Ask) -> Callable[[], float]:
    return lambda: statistics.median(elapsed_ms(ask, number) for number in range(QUESTIONS))


def _tag(server: str, path: str) -> dict[str, str]:
    return {'If-None-Match': Client(server).ask(server + path).headers['etag']}


def _feature_sql(layer: Layer, ids: list[int]) -> Ask:
    properties = sql.SQL(', ').join(map(sql.Identifier, layer.columns_for('public')))
    query = sql.SQL("""
        select '{{"type":"Feature","id":' || id || ',"geometry":' || st_asgeojson(geom_wgs84, 7)
            || ',"properties":' || row_to_json(p) || '}}'
        from {table} f, lateral (select {columns}) p where id = %s""").format(
        columns=properties, table=sql.Identifier('layer', layer.id)
    )

    def ask(number: int) -> object:
        with connection('reader_internal') as db, db.cursor() as cursor:
            cursor.execute(query, [ids[number * 997 % len(ids)]])
            return cursor.fetchone()

    return ask


def _crowded(subject: Subject, bare: Way, proxy: str) -> Chapter:
    """Requests a second of each way, in rounds."""
    server, pages = _server(subject), _pages(subject, PAGES)
    ways = [
        bare,
        Way(f'10 items, {PAGES} pages in turn', server, pages),
        Way('10 items, another page each time', server, _pages(subject, MANY)),
        Way(f'one item, {PAGES} in turn', server, _features(subject, PAGES)),
        Way('304 on items', server, pages[:1], _tag(server, pages[0])),
        Way('10 items of the public service through nginx', proxy, pages),
    ]
    rates = crowd.rates(ways, CLIENTS)
    names = list(rates)
    goals = [
        _at_least(f'{LEAST_RATE:,} pages of 10 items', rates[names[1]], LEAST_RATE),
        _at_least(f'{LEAST_RATE_OF_PROXY:,} through nginx', rates[names[5]], LEAST_RATE_OF_PROXY),
    ]
    return Chapter(f'Small answers, {CLIENTS} clients', rates=rates, goals=goals)


def _server(subject: Subject) -> str:
    return subject.ours.base.split('/api/')[0]


def _pages(subject: Subject, count: int) -> list[str]:
    return [subject.ours.items_url(LIMIT, number * LIMIT).removeprefix(_server(subject)) for number in range(count)]


def _features(subject: Subject, count: int) -> list[str]:
    ids = subject.feature_ids
    chosen = (ids[number * STEP % len(ids)] for number in range(count))
    return [subject.ours.item_url(feature_id).removeprefix(_server(subject)) for feature_id in chosen]


def _at_least(text: str, measured: float, limit: float) -> Goal:
    return Goal(f'at least {text} a second', f'{measured:,.0f}', measured >= limit)
