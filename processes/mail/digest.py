"""The weekly digest: what came, what is late and how good it was; of all for stewards, of an agency for its people."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from psycopg2.extensions import connection as Connection

from dothi.core.access.person import Role
from dothi.core.database import connection
from dothi.core.freshness import STATES
from dothi.core.locality import Locality
from dothi.core.numbers import number_vi
from dothi.core.text import Text
from etl.desk.records import records
from processes.mail import letters
from processes.mail.outbox import Addressee, Letter

STEWARDS = (Role.ADMINISTRATOR, Role.STEWARD)
DAYS = 7


@dataclass
class Week:
    """Of one agency, or of all: deliveries by status, rows that were read and that were bad, and what is late."""

    came: Counter[str] = field(default_factory=Counter)
    rows_read: int = 0
    rows_bad: int = 0
    late: list[Text] = field(default_factory=list)

    @property
    def lines(self) -> list[Text]:
        """The digest, line by line."""
        counts = {name: str(self.came[status]) for name, status in STATUSES.items()}
        late = Text(vi=str(len(self.late)), en=str(len(self.late)))
        return [CAME.format(**counts), *self._quality, Text.join(': ', [STATES['late'], late]), *self.late]

    @property
    def _quality(self) -> list[Text]:
        if not self.rows_read:
            return []
        share = 100 * self.rows_bad / self.rows_read
        return [
            Text(
                vi=f'Chất lượng: {number_vi(self.rows_bad)} hàng lỗi trên {number_vi(self.rows_read)} hàng đã nhận '
                f'({number_vi(round(share, 1))} %).',
                en=f'Quality: {self.rows_bad:,} bad rows of {self.rows_read:,} in what was released ({share:.1f} %).',
            )
        ]


STATUSES = {'accepted': 'accepted', 'returned': 'returned', 'waiting': 'diagnosed'}
CAME = Text(
    vi='Trong tuần: {accepted} đợt giao đã nhận, {returned} trả lại, {waiting} chờ quyết định.',
    en='This week: {accepted} deliveries accepted, {returned} returned, {waiting} wait for a decision.',
)


def digests(
    people: list[Addressee], locality: Locality, day: date, late: Mapping[str, list[Text]], url: str
) -> Iterable[tuple[Letter, list[Addressee]]]:
    """One digest for stewards, and one for each agency with people, if anything came from it or is late.

    late: lines about what is late on `day`, by agency.
    """
    weeks = _weeks(locality, day, late)
    everything = _sum_of(weeks.values())
    yield (
        letters.weekly(f'weekly-{day}', everything.lines, locality, url),
        [person for person in people if person.role in STEWARDS],
    )
    for agency, week in weeks.items():
        readers = [person for person in people if person.agency == agency and person.role not in STEWARDS]
        if readers:
            yield letters.weekly(f'weekly-{agency}-{day}', week.lines, locality, url), readers


def _weeks(locality: Locality, day: date, late: Mapping[str, list[Text]]) -> dict[str, Week]:
    since = datetime.combine(day - timedelta(days=DAYS), datetime.min.time(), locality.place.zone)
    weeks: dict[str, Week] = {agency: Week(late=lines) for agency, lines in late.items()}
    for delivery in records(limit=10_000):
        if delivery.received_at >= since and delivery.origin == 'delivery':
            weeks.setdefault(delivery.agency or '', Week()).came[delivery.status] += 1
    with connection('loader') as db:
        for agency, rows_read, rows_bad in _quality_since(db, since):
            week = weeks.setdefault(agency, Week())
            week.rows_read, week.rows_bad = rows_read, rows_bad
    return weeks


def _quality_since(db: Connection, since: datetime) -> list[tuple[str, int, int]]:
    """Agency, rows read and bad rows of what was released since then."""
    with db.cursor() as cursor:
        cursor.execute(
            """select coalesce(d.agency, ''), sum((r.quality ->> 'read')::bigint), sum(r.rows_bad)
               from catalog.release as r join catalog.delivery as d on d.id = r.delivery_id
               where r.released_at >= %s and r.quality ? 'read' and d.origin = 'delivery' group by 1""",
            [since],
        )
        return [(agency, int(rows_read), int(rows_bad)) for agency, rows_read, rows_bad in cursor.fetchall()]


def _sum_of(weeks: Iterable[Week]) -> Week:
    total = Week()
    for week in weeks:
        total.came += week.came
        total.rows_read += week.rows_read
        total.rows_bad += week.rows_bad
        total.late += week.late
    return total
