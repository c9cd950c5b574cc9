"""The weekly digest: what came, what is late and how good it was; for who decides, and of an agency for its people."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Self

from psycopg2.extensions import connection as Connection

from dothi.core.database import connection
from dothi.core.locality import Locality
from dothi.core.numbers import number_vi
from dothi.core.text import Text
from etl.desk.records import records
from processes.mail import letters
from processes.mail.outbox import Addressee, Letter
from processes.mail.sight import may_decide, whole_layers

DAYS = 7
STATUSES = {'accepted': 'accepted', 'returned': 'returned', 'waiting': 'diagnosed'}
CAME = Text(
    vi='Đợt giao trong tuần: {accepted} đã nhận, {returned} trả lại, {waiting} chờ quyết định.',
    en='Deliveries of this week: {accepted} accepted, {returned} returned, {waiting} waiting for a decision.',
)


@dataclass(frozen=True)
class LateLayer:
    """A layer that an agency has not delivered in time."""

    layer_id: str
    agency: str


@dataclass
class Week:
    """Of some layers: deliveries by status, rows that were read and that were bad, and what is late."""

    came: Counter[str] = field(default_factory=Counter)
    rows_read: int = 0
    rows_bad: int = 0
    late: list[Text] = field(default_factory=list)

    @property
    def lines(self) -> list[Text]:
        """The digest, line by line."""
        counts = {name: str(self.came[status]) for name, status in STATUSES.items()}
        late = Text(vi=f'Quá hạn: {len(self.late)}', en=f'Late: {len(self.late)}')
        return [CAME.format(**counts), *self._quality, late, *self.late]

    @property
    def _quality(self) -> list[Text]:
        if not self.rows_read:
            return []
        share = 100 * self.rows_bad / self.rows_read
        return [
            Text(
                vi=f'Chất lượng: {number_vi(self.rows_bad)} hàng lỗi trên {number_vi(self.rows_read)} hàng đã nhận '
                f'({number_vi(round(share, 1))} %).',
                en=f'Quality: {self.rows_bad:,} of {self.rows_read:,} rows in what was released had faults '
                f'({share:.1f} %).',
            )
        ]


def digests(
    people: list[Addressee], locality: Locality, day: date, late: Sequence[LateLayer], url: str
) -> Iterator[tuple[Letter, list[Addressee]]]:
    """A digest of all that they see for who decides, and one for each agency with people, if anything is to be told.

    late: what is late on `day`.
    """
    news = News.since_a_week(locality, day, late)
    deciding, by_sight = [person for person in people if may_decide(person, locality)], defaultdict(list)
    for person in deciding:
        by_sight[whole_layers(person, locality)].append(person)
    for layer_ids, readers in by_sight.items():
        week = news.week(layer_ids, None)
        yield letters.weekly(f'weekly-{day}', week.lines, locality, url), readers
    for agency in news.agencies:
        readers = [person for person in people if person.agency == agency and person not in deciding]
        if readers:
            week = news.week(None, agency)
            yield letters.weekly(f'weekly-{agency}-{day}', week.lines, locality, url), readers


@dataclass(frozen=True)
class News:
    """What happened within a week, with its layer and agency. quality: rows read and bad rows of what was released."""

    locality: Locality
    came: Sequence[tuple[str, str, str]]
    quality: Sequence[tuple[str, str, int, int]]
    late: Sequence[LateLayer]

    @classmethod
    def since_a_week(cls, locality: Locality, day: date, late: Sequence[LateLayer]) -> Self:
        """The week before the day."""
        since = datetime.combine(day - timedelta(days=DAYS), datetime.min.time(), locality.place.zone)
        came = [
            (delivery.layer_id, delivery.agency or '', delivery.status)
            for delivery in records(limit=10_000)
            if delivery.received_at >= since and delivery.origin == 'delivery'
        ]
        with connection('loader') as db:
            return cls(locality, came, _quality_since(db, since), late)

    @property
    def agencies(self) -> list[str]:
        """Of which there is any news."""
        came, read = {agency for _, agency, _ in self.came}, {agency for _, agency, _, _ in self.quality}
        return sorted(came | read | {layer.agency for layer in self.late})

    def week(self, layers: Collection[str] | None, of_agency: str | None) -> Week:
        """The news of these layers and of this agency together; None for all of them."""

        def is_told(layer_id: str, agency: str) -> bool:
            return (layers is None or layer_id in layers) and of_agency in (None, agency)

        week = Week()
        week.came.update(status for layer_id, agency, status in self.came if is_told(layer_id, agency))
        for layer_id, agency, rows_read, rows_bad in self.quality:
            if is_told(layer_id, agency):
                week.rows_read, week.rows_bad = week.rows_read + rows_read, week.rows_bad + rows_bad
        week.late = [self._line(layer) for layer in self.late if is_told(layer.layer_id, layer.agency)]
        return week

    def _line(self, late: LateLayer) -> Text:
        titles = [self.locality.described(late.layer_id).title, self.locality.agencies[late.agency].title]
        return Text.join('', [Text(vi='- ', en='- '), Text.join(': ', titles)])


def _quality_since(db: Connection, since: datetime) -> list[tuple[str, str, int, int]]:
    """Layer, agency, rows read and bad rows of what was released since then."""
    with db.cursor() as cursor:
        cursor.execute(
            """select r.layer_id, coalesce(d.agency, ''), sum((r.quality ->> 'read')::bigint), sum(r.rows_bad)
               from catalog.release as r join catalog.delivery as d on d.id = r.delivery_id
               where r.released_at >= %s and r.quality ? 'read' and d.origin = 'delivery' group by 1, 2""",
            [since],
        )
        return [(layer, agency, int(read), int(bad)) for layer, agency, read, bad in cursor.fetchall()]
