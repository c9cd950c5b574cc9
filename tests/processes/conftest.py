"""A hand-made town in the database, and a worker that runs beside the test."""

import functools
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psycopg2
import pytest
import rasterio
import shapely
import shapely.affinity
from psycopg2 import sql

from dothi.core import database as core_database
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.database import READERS, connection
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.settings import PROJECT, PathSettings
from dothi.core.text import LANGUAGES
from processes.base import Process
from processes.data import Data
from processes.outputs import Member, find_member
from processes.reading.request_layers import store_request_layers
from processes.reading.validation import validate_inputs
from processes.registry import all_processes
from processes.registry import find_process as process_named
from tests.conftest import PATIENCE_S, Instance, fresh, share_room, use
from tests.rasters import write_raster

# A corner well inside the province, in metres of the working CRS; towns are drawn from here.
ORIGIN = (560_000.0, 2_230_000.0)

type Point = tuple[float, float]


@dataclass(frozen=True)
class Town:
    """A square grid of roads, with homes, facilities and square zones; all relative to its lower left corner."""

    blocks: int
    side_m: float
    homes: Sequence[Point] = ()
    people: Sequence[int] = ()
    facilities: Sequence[Point] = ()
    zones: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)

    @property
    def roads(self) -> list[list[Point]]:
        """One line for each side of each block."""
        steps = [i * self.side_m for i in range(self.blocks + 1)]
        spans = list(itertools.pairwise(steps))
        across = [[(a, y), (b, y)] for y in steps for a, b in spans]
        return across + [[(x, a), (x, b)] for x in steps for a, b in spans]


@pytest.fixture
def grid_town() -> Callable[..., Town]:
    return Town


@pytest.fixture(autouse=True, scope='session')
def every_member_is_titled() -> Iterator[None]:
    """Whatever an analysis answers in a test, each member of it has a title that the analysis declares."""
    with pytest.MonkeyPatch.context() as patch:
        for process_id, chosen in all_processes().items():
            patch.setattr(type(chosen), 'run', with_titles_checked(process_id, chosen, type(chosen).run))
        yield


def with_titles_checked(process_id: str, chosen: Process[Any], run: Callable[..., Any]) -> Callable[..., Any]:
    """`run`, which fails where the answer has a member without a title, and says where to declare it."""

    @functools.wraps(run)
    def checked(*arguments: Any) -> Any:
        result = run(*arguments)
        for output, value in ({next(iter(chosen.outputs)): result} if len(chosen.outputs) == 1 else result).items():
            untitled = untitled_members(value, chosen.members_of(output))
            assert not untitled, (
                f'{process_id}: give the members {untitled} of the output "{output}" a title, where {type(chosen)} '
                'declares its outputs and its summary.'
            )
        return result

    return checked


def untitled_members(document: Any, members: Mapping[str, Member]) -> list[str]:
    """Names in a GeoJSON result that nobody titled: of properties, of the summary and of the parts of both."""
    if not isinstance(document, dict) or 'features' not in document:
        return []
    titled_parts = {part['id'] for part in parts_of(document.get('summary')) if 'id' in part and 'title' in part}
    wholes = [feature['properties'] for feature in document['features']] + [document.get('summary', {})]
    return sorted({name for whole in wholes for name in untitled_names(whole, members)} - titled_parts)


def untitled_names(whole: Any, members: Mapping[str, Member]) -> Iterator[str]:
    if isinstance(whole, list):
        for part in whole:
            yield from untitled_names(part, members)
    if not isinstance(whole, dict) or whole.keys() == set(LANGUAGES):
        return
    for name, value in whole.items():
        member = find_member(name, members)
        if member is None:
            yield name
        elif not member.by_data:
            yield from untitled_names(value, members)
        elif isinstance(value, dict):
            for part in value.values():
                yield from untitled_names(part, members)


def parts_of(summary: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """The objects in the lists of a summary."""
    for value in (summary or {}).values():
        yield from (part for part in value if isinstance(part, dict)) if isinstance(value, list) else ()


@pytest.fixture(autouse=True)
def every_request_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run what they ask for, also when an earlier one asked the same; those of the result store turn it on."""
    monkeypatch.setenv('DOTHI_RESULT_STORE', 'off')


class Loader:
    """Puts rows straight into a layer, as a release of it would."""

    def __init__(self, locality: Locality) -> None:
        self.locality = locality

    def load(self, layer: str, rows: Sequence[tuple[Any, dict[str, Any]]], *, demo: bool = False) -> int:
        """The number of the release. rows: geometry relative to ORIGIN, attributes."""
        with connection('admin') as db, db.cursor() as cursor:
            release = self._release(cursor, layer, len(rows), demo)
            for shape, attributes in rows:
                self._insert(cursor, layer, shapely.affinity.translate(shape, *ORIGIN), attributes, release)
            cursor.execute('update catalog.layer set current_release = %s where id = %s', [release, layer])
        return release

    def raster(self, coverage: str, values: Any, cell_m: float = 10.0) -> int:
        """The number of the release of a raster whose lower left corner is ORIGIN; NaN where it has no value."""
        described = self.locality.coverages[coverage]
        cells = np.where(np.isnan(values), described.nodata, values)
        rows, columns = cells.shape
        west, north = ORIGIN[0], ORIGIN[1] + rows * cell_m
        with connection('admin') as db, db.cursor() as cursor:
            release = self._release(cursor, coverage, int(cells.size), demo=False)
            path = f'coverages/{coverage}/{release}.tif'
            target = Path(PathSettings().store) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            write_raster(
                target, cells, nodata=described.nodata, place=rasterio.Affine(cell_m, 0, west, 0, -cell_m, north)
            )
            cursor.execute(
                """insert into catalog.raster (release, store_path, size_bytes, cells_sha256, srid, width, height, west,
                       north, cell_width, cell_height, bands)
                   values (%s, %s, %s, repeat('0', 64), %s, %s, %s, %s, %s, %s, %s, '[]')""",
                [release, path, target.stat().st_size, self.locality.srid, columns, rows, west, north, cell_m, cell_m],
            )
            cursor.execute('update catalog.layer set current_release = %s where id = %s', [release, coverage])
        return release

    def town(self, town: Town) -> None:
        """Roads, houses of 2 m with their people, health stations and communes of the town."""
        self.load(
            'roads',
            [(shapely.LineString(xy), {'code': f'R{i}', 'class': 'commune'}) for i, xy in enumerate(town.roads)],
        )
        people = town.people or [1] * len(town.homes)
        self.load(
            'buildings',
            [(house(*xy), building(i, n)) for i, (xy, n) in enumerate(zip(town.homes, people, strict=True))],
        )
        self.load('health_facilities', [(shapely.Point(xy), station(i)) for i, xy in enumerate(town.facilities)])
        self.load(
            'communes', [(shapely.MultiPolygon([shapely.box(*box)]), commune(code)) for code, box in town.zones.items()]
        )

    def _release(self, cursor: Any, layer: str, rows: int, demo: bool) -> int:
        cursor.execute(
            """insert into catalog.release (layer_id, origin, scope, mode, rows_added, rows_changed, rows_closed,
                                            rows_total, demo_rows)
               values (%s, %s, 'all', 'replace', %s, 0, 0, %s, %s) returning number""",
            [layer, 'demo' if demo else 'delivery', rows, rows, rows if demo else 0],
        )
        return int(cursor.fetchone()[0])

    def _insert(self, cursor: Any, layer: str, shape: Any, attributes: dict[str, Any], release: int) -> None:
        geometry = sql.SQL('ST_GeomFromWKB({}, {})').format(
            sql.Literal(psycopg2.Binary(shapely.to_wkb(shape))), sql.Literal(self.locality.srid)
        )
        cursor.execute(
            sql.SQL(
                'insert into layer.{} ({}, geom, geom_wgs84, release_from)'
                ' values ({}, {geom}, ST_Transform({geom}, 4326), {release})'
            ).format(
                sql.Identifier(layer),
                sql.SQL(', ').join(map(sql.Identifier, attributes)),
                sql.SQL(', ').join(map(sql.Literal, attributes.values())),
                geom=geometry,
                release=sql.Literal(release),
            )
        )


def house(x: float, y: float) -> shapely.MultiPolygon:
    """A square of 2 m whose centre is (x, y)."""
    return shapely.MultiPolygon([shapely.box(x - 1, y - 1, x + 1, y + 1)])


def building(number: int, people: int | None = None) -> dict[str, Any]:
    return {'code': f'B{number:03}', 'use': 'residential', 'floors': 1, 'population': people}


def station(number: int) -> dict[str, Any]:
    return {'code': f'S{number}', 'name': f'Trạm {number}', 'kind': 'station'}


def in_degrees(shape: Any) -> Any:
    """A shape of the town, relative to ORIGIN, in CRS84."""
    change = transformer(proj_string(9209), proj_string(WGS84)).transform
    return shapely.transform(shapely.affinity.translate(shape, *ORIGIN), lambda xy: np.column_stack(change(*xy.T)))


def features(*some: dict[str, Any]) -> dict[str, Any]:
    """A FeatureCollection to be sent along."""
    return {'type': 'FeatureCollection', 'features': [*some]}


def feature(shape: Any, **properties: Any) -> dict[str, Any]:
    """A feature to be sent along; its shape is relative to ORIGIN."""
    geometry = json.loads(shapely.to_geojson(in_degrees(shape)))
    return {'type': 'Feature', 'properties': properties, 'geometry': geometry}


def area(name: str, west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A rectangular zone to be sent along, with sides that bend as little in degrees as in the plane."""
    return feature(shapely.segmentize(shapely.box(west, south, east, north), 100), code=name)


def commune(code: str) -> dict[str, Any]:
    return {'code': code, 'name': f'Xã {code}', 'parent_code': '366', 'valid_from': '2020-03-01'}


@pytest.fixture(scope='session')
def shared_database(
    instance: Instance, template: str, room: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A database for all tests of analyses that leave its tables, its roles and its worker as they are."""
    state = tmp_path_factory.mktemp('state')
    share_room(state, room)
    with pytest.MonkeyPatch.context() as patch:
        for environment in fresh(instance, template, state, patch):
            yield environment
            end_shared_worker()


@pytest.fixture
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The shared database without data; one of its own for a test with the mark `own_database`."""
    if not own_database(request):
        environment = request.getfixturevalue('shared_database')
        use(monkeypatch, environment)
        empty()
        yield environment
        core_database.fresh()
        return
    parts = [request.getfixturevalue(name) for name in ('instance', 'template', 'tmp_path')]
    share_room(parts[-1], request.getfixturevalue('room'))
    yield from fresh(*parts, monkeypatch)


def own_database(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker('own_database') is not None


# Emptying all of them takes four times as long as all the rest between two tests.
HOLDING_ROWS = """
    select oid::regclass::text from pg_class
    where relkind = 'r' and relnamespace in ('layer'::regnamespace, 'history'::regnamespace)
    and pg_relation_size(oid) > 0"""
# Tables of releases and deliveries, and those whose rows name one of them.
OF_RELEASES = """
    with recursive named (id) as (
        values ('catalog.release'::regclass::oid), ('catalog.delivery'::regclass::oid)
        union
        select conrelid from pg_constraint join named on confrelid = id
        where contype = 'f' and conrelid <> 'catalog.layer'::regclass
    )
    select id::regclass::text from named"""


def empty() -> None:
    """Takes away what a test before has loaded and computed; the worker stays signed on.

    The worker clears its queue itself, a moment after the result is there: it takes a vanished job for a fault.
    """
    wait_until(lambda: ask('select count(*) from job.procrastinate_jobs') == 0)
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(HOLDING_ROWS)
        for (table,) in cursor.fetchall():
            cursor.execute(f'truncate {table}')
        cursor.execute('delete from job.job; update catalog.layer set current_release = null')
        # releases and deliveries name each other
        cursor.execute('set local session_replication_role = replica')
        cursor.execute(OF_RELEASES)
        for (table,) in cursor.fetchall():
            cursor.execute(f'delete from {table}')


@pytest.fixture
def answer(locality: Locality, tmp_path: Path) -> Callable[..., Any]:
    """What a process says in this process, without queue and worker: `answer('flood-exposure', level_m=1.0)`."""
    return functools.partial(answered, locality, tmp_path / 'drafts')


def answered(
    locality: Locality,
    drafts: Path,
    process_id: str,
    progress: Callable[..., None] = lambda share, doing: None,
    audience: Audience = 'internal',
    **inputs: Any,
) -> Any:
    """The same where there is no fixture at hand. audience: on whose role the process reads."""
    chosen = process_named(process_id, audience)
    checked = validate_inputs(chosen.inputs, inputs)
    with connection(READERS[audience]) as db:
        request_layers = store_request_layers(db, checked, locality, None)
        db.set_session(isolation_level='REPEATABLE READ', readonly=True)
        result = chosen.run(checked, Data(db, locality, audience, drafts, request_layers=request_layers), progress)
    # as in production, where every run has sessions of its own
    core_database.fresh()
    return result


@pytest.fixture
def loader(database: dict[str, str], locality: Locality) -> Loader:
    return Loader(locality)


# The worker on the shared database, while it runs.
SHARED_WORKER: list[subprocess.Popen[bytes]] = []


@pytest.fixture
def shared_worker(database: dict[str, str]) -> subprocess.Popen[bytes]:
    if not SHARED_WORKER:
        SHARED_WORKER.append(start_worker(database))
    return SHARED_WORKER[0]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the shared worker before tests of another folder: it would look for work beside them until the end."""
    if nextitem is not None and Path(__file__).parent not in nextitem.path.parents:
        end_shared_worker()


def end_shared_worker() -> None:
    if SHARED_WORKER:
        stop_worker(SHARED_WORKER.pop())


@pytest.fixture
def worker(request: pytest.FixtureRequest, database: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with two places on the test's database, and as lasting as that."""
    if not own_database(request):
        yield request.getfixturevalue('shared_worker')
        return
    process = start_worker(database)
    yield process
    stop_worker(process)


@pytest.fixture
def one() -> Callable[..., Any]:
    """Asks the database as its administrator: `one('select 1')`."""
    return ask


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits until something is true: `until(lambda: ...)`."""
    return wait_until


@pytest.fixture
def new_worker(database: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts workers with other settings than usual, and ends them after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**settings: str) -> subprocess.Popen[bytes]:
        started.append(start_worker({**database, **settings}))
        return started[-1]

    yield start
    for process in started:
        stop_worker(process)


# It looks for what is to be done more often than every three seconds, and gives less time: tests wait for it.
PROGRAM = """
from processes.queue import worker
worker.SWEEP_S, worker.READY_LOOK_S, worker.CALL_BACK_S = 0.5, 0.3, 0.2
worker.GRACE_S = 1.0
worker.run_worker(2)
"""


def start_worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """A worker that is alive."""
    # files of whole layers are written by children too, and tests here look for the child of a job
    environment = {'DOTHI_DOWNLOADS': '[]', **environment}
    process = subprocess.Popen([sys.executable, '-c', PROGRAM], env={**os.environ, **environment}, cwd=PROJECT)
    newest = 'select coalesce(max(id), 0) from job.procrastinate_workers'
    before = ask(newest)
    try:
        wait_until(lambda: ask(newest) > before)
    except BaseException:
        process.kill()
        raise
    return process


def stop_worker(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(PATIENCE_S)


def ask(query: str, values: Sequence[Any] = ()) -> Any:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
        return row[0] if row else None


def wait_until(true: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    ends = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < ends, 'waited in vain'
        time.sleep(0.02)


def descendants(pid):
    """Process ids under `pid`, by /proc."""
    parents = {}
    for stat in Path('/proc').glob('[0-9]*/stat'):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(')', 1)[1].split()[1])
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family - {pid}
