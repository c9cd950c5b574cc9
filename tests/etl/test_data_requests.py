"""Requests for data: recorded, answered with files that carry their licence, or refused with a legal basis."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from pydantic import ValidationError

from dothi.core.clock import today
from dothi.core.errors import DothiError, WrongUse
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from etl.desk.data_requests import (
    NOTICE,
    AlreadyAnswered,
    Answer,
    FolderInUse,
    NewRequest,
    NoSuchRequest,
    NothingToShare,
    Share,
    answer,
    receive,
    refuse,
    requests,
)
from etl.desk.deliver import deliver
from etl.desk.letter import Letter
from etl.desk.options import DeliveryOptions
from tests.cli.test_cli import document, dothi
from tests.etl.conftest import Agency, Query

LETTER = Letter(number='77/SKHĐT', dated=date(2026, 11, 20))
ASKED = NewRequest(
    requester='Sở Kế hoạch và Đầu tư',
    purpose='Quy hoạch trường học',
    layers=['schools'],
    legal_basis='Nghị định 194/2025, điều 8',
    letter=LETTER,
)
SAID = Answer(by='Trưởng trung tâm')


@pytest.fixture
def schools(agency: Agency, database: dict[str, str], locality: Locality) -> Locality:
    """Two schools, released."""
    deliver(agency.schools('a', 'b'), DeliveryOptions(layer='schools'), locality)
    return locality


@pytest.fixture
def sharing(schools: Locality, tmp_path: Path) -> Callable[..., Share]:
    def share(audience: Audience = 'public') -> Share:
        return Share(tmp_path / 'given', schools, audience, 'vi')

    return share


def test_a_request_is_answered_with_its_files_and_their_licence(sharing: Callable[..., Share]) -> None:
    share = sharing()
    number = receive(ASKED, share.locality).id
    done = answer(number, share, SAID)
    (file,) = done.files
    path = share.folder / file.file
    assert (done.status, done.decided_by, file.layer, file.rows, file.licence) == (
        'answered', 'Trưởng trung tâm', 'schools', 2, 'CC-BY-4.0',
    )  # fmt: skip
    assert (file.sha256, file.size_bytes) == (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
    assert pyogrio.read_info(path)['features'] == 2
    notice = (share.folder / NOTICE).read_text(encoding='utf-8')
    for words in ('Sở Kế hoạch và Đầu tư', 'Quy hoạch trường học', 'CC-BY-4.0', file.sha256, f'release {file.release}'):
        assert words in notice


def test_a_refusal_needs_its_legal_basis(schools: Locality) -> None:
    number = receive(ASKED, schools).id
    with pytest.raises(WrongUse, match='legal basis'):
        refuse(number, Answer(by='a', reason='mật'))
    letter = Letter(number='9/TTĐH', dated=date(2026, 11, 28))
    done = refuse(number, Answer(by='a', reason='dữ liệu cá nhân', basis='Luật 91/2025, điều 6', letter=letter))
    assert (done.status, done.refusal_basis, done.answer_letter, done.files) == (
        'refused', 'Luật 91/2025, điều 6', letter, [],
    )  # fmt: skip
    with pytest.raises(AlreadyAnswered):
        refuse(number, Answer(by='a', reason='lần nữa', basis='như trên'))


def test_what_is_not_public_is_given_only_where_somebody_says_so(sharing: Callable[..., Share], query: Query) -> None:
    share = sharing()
    layers = share.locality.layers
    hidden = next(layer.id for layer in layers.values() if not layer.visible_to('public'))
    number = receive(ASKED.model_copy(update={'layers': ['schools', hidden]}), share.locality).id
    with pytest.raises(NothingToShare, match='--audience internal'):
        answer(number, share, SAID)
    assert not share.folder.exists()
    with pytest.raises(NothingToShare, match='no data'):
        answer(number, sharing('internal'), SAID)
    assert query('select status, files from catalog.data_request') == [('open', [])]


def test_an_answer_that_cannot_be_written_leaves_the_request_open(
    sharing: Callable[..., Share], query: Query, tmp_path: Path
) -> None:
    share = sharing()
    number = receive(ASKED, share.locality).id
    share.folder.mkdir()
    (share.folder / 'schools-release-1-x').mkdir()
    share.folder.chmod(0o500)
    (tmp_path / 'given').rename(tmp_path / 'kept')
    (tmp_path / 'given').write_text('a file in its place', encoding='utf-8')
    with pytest.raises(FolderInUse):
        answer(number, share, SAID)
    assert query('select status from catalog.data_request') == [('open',)]


def test_a_layer_that_is_asked_for_twice_is_given_once(sharing: Callable[..., Share]) -> None:
    share = sharing()
    done = answer(receive(ASKED.model_copy(update={'layers': ['schools', 'schools']}), share.locality).id, share, SAID)
    assert (done.layers, [file.layer for file in done.files]) == (['schools'], ['schools'])


def test_an_answer_never_takes_the_place_of_another_one(sharing: Callable[..., Share], query: Query) -> None:
    """Two requests in one folder: the first one's licence and files stay as they were given."""
    share = sharing()
    first, second = (receive(ASKED, share.locality).id for _ in range(2))
    answer(first, share, SAID)
    before = {file.name: file.read_bytes() for file in share.folder.iterdir()}
    with pytest.raises(FolderInUse, match='folder of its own'):
        answer(second, share, SAID)
    assert {file.name: file.read_bytes() for file in share.folder.iterdir()} == before
    assert query(f'select status from catalog.data_request where id = {second}') == [('open',)]


def test_of_two_answers_at_once_one_counts_and_its_files_stay(sharing: Callable[..., Share]) -> None:
    share = sharing()
    number = receive(ASKED, share.locality).id
    with ThreadPoolExecutor(3) as at_once:
        tries = [at_once.submit(answer, number, share, SAID) for _ in range(3)]
    assert sum(one.exception() is None for one in tries) == 1
    (file,) = next(request for request in requests() if request.id == number).files
    given = (share.folder / file.file).read_bytes()
    assert hashlib.sha256(given).hexdigest() == file.sha256
    assert {path.name for path in share.folder.iterdir()} == {NOTICE, file.file}


def test_a_folder_that_is_a_file_is_told(sharing: Callable[..., Share]) -> None:
    share = sharing()
    share.folder.write_text('x', encoding='utf-8')
    with pytest.raises(FolderInUse, match='cannot be written'):
        answer(receive(ASKED, share.locality).id, share, SAID)


@pytest.mark.parametrize('field', ['requester', 'purpose', 'legal_basis'])
@pytest.mark.parametrize('text', ['', '  ', 'Sở\nGiấy phép: tự do', 'x\x1b[31m', 'x' * 1_001])
def test_what_is_said_is_one_line(field: str, text: str) -> None:
    """It stands in the notice beside the files, where another line would be another statement."""
    with pytest.raises(ValidationError):
        NewRequest.model_validate(ASKED.model_dump() | {field: text})


def test_a_refusal_of_blanks_is_none(schools: Locality) -> None:
    with pytest.raises(WrongUse, match='legal basis'):
        refuse(receive(ASKED, schools).id, Answer(by='a', reason=' ', basis=' '))


def test_what_was_shared_with_whom_is_listed_by_day(sharing: Callable[..., Share]) -> None:
    share = sharing()
    first, second = (receive(ASKED, share.locality).id for _ in range(2))
    answer(first, share, SAID)
    assert [(request.id, request.status) for request in requests()] == [(second, 'open'), (first, 'answered')]
    day = today(share.locality.place.zone)
    assert requests(since=day + timedelta(days=2)) == []
    assert len(requests(since=day - timedelta(days=1), until=day + timedelta(days=1))) == 2
    assert requests()[0].letter == LETTER


@pytest.mark.parametrize(
    ('changes', 'message'),
    [({'layers': ['scools']}, '"schools"'), ({'format': 'gpk'}, '"gpkg"')],
)
def test_a_request_for_what_there_is_not_is_refused_with_the_nearest(
    schools: Locality, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DothiError, match=message):
        receive(ASKED.model_copy(update=changes), schools)


def test_an_unknown_number_is_told_with_where_the_list_is(database: dict[str, str]) -> None:
    with pytest.raises(NoSuchRequest, match='dothi requests'):
        refuse(4711, SAID)


def test_the_command_records_answers_and_lists(schools: Locality, tmp_path: Path) -> None:
    options = ('--from', 'Sở Xây dựng', '--purpose', 'Quy hoạch', '--basis', 'NĐ 194/2025', '--layer', 'schools')
    made = document(dothi('requests', 'add', *options, '--format', 'csv', '--letter', '5/SXD', '--json'))
    done = dothi('requests', 'answer', str(made['id']), '--folder', tmp_path / 'x', '--by', 'trực ban', '--lang', 'en')
    assert (done.returncode, 'answered' in done.stdout) == (0, True)
    assert sorted(file.suffix for file in (tmp_path / 'x').iterdir()) == ['.csv', '.txt']
    listed = document(dothi('requests', '--json'))['requests']
    assert [(entry['requester'], entry['status'], entry['letter']['number']) for entry in listed] == [
        ('Sở Xây dựng', 'answered', '5/SXD')
    ]
    empty = dothi('requests', 'add', *options[:2], '--purpose', ' ', *options[4:], '--lang', 'en')
    assert (empty.returncode, '--purpose' in empty.stderr) == (2, True)
    lacking = dothi('requests', 'refuse', str(made['id']), '--reason', 'x', '--lang', 'en')
    assert (lacking.returncode, '--basis' in lacking.stderr) == (2, True)
