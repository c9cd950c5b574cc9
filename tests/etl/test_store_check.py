"""A file of the store that somebody changed is told by `dothi status`, and the advice mends it."""

import os
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dothi.core.database import connection
from dothi.core.locality import Locality
from etl.coverage.apart import put_rasters_apart
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.desk.store_check import DamagedFile, check_store
from etl.report.model import Report
from tests.rasters import HEIGHTS, write_raster


@pytest.fixture
def database(coverage_database: dict[str, str]) -> dict[str, str]:
    """With the two coverages."""
    return coverage_database


@pytest.fixture
def store(database: dict[str, str]) -> Path:
    return Path(database['DOTHI_STATE']) / 'store'


@pytest.fixture
def heights(database: dict[str, str], somewhere: Locality, tmp_path: Path) -> Path:
    """An agency's raster, which was delivered."""
    file = write_raster(tmp_path / 'dem.tif', HEIGHTS)
    give(file, somewhere)
    return file


type Harm = Callable[[Path], None]


def give(file: Path, locality: Locality) -> Report:
    return deliver(file, DeliveryOptions(layer='heights'), locality)


def damaged() -> list[DamagedFile]:
    with connection('loader') as db:
        return check_store(db).damaged


def flip_byte(file: Path) -> None:
    """Another value of the same size."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    with file.open('r+b') as opened:
        opened.write(content)


def test_what_nobody_touched_is_sound(heights: Path) -> None:
    assert damaged() == []


@pytest.mark.parametrize('harm', [flip_byte, Path.unlink])
def test_a_changed_raster_is_told_and_its_advice_mends_it(
    heights: Path, somewhere: Locality, store: Path, harm: Harm
) -> None:
    """Also where time and size of the file are as they were; the delivery that mends it makes no release."""
    (file,) = (store / 'coverages' / 'heights').iterdir()
    before = file.stat()
    harm(file)
    if file.exists():
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert file.stat().st_size == before.st_size
    (found,) = damaged()
    assert (store / found.file, found.damage) == (file, 'changed' if file.exists() else 'missing')
    for text in (found.advice.vi, found.advice.en):
        command = shlex.split(text.split('"')[1])
        assert command[:2] + command[3:] == ['dothi', 'deliver', '--layer', 'heights']
        again = Path(command[2])
    report = give(again, somewhere)
    assert report.unchanged
    assert any('made anew' in note.en for note in report.notes)
    assert damaged() == []
    assert not any('made anew' in note.en for note in give(heights, somewhere).notes)


@pytest.mark.parametrize('harm', [flip_byte, Path.unlink])
def test_a_changed_original_is_told_and_replaced_by_the_next_delivery(
    heights: Path, somewhere: Locality, store: Path, harm: Harm
) -> None:
    """A file that is there is not taken for the original because of its name."""
    (original,) = [file for file in (store / 'originals').rglob('*.tif') if file.is_file()]
    harm(original)
    (found,) = damaged()
    assert store / found.file == original
    assert 'dem.tif' in found.advice.vi
    give(heights, somewhere)
    assert original.read_bytes() == heights.read_bytes()
    assert damaged() == []


def test_a_restored_copy_with_the_same_content_is_sound(heights: Path, store: Path, tmp_path: Path) -> None:
    """It is younger than its record, so it is read."""
    copy = tmp_path / 'copy'
    shutil.copytree(store, copy)
    shutil.rmtree(store)
    shutil.copytree(copy, store)
    assert damaged() == []


def test_rasters_that_are_not_public_lie_apart_and_follow_what_the_layer_says(
    heights: Path, somewhere: Locality, store: Path
) -> None:
    """What lay with the others is moved with its record, and back when the coverage becomes public."""

    def file() -> str:
        with connection('admin') as db, db.cursor() as cursor:
            cursor.execute('select store_path from catalog.raster')
            ((place,),) = cursor.fetchall()
        assert (store / place).is_file()
        return str(Path(place).parent)

    for access, folder in (
        ('internal', 'internal-coverages'),
        ('public', 'coverages'),
        ('restricted', 'internal-coverages'),
    ):
        with connection('admin') as db, db.cursor() as cursor:
            cursor.execute("update catalog.layer set access = %s where id = 'heights'", [access])
        for _ in range(2):
            put_rasters_apart()
            assert file() == f'{folder}/heights'
    assert damaged() == []
