"""Whatever ends a delivery, a decision or a rollback, and when: the served release is whole, and nothing is lost."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dothi.core.database import connection
from dothi.core.errors import DiskFull, exit_code
from dothi.core.layer_sync import sync_layers
from dothi.core.locality import Locality, load_locality
from etl.coverage.cog import NoRoomForRaster
from etl.desk import archive
from etl.desk.deliver import deliver
from etl.desk.deliveries import LostDatabase
from etl.desk.options import DeliveryOptions
from tests.conftest import PATIENCE_S, fresh, share_room
from tests.databases import Instance
from tests.etl.conftest import Agency
from tests.etl.crashing import Action, Moment, admin, at, cut, ended, killed, no_room, started
from tests.matrix import EXHAUSTIVE, combinations
from tests.rasters import HEIGHTS, NODATA, write_locality, write_raster

DELIVER = [
    ('archive', 'end'),
    ('stage', 'start'),
    ('stage', 'end'),
    ('duplicates', 'start'),
    ('lock', 'start'),
    ('diff', 'start'),
    ('release', 'start'),
    ('generalise', 'start'),
    ('finish', 'start'),
]
ACCEPT = DELIVER[1:]
BACK = [('lock', 'start'), ('diff', 'start'), ('release', 'start'), ('finish', 'start')]
MOMENTS = [
    *(('deliver', 'schools', moment) for moment in DELIVER),
    *(('accept', 'schools', moment) for moment in ACCEPT),
    *(('rollback', 'schools', moment) for moment in [*BACK, ('generalise', 'start')]),
    *(('deliver', 'heights', moment) for moment in [('stage', 'end'), *BACK, ('release', 'end')]),
    *(('accept', 'heights', moment) for moment in [('release', 'end'), ('finish', 'start')]),
    *(('rollback', 'heights', moment) for moment in BACK),
]
# Every day three moments of a delivery of rows, before, around and after its release; of the others, which go through
# the same stages, one each.
EVERY_DAY = [
    *(('deliver', 'schools', moment) for moment in [('stage', 'end'), ('release', 'start'), ('finish', 'start')]),
    ('accept', 'schools', ('finish', 'start')),
    ('rollback', 'schools', ('release', 'start')),
    ('deliver', 'heights', ('release', 'end')),
    ('rollback', 'heights', ('finish', 'start')),
]
KILLED = MOMENTS if EXHAUSTIVE else EVERY_DAY
# The file of a raster lies where it is served before its release is there, which only the end of that stage shows.
CUT = [row for row in KILLED if row[1] == 'schools' or row[2][1] == 'end']
# Every day one before the turn has come, and one after it.
AT_ONCE = DELIVER if EXHAUSTIVE else [('stage', 'end'), ('diff', 'start')]

QUARANTINED = 'select delivery_id from quarantine.row'
DECISIONS = 'select count(*) from catalog.decision'


@pytest.fixture(scope='module')
def environment(
    instance: Instance, template: str, room: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """One database for all of the matrix."""
    state = tmp_path_factory.mktemp('state')
    share_room(state, room)
    with pytest.MonkeyPatch.context() as patch:
        yield from fresh(instance, template, state, patch)


@pytest.fixture(scope='module')
def places(
    environment: dict[str, str], locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Locality]:
    """By layer: the locality that has it."""
    rasters = load_locality(write_locality(tmp_path_factory.mktemp('rasters') / 'locality'))
    # the database has releases of both, and is of one locality
    rasters = replace(rasters, place=rasters.place.model_copy(update={'id': locality.place.id}))
    with connection('owner') as db:
        sync_layers(db, rasters)
    return {'schools': locality, 'heights': rasters}


class Scene:
    """A layer with one release, or two to be put back, and the next file, which waits where it is to be accepted."""

    def __init__(self, kind: str, layer: str, place: Locality, folder: Path) -> None:
        self.layer, self.place, self.folder = layer, place, folder
        self.agency = Agency(folder)
        # to which a rollback goes back
        earlier = self._deliver(self._file('1', 1)) if kind == 'rollback' else 0
        self._deliver(self._file('2', 2))
        file, number = self._next(), earlier
        if kind in ('accept', 'return'):
            number = self._deliver(file, accept_loss=False)
        self.action = Action(kind, layer, file, number)
        self.served = self.state()

    def state(self) -> list[list[tuple[Any, ...]]]:
        """All that readers can see."""
        table = f'select * from layer.{self.layer} order by id'
        rows = look(table) if self.layer == 'schools' else look('select * from catalog.raster order by release')
        history = look('select count(*) from history.schools')
        current = look('select id, current_release from catalog.layer order by id')
        return [rows, history, current, look('select count(*) from catalog.release'), look(DECISIONS)]

    def must_be_untouched(self, status: str) -> None:
        """As before; the original is there, and so is the record."""
        assert self.state() == self.served
        ((found, sha256, path),) = look(
            'select status, sha256, store_path from catalog.delivery order by id desc limit 1'
        )
        assert found == status
        if self.action.kind == 'deliver':
            assert archive.original(Path(archive._store() / path)).sha256 == sha256

    def must_go_on(self) -> None:
        """The very action again ends well, and leaves nothing behind of the one that died."""
        result = self.action.run(self.place)
        if self.action.kind == 'return':
            assert look('select status from catalog.delivery where id = %s', self.action.number) == [('returned',)]
            return
        assert getattr(result, 'verdict', 'accepted') == 'accepted'
        assert not getattr(result, 'unchanged', False)
        assert look('select count(*) from catalog.release') == [(self.served[3][0][0] + 1,)]
        if self.layer == 'schools':
            found = look('select code, places from layer.schools order by code limit 3')
            assert found == (
                [('a', 1), ('b', 1)] if self.action.kind == 'rollback' else [('a', 3), ('z00', 400), ('z01', 400)]
            )
        assert look("select relname from pg_class where relnamespace = 'staging'::regnamespace") == []
        assert look("select id from catalog.delivery where status = 'received'") == []
        assert look(f"select id from catalog.delivery where status = 'failed' and id in ({QUARANTINED})") == []
        assert not [file for file in archive._store().rglob('*') if file.suffix in ('.part', '.plain')]
        assert not list((archive._store() / 'originals' / 'incoming').iterdir())
        kept = {path for (path,) in look('select store_path from catalog.raster')}
        assert {str(f.relative_to(archive._store())) for f in archive._store().glob('coverages/*/*')} == kept

    def _deliver(self, file: Path, accept_loss: bool = True) -> int:
        options = DeliveryOptions(layer=self.layer, accept_loss=accept_loss)
        report = deliver(file, options, self.place)
        return (report.release if accept_loss else report.delivery) or 0

    def _file(self, name: str, value: int) -> Path:
        if self.layer == 'heights':
            return write_raster(self.folder / f'{name}.tif', [[value, *HEIGHTS[0][1:]], *HEIGHTS[1:]])
        return self.agency.schools('a', 'b', name=f'{name}.geojson', SO_CHO=value)

    def _next(self) -> Path:
        """A file that adds, changes and closes, with one bad row of 62; or a raster that loses two cells of eleven."""
        if self.layer == 'heights':
            return write_raster(self.folder / '3.tif', [[NODATA, NODATA, *HEIGHTS[0][2:]], *HEIGHTS[1:]])
        # a name of its own, so that the store has not seen this file before
        rows = [(self.agency.school('a', SO_CHO=3, TEN_TRUONG=self.folder.name), self.agency.point())]
        rows += [(self.agency.school(f'z{i:02}'), self.agency.point(i)) for i in range(60)]
        rows += [(self.agency.school(None), self.agency.point())]
        return self.agency.geojson('3.geojson', rows)


def look(statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of a query, as the loader sees them."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())


@pytest.fixture
def scene(environment: dict[str, str], places: dict[str, Locality], tmp_path: Path) -> Callable[..., Scene]:
    """Makes a scene."""
    return lambda kind, layer: Scene(kind, layer, places[layer], tmp_path)


STATUS = {'deliver': 'received', 'accept': 'diagnosed', 'return': 'diagnosed', 'rollback': 'accepted'}


@pytest.mark.parametrize(('kind', 'layer', 'moment'), KILLED)
def test_killed(scene: Callable[..., Scene], kind: str, layer: str, moment: Moment) -> None:
    now = scene(kind, layer)
    killed(now.action, now.place, moment)
    now.must_be_untouched(STATUS[kind])
    now.must_go_on()


@pytest.mark.parametrize(('kind', 'layer', 'moment'), CUT)
def test_the_connection_is_lost(scene: Callable[..., Scene], kind: str, layer: str, moment: Moment) -> None:
    now = scene(kind, layer)
    with pytest.raises(LostDatabase) as lost:
        now.action.run(now.place, at(moment, cut))
    assert exit_code(lost.value) == 5
    now.must_be_untouched(STATUS[kind])
    now.must_go_on()


@pytest.mark.parametrize('end', ['kill', 'cut'])
def test_a_return_is_ended(scene: Callable[..., Scene], end: str) -> None:
    """It has but one statement to be caught in, which here waits for a row that somebody holds."""
    now = scene('return', 'schools')
    with held(f'select from catalog.delivery where id = {now.action.number} for update'):
        child = started(now.action, now.place)
        wait_for_lock('dothi return')
        if end == 'kill':
            os.kill(child, signal.SIGKILL)
        else:
            cut()
        assert ended(child) == (-signal.SIGKILL if end == 'kill' else 1)
    # a session notices that its client is gone at the end of what it waits for, and is busy with it until then
    wait_for_end('dothi return')
    now.must_be_untouched('diagnosed')
    now.must_go_on()


# From here on a delivery has its turn, and the next one waits for it.
IN_TURN = [(stage, 'start') for stage in ('diff', 'release', 'generalise', 'finish')]


@pytest.mark.parametrize('moment', AT_ONCE)
def test_two_deliveries_at_once(scene: Callable[..., Scene], moment: Moment, tmp_path: Path) -> None:
    """Until its turn has come the other one overtakes it, later the other one waits. What came last is what stays."""
    now = scene('deliver', 'schools')
    agency = Agency(tmp_path)
    other = Action('deliver', 'schools', agency.schools('a', 'y', name='other.geojson', SO_CHO=9))
    children: list[int] = []

    def come() -> None:
        children.append(started(other, now.place))
        if moment in IN_TURN:
            wait_for_lock('dothi deliver')
        else:
            assert ended(children.pop()) == 0

    now.action.run(now.place, at(moment, come))
    assert [ended(child) for child in children] == [0] * len(children)
    rows = look('select code, places from layer.schools order by code limit 2')
    assert rows == [('a', 9), ('y', 9)]
    statuses = look('select status from catalog.delivery order by id desc limit 2')
    overtaken = not children
    assert statuses == [('accepted',), ('superseded' if overtaken else 'accepted',)]
    assert look('select count(*) from catalog.release') == [(now.served[3][0][0] + (1 if overtaken else 2),)]
    # every version was closed by the release that opened the next one, or by one that has none
    assert (
        look("""select h.id from history.schools as h join layer.schools as l on l.id = h.id
                   where h.release_to > l.release_from""")
        == []
    )


def test_two_who_put_a_layer_back_at_once(scene: Callable[..., Scene]) -> None:
    """The second one finds it done."""
    now = scene('rollback', 'schools')
    children: list[int] = []

    def come() -> None:
        children.append(started(now.action, now.place))
        wait_for_lock('dothi rollback')

    now.action.run(now.place, at(('release', 'start'), come))
    assert [ended(child) for child in children] == [0]
    assert look('select count(*) from catalog.release') == [(now.served[3][0][0] + 1,)]


def test_a_delivery_that_still_runs_is_not_taken_for_dead(scene: Callable[..., Scene], tmp_path: Path) -> None:
    """The next one clears up what died, and lets this one be."""
    now = scene('deliver', 'schools')
    file = Agency(tmp_path).schools('x', name='x.geojson')
    seen: list[object] = []

    def come() -> None:
        deliver(file, DeliveryOptions(layer='schools', mode='upsert'), now.place)
        seen.extend(look('select status from catalog.delivery order by id desc limit 2'))

    now.action.run(now.place, at(('duplicates', 'start'), come))
    assert seen == [('accepted',), ('received',)]
    assert look('select status from catalog.delivery order by id desc limit 2') == [('accepted',), ('accepted',)]


def test_no_room_for_the_original(scene: Callable[..., Scene]) -> None:
    now = scene('deliver', 'schools')
    with no_room() as from_now, pytest.raises(DiskFull) as full:
        now.action.run(now.place, at(('archive', 'start'), from_now))
    assert exit_code(full.value) == 5
    assert now.state() == now.served
    assert look('select status from catalog.delivery order by id desc limit 1') == [('failed',)]
    now.must_go_on()


@pytest.mark.parametrize('kind', ['deliver', 'accept'])
def test_no_room_for_the_raster(scene: Callable[..., Scene], kind: str) -> None:
    """That is no fault of the file, which GDAL's message alone would suggest."""
    now = scene(kind, 'heights')
    with no_room() as from_now, pytest.raises(NoRoomForRaster) as full:
        now.action.run(now.place, at(('release', 'start'), from_now))
    assert exit_code(full.value) == 5
    now.must_be_untouched({'deliver': 'failed', 'accept': 'diagnosed'}[kind])
    now.must_go_on()


@pytest.mark.parametrize(('kind', 'stage'), combinations(['deliver', 'accept'], ['stage', 'release']))
def test_the_disk_of_the_database_is_full(scene: Callable[..., Scene], tiny_disk: Path, kind: str, stage: str) -> None:
    """Where rows are staged, and where the layer itself lies: a real disk of one megabyte, filled at that moment."""
    now = scene(kind, 'schools')
    where = 'alter database {} set default_tablespace = {}' if stage == 'stage' else TO_TINY
    restore = 'alter database {} reset default_tablespace' if stage == 'stage' else FROM_TINY
    filler = tiny_disk / 'filler'

    def fill() -> None:
        with contextlib.suppress(OSError), filler.open('wb', buffering=0) as file:
            while True:
                file.write(bytes(4096))

    # what tests before have left free inside the table would take the rows
    run('vacuum full layer.schools')
    run(where)
    try:
        with pytest.raises(DiskFull) as full:
            now.action.run(now.place, at((stage, 'start'), fill))
        assert exit_code(full.value) == 5
        filler.unlink()
        now.must_be_untouched({'deliver': 'failed', 'accept': 'diagnosed'}[kind])
        now.must_go_on()
    finally:
        run(restore)


TO_TINY = 'alter table layer.schools set tablespace tiny'
FROM_TINY = 'alter table layer.schools set tablespace pg_default'


def run(statement: str) -> None:
    """Runs a statement of the administrator, and has the pool connect anew."""
    session = admin()
    with session.cursor() as cursor:
        cursor.execute(statement.format(session.info.dbname, 'tiny'))
    session.close()


@pytest.fixture(scope='module')
def tiny_disk(environment: dict[str, str], shared_folder: Path) -> Iterator[Path]:
    """A disk of one megabyte with the tablespace `tiny` on it."""
    folder = shared_folder / 'tiny'
    folder.mkdir()
    mount = ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip('no disk may be mounted here')
    try:
        (folder / 'space').mkdir(mode=0o700)
        owner = next((shared_folder / 'postgis').rglob('PG_VERSION')).stat().st_uid
        os.chown(folder / 'space', owner, -1)
        folder.chmod(0o755)
        run(f"create tablespace tiny location '{folder / 'space'}'")
        run('grant create on tablespace tiny to public')
        yield folder
        run('drop tablespace tiny')
    finally:
        subprocess.run(['umount', '-l', folder], check=True)


@contextlib.contextmanager
def held(statement: str) -> Iterator[None]:
    """Holds the lock of a statement."""
    session = admin()
    session.autocommit = False
    with session.cursor() as cursor:
        cursor.execute(statement)
        yield
    session.close()


def wait_for_lock(name: str) -> None:
    """Waits until a session of this name waits for somebody else's lock."""
    waits = "select count(*) from pg_stat_activity where application_name = %s and wait_event_type = 'Lock'"
    wait_for_sessions(waits, name, lambda count: count > 0)


def wait_for_end(name: str) -> None:
    """Waits until there is no session of this name."""
    query = 'select count(*) from pg_stat_activity where application_name = %s'
    wait_for_sessions(query, name, lambda count: count == 0)


def wait_for_sessions(query: str, name: str, is_reached: Callable[[int], bool]) -> None:
    session = admin()
    deadline = time.monotonic() + PATIENCE_S
    with session.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(query, [name])
            (count,) = cursor.fetchone() or (0,)
            if is_reached(count):
                break
            time.sleep(0.02)
        else:
            pytest.fail(f'{name}: waited in vain')
    session.close()
