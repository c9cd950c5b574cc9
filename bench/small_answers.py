"""Small answers: what one client waits for, and how many 16 clients get."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from psycopg2 import sql

from bench import crowd
from bench.bare import bare_server
from bench.chapters import Chapter, Goal, Subject, at_most
from bench.client import Client
from bench.measure import compare
from bench.nginx import nginx
from bench.questions import Ask, items, items_sql, unchanged, urls
from dothi.core.database import connection
from dothi.core.layer import Layer

ROUNDS = 201
PAGES = 40
LIMIT = 10
LEAST_RATE, LEAST_RATE_OF_PROXY = 3_000, 10_000


def small_answers(subject: Subject, public_url: str) -> list[Chapter]:
    """A chapter for one client and, where wrk is, one for many."""
    chapters = [_waited_for(subject)]
    return [*chapters, _crowded(subject, public_url)] if crowd.installed() else chapters


def _waited_for(subject: Subject) -> Chapter:
    ours, ids = subject.ours, subject.feature_ids
    features = [ours.item_url(ids[number * 997 % len(ids)]) for number in range(ROUNDS + 3)]
    pages = [ours.items_url(LIMIT, number * LIMIT) for number in range(20)]
    raw, ten, _, feature, same_page, same_feature = timings = compare(
        [
            ('raw SQL, 10 items', items_sql(subject.layer, LIMIT, subject.rows)),
            ('10 items, page after page', items(ours, LIMIT, subject.rows)),
            ('raw SQL, one item', _feature_sql(subject.layer, ids)),
            ('one item after the other', urls(ours, features)),
            ('304 on items', unchanged(ours, pages)),
            ('304 on one item', unchanged(ours, features[:20])),
        ],
        ROUNDS,
    )
    goals = [
        at_most(f'10 items: at most 3 × raw SQL ({3 * raw.median_ms:.1f} ms)', ten.median_ms, 3 * raw.median_ms),
        at_most('one item: at most 1 ms', feature.median_ms, 1),
        at_most('304 on items: at most 1 ms', same_page.median_ms, 1),
        at_most('304 on one item: at most 1 ms', same_feature.median_ms, 1),
    ]
    return Chapter('Small answers, one client', timings, goals)


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


def _crowded(subject: Subject, public_url: str) -> Chapter:
    """Requests a second of each way, in rounds."""
    ours = subject.ours
    server = ours.base.split('/api/')[0]
    pages = [ours.items_url(LIMIT, number * LIMIT).removeprefix(server) for number in range(PAGES)]
    features = [ours.item_url(number).removeprefix(server) for number in subject.feature_ids[:PAGES]]
    tag = Client(server).ask(server + pages[0]).headers['etag'].replace("'", '')
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bare = stack.enter_context(bare_server(folder))
        # the limits of requests for one client are those of the Internet
        unlimited = {'rate=200r/s': 'rate=1000000r/s', 'burst=400': 'burst=1000000'}
        proxy = stack.enter_context(nginx(urlsplit(public_url).netloc, folder, unlimited))
        ways: list[tuple[str, str, list[str], dict[str, str]]] = [
            ('Flask on gunicorn, an answer that is always the same', bare, ['/'], {}),
            (f'10 items, {PAGES} pages in turn', server, pages, {}),
            ('10 items, another page each time', server, _many_pages(subject, server), {}),
            (f'one item, {PAGES} in turn', server, features, {}),
            ('304 on items', server, pages[:1], {'If-None-Match': tag}),
            ('10 items of the public service through nginx', proxy, pages, {}),
        ]
        rates = crowd.rates(ways)
    names = list(rates)
    goals = [
        _at_least(f'{LEAST_RATE:,} pages of 10 items', rates[names[1]], LEAST_RATE),
        _at_least(f'{LEAST_RATE_OF_PROXY:,} through nginx', rates[names[5]], LEAST_RATE_OF_PROXY),
    ]
    return Chapter(f'Small answers, {crowd.CLIENTS} clients', rates=rates, goals=goals)


def _many_pages(subject: Subject, server: str) -> list[str]:
    """More pages than a process keeps."""
    return [subject.ours.items_url(LIMIT, offset).removeprefix(server) for offset in range(2_000)]


def _at_least(text: str, measured: float, limit: float) -> Goal:
    return Goal(f'at least {text} a second', f'{measured:,.0f}', measured >= limit)
