"""How many features match on all pages together: known, counted where that is cheap, or left unsaid; never guessed."""

from psycopg2 import sql

from dothi.api.http.service import service
from dothi.api.http.snapshot import Reading
from dothi.api.items.features import Page
from dothi.api.items.query import Query
from dothi.core.catalog import Release
from dothi.core.filter_cost import estimate_cost


def number_matched(db: Reading, query: Query, release: Release, page: Page) -> int | None:
    """How many features match `query`; None where counting would cost more than DOTHI_COUNT_MAX_COST."""
    if query.only_box and (query.box is None or (release.extent_wgs84 and query.box.covers(release.extent_wgs84))):
        return release.rows_total
    if query.after is None and page.last is None and (page.returned or not query.offset):
        return query.offset + page.returned
    statement = sql.SQL('select count(*) from {} as f where {}').format(query.rows, query.where)
    # true for ever: it is of one release and one condition
    question = (release.number, release.released_at, statement.as_string(db.db))
    count = service().counts.get(question)
    if count is None and estimate_cost(db.rows, statement) <= service().limits.count_max_cost:
        count = _count_in(db, release, statement)
        if count is not None:
            service().counts.keep(question, count)
    return count


def _count_in(db: Reading, release: Release, statement: sql.Composable) -> int | None:
    """The number that `statement` counts; None where another release than `release` is current by now."""
    form = sql.SQL('select ({}) from catalog.layer where id = {} and current_release = {}')
    counted_rows = db.rows(form.format(statement, sql.Literal(release.layer_id), sql.Literal(release.number)))
    return int(counted_rows[0][0]) if counted_rows else None
