"""What signing in costs, what it costs that a layer is guarded, and 50 access classes at once."""

import http.client
import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlsplit
from uuid import uuid4

import yaml
from psycopg2 import sql

from bench.chapters import Chapter, Goal, at_most
from bench.client import Client
from bench.instance import filled
from bench.measure import Timing, rotated
from bench.questions import Ask, urls
from bench.servers import Server, ours
from bench.tiling import Places
from dothi.core.access.keys import make_key
from dothi.core.access.people import invite
from dothi.core.access.person import Action, Person, Role
from dothi.core.access.sign_in import Visitor, set_password
from dothi.core.database import connection, fresh
from dothi.core.locality import Locality
from dothi.core.locality_folder import locality_file
from dothi.core.process_table import session_members
from dothi.core.progress import Progress
from dothi.core.settings import PathSettings
from dothi.local.demo import deliver_demo
from dothi.local.services import service_url

BUILDINGS, CLASSES, CLIENTS, REQUESTS = 100_000, 50, 8, 2_000
# Two copies of one layer, written alike: what was delivered lies in the table in another way.
SOURCE, GUARDED, OPEN = 'buildings', 'buildings_guarded', 'buildings_open'
PASSWORD = 'bốn con trâu gặm cỏ tím'
ROUNDS, LIMIT, ZOOM = 81, 1_000, 14
MOST_SIGN_IN_MS, MOST_GUARD = 1.0, 1.15
RULES = {
    'steward': [{'may': ['see', 'run'], 'layers': 'all'}],
    'editor': [{'may': ['see'], 'layers': [OPEN]}],
    'viewer': [
        {'may': ['see'], 'layers': [OPEN]},
        {'may': ['see'], 'layers': [GUARDED], 'rows': {'use': ['residential'], 'floors': 'own'}},
    ],
}


def access_chapters(progress: Progress, folder: Path) -> list[Chapter]:
    """The chapters, from an instance of a locality of its own: the shipped one with other rules and 50 agencies."""
    with _guarded_instance(progress, folder) as (locality, keys, cookie):
        api = f'{service_url("internal")}/api'
        return [_signing_in(api, keys, cookie), _guarding(api, locality, keys), _classes(api, keys)]


@contextmanager
def _guarded_instance(progress: Progress, folder: Path) -> Iterator[tuple[Locality, dict[str, str], str]]:
    shipped = PathSettings().locality
    place = folder / 'access-locality' / shipped.name
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(shipped, place)
    os.environ['DOTHI_LOCALITY'] = str(place)
    _write_rules(place)
    loaded: list[Locality] = []

    def fill(locality: Locality) -> None:
        deliver_demo(locality, BUILDINGS, progress)
        for copy in (GUARDED, OPEN):
            _copy_layer(copy)
        # of an earlier run; tiles of a layer with row rules are never kept, and would be drawn against those that are
        shutil.rmtree(PathSettings().state / 'cache' / 'tiles', ignore_errors=True)
        loaded.append(locality)

    try:
        with filled('access', fill, progress):
            keys = _keys()
            yield loaded[0], keys, _cookie()
    finally:
        os.environ['DOTHI_LOCALITY'] = str(shipped)
        fresh()


def _write_rules(place: Path) -> None:
    """Rules by which the layer is guarded, a copy of it that is not, and an agency for each class."""
    agencies = place / 'agencies.yml'
    office = '{{title: {{vi: Phòng {0}, en: Office {0}}}, focal_point: {{vi: Ai, en: Who}}, unit_code: "{0}"}}'
    offices = [f'office_{number}: {office.format(number)}\n' for number in range(1, CLASSES + 1)]
    agencies.write_text(agencies.read_text(encoding='utf-8') + ''.join(offices), encoding='utf-8')
    text = locality_file(place, f'layers/{SOURCE}.yml').read_text(encoding='utf-8')
    for name in (GUARDED, OPEN):
        copy = text.replace(f'id: {SOURCE}', f'id: {name}', 1)
        (place / 'layers' / f'{name}.yml').write_text(copy, encoding='utf-8')
    (place / 'access.yml').write_text(yaml.safe_dump(RULES), encoding='utf-8')


def _copy_layer(copy: str) -> None:
    """The same rows in another layer."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('select current_release is not null from catalog.layer where id = %s', [copy])
        if cursor.fetchone() == (True,):
            return
        cursor.execute(
            """insert into catalog.release (layer_id, origin, scope, mode, rows_added, rows_changed, rows_closed,
                   rows_total, rows_bad, demo_rows, extent, extent_wgs84, demo)
               select %s, origin, scope, mode, rows_added, 0, 0, rows_total, 0, demo_rows, extent, extent_wgs84, demo
               from catalog.release join catalog.layer on current_release = number where layer.id = %s
               returning number""",
            [copy, SOURCE],
        )
        ((number,),) = cursor.fetchall()
        form = 'insert into {} (id, {names}, release_from) select id, {names}, %s from {}'
        cursor.execute(
            """select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped
               and attgenerated = '' and attname not in ('id', 'release_from')""",
            [f'layer.{SOURCE}'],
        )
        names = sql.SQL(', ').join(sql.Identifier(name) for (name,) in cursor.fetchall())
        tables = (sql.Identifier('layer', name) for name in (copy, SOURCE))
        cursor.execute(sql.SQL(form).format(*tables, names=names), [number])
        cursor.execute('update catalog.layer set current_release = %s where id = %s', [number, copy])
        cursor.execute('update catalog.generation set n = n + 1')
        cursor.execute(sql.SQL('analyze {}').format(sql.Identifier('layer', copy)))


def _keys() -> dict[str, str]:
    """A key of somebody who sees the open layer alone, of one who sees all, and of one in each of the classes."""
    people: dict[str, tuple[Role, str | None]] = {'editor': (Role.EDITOR, None), 'steward': (Role.STEWARD, None)}
    people |= {f'viewer-{number}': (Role.VIEWER, f'office_{number}') for number in range(1, CLASSES + 1)}
    return {name: _key(name, *of) for name, of in people.items()}


def _key(name: str, role: Role, agency: str | None) -> str:
    person = Person(id=uuid4(), name=f'{name}-{uuid4().hex[:8]}', title=name, role=role, agency=agency)
    with connection('gatekeeper') as db:
        invite(db, person)
        return make_key(db, person, 'bench', list(Action), 1)


def _cookie() -> str:
    """The cookies of a session of the editor's."""
    person = Person(id=uuid4(), name=f'lan-{uuid4().hex[:8]}', title='Lan', role=Role.EDITOR)
    with connection('gatekeeper') as db:
        link = invite(db, person)
    set_password(link, PASSWORD, 'Nam Định', Visitor('127.0.0.1', 'bench'))
    address = urlsplit(service_url('internal'))
    way = http.client.HTTPConnection(address.netloc)
    form = f'name={person.name}&password={quote(PASSWORD)}'
    way.request('POST', '/sign-in', form, {'Content-Type': 'application/x-www-form-urlencoded'})
    answer = way.getresponse()
    cookies = [value.partition(';')[0] for name, value in answer.getheaders() if name.lower() == 'set-cookie']
    if not cookies:
        raise RuntimeError(f'no session: {answer.status} {answer.read()[:300]!r}')
    return '; '.join(cookies)


def _signing_in(api: str, keys: dict[str, str], cookie: str) -> Chapter:
    server = ours(api, OPEN)
    ways = {
        'nobody': {},
        'with a session': {'Cookie': cookie},
        'with a key': {'Authorization': f'Bearer {keys["editor"]}'},
    }
    # each way reads other pages: who has the same rights as who asked before would be given the page that is kept
    asks = [(name, _pages(server, headers, 10, (turn, len(ways)))) for turn, (name, headers) in enumerate(ways.items())]
    timings = rotated(asks, ROUNDS * 3)
    anybody, session, key = timings
    goals = [
        at_most(f'{name}: at most {MOST_SIGN_IN_MS:g} ms more', timing.median_ms - anybody.median_ms, MOST_SIGN_IN_MS)
        for name, timing in (('session', session), ('key', key))
    ]
    return Chapter('Signing in: `items?limit=10`', timings, goals)


def _guarding(api: str, locality: Locality, keys: dict[str, str]) -> Chapter:
    """The same rows of a layer that everybody sees, and of one that some see as a whole and others by row rules."""
    tiles = Places(locality.layer(OPEN)).tiles(ZOOM, at_least=100)
    ways: list[tuple[str, Ask]] = []
    for name, layer, person in (
        ('open', OPEN, 'editor'),
        ('guarded, all rows', GUARDED, 'steward'),
        ('guarded, some rows', GUARDED, 'viewer-1'),
    ):
        server, headers = ours(api, layer), {'Authorization': f'Bearer {keys[person]}'}
        ways.append((f'{LIMIT} items, {name}', _pages(server, headers, LIMIT)))
        addresses = [server.tile_url(tile) for tile in tiles]
        ways.append((f'tile at zoom {ZOOM}, {name}', urls(server, addresses, headers)))
    timings = rotated(ways, ROUNDS)
    goals = [_guard_goal(timings[kind], timings[2 * of + kind]) for of in (1, 2) for kind in (0, 1)]
    return Chapter('Guarded layers: row-level security', timings, goals)


def _guard_goal(plain: Timing, guarded: Timing) -> Goal:
    ratio = guarded.median_ms / plain.median_ms
    return Goal(f'{guarded.name}: at most 15 % more', f'{(ratio - 1) * 100:+.0f} %', ratio <= MOST_GUARD)


def _pages(server: Server, headers: dict[str, str], limit: int, turn: tuple[int, int] = (0, 1)) -> Ask:
    """Pages of which none comes twice in 900 questions. turn: place among so many ways that share these."""
    client, (place, ways) = Client(server.base), turn

    def ask(number: int) -> object:
        return client.get(server.items_url(limit, (number * ways + place) * 97 % 900 * limit // 10), headers)

    return ask


def _classes(api: str, keys: dict[str, str]) -> Chapter:
    """Clients of 50 classes at once: an app of each is in the memory of each process."""
    server = ours(api, GUARDED)
    viewers = [key for name, key in keys.items() if name.startswith('viewer')]
    before_mb = _memory_mb()
    first, later = _crowd(server, viewers, 4 * CLASSES), _crowd(server, viewers, REQUESTS)
    one = _crowd(server, viewers[:1], REQUESTS)
    grown_mb = _memory_mb() - before_mb
    goals = [
        at_most('50 classes: at most 1.5 × one class', later.median_ms, 1.5 * one.median_ms),
        at_most('all classes: memory of both processes', grown_mb, 600, 'MB'),
    ]
    first.name, later.name, one.name = 'the first requests', f'{CLASSES} classes', 'one class'
    return Chapter(f'{CLASSES} access classes, {CLIENTS} clients: `items?limit=10`', [one, later, first], goals)


def _crowd(server: Server, keys: list[str], requests: int) -> Timing:
    timing = Timing('')

    def work(seed: int) -> None:
        client, chance = Client(server.base), random.Random(seed)
        for _ in range(requests // CLIENTS):
            headers = {'Authorization': f'Bearer {chance.choice(keys)}'}
            began = time.perf_counter()
            client.get(server.items_url(10, chance.randrange(1_000)), headers)
            timing.runs_ms.append((time.perf_counter() - began) * 1000)

    threads = [Thread(target=work, args=[seed]) for seed in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return timing


def _memory_mb() -> float:
    """What the web processes of the internal service have for themselves (Pss)."""
    master = int((PathSettings().run / 'internal.pid').read_text(encoding='utf-8').split()[0])
    total_kb = 0
    for pid in session_members(master):
        rollup = Path(f'/proc/{pid}/smaps_rollup').read_text(encoding='ascii')
        total_kb += int(rollup.split('Pss:')[1].split()[0])
    return total_kb / 1024
