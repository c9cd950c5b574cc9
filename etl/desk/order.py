"""Deliveries are released in the order in which they came: one that was overtaken ends, or asks a person."""

from dataclasses import dataclass
from datetime import date

from psycopg2.extensions import connection as Connection

from dothi.core.coverage import Coverage
from dothi.core.layer import Layer
from dothi.core.text import AdvisedText, Text
from etl.desk.delivery import Delivery
from etl.desk.judgement import NOTHING_TO_SAY, Judgement, agreed_or_held


@dataclass(frozen=True)
class Later:
    """A later delivery of the layer that overlaps this one and ended well: says_all where it leaves nothing to say."""

    number: int
    release: int | None
    says_all: bool


@dataclass(frozen=True)
class OfLaterDay:
    """A released delivery whose data is of a later day."""

    number: int
    release: int
    as_of: date


def judge_turn[L: (Layer, Coverage)](db: Connection, delivery: Delivery[L]) -> Judgement:
    """`superseded` where a later delivery of the same agency has taken its place.

    To be asked once the layer is locked: only then is it certain that none comes in between.
    """
    by = next((later.number for later in _later(db, delivery) if later.says_all), None)
    if by is None:
        return NOTHING_TO_SAY
    note = Text(
        vi=f'Đợt giao {by} cùng nơi gửi đến sau và đã thay đợt này. Không phát hành gì.',
        en=f'Delivery {by} of the same agency came later and has taken its place. Nothing was released.',
    )
    return Judgement('superseded', notes=(note,), superseded_by=by)


def judge_overwriting[L: (Layer, Coverage)](db: Connection, delivery: Delivery[L]) -> Judgement:
    """Held where it would write over what later deliveries released, unless a person has agreed to those.

    Later are those that came later, unless their data is of an earlier day, and those whose data is of a later day,
    whenever they came.
    """
    came_later, of_later_days = _later(db, delivery), _of_later_days(db, delivery)
    if not came_later and not of_later_days:
        return NOTHING_TO_SAY
    newest = max([each.number for each in came_later] + [each.number for each in of_later_days])
    notes: list[Text] = [_overwrites(came_later, delivery.layer.id)] if came_later else []
    notes += [_is_older(delivery.options.as_of, of_later_days)] if of_later_days else []
    return agreed_or_held(delivery.options, 'newer', newest, *notes)


def _later[L: (Layer, Coverage)](db: Connection, delivery: Delivery[L]) -> list[Later]:
    """Later deliveries, in order; for a layer with validity, only those of the same day compete."""
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
               -- what came later with data of an earlier day has not taken its place
               and (new.as_of >= %(as_of)s) is not false
               order by new.id""",
            {'id': delivery.number, 'scope': delivery.options.scope, 'as_of': delivery.options.as_of},
        )
        return [Later(*row) for row in cursor.fetchall()]


def _of_later_days[L: (Layer, Coverage)](db: Connection, delivery: Delivery[L]) -> list[OfLaterDay]:
    """Released deliveries with data of a later day that overlap this one; none where each day has its own state."""
    if delivery.options.as_of is None:
        return []
    with db.cursor() as cursor:
        cursor.execute(
            """select new.id, new.release, new.as_of from catalog.delivery as new
               join catalog.layer as l on l.id = new.layer_id
               where new.layer_id = %(layer)s and new.id is distinct from %(id)s
               and new.status = 'accepted' and new.release is not null and new.origin = %(origin)s
               and (new.scope = %(scope)s or 'all' in (new.scope, %(scope)s))
               and new.as_of > %(as_of)s and l.definition #> '{publish,validity}' is null
               order by new.as_of desc, new.id desc""",
            {
                'layer': delivery.layer.id,
                'id': delivery.number,
                'origin': delivery.options.origin,
                'scope': delivery.options.scope,
                'as_of': delivery.options.as_of,
            },
        )
        return [OfLaterDay(*row) for row in cursor.fetchall()]


def _is_older(as_of: date | None, served: list[OfLaterDay]) -> Text:
    newest = served[0]
    return Text(
        vi=f'Dữ liệu của đợt này là của ngày {as_of:%d/%m/%Y}, cũ hơn dữ liệu đang phục vụ (ngày '
        f'{newest.as_of:%d/%m/%Y}, đợt giao {newest.number}, bản phát hành {newest.release}). Cần người quyết định.',
        en=f'The data of this delivery is of {as_of}, older than what is served ({newest.as_of}, delivery '
        f'{newest.number}, release {newest.release}), so a person has to decide.',
    )


def _overwrites(later: list[Later], layer_id: str) -> AdvisedText:
    deliveries = ', '.join(str(delivery.number) for delivery in later)
    releases = ', '.join(str(delivery.release) for delivery in later)
    command = f'dothi diff {layer_id}'
    return AdvisedText(
        vi=f'Đợt này đến trước nhưng sẽ ghi đè lên đợt giao {deliveries} (bản phát hành {releases}), nên cần người '
        'quyết định.',
        en=f'It came first, and would write over the deliveries {deliveries} (releases {releases}), so a person has '
        'to decide.',
        steward=Text(vi=f'Xem khác gì: {command}.', en=f'To see what differs: {command}.'),
    )
