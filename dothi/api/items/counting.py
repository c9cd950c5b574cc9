"""How many features match on all pages together: known, counted where that is cheap, or left unsaid; never guessed."""

from psycopg2 import sql

from dothi.api.items.features import Page
from dothi.api.items.query import Query
from dothi.api.service import service
from dothi.api.snapshot import Snapshot
from dothi.core.catalog import Release
from dothi.core.errors import WrongUse


def number_matched(db: Snapshot, query: Query, release: Release, page: Page) -> int | None:
    """How many features match `query`; None where counting would cost more than DOTHI_COUNT_MAX_COST."""
    if query.only_box and (query.box is None or (release.extent_wgs84 and query.box.covers(release.extent_wgs84))):
        return release.rows_total
    if query.after is None and page.last is None and (page.returned or not query.offset):
        return query.offset + page.returned
    statement = sql.SQL('select count(*) from {} as f where {}').format(query.rows, query.where)
    # true for ever: it is of one release and one condition
    question = (release.number, release.released_at, statement.as_string(db.db))
    known = service().counts.get(question)
    if known is None and _cost(db, statement) <= service().limits.count_max_cost:
        ((known,),) = db.rows(statement)
        service().counts.keep(question, known)
    return known


class TooExpensive(WrongUse):
    """A filter would take longer than the public may keep the database busy."""


def refuse_expensive(db: Snapshot, query: Query) -> None:
    """Raises TooExpensive for a query of the public whose condition costs more than DOTHI_FILTER_MAX_COST.

    The cost is that of looking for all matches: a page of them may come sooner, or never.
    """
    most = service().clients.settings.filter_max_cost
    if service().audience != 'public' or not most or query.only_box or not query.conditions:
        return
    statement = sql.SQL('select 1 from {} as f where {}').format(query.rows, query.where)
    if _cost(db, statement) > most:
        raise TooExpensive(
            vi='Bộ lọc này quá tốn thời gian. Thêm bbox để thu hẹp vùng, bớt điều kiện không gian (distance_m, buffer, '
            '…), hoặc tải cả lớp về rồi lọc.',
            en='This filter takes too long. Narrow it with a bbox, use fewer spatial conditions (distance_m, buffers, '
            '…), or download the layer and filter there.',
        )


def _cost(db: Snapshot, statement: sql.Composable) -> float:
    """What the planner thinks that `statement` costs: one unit is a page read in order, 10 to 20 µs."""
    ((plans,),) = db.rows(sql.SQL('explain (format json) {}').format(statement))
    return float(plans[0]['Plan']['Total Cost'])
