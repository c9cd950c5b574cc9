"""What a filter of a client may cost: the planner's estimate is compared with DOTHI_FILTER_MAX_COST before it runs."""

from collections.abc import Callable, Sequence
from typing import Any

from psycopg2 import sql

from dothi.core.errors import WrongUse
from dothi.core.layer import Audience
from dothi.core.limit_settings import ClientSettings

type FetchRows = Callable[[sql.Composable], list[tuple[Any, ...]]]


class TooExpensive(WrongUse):
    """A filter would take longer than the public may keep the database busy."""


def require_affordable(
    fetch: FetchRows, source: sql.Composable, conditions: Sequence[sql.Composable], audience: Audience
) -> None:
    """Raises TooExpensive where looking for the rows of `source` that meet `conditions` costs the public too much.

    fetch: runs a statement on the connection of the audience. source: as `dothi.core.layer_source.source` has it.
    The cost is that of looking for all matches: a page of them may come sooner, or never. Colleagues are not limited.
    """
    most = ClientSettings().filter_max_cost
    if audience != 'public' or not most or not conditions:
        return
    statement = sql.SQL('select 1 from {} as f where {}').format(source, sql.SQL(' and ').join(conditions))
    if estimate_cost(fetch, statement) > most:
        raise TooExpensive(
            vi='Bộ lọc này quá tốn thời gian. Thu hẹp vùng (bbox), bớt điều kiện không gian (distance_m, buffer, …), '
            'hoặc tải cả lớp về rồi lọc.',
            en='This filter takes too long. Narrow the area (bbox), use fewer spatial conditions (distance_m, buffers, '
            '…), or download the layer and filter there.',
        )


def estimate_cost(fetch: FetchRows, statement: sql.Composable) -> float:
    """What the planner thinks that `statement` costs: one unit is a page read in order, 10 to 20 µs."""
    ((plans,),) = fetch(sql.SQL('explain (format json) {}').format(statement))
    return float(plans[0]['Plan']['Total Cost'])
