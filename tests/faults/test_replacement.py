"""What was restored put in its place: across disks, and on a disk that has no room for it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dothi.core.errors import DiskFull
from dothi.local.backup.replacement import Replacement, replace_folders

SMALL_BYTES = 2**20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The folder of a disk of 1 MB."""
    disk = tmp_path / 'disk'
    disk.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={SMALL_BYTES}', 'tmpfs', disk], check=False).returncode:
        pytest.skip('only root may mount a disk')
    yield disk
    subprocess.run(['umount', disk], check=True)


def folder_of(path: Path, size_bytes: int, text: str) -> Path:
    path.mkdir(parents=True)
    (path / 'file').write_text(text.ljust(size_bytes), encoding='utf-8')
    return path


def test_what_was_there_is_kept_under_another_name(tmp_path: Path) -> None:
    ready, target = folder_of(tmp_path / 'ready', 10, 'new'), folder_of(tmp_path / 'store', 10, 'old')
    assert replace_folders([Replacement(ready, target, 'NOW')]) == [tmp_path / 'store.before-NOW']
    assert (target / 'file').read_text(encoding='utf-8').startswith('new')
    assert (tmp_path / 'store.before-NOW' / 'file').read_text(encoding='utf-8').startswith('old')
    assert not ready.exists()


def test_a_store_on_another_disk_is_replaced_too(tmp_path: Path, small_disk: Path) -> None:
    ready, target = folder_of(tmp_path / 'ready', 10, 'new'), folder_of(small_disk / 'store', 10, 'old')
    assert replace_folders([Replacement(ready, target, 'NOW')]) == [small_disk / 'store.before-NOW']
    assert (target / 'file').read_text(encoding='utf-8').startswith('new')
    assert sorted(path.name for path in small_disk.iterdir()) == ['store', 'store.before-NOW']


def test_a_full_disk_changes_nothing_of_what_is_there(tmp_path: Path, small_disk: Path) -> None:
    """Also what lies on another disk, with room, stays."""
    store = folder_of(small_disk / 'store', SMALL_BYTES * 3 // 4, 'old')
    ready = folder_of(tmp_path / 'ready-store', SMALL_BYTES * 3 // 4, 'new')
    data, ready_data = folder_of(tmp_path / 'data', 10, 'old'), folder_of(tmp_path / 'ready-data', 10, 'new')
    with pytest.raises(DiskFull):
        replace_folders([Replacement(ready_data, data, 'NOW'), Replacement(ready, store, 'NOW')])
    assert [path.name for path in small_disk.iterdir()] == ['store']
    for folder in (store, data):
        assert (folder / 'file').read_text(encoding='utf-8').startswith('old')
