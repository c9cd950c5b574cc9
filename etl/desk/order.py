"""Deliveries are released in the order in which they came: one that was overtaken ends, or asks a person."""

from dataclasses import dataclass

from psycopg2.extensions import connection as Connection

from dothi.core.coverage import Coverage
from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.desk.delivery import Delivery
from etl.report.model import Report


@dataclass(frozen=True)
class Later:
    """A later delivery of the layer that overlaps this one and ended well: says_all where it leaves nothing to say."""

    number: int
    release: int | None
    says_all: bool


def overtaken[L: (Layer, Coverage)](db: Connection, delivery: Delivery[L], report: Report) -> bool:
    """Whether a later delivery of the same agency has taken its place, which the report then names.

    To be asked once the layer is locked: only then is it certain that none comes in between.
    """
    by = next((one.number for one in _later(db, delivery) if one.says_all), None)
    if by is None:
        return False
    report.superseded_by = by
    report.notes.append(
        Text(
            vi=f'Đợt giao {by} cùng nơi gửi đến sau và đã thay đợt này. Không phát hành gì.',
            en=f'Delivery {by} of the same agency came later and has taken its place. Nothing was released.',
        )
    )
    return True


def must_not_overwrite[L: (Layer, Coverage)](db: Connection, delivery: Delivery[L], report: Report) -> None:
    """Holds a delivery that would write over what later ones released, unless a person has agreed to those."""
    later = _later(db, delivery)
    if not later:
        return
    newest = max(one.number for one in later)
    report.seen['newer'] = newest
    if not delivery.options.agrees_to('newer', newest):
        report.held.append('newer')
        report.notes.append(_overwrites(later))


def _later[L: (Layer, Coverage)](db: Connection, delivery: Delivery[L]) -> list[Later]:
    """In order; of a layer with validity, only those of the same day speak of the same."""
    with db.cursor() as cursor:
        cursor.execute(
            """select new.id, new.release,
                   (new.agency, new.scope) is not distinct from (old.agency, %(scope)s)
                   and (new.mode = 'replace' or new.sha256 = old.sha256)
               from catalog.delivery as old
               join catalog.delivery as new on new.layer_id = old.layer_id and new.id > old.id
               join catalog.layer as l on l.id = old.layer_id
               where old.id = %(id)s and new.status in ('accepted', 'unchanged') and new.origin = old.origin
               and (new.scope = %(scope)s or 'all' in (new.scope, %(scope)s))
               and (new.as_of is not distinct from %(as_of)s or l.definition #> '{publish,validity}' is null)
               order by new.id""",
            {'id': delivery.number, 'scope': delivery.options.scope, 'as_of': delivery.options.as_of},
        )
        return [Later(*row) for row in cursor.fetchall()]


def _overwrites(later: list[Later]) -> Text:
    deliveries = ', '.join(str(one.number) for one in later)
    releases = ', '.join(str(one.release) for one in later)
    return Text(
        vi=f'Đợt này đến trước nhưng sẽ ghi đè lên đợt giao {deliveries} (lần phát hành {releases}), nên cần người '
        'quyết định. Xem khác gì: dothi diff.',
        en=f'It came first, and would write over the deliveries {deliveries} (releases {releases}), so a person has '
        'to decide. To see what differs: dothi diff.',
    )
