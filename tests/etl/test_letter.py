"""The official letter: with a delivery, a decision and a rollback; on the receipt, and its file in the store."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dothi.core.clock import local_day
from dothi.core.locality import Locality
from dothi.core.settings import PathSettings
from etl.desk.decide import Decision, accept, return_
from etl.desk.deliver import deliver
from etl.desk.letter import BadLetter, Letter
from etl.desk.options import DeliveryOptions
from etl.desk.records import shown
from etl.desk.rollback import rollback
from etl.receipt.page import page
from tests.cli.test_cli import document, dothi
from tests.etl.conftest import Agency, Query
from tests.present import present

LETTER = Letter(number='123/SGD-KH', dated=date(2026, 11, 20), signatory='Giám đốc Sở')
DECISION = Letter(number='45/TTĐH', dated=date(2026, 11, 25))


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """The scan of a letter."""
    file = tmp_path / 'cong-van.pdf'
    file.write_bytes(b'%PDF-1.4 scan')
    return file


@pytest.fixture
def delivered(agency: Agency, database: dict[str, str], locality: Locality) -> Callable[..., int]:
    """Delivers schools with a letter, and gives the number of the delivery."""

    def run(letter: Letter | None, *codes: str) -> int:
        options = DeliveryOptions(layer='schools', letter=letter)
        return present(deliver(agency.schools(*codes), options, locality).delivery)

    return run


@pytest.fixture
def waiting(delivered: Callable[..., int]) -> int:
    """A delivery that waits: of three schools one is left."""
    delivered(None, 'a', 'b', 'c')
    number = delivered(LETTER, 'a')
    assert shown(number).delivery.status == 'diagnosed'
    return number


def test_a_letter_comes_with_a_delivery_and_stands_on_its_receipt(
    delivered: Callable[..., int], locality: Locality, scan: Path
) -> None:
    delivery = shown(delivered(LETTER.kept(scan), 'a'))
    letter = present(delivery.delivery.letter)
    assert (letter.number, letter.dated, letter.file) == ('123/SGD-KH', date(2026, 11, 20), 'cong-van.pdf')
    assert (Path(PathSettings().store) / present(letter.stored)).read_bytes() == scan.read_bytes()
    html = page(delivery, locality, [], None)
    assert 'Công văn số 123/SGD-KH ngày 20/11/2026 (Giám đốc Sở)' in html
    assert 'cong-van.pdf' in html


def test_the_same_file_with_another_letter_changes_nothing(delivered: Callable[..., int]) -> None:
    """A letter is a remark: what the file comes to does not depend on it."""
    first, second = delivered(LETTER, 'a'), delivered(DECISION, 'a')
    assert (shown(first).delivery.status, shown(second).delivery.status) == ('accepted', 'unchanged')
    assert present(shown(second).delivery.letter).number == '45/TTĐH'


def test_a_decision_has_a_letter_of_its_own(waiting: int, locality: Locality) -> None:
    accept(waiting, Decision(by='trực ban', reason='đã đóng cửa', letter=DECISION), locality)
    delivery = shown(waiting)
    assert present(delivery.delivery.letter).number == '123/SGD-KH'
    assert [present(made.letter).number for made in delivery.decisions] == ['45/TTĐH']
    assert 'Công văn số 45/TTĐH ngày 25/11/2026' in page(delivery, locality, [], None)


def test_a_return_has_a_letter(waiting: int) -> None:
    delivery = return_(waiting, Decision(by='trực ban', reason='thiếu trường', letter=DECISION))
    assert [present(made.letter).number for made in delivery.decisions] == ['45/TTĐH']


def test_a_rollback_cites_its_letter(delivered: Callable[..., int], locality: Locality, query: Query) -> None:
    first = present(shown(delivered(None, 'a', 'b')).delivery.release)
    delivered(None, 'a', 'b', 'c')
    decision = Decision(by='trực ban', reason='giao nhầm', letter=DECISION)
    back = rollback('schools', first, decision.reason_with_letter, decision.by, locality)
    ((note,),) = query('select note from catalog.release where number = %s', back.release)
    assert 'giao nhầm (Công văn số 45/TTĐH ngày 25/11/2026)' in note


def test_the_command_takes_a_letter_and_says_what_one_needs(
    agency: Agency, database: dict[str, str], scan: Path
) -> None:
    file = agency.schools('a')
    without = dothi('deliver', file, '-l', 'schools', '--letter-file', scan, '--lang', 'en')
    assert (without.returncode, '--letter NUMBER' in without.stderr) == (2, True)
    absent = dothi(
        'deliver', file, '-l', 'schools', '--letter', '1', '--letter-file', scan.with_name('x'), '--lang', 'en'
    )
    assert (absent.returncode, 'there is no such file' in absent.stderr) == (2, True)
    options = (
        '--letter',
        '123/SGD-KH',
        '--letter-date',
        '20/11/2025',
        '--letter-by',
        'Giám đốc',
        '--letter-file',
        scan,
    )
    number = document(dothi('deliver', file, '-l', 'schools', *options, '--letter-file', scan, '--json'))['delivery']
    assert '123/SGD-KH' in dothi('delivery', str(number)).stdout
    assert present(shown(number).delivery.letter).dated == date(2025, 11, 20)


@pytest.mark.parametrize(
    ('options', 'says'),
    [
        (('--letter', '1', '--letter-date', '01/02/9000'), 'still to come'),
        (('--letter', '1\n2'), 'in one line'),
        (('--letter', '1', '--letter-by', 'Giám đốc\x1b[31m'), 'in one line'),
    ],
)
def test_a_letter_of_a_day_to_come_or_of_several_lines_is_none(options: tuple[str, ...], says: str) -> None:
    refused = dothi('requests', 'refuse', '1', '-r', 'x', '--basis', 'y', *options, '--lang', 'en')
    assert (refused.returncode, says in refused.stderr) == (2, True)


@contextmanager
def small_files() -> Iterator[None]:
    """Within, this process may write files of 2 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_048, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_letter_for_which_there_is_no_room_leaves_nothing(database: dict[str, str], scan: Path) -> None:
    """What was written of it took the last of the room, for ever."""
    before = stored_files()
    scan.write_bytes(b'%PDF-1.4 ' * 1_000)
    with small_files(), pytest.raises(OSError, match='too large'):
        LETTER.kept(scan)
    assert stored_files() == before


def stored_files() -> set[Path]:
    return {file for file in Path(PathSettings().store).rglob('*') if file.is_file()}


@pytest.mark.parametrize('left', [b'', b'%PDF-1.4 half'])
def test_a_letter_that_a_crash_has_cut_off_is_kept_anew(database: dict[str, str], scan: Path, left: bytes) -> None:
    """The disk had its name, and not yet its content."""
    stored = Path(PathSettings().store) / present(LETTER.kept(scan).stored)
    stored.write_bytes(left)
    LETTER.kept(scan)
    assert stored.read_bytes() == scan.read_bytes()


def test_a_file_that_is_no_letter_is_refused(scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = scan.with_name('empty.pdf')
    empty.touch()
    with pytest.raises(BadLetter, match='empty'):
        LETTER.kept(empty)
    monkeypatch.setattr('etl.desk.letter.MOST_BYTES', 5)
    with pytest.raises(BadLetter, match='larger'):
        LETTER.kept(scan)


def test_a_printed_receipt_has_the_form_of_an_administrative_document(
    delivered: Callable[..., int], locality: Locality
) -> None:
    """Decree 30/2020: office and number on the left; nation, motto, place and day on the right; two signatures."""
    delivery = shown(delivered(LETTER, 'a'))
    html = page(delivery, locality, [], None)
    assert f'{delivery.delivery.id}/PN-TTĐH' in html
    assert 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM' in html
    at = local_day(present(delivery.delivery.finished_at), locality.place.zone)
    assert f'ngày {at:%d} tháng {at:%m} năm {at:%Y}' in html
    bare = replace(locality, place=locality.place.model_copy(update={'letterhead': None}))
    assert 'official"' not in page(delivery, bare, [], None)
