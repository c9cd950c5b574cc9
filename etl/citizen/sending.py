"""What a citizen sends: looked at, and put where reviewers find it, by a role that can do nothing else."""

import math
import re
import unicodedata
from datetime import datetime
from typing import Literal
from uuid import UUID

import psycopg2
from pydantic import BaseModel

from dothi.core.citizen_reporting import CitizenReporting
from dothi.core.database import connection
from dothi.core.errors import DothiError, HeldForDecision, NotFound, TooMany
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.citizen.place import as_released
from etl.editing.checks import Fault, Unfit

Status = Literal['received', 'accepted', 'refused']
LONGEST_CONTACT = 200
# Control characters but for tab and line ends, and those that turn the direction of writing: whoever reviews would read
# something else than what is there.
UNSOUND = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
# Letters of Hangul that show nothing.
FILLERS = frozenset('\u115f\u1160\u3164\uffa0')
# Letters that people take for others.
ALIKE = str.maketrans('OIL', '011')
GROUP = 4


class OtherReport(HeldForDecision):
    """The key of a report was used for another one before."""


class DayIsFull(TooMany):
    """As many reports have come today as are taken, from everybody or from one address. wait_s: until tomorrow."""

    wait_s = 0


class NoSuchReport(NotFound):
    """No report has this code."""


class CitizenReport(BaseModel):
    """A report as it is sent. place: longitude and latitude. contact: how to reach whoever sends it, or empty."""

    kind: str
    place: tuple[float, float]
    words: str
    contact: str = ''


class ReportState(BaseModel):
    """What became of a report, for who sent it."""

    status: Status
    received_at: datetime
    decided_at: datetime | None
    reason: str | None


def require_fit(report: CitizenReport, locality: Locality, rules: CitizenReporting) -> None:
    """Raises Unfit with all that is wrong with the report."""
    faults = [
        *_place_faults(report.place, locality, rules.cell_m),
        *_kind_faults(report.kind, rules, locality.whole.layers[rules.layer]),
        *text_faults('/text', report.words, rules.min_characters, rules.max_characters),
        *text_faults('/contact', report.contact, 0, LONGEST_CONTACT),
    ]
    if faults:
        raise Unfit(faults)


def submit(report: CitizenReport, photo: bytes | None, address: str, key: UUID) -> str:
    """The code by which the sender looks the report up; of one that is sent twice, that of the first.

    photo: a plain JPEG. address: the sender's, of which the database keeps a hash for the day. key: the same for the
    same report. Raises OtherReport, DayIsFull and Unfit.
    """
    values = [
        str(key), address, report.kind, *report.place, report.words, report.contact, photo and psycopg2.Binary(photo),
    ]  # fmt: skip
    with connection('reporter') as db, db.cursor() as cursor:
        cursor.execute('select outcome, code, wait_s from citizen.submit(%s, %s, %s, %s, %s, %s, %s, %s)', values)
        outcome, code, wait_s = cursor.fetchone() or ('off', None, 0)
    if outcome not in ('received', 'again'):
        raise _refusal(outcome, wait_s)
    return str(code)


def require_room(address: str, key: UUID) -> None:
    """Raises DayIsFull where a report of this address would not be taken today: before its photo is opened.

    It is counted by `submit` alone, so that many at one moment may get past this.
    """
    with connection('reporter') as db, db.cursor() as cursor:
        cursor.execute('select outcome, wait_s from citizen.room_left(%s, %s)', [str(key), address])
        outcome, wait_s = cursor.fetchone() or (None, 0)
    if outcome is not None:
        raise _refusal(outcome, wait_s)


def state_of(code: str) -> ReportState:
    """What became of the report with the code, however it is typed. Raises NoSuchReport."""
    with connection('reporter') as db, db.cursor() as cursor:
        cursor.execute(
            'select status, received_at, decided_at, reason from citizen.state_of(%s)', [_code_as_made(code)]
        )
        row = cursor.fetchone()
    if row is None:
        raise NoSuchReport(
            vi='Không có phản ánh nào mang mã này. Kiểm tra lại mã tra cứu.',
            en='No report has this code. Look at the tracking code again.',
        )
    return ReportState(**dict(zip(ReportState.model_fields, row, strict=True)))


def _code_as_made(typed: str) -> str:
    """A code in capitals, with a dash behind every four letters."""
    letters = re.sub(r'[^0-9A-Z]', '', typed[:100].upper()).translate(ALIKE)
    return '-'.join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def _refusal(outcome: str, wait_s: int) -> DothiError:
    if outcome == 'other_content':
        return OtherReport(
            vi='Idempotency-Key này đã dùng cho một phản ánh khác. Tạo khóa mới cho mỗi phản ánh.',
            en='This Idempotency-Key was used for another report. Make a new one for each report.',
        )
    if outcome in ('full', 'too_many'):
        refusal = DayIsFull(vi=_FULL[outcome].vi, en=_FULL[outcome].en)
        refusal.wait_s = wait_s
        return refusal
    # locality.yml says something else than what the database was told last
    return Unfit([Fault('', 'rules', Text(vi='hiện không nhận được phản ánh.', en='cannot be taken at the moment.'))])


_FULL = {
    'full': Text(
        vi='Hôm nay đã nhận đủ số phản ánh. Hãy gửi lại vào ngày mai.',
        en='As many reports have come today as are taken. Send it again tomorrow.',
    ),
    'too_many': Text(
        vi='Hôm nay địa chỉ mạng của bạn đã gửi đủ số phản ánh được nhận. Hãy gửi lại vào ngày mai.',
        en='As many reports have come from your network address today as are taken. Send it again tomorrow.',
    ),
}


def _place_faults(place: tuple[float, float], locality: Locality, cell_m: float) -> list[Fault]:
    """At the edge of the extent a place may lie within, and the middle of its cell beyond."""
    if _is_within(place, locality) and _is_within(as_released(place, cell_m, locality), locality):
        return []
    says = Text(
        vi='nằm ngoài {where}. Chọn một điểm trong địa bàn.', en='lies outside of {where}. Choose a place within.'
    )
    return [Fault('/place', 'outside_locality', says.format(where=locality.place.title))]


def _is_within(place: tuple[float, float], locality: Locality) -> bool:
    (lon, lat), (west, south, east, north) = place, locality.place.extent_wgs84
    return math.isfinite(lon) and math.isfinite(lat) and west <= lon <= east and south <= lat <= north


def _kind_faults(kind: str, rules: CitizenReporting, layer: Layer) -> list[Fault]:
    kinds = rules.kinds_of(layer)
    if kind in kinds:
        return []
    says = Text(vi='phải là một trong: {kinds}.', en='must be one of: {kinds}.').format(kinds=', '.join(kinds))
    return [Fault('/kind', 'domain', says)]


def visible_letters(text: str) -> int:
    """How many characters of the text a reader sees: no spaces, marks of direction, or fillers."""
    return sum(unicodedata.category(letter)[0] in 'LNPS' and letter not in FILLERS for letter in text)


def text_faults(pointer: str, text: str, least: int, most: int) -> list[Fault]:
    """What is wrong with a text of people: too long, too short in what is seen of it, or with control characters."""
    if UNSOUND.search(text):
        says = Text(vi='có ký tự điều khiển. Viết lại bằng chữ thường.', en='has control characters. Take them out.')
        return [Fault(pointer, 'unsound_text', says)]
    letters = visible_letters(text)
    # what combines with a letter, and spaces between words, count as they are typed
    length = len(text) if letters > len(text) / 3 else letters
    if least <= length <= most:
        return []
    says = Text(
        vi='có {length} ký tự; cần từ {least} đến {most}.', en='has {length} characters; {least} to {most} are wanted.'
    ).format(length=str(length), least=str(least), most=str(most))
    return [Fault(pointer, 'length', says)]
