"""Many clients at once, by wrk: raster tiles, a mixed load with nothing kept, and map users while data arrives."""

import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.agency_file import buildings_file
from bench.analyses import asking
from bench.chapters import Chapter, Goal, Subject, at_most
from bench.nginx import nginx
from bench.pictures import LAYERS
from bench.session import Session, Tiles
from bench.tiling import Places, Tile, tile_at
from dothi.core.database import connection
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.settings import PathSettings

LENGTH_S, LONG_S = 60, 600
USERS = 200
DELIVERED_ROWS, DELIVERED_AFTER_S = 100_000, 120
ZOOMS = range(8, 17)
# A map user's screen, and how long it is looked at (milliseconds).
TILES_OF_A_VIEW, LOOK_MS = 12, (6_000, 14_000)
PATHS = 20_000
ANALYSES = ('service-coverage', 'corridor-conflicts', 'flood-exposure')
# All users come from this machine, and each says which one it is.
FOR_ALL_USERS = {
    'rate=200r/s': 'rate=1000000r/s',
    'burst=400': 'burst=1000000',
    'dothi_connections 100': 'dothi_connections 1000',
    'X-Forwarded-For $remote_addr': 'X-Forwarded-For $http_x_forwarded_for',
}
# Thousandths of the latencies are printed when all is over.
SCRIPT = """
local paths = {{}}
for line in io.lines('{paths}') do paths[#paths + 1] = line end
local n = 0
request = function()
  n = n % #paths + 1
  local client = string.format('10.20.0.%d', n % {clients} + 1)
  return wrk.format('GET', paths[n], {{ ['Accept-Encoding'] = 'gzip', ['X-Forwarded-For'] = client }})
end
{delay}
done = function(summary, latency)
  local errors = summary.errors
  print('SUMMARY', summary.requests, errors.connect + errors.read + errors.write + errors.timeout + errors.status)
  for thousandth = 0, 999 do print('LATENCY', latency:percentile(thousandth / 10) / 1000) end
end
"""
# One script serves all connections, so by chance one of so many requests ends a view.
DELAY = """
delay = function()
  if math.random({view}) == 1 then return math.random({shortest}, {longest}) end
  return 0
end
"""


@dataclass(frozen=True)
class Crowd:
    """How many clients ask for which paths, how long, and whether each looks at what came before it goes on."""

    name: str
    clients: int
    paths: Sequence[str]
    length_s: int = LENGTH_S
    looks: bool = False


def ask(crowd: Crowd, server: str) -> Session:
    """What came of it. Its name says what wrk itself took of a processor."""
    before_s = _children_s()
    with tempfile.TemporaryDirectory() as folder:
        report = _run_wrk(crowd, server, Path(folder))
    cost = (_children_s() - before_s) / crowd.length_s
    words = [line.split() for line in report.splitlines()]
    ((_, number, errors),) = [word for word in words if word[:1] == ['SUMMARY']]
    runs_ms = [float(word[1]) for word in words if word[:1] == ['LATENCY']]
    return Session(f'{crowd.name} (wrk: {cost:.0%} of a core)', int(number), int(errors), runs_ms)


def _run_wrk(crowd: Crowd, server: str, folder: Path) -> str:
    delay = DELAY.format(view=TILES_OF_A_VIEW, shortest=LOOK_MS[0], longest=LOOK_MS[1]) if crowd.looks else ''
    (folder / 'paths').write_text('\n'.join(crowd.paths), encoding='utf-8')
    script = SCRIPT.format(paths=folder / 'paths', clients=crowd.clients, delay=delay)
    (folder / 'load.lua').write_text(script, encoding='utf-8')
    command = ['wrk', '-t1', f'-c{crowd.clients}', f'-d{crowd.length_s}s', '--timeout', '30s']
    return subprocess.run(
        [*command, '-s', str(folder / 'load.lua'), server], capture_output=True, text=True, check=True
    ).stdout


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def raster_tiles(subject: Subject, public_url: str) -> Chapter:
    """Raster tiles of eight layers, four fifths of them seen before."""
    _clear('pictures')
    tiles, layers = Tiles(subject.places), ','.join(LAYERS)
    paths = [f'{_raster_tile(tiles)}&collections={layers}' for _ in range(PATHS)]
    session = ask(Crowd('raster tiles', 16, paths), public_url)
    goals = [at_most('99 of 100 within 200 ms', session.percentile_ms(0.99), 200), _no_error(session)]
    return Chapter('Raster tiles, 16 clients', goals=goals, sessions=[session])


def mixed(subject: Subject, public_url: str, layers: Sequence[Layer]) -> Chapter:
    """Tiles of all layers, items, small pictures and pages, with nothing kept at the start."""
    sessions, goals = [], []
    for clients, most_ms in ((16, 250), (64, 1000)):
        subject.clear_tiles()
        _clear('pictures')
        paths = _mixed_paths(layers, clients)
        session = ask(Crowd(f'{clients} clients', clients, paths), public_url)
        sessions.append(session)
        goals += [
            at_most(f'{clients} clients: 99 of 100 within {most_ms} ms', session.percentile_ms(0.99), most_ms),
            _no_error(session),
        ]
    return Chapter('A mixed load with nothing kept', goals=goals, sessions=sessions)


def map_users(subject: Subject, public_url: str, locality: Locality, folder: Path, internal_url: str) -> Chapter:
    """Vector tiles and map tiles through nginx: first with nothing kept, then while a delivery and analyses run."""
    subject.clear_tiles()
    _clear('pictures')
    paths = _map_paths(subject)
    with (
        tempfile.TemporaryDirectory() as proxy_folder,
        nginx(urlsplit(public_url).netloc, Path(proxy_folder), FOR_ALL_USERS) as proxy,
    ):
        first = ask(Crowd('the first minute, nothing kept', USERS, paths, LENGTH_S, looks=True), proxy)
        # they go on where they were
        following = paths[first.requests % PATHS :] + paths[: first.requests % PATHS]
        with _meanwhile(lambda: _disturb(locality, folder, internal_url)) as done:
            session = ask(Crowd(f'{LONG_S // 60} minutes after it', USERS, following, LONG_S, looks=True), proxy)
    work = f'{DELIVERED_ROWS:,} rows delivered and {len(ANALYSES)} analyses done meanwhile'
    goals = [
        at_most('99 of 100 within 150 ms, after the first minute', session.percentile_ms(0.99), 150),
        _no_error(first),
        _no_error(session),
        Goal(work, ', '.join(done), len(done) == 1 + len(ANALYSES)),
    ]
    return Chapter(
        f'{USERS} map users for {LONG_S // 60} minutes through nginx', goals=goals, sessions=[first, session]
    )


@contextmanager
def _meanwhile(work: Callable[[], Iterator[str]]) -> Iterator[list[str]]:
    """Runs `work` beside what is inside, and waits for its end; the list gets what it says."""
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.extend(work()))
    thread.start()
    yield said
    thread.join()


def _disturb(locality: Locality, folder: Path, internal_url: str) -> Iterator[str]:
    """Releases many buildings, then runs each analysis; what was done, and how long it took."""
    time.sleep(DELIVERED_AFTER_S)
    file = buildings_file(folder, locality, DELIVERED_ROWS, changed_every=None if _is_changed() else 1)
    began = time.monotonic()
    # by the command, as a steward does: in this process it would share Python's lock with the clients
    command = ['dothi.cli', 'deliver', str(file), '--layer', 'buildings', '--mode', 'upsert', '--accept-loss', '--json']
    delivery = subprocess.run([sys.executable, '-m', *command], capture_output=True, text=True, check=True)
    yield f'delivery {json.loads(delivery.stdout)["verdict"]} in {time.monotonic() - began:.0f} s'
    for name in ANALYSES:
        began = time.monotonic()
        asking(f'{internal_url}/api', name)(0)
        yield f'{name} in {time.monotonic() - began:.0f} s'


def _is_changed() -> bool:
    """Whether the last of these deliveries was the changed one: each changes all of its rows."""
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute("select exists (select from layer.buildings where code = 'B00000000' and floors <> 1)")
        ((is_changed,),) = cursor.fetchall()
    return bool(is_changed)


def _raster_tile(tiles: Tiles) -> str:
    return '/api/map' + _address(tiles.next(), 'png')


def _map_paths(subject: Subject) -> list[str]:
    """What the map of the portal asks for, and in one case of four a tile of the drawn map."""
    chance, tiles = random.Random(22), Tiles(subject.places)
    return [
        _raster_tile(tiles) if chance.random() < 0.25 else '/api' + _address(tiles.next(), 'mvt') for _ in range(PATHS)
    ]


def _mixed_paths(layers: Sequence[Layer], seed: int) -> list[str]:
    """Of ten requests five tiles, two pages of items, a small picture, a document and a page."""
    chance, places = random.Random(seed), {layer.id: Places(layer).points for layer in layers}
    chosen = (chance.choice(layers) for _ in range(PATHS))
    return [_mixed_path(chance, layer, places[layer.id]) for layer in chosen]


def _mixed_path(chance: random.Random, layer: Layer, points: Sequence[tuple[float, float]]) -> str:
    # of the zooms at which the layer has tiles
    coarsest, finest = layer.publish.tiles.zooms
    zoom = chance.choice([zoom for zoom in ZOOMS if coarsest <= zoom <= finest])
    collection = f'/api/collections/{layer.id}'
    tile = tile_at(*chance.choice(points), zoom)
    ways = {
        collection + _address(tile, 'mvt'): 5,
        f'{collection}/items?f=json&limit={chance.choice((10, 100))}&offset={chance.randrange(0, 100, 10)}': 2,
        f'{collection}/map{_address(tile, "png")}': 1,
        f'{collection}?f=json' if chance.random() < 0.8 else '/api/collections?f=json': 1,
        f'{collection}?f=html' if chance.random() < 0.5 else f'{collection}/items?f=html&limit=10': 1,
    }
    return chance.choices(list(ways), list(ways.values()))[0]


def _address(tile: Tile, form: str) -> str:
    return f'/tiles/WebMercatorQuad/{tile.z}/{tile.y}/{tile.x}?f={form}'


def _clear(kind: str) -> None:
    shutil.rmtree(PathSettings().state / 'cache' / kind, ignore_errors=True)


def _no_error(session: Session) -> Goal:
    return Goal('no error', f'{session.errors}', session.errors == 0)
