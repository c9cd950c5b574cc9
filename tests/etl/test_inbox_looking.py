"""What lies in the inbox is taken when it has come whole, and nothing else is."""

import os
from pathlib import Path

import pytest

from etl.inbox.folders import safe, short
from etl.inbox.looking import PATIENCE_S, Settling, WaitingFile, look


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / 'health').mkdir()
    return tmp_path


def put(root: Path, *names: str, content: bytes = b'x') -> None:
    for name in names:
        file = root / 'health' / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def seen(root: Path) -> dict[str, WaitingFile]:
    return {'/'.join((*one.where, one.main)): one for one in look(root, ['health'])}


def ready(settling: Settling, root: Path, now_s: float) -> list[str]:
    return [one.main for one in settling.ready(look(root, ['health']), now_s)]


def test_a_file_is_taken_once_it_has_stayed_as_it_is(root: Path) -> None:
    settling = Settling(5)
    put(root, 'a.csv')
    assert ready(settling, root, 0) == []
    assert ready(settling, root, 4.9) == []
    put(root, 'a.csv', content=b'xy')
    assert ready(settling, root, 5) == [], 'it grew a moment ago'
    assert ready(settling, root, 9.9) == []
    assert ready(settling, root, 10) == ['a.csv']


def test_a_copy_that_keeps_size_and_time_of_its_source_counts_as_changed(root: Path) -> None:
    """Windows sets the size first and the time last, so that only the server's own time shows that bytes came."""
    settling = Settling(5)
    put(root, 'a.csv')
    file = root / 'health' / 'a.csv'
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert ready(settling, root, 0) == []
    file.write_bytes(b'y')
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert ready(settling, root, 5) == []
    assert ready(settling, root, 10) == ['a.csv']


def test_a_file_that_went_away_and_came_back_starts_anew(root: Path) -> None:
    settling = Settling(5)
    put(root, 'a.csv')
    assert ready(settling, root, 0) == []
    (root / 'health' / 'a.csv').rename(root / 'a.csv')
    assert ready(settling, root, 3) == []
    (root / 'a.csv').rename(root / 'health' / 'a.csv')
    assert ready(settling, root, 6) == []


@pytest.mark.parametrize(
    ('main', 'needed', 'more'),
    [
        ('a.shp', ('a.shx', 'a.dbf'), ('a.prj', 'a.cpg', 'a.sbn', 'a.shp.xml')),
        ('A.SHP', ('A.SHX', 'A.dbf'), ('A.PRJ',)),
        ('a.tab', ('a.dat',), ('a.map', 'a.id')),
        ('a.mif', ('a.mid',), ()),
    ],
)
def test_parts_of_one_file_wait_for_each_other(
    root: Path, main: str, needed: tuple[str, ...], more: tuple[str, ...]
) -> None:
    put(root, main, *more)
    assert not seen(root)[f'health/{main}'].whole
    put(root, *needed)
    (found,) = seen(root).values()
    assert found.whole
    assert set(found.parts) == {main, *needed, *more}


def test_a_part_alone_waits_and_at_last_is_told_what_it_lacks(root: Path) -> None:
    settling = Settling(5)
    put(root, 'a.dbf', 'b.shp')
    assert ready(settling, root, 0) == []
    assert ready(settling, root, PATIENCE_S - 1) == []
    assert ready(settling, root, PATIENCE_S) == ['a.dbf', 'b.shp']


def test_a_geopackage_that_a_program_has_open_waits(root: Path) -> None:
    put(root, 'a.gpkg', 'a.gpkg-wal')
    assert not seen(root)['health/a.gpkg'].whole
    (root / 'health' / 'a.gpkg-wal').unlink()
    assert seen(root)['health/a.gpkg'].whole


@pytest.mark.parametrize('journal', ['a.gpkg-wal', 'a.gpkg-journal'])
def test_a_geopackage_with_rows_in_a_journal_is_never_taken_by_patience(root: Path, journal: str) -> None:
    settling = Settling(5)
    put(root, 'a.gpkg', journal)
    for now_s in (0, PATIENCE_S, 10 * PATIENCE_S):
        assert ready(settling, root, now_s) == []
    (root / 'health' / journal).unlink()
    assert ready(settling, root, 10 * PATIENCE_S + 1) == [], 'it was closed a moment ago'
    assert ready(settling, root, 10 * PATIENCE_S + 6) == ['a.gpkg']


def test_an_empty_journal_that_a_program_forgot_holds_up_nothing_for_ever(root: Path) -> None:
    settling = Settling(5)
    put(root, 'a.gpkg')
    put(root, 'a.gpkg-wal', content=b'')
    assert ready(settling, root, 0) == []
    assert ready(settling, root, PATIENCE_S) == ['a.gpkg']


@pytest.mark.parametrize(
    'name', ['.a.csv', '~$a.xlsx', 'a.csv.part', 'a.zip.crdownload', 'Thumbs.db', 'huong-dan.html']
)
def test_what_programs_leave_beside_files_is_no_delivery(root: Path, name: str) -> None:
    put(root, name)
    assert seen(root) == {}


def test_folders_name_layers_geodatabases_are_files_and_answers_stay(root: Path) -> None:
    put(root, 'schools/a.csv', 'data.gdb/a00000001.gdbtable', 'answered/1-a/a.csv', '.git/config')
    assert set(seen(root)) == {'health/schools/a.csv', 'health/data.gdb'}


def test_a_geodatabase_changes_with_any_file_in_it(root: Path) -> None:
    put(root, 'data.gdb/a00000001.gdbtable')
    before = seen(root)['health/data.gdb'].signature
    put(root, 'data.gdb/a00000002.gdbtable')
    assert seen(root)['health/data.gdb'].signature != before


def test_no_link_is_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp('outside')
    (outside / 'secret.csv').write_text('x')
    (root / 'health' / 'a.csv').symlink_to(outside / 'secret.csv')
    (root / 'health' / 'schools').symlink_to(outside)
    (root / 'power').symlink_to(outside)
    assert look(root, ['health', 'power', 'nobody']) == []


@pytest.mark.parametrize(
    ('name', 'kept', 'folder'),
    [
        ('trường học.csv', 'trường học.csv', 'trường-học.csv'),
        ('a\nb.csv', 'a_b.csv', 'a_b.csv'),
        ('\udcff.csv', '_.csv', '_.csv'),
        ('..%2f', '..%2f', '2f'),
        ('<b>', '<b>', 'b'),
        ('…', '…', 'file'),
    ],
)
def test_a_hostile_name_is_made_harmless(name: str, kept: str, folder: str) -> None:
    assert (safe(name), short(name)) == (kept, folder)
