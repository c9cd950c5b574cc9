"""What becomes of a citizen's report: a reviewer accepts it, and it is released as a feature, or refuses it."""

from datetime import datetime
from typing import Any

import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor
from pydantic import BaseModel

from dothi.core.clock import local_moment
from dothi.core.crs import parse_crs
from dothi.core.database import connection
from dothi.core.errors import HeldForDecision
from dothi.core.layer import Layer
from dothi.core.locality import Locality, locality_zone
from dothi.core.text import LANGUAGES, Text
from etl.citizen.place import in_working_system, middle_of_cell
from etl.citizen.sending import NoSuchReport, Status, text_faults, visible_letters
from etl.doctor.coordinates import Reading
from etl.editing.change_set import ReasonMissing
from etl.editing.checks import Submitted, Unfit, prepared
from etl.editing.edit import Changes, editing, key_must_be_free, row_of, save
from etl.reference import code_column, in_force

LONGEST_REASON = 2_000
COLUMNS = 'id, kind, words, place, received_at, status, decided_at, decided_by, reason, release'


class ReportDecided(HeldForDecision):
    """The report was accepted or refused before."""


class ReportExpired(HeldForDecision):
    """The place of the report is not kept any more: there is nothing to release."""


class ReceivedReport(BaseModel):
    """A report as reviewers see it. place: longitude and latitude. words, contact and place go after their term."""

    id: int
    kind: str
    words: str | None
    contact: str | None = None
    place: tuple[float, float] | None
    received_at: datetime
    status: Status
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    release: int | None
    has_photo: bool = False

    @property
    def version(self) -> str:
        """Changes with each decision, and when personal details go."""
        return f'{self.id}-{self.status}-{"whole" if self.words is not None else "expired"}'


def received_reports(status: Status | None, most: int, start: int = 0) -> list[ReceivedReport]:
    """The reports in that status, or all: those that wait first, the oldest of them before the others; then the
    newest."""
    return _reports(
        """where %(status)s::text is null or status = %(status)s
           order by status <> 'received', case status when 'received' then id else -id end limit %(most)s
           offset %(start)s""",
        {'status': status, 'most': most, 'start': start},
    )


def counts_by_status() -> dict[Status, int]:
    """How many reports there are in each status."""
    counts: dict[Status, int] = {'received': 0, 'accepted': 0, 'refused': 0}
    with connection('gatekeeper') as db, db.cursor() as cursor:
        cursor.execute('select status, count(*) from citizen.report group by status')
        return counts | dict(cursor.fetchall())


def received_report(number: int) -> ReceivedReport:
    """The report. Raises NoSuchReport."""
    reports = _reports('where id = %(id)s', {'id': number})
    if not reports:
        raise _no_such_report(number)
    return reports[0]


def photo_of(number: int) -> bytes:
    """The photo of the report. Raises NoSuchReport where there is none, or none any more."""
    with connection('gatekeeper') as db, db.cursor() as cursor:
        cursor.execute('select content from citizen.photo where report_id = %s', [number])
        row = cursor.fetchone()
    if row is None:
        raise NoSuchReport(
            vi=f'Phản ánh {number} không có ảnh, hoặc ảnh đã hết hạn lưu.',
            en=f'The report {number} has no photo, or its term has ended.',
        )
    return bytes(row[0])


def accept_report(number: int, locality: Locality, by: str, kind: str | None = None) -> None:
    """Releases the report as a feature of its layer. kind: what it is about, where the sender was wrong.

    by: who decides, the author of the release. Raises NoSuchReport, ReportDecided, Unfit and LayerBusy, and then
    nothing is changed.
    """
    rules = locality.require_reporting()
    layer = locality.layer(rules.layer)
    with editing(layer) as db:
        report = _must_wait(db, number)
        submitted = _feature_of(db, report, kind or report.kind, locality)
        rows = prepared([submitted], Reading(parse_crs(f'EPSG:{locality.srid}')), layer, locality)
        key_must_be_free(db, layer, row_of(rows, 0, layer))
        saved = save(db, layer, locality, Changes(rows, [None]), by, f'citizen report {number}')
        _decide(db, number, 'accepted', by, None, saved.release, kind)


def refuse_report(number: int, by: str, reason: str) -> None:
    """Refuses the report; its sender reads the reason. Raises NoSuchReport, ReportDecided and ReasonMissing."""
    if not visible_letters(reason):
        raise ReasonMissing(
            vi='Không tiếp nhận thì phải có lý do: người gửi sẽ đọc.',
            en='Refusing takes a reason, which the sender reads.',
        )
    faults = text_faults('/reason', reason.strip(), 1, LONGEST_REASON)
    if faults:
        raise Unfit(faults)
    with connection('editor') as db:
        _must_wait(db, number)
        _decide(db, number, 'refused', by, reason.strip(), None)


def expire_reports() -> int:
    """How many reports have lost words, contact, photo and, where they are decided, the exact place."""
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute('select citizen.expire()')
        (expired,) = cursor.fetchone() or (0,)
    return int(expired)


def _feature_of(db: Connection, report: ReceivedReport, kind: str, locality: Locality) -> Submitted:
    """What the report becomes, in the columns that the locality names, on the middle of its cell."""
    rules = locality.require_reporting()
    if report.place is None:
        raise ReportExpired(vi='Phản ánh không còn vị trí.', en='The place of the report is not kept any more.')
    layer, (x, y) = locality.layer(rules.layer), in_working_system(report.place, locality)
    values = {'code': f'{rules.code_prefix}{report.id:06d}', 'kind': kind, 'words': report.words}
    values['received_at'] = report.received_at.isoformat()
    properties = {name: values.get(field) for field, name in rules.columns.items()} | rules.values
    if 'received_at' in rules.columns and layer.columns[rules.columns['received_at']].type == 'date':
        day = report.received_at.astimezone(locality.place.zone).date()
        properties[rules.columns['received_at']] = day.isoformat()
    if 'unit' in rules.columns:
        properties[rules.columns['unit']] = _unit_at(db, rules.columns['unit'], layer, (x, y), locality)
    return Submitted(properties, shapely.Point(middle_of_cell((x, y), rules.cell_m)))


def _unit_at(db: Connection, column: str, layer: Layer, point: tuple[float, float], locality: Locality) -> str | None:
    """The code of the unit in which the place lies; None where no outline says so."""
    units = locality.layers.get(layer.columns[column].unit_layer or '')
    if units is None:
        return None
    statement = sql.SQL(
        'select {} from {} where {} and st_intersects(geom, st_setsrid(st_point(%s, %s), %s)) order by 1 limit 1'
    )
    condition = in_force(units, locality.place.reference_date)
    with db.cursor() as cursor:
        cursor.execute(
            statement.format(sql.Identifier(code_column(units)), sql.Identifier('layer', units.id), condition),
            [*point, locality.srid],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _must_wait(db: Connection, number: int) -> ReceivedReport:
    """The report, locked until the transaction ends. Raises NoSuchReport and ReportDecided."""
    query = f"""select {COLUMNS}, st_x(place) as lon, st_y(place) as lat
                from citizen.report where id = %s for update of report"""  # noqa: S608  # names of this module
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, [number])
        row = cursor.fetchone()
    if row is None:
        raise _no_such_report(number)
    report = _report_of(row)
    if report.status != 'received':
        raise _decided_before(report)
    return report


def _decide(
    db: Connection,
    number: int,
    status: Status,
    by: str,
    reason: str | None,
    release: int | None,
    kind: str | None = None,
) -> None:
    """kind: what it is about, where the reviewer put it right."""
    with db.cursor() as cursor:
        cursor.execute(
            """update citizen.report set status = %s, decided_at = clock_timestamp(), decided_by = %s, reason = %s,
                   release = %s, kind = coalesce(%s, kind) where id = %s""",
            [status, by, reason, release, kind, number],
        )


def _reports(rest: str, values: dict[str, Any]) -> list[ReceivedReport]:
    query = f"""select {COLUMNS}, contact, st_x(place) as lon, st_y(place) as lat,
                    exists (select from citizen.photo where report_id = id) as has_photo
                from citizen.report {rest}"""  # noqa: S608  # of fixed texts
    with connection('gatekeeper') as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, values)
        return [_report_of(row) for row in cursor.fetchall()]


def _report_of(row: dict[str, Any]) -> ReceivedReport:
    place = None if row['lon'] is None else (row['lon'], row['lat'])
    return ReceivedReport.model_validate({**row, 'place': place})


def _no_such_report(number: int) -> NoSuchReport:
    return NoSuchReport(vi=f'Không có phản ánh số {number}.', en=f'There is no report {number}.')


def _decided_before(report: ReceivedReport) -> ReportDecided:
    became = 'tiếp nhận' if report.status == 'accepted' else 'trả lời là không tiếp nhận'
    zone, moment = locality_zone(), report.decided_at
    vi, en = (local_moment(moment, zone, lang) if moment else '' for lang in LANGUAGES)
    text = Text(
        vi=f'Phản ánh {report.id} đã được {became} lúc {vi}.',
        en=f'The report {report.id} was {report.status} before, at {en}.',
    )
    return ReportDecided(vi=text.vi, en=text.en)
