"""Answers to an agency: its receipt beside its file, written anew when a person has decided; or a page that says why
the file was put aside."""

import json
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from dothi.core.errors import DothiError
from dothi.core.locality import Locality
from etl.desk.records import DeliveryRecord, NoSuchDelivery, decisions, record
from etl.inbox.assigning import NotAssigned
from etl.inbox.claim import Claim, free_name, hand_back
from etl.inbox.folders import ANSWERED, TAKEN, WAITING, put, safe
from etl.inbox.outcome import TakenFile
from etl.inbox.page import put_aside
from etl.receipt.receipt import Receipt, write_receipt

PAGE = 'chua-giao.html'


@dataclass(frozen=True)
class Waiting:
    """A receipt that changes when somebody decides. decided: how many decisions it tells of."""

    agency: str
    folder: str
    decided: int


def answer(root: Path, claim: Claim, record: DeliveryRecord, locality: Locality) -> TakenFile:
    """Hands the file back with the receipt of its delivery."""
    _enclose_receipt(claim, record.id, locality)
    folder = free_name(root, claim, str(record.id))
    if record.status == 'diagnosed':
        _remember(root, record.id, Waiting(claim.agency, folder, len(decisions(record.id))))
    hand_back(root, claim, folder)
    return TakenFile(
        agency=claim.agency,
        file=safe(claim.main),
        status=record.status,
        layer=record.layer_id,
        delivery=record.id,
        answered=folder,
    )


def aside(root: Path, claim: Claim, why: DothiError, locality: Locality) -> TakenFile:
    """Hands the file back with a page that says why it became no delivery."""
    candidates = why.candidates if isinstance(why, NotAssigned) else []
    text = put_aside(safe(claim.main), why.text, candidates, claim.agency, locality)
    draft = Path(claim.home) / PAGE
    draft.write_text(text, encoding='utf-8')
    draft.replace(claim.answer / PAGE)
    folder = free_name(root, claim, f'chua-giao-{datetime.now(locality.place.zone):%Y%m%d-%H%M%S}')
    hand_back(root, claim, folder)
    return TakenFile(agency=claim.agency, file=safe(claim.main), status='aside', answered=folder, why=why.text)


def _enclose_receipt(claim: Claim, number: int, locality: Locality) -> None:
    """Puts the receipt beside the file, in place of what has its name: nothing is written through a link."""
    drafts = Path(claim.home) / 'receipt'
    for file in _files(write_receipt(number, drafts, locality)):
        file.replace(claim.answer / file.name)


def refreshed(root: Path, number: int, locality: Locality) -> bool:
    """Whether the receipt of this delivery was written anew, as somebody has decided on it since.

    Raises OSError where it cannot be written now; it is due still then.
    """
    note = root / WAITING / f'{number}.json'
    waiting = Waiting(**json.loads(note.read_text(encoding='utf-8')))
    try:
        delivery, decided = record(number), len(decisions(number))
    except NoSuchDelivery:  # another database by now
        note.unlink()
        return False
    if delivery.status == 'diagnosed' and decided == waiting.decided:
        return False
    _replace(root, waiting, number, locality)
    if delivery.status == 'diagnosed':
        _remember(root, number, Waiting(waiting.agency, waiting.folder, decided))
    else:
        note.unlink()
    return True


def _replace(root: Path, waiting: Waiting, number: int, locality: Locality) -> None:
    drafts = root / TAKEN / f'receipt-{number}'
    where = (waiting.agency, ANSWERED, waiting.folder)
    try:
        files = _files(write_receipt(number, drafts, locality))
        # the agency has removed its answer, or put something in its place, and wants none
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            for file in files:
                put(file, root, where, file.name)
    finally:
        shutil.rmtree(drafts, ignore_errors=True)


def _files(receipt: Receipt) -> list[Path]:
    """What a receipt consists of, the page last: it refers to the other."""
    return [file for file in (receipt.rows, receipt.html) if file]


def waiting(root: Path) -> list[int]:
    """The deliveries whose receipts change when somebody decides."""
    return sorted(int(note.stem) for note in (root / WAITING).glob('*.json') if note.stem.isdigit())


def _remember(root: Path, number: int, waiting: Waiting) -> None:
    draft = root / WAITING / f'{number}.new'
    draft.write_text(json.dumps(asdict(waiting)), encoding='utf-8')
    draft.replace(draft.with_suffix('.json'))
