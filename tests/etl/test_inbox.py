"""Files in an agency's folder are delivered once each, and come back with what became of them."""

import errno
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dothi.core import database as core_database
from dothi.core.errors import Defect
from dothi.core.locality import Locality
from dothi.core.settings import PathSettings
from etl.desk.decide import Decision, return_
from etl.desk.deliver import deliver
from etl.desk.deliveries import loader_session
from etl.desk.records import records
from etl.formats.errors import InUse
from etl.inbox import answers, delivering
from etl.inbox.answers import answer
from etl.inbox.assigning import assign
from etl.inbox.claim import Claim, take
from etl.inbox.looking import look
from etl.inbox.outcome import TakenFile
from etl.inbox.round import INBOX_LOCK, InboxBusy, alone, once
from etl.inbox.watch import watch
from etl.receipt.receipt import write_receipt
from etl.report.model import Report
from tests.etl.conftest import Agency, Query, Send
from tests.etl.crashing import ended, forked
from tests.hostile.files import HOSTILE
from tests.matrix import exhaustive
from tests.nam_dinh import NAM_DINH
from tests.present import present


class Inbox:
    """The inbox of the test's own instance."""

    def __init__(self, locality: Locality) -> None:
        self.root, self.locality = PathSettings().inbox, locality
        self.look()

    def put(self, file: Path, agency: str = 'education', folder: str | None = None) -> Path:
        home = self.root / agency / (folder or '')
        home.mkdir(exist_ok=True)
        return Path(shutil.copy(file, str(home)))

    def look(self) -> list[TakenFile]:
        """What one look took."""
        return once(self.root, 0, self.locality, lambda: Defect('lỗi', 'fault')).taken

    def answers(self, agency: str = 'education') -> dict[str, list[str]]:
        """What lies in the folders of the agency's answers."""
        found = sorted((self.root / agency / 'answered').iterdir())
        return {folder.name: sorted(file.name for file in folder.iterdir()) for folder in found}

    def left(self) -> list[Any]:
        """What is still worked on, or waits in a folder."""
        waiting = [path for path in self.root.glob('*/*') if path.name not in ('answered', 'huong-dan.html')]
        return [
            path for path in waiting if path.parent.name != '.waiting' and any([path.is_file(), *path.rglob('*.*')])
        ]


@pytest.fixture
def inbox(database: dict[str, str], locality: Locality) -> Inbox:
    return Inbox(locality)


def test_a_file_comes_back_with_its_receipt_and_its_layer_is_released(
    inbox: Inbox, agency: Agency, query: Query
) -> None:
    inbox.put(agency.schools('a', 'b'))
    (taken,) = inbox.look()
    assert (taken.status, taken.layer, taken.exit_code) == ('accepted', 'schools', 0)
    assert inbox.answers() == {'1-truong.geojson': ['phieu-1.html', 'truong.geojson']}
    assert query('select agency, sender, status from catalog.delivery') == [
        ('education', inbox.locality.agencies['education'].focal_point.vi, 'accepted')
    ]
    assert inbox.left() == []
    assert inbox.look() == []


def test_bad_rows_come_back_as_a_file_for_qgis(inbox: Inbox, agency: Agency) -> None:
    rows = [(agency.school(f's{i}'), agency.point(10 * i)) for i in range(60)]
    inbox.put(agency.geojson('truong.geojson', [*rows, (agency.school('x', CAP_HOC='?'), agency.point(900))]))
    inbox.look()
    assert inbox.answers() == {'1-truong.geojson': ['hang-loi-1.gpkg', 'phieu-1.html', 'truong.geojson']}


def test_a_refused_file_gets_the_receipt_that_says_why(inbox: Inbox, agency: Agency) -> None:
    inbox.put(agency.geojson('gui.geojson', [({'LA': 'x'}, agency.point())]), folder='Trường học')
    (taken,) = inbox.look()
    assert (taken.status, taken.exit_code) == ('returned', 3)
    receipt = inbox.root / 'education' / 'answered' / present(taken.answered) / 'phieu-1.html'
    assert 'Thiếu cột' in receipt.read_text(encoding='utf-8')


def test_a_file_without_a_layer_is_put_aside_with_the_candidates_and_is_no_delivery(
    inbox: Inbox, agency: Agency
) -> None:
    inbox.put(agency.geojson('<b>gui.geojson', [({'LA': 'x'}, agency.point())]))
    (taken,) = inbox.look()
    assert (taken.status, taken.exit_code) == ('aside', 4)
    ((name, files),) = inbox.answers().items()
    assert name.startswith('chua-giao-')
    assert files == ['<b>gui.geojson', 'chua-giao.html']
    page = (inbox.root / 'education' / 'answered' / name / 'chua-giao.html').read_text(encoding='utf-8')
    assert '<code>schools</code>' in page
    assert '<b>gui' not in page
    assert records() == []


def test_all_parts_of_a_shapefile_come_back_together(inbox: Inbox, agency: Agency) -> None:
    agency.write('truong.shp', [(agency.school('a'), agency.point())])
    for part in agency.folder.iterdir():
        inbox.put(part)
    (taken,) = inbox.look()
    assert taken.status == 'accepted'
    assert {'truong.shp', 'truong.dbf', 'truong.shx', 'truong.prj'} < set(inbox.answers()[present(taken.answered)])
    assert inbox.left() == []


def test_the_same_file_sent_once_more_is_another_delivery(inbox: Inbox, agency: Agency) -> None:
    for _ in range(2):
        inbox.put(agency.schools('a'))
        inbox.look()
    assert [(one.id, one.status) for one in records()] == [(2, 'unchanged'), (1, 'accepted')]
    assert list(inbox.answers()) == ['1-truong.geojson', '2-truong.geojson']


def test_a_name_that_is_no_utf8_is_delivered_under_one_that_is(inbox: Inbox, agency: Agency) -> None:
    source = os.fsencode(inbox.root / 'education') + b'/tr\xff\n.geojson'
    shutil.copy(os.fsencode(agency.schools('a')), source)
    (taken,) = inbox.look()
    assert taken.status == 'accepted'
    assert taken.model_dump_json()
    assert inbox.answers() == {'1-tr__.geojson': ['phieu-1.html', 'tr__.geojson']}


def test_a_link_is_never_taken_nor_written_through(inbox: Inbox, agency: Agency, tmp_path: Path) -> None:
    secret = tmp_path / 'schools.geojson'
    shutil.copy(agency.schools('a'), secret)
    (inbox.root / 'education' / 'schools.geojson').symlink_to(secret)
    shutil.rmtree(inbox.root / 'health' / 'answered')
    outside = tmp_path / 'outside'
    outside.mkdir()
    (inbox.root / 'health' / 'answered').symlink_to(outside)
    inbox.put(agency.text('x.docx', 'x'), 'health')
    (taken,) = inbox.look()
    assert taken.status == 'later'
    assert list(outside.iterdir()) == []
    (inbox.root / 'health' / 'answered').unlink()
    (taken,) = inbox.look()
    assert (taken.status, taken.file) == ('aside', 'x.docx')
    assert records() == []


def test_no_page_is_written_through_a_link_that_came_in_the_place_of_a_file(
    inbox: Inbox, agency: Agency, tmp_path: Path
) -> None:
    """Swapped between the look and the taking, which the agency's server allows."""
    secret = tmp_path / 'passwords'
    secret.write_text('secret')
    folder = inbox.root / 'education'
    (folder / 'chua-giao.html').write_text('x')
    (found,) = look(inbox.root, ['education'])
    (folder / 'chua-giao.html').unlink()
    (folder / 'chua-giao.html').symlink_to(secret)
    take(inbox.root, found, 0)
    (taken,) = inbox.look()
    assert taken.status == 'aside'
    assert secret.read_text() == 'secret'
    assert not (folder / 'answered' / present(taken.answered) / 'chua-giao.html').is_symlink()


@pytest.mark.parametrize('name', ['chua-giao.html', 'CHUA-GIAO.html', 'phieu-1.html'])
def test_a_file_or_a_folder_with_the_name_of_an_answer_comes_back_beside_it(
    inbox: Inbox, agency: Agency, name: str
) -> None:
    inbox.put(agency.text(name, 'x'))
    (inbox.root / 'education' / 'schools' / name).mkdir(parents=True)
    (inbox.root / 'education' / 'schools' / name / 'a.txt').write_text('y')
    assert [one.status for one in inbox.look()] == ['aside', 'aside']
    assert all({f'_{name}', 'chua-giao.html'} == set(files) for files in inbox.answers().values())


def test_bad_rows_sent_back_under_their_name_are_not_lost(inbox: Inbox, agency: Agency) -> None:
    sent = inbox.root / 'education' / 'schools' / 'hang-loi-1.gpkg'
    sent.parent.mkdir()
    rows = [(agency.school(f's{i}'), agency.point(10 * i)) for i in range(60)]
    shutil.copy(agency.write('a.gpkg', [*rows, (agency.school('x', CAP_HOC='?'), agency.point(900))]), sent)
    content = sent.read_bytes()
    (taken,) = inbox.look()
    assert sorted(inbox.answers()[present(taken.answered)]) == ['_hang-loi-1.gpkg', 'hang-loi-1.gpkg', 'phieu-1.html']
    assert (
        inbox.root / 'education' / 'answered' / present(taken.answered) / '_hang-loi-1.gpkg'
    ).read_bytes() == content


@pytest.mark.parametrize(
    'stage',
    [
        *(pytest.param(stage, marks=exhaustive) for stage in ('archive', 'stage', 'recorded')),
        *('finish', 'answered'),
    ],
)
def test_killed_at_any_moment_the_file_is_delivered_once_and_answered(
    inbox: Inbox, agency: Agency, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.put(agency.schools('a', 'b'))

    def look_and_die() -> None:
        _die_at(stage, monkeypatch)
        inbox.look()

    child = forked(look_and_die)
    assert ended(child) == -signal.SIGKILL
    taken = inbox.look()
    assert [one.status for one in records() if one.status != 'failed'] == ['accepted']
    assert [one.status for one in taken] == ([] if stage == 'answered' else ['accepted'])
    assert [files for files in inbox.answers().values() if 'truong.geojson' in files and len(files) == 2]
    assert len(inbox.answers()) == 1
    assert inbox.left() == []


def _die_at(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if stage == 'recorded':
        monkeypatch.setattr(delivering, 'answer', die)
    elif stage == 'answered':
        monkeypatch.setattr('etl.inbox.claim._forget', die)
    else:
        reached = stage

        def told(stage: str, done: int, total: int | None) -> None:
            if stage == reached:
                die()

        monkeypatch.setattr(delivering, 'deliver', partial(deliver, progress=told))


def test_a_file_at_which_the_program_always_fails_is_put_aside_and_the_others_go_on(
    inbox: Inbox, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(file: Path, *given: Any, **more: Any) -> Report:
        if file.name == 'schools.geojson':
            raise ZeroDivisionError
        return deliver(file, *given, **more)

    monkeypatch.setattr(delivering, 'deliver', failing)
    inbox.put(agency.schools('a', name='schools.geojson'))
    inbox.put(agency.schools('b', name='truong.geojson'))
    assert [one.status for one in inbox.look()] == ['later', 'accepted']
    assert [one.status for one in inbox.look()] == ['later']
    assert [one.status for one in inbox.look()] == ['later']
    assert [one.status for one in inbox.look()] == ['aside']
    assert inbox.look() == []


@pytest.mark.parametrize('fault', [ZeroDivisionError, RecursionError, OSError])
def test_a_file_over_which_a_reader_falls_is_put_aside_and_the_others_go_on(
    inbox: Inbox, agency: Agency, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def failing(file: Path, *given: Any, **more: Any) -> str:
        if file.name == 'a.geojson':
            raise fault
        return assign(file, *given)

    monkeypatch.setattr(delivering, 'assign', failing)
    inbox.put(agency.schools('a', name='a.geojson'))
    inbox.put(agency.schools('b', name='truong.geojson'))
    assert [one.status for one in inbox.look()] == ['later', 'accepted']
    assert [[one.status for one in inbox.look()] for _ in range(3)] == [['later'], ['later'], ['aside']]
    assert inbox.look() == []


def test_an_answer_that_cannot_be_written_keeps_nobody_waiting(
    inbox: Inbox, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(root: Path, claim: Claim, *given: Any) -> TakenFile:
        if claim.main == 'schools.geojson':
            raise ZeroDivisionError
        return answer(root, claim, *given)

    monkeypatch.setattr(delivering, 'answer', failing)
    inbox.put(agency.schools('a', name='schools.geojson'))
    inbox.put(agency.schools('a', 'b', name='truong.geojson'))
    assert [one.status for one in inbox.look()] == ['later', 'accepted']
    monkeypatch.setattr(delivering, 'answer', answer)
    assert [one.status for one in inbox.look()] == ['accepted']


def test_the_receipt_is_written_anew_when_a_person_has_decided(inbox: Inbox, agency: Agency) -> None:
    inbox.put(agency.schools(*'abcdefghij'))
    inbox.look()
    inbox.put(agency.schools('a', name='it hon.geojson'), folder='schools')
    (taken,) = inbox.look()
    assert (taken.status, taken.exit_code) == ('diagnosed', 4)
    receipt = inbox.root / 'education' / 'answered' / present(taken.answered) / 'phieu-2.html'
    assert 'Chờ trung tâm quyết định' in receipt.read_text(encoding='utf-8')
    inbox.look()
    return_(2, Decision(by='chief', reason='gửi thiếu trường'))
    inbox.look()
    assert 'gửi thiếu trường' in receipt.read_text(encoding='utf-8')
    assert list((inbox.root / '.waiting').iterdir()) == []


def held_back(inbox: Inbox, agency: Agency) -> Path:
    """The folder of the answer to a delivery that a person has to decide on."""
    inbox.put(agency.schools(*'abcdefghij'))
    inbox.look()
    inbox.put(agency.schools('a', name='it hon.geojson'), folder='schools')
    (taken,) = inbox.look()
    return inbox.root / 'education' / 'answered' / present(taken.answered)


def test_a_receipt_that_a_full_disk_refused_is_written_at_the_next_look(
    inbox: Inbox, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = held_back(inbox, agency)
    return_(2, Decision(by='chief', reason='gửi thiếu trường'))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(answers, 'write_receipt', full)
    inbox.put(agency.schools(*'abcdefghij', name='schools.geojson'))
    done = once(inbox.root, 0, inbox.locality, lambda: Defect('lỗi', 'fault'))
    assert (list(done.unwritten), done.receipts, done.exit_code) == ([2], [], 5)
    monkeypatch.setattr(answers, 'write_receipt', write_receipt)
    inbox.look()
    assert 'gửi thiếu trường' in (folder / 'phieu-2.html').read_text(encoding='utf-8')
    assert list((inbox.root / '.waiting').iterdir()) == []


@pytest.mark.parametrize('removed', ['folder', 'page'])
def test_who_removes_an_answer_gets_none_and_stops_nothing(inbox: Inbox, agency: Agency, removed: str) -> None:
    folder = held_back(inbox, agency)
    return_(2, Decision(by='chief', reason='gửi thiếu trường'))
    shutil.rmtree(folder)
    if removed == 'page':
        (folder / 'phieu-2.html').mkdir(parents=True)
    assert inbox.look() == []
    assert list((inbox.root / '.waiting').iterdir()) == []


def test_two_watchers_do_not_work_at_once(inbox: Inbox, agency: Agency) -> None:
    inbox.put(agency.schools('a'))
    with loader_session() as db, db.cursor() as cursor:
        cursor.execute('select pg_advisory_lock(%s)', [INBOX_LOCK])
        with pytest.raises(InboxBusy):
            inbox.look()
        cursor.execute('select pg_advisory_unlock(%s)', [INBOX_LOCK])
    assert [one.status for one in inbox.look()] == ['accepted']


def test_the_next_round_need_not_wait_for_the_end_of_the_session(inbox: Inbox) -> None:
    """The server ends a session a moment after it was told to; the lock of the round is free before."""

    def lock_is_free() -> bool:
        with core_database.connection('admin') as db, db.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and objid = %s", [INBOX_LOCK])
            return present(cursor.fetchone())[0] == 0

    with loader_session('dothi inbox') as db:
        with alone(db):
            assert not lock_is_free()
        assert lock_is_free()


def test_folders_are_made_so_that_a_file_servers_users_can_write_and_keep_what_was_set(inbox: Inbox) -> None:
    folder = inbox.root / 'education'
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2770
    assert stat.S_IMODE((inbox.root / '.taken').stat().st_mode) == 0o700
    guide = (folder / 'huong-dan.html').read_text(encoding='utf-8')
    assert '<code>schools</code>' in guide
    folder.chmod(0o2770)
    inbox.look()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2770


def test_a_district_changes_its_own_part_only(inbox: Inbox, agency: Agency, send: Send, query: Query) -> None:
    """365 lies west of 366; each is a square of 1 km."""
    squares = [({'ma': code, 'ten': code}, agency.box(1000 * i, 0, 1000)) for i, code in enumerate(['365', '366'])]
    send(agency.geojson('d.geojson', squares), 'districts')
    west, east = (agency.school('w'), agency.point(500, 500)), (agency.school('e'), agency.point(1500, 500))
    inbox.put(agency.geojson('schools.geojson', [west, east]))
    renamed = (agency.school('e', TEN_TRUONG='Trường mới'), agency.point(1500, 500))
    inbox.put(agency.geojson('truong hoc.geojson', [renamed]), 'district_366')
    assert [one.status for one in inbox.look()] == ['accepted', 'accepted']
    assert query('select code, name from layer.schools order by 1') == [('e', 'Trường mới'), ('w', 'Trường w')]


def started(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, '-m', 'dothi.cli', 'inbox', *arguments]
    return subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_the_watcher_delivers_and_ends_without_an_error_when_it_is_asked_to(
    inbox: Inbox, agency: Agency, database: dict[str, str]
) -> None:
    inbox.put(agency.schools('a'))
    watcher = started(database, '--watch', '--settle-s', '0')
    # the receipt is there a moment before the line in the log
    assert any('education/truong.geojson: schools 1 accepted' in line for line in present(watcher.stderr))
    watcher.send_signal(signal.SIGTERM)
    watcher.communicate(timeout=600)
    assert watcher.returncode == 0
    assert inbox.answers() == {'1-truong.geojson': ['phieu-1.html', 'truong.geojson']}


def test_a_database_that_is_away_is_waited_for_and_told_of_once(tmp_path: Path) -> None:
    away = {'DOTHI_DATABASE_URL': 'postgresql://nobody@127.0.0.1:9/none', 'DOTHI_STATE': str(tmp_path)}
    with pytest.MonkeyPatch.context() as patch:
        said, looks = list[object](), iter(range(3))

        def fault() -> Defect:
            raise AssertionError

        def wait(_listener: object, _seen: int, _longest_s: float) -> None:
            if next(looks, None) is None:
                raise KeyboardInterrupt

        patch.setattr('etl.inbox.watch.ChangeListener.wait', wait)
        for name, value in away.items():
            patch.setenv(name, value)
        core_database.fresh()
        with pytest.raises(KeyboardInterrupt):
            watch(tmp_path / 'inbox', NAM_DINH, 0, said.append, said.append, fault)
    assert [type(one).__name__ for one in said] == ['NoDatabase']


def test_one_look_ends_with_the_gravest_outcome(inbox: Inbox, agency: Agency, database: dict[str, str]) -> None:
    inbox.put(agency.schools('a'))
    inbox.put(agency.text('x.docx', 'x'), 'health')
    looked = started(database, '--settle-s', '0', '--json')
    told = json.loads(looked.communicate(timeout=600)[0])
    assert {one['status'] for one in told['taken']} == {'accepted', 'aside'}
    assert looked.returncode == 4


def test_a_geopackage_that_is_open_is_no_delivery_even_if_its_file_did_not_change(send: Send, agency: Agency) -> None:
    """Its newest rows lie in the journal, so that the file alone has the hash of the delivery before."""
    file = agency.write('t.gpkg', [(agency.school('a'), agency.point())])
    program = sqlite3.connect(file, isolation_level=None)
    program.execute('pragma journal_mode = wal')
    send(file, 'schools')
    program.execute('create table note (text)')
    with pytest.raises(InUse):
        send(file, 'schools')
    assert [one.status for one in records()] == ['accepted']
    program.close()


def test_files_that_mean_harm_come_back_and_the_next_one_is_delivered(
    inbox: Inbox, agency: Agency, query: Query, tmp_path: Path
) -> None:
    """One that reads elsewhere, one of which the reader dies, and a good one after both."""
    target = SimpleNamespace(folder=agency.folder, secret=tmp_path / 'secret.csv', url='http://127.0.0.1:9')
    for kind in ('gpkg-read-virtual-text', 'csv-exhaust-wkt'):
        inbox.put(HOSTILE[kind](target), folder='Trường học')
    inbox.put(agency.schools('a', name='z.geojson'))
    outcomes = sorted((taken.status, taken.layer) for taken in inbox.look())
    assert outcomes == [('accepted', 'schools'), ('returned', 'schools'), ('returned', 'schools')]
    assert query('select code from layer.schools') == [('a',)]
    assert len(inbox.answers()) == 3
    assert inbox.left() == []
