"""The list of jobs: its filters, and its pages."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from dothi.api.http.offer import Offer
from dothi.api.http.parameters import COMMON, Parameter, Schema, unknown_value
from dothi.api.http.parsers import one_of, parse_names, whole_number
from dothi.api.http.query_parameters import DATETIME, LIMIT, OFFSET, limit_schema
from dothi.api.http.service import service
from dothi.api.processes.descriptions import offered_processes
from dothi.core.layer import Audience
from dothi.core.text import Text
from processes.queue.records import JobFilter

STARTERS = ('me', 'group')
STATUSES = ('accepted', 'running', 'successful', 'failed', 'dismissed')
# The standard's own (OGC 18-062r2, requirement 63 and 64).
DEFAULT_LIMIT, MOST = 10, 1_000
SECONDS: Schema = {'type': 'integer', 'minimum': 0}


def _several(
    name: str, choices: Callable[[Audience], Collection[str]], description: Text
) -> Parameter[tuple[str, ...]]:
    """A parameter for several of some names, one parameter each or with commas between them."""

    def parse(_name: str, text: str) -> tuple[str, ...]:
        values, offered = parse_names(name, text), choices(service().audience)
        for value in values:
            if value not in offered:
                raise unknown_value(name, value, offered, 'không có giá trị này.', 'no such value.')
        return tuple(values)

    def schema(offer: Offer) -> Schema:
        return {'type': 'array', 'items': {'type': 'string', 'enum': [*choices(offer.audience)]}}

    return Parameter(name, parse, schema, description, repeatable=True)


TYPE = _several('type', lambda _audience: ('process',), Text(vi='Loại tác vụ.', en='Type of the jobs.'))
PROCESS_ID = _several('processID', offered_processes, Text(vi='Phân tích.', en='Analyses.'))
STATUS = _several('status', lambda _audience: STATUSES, Text(vi='Trạng thái.', en='States.'))
MIN_DURATION = Parameter(
    'minDuration',
    whole_number(0),
    SECONDS,
    Text(vi='Chạy ít nhất bao nhiêu giây.', en='Seconds that they took at least.'),
)
MAX_DURATION = Parameter(
    'maxDuration',
    whole_number(0),
    SECONDS,
    Text(vi='Chạy nhiều nhất bao nhiêu giây.', en='Seconds that they took at most.'),
)
STARTED_BY = Parameter(
    'startedBy',
    one_of(*STARTERS),
    {'type': 'string', 'enum': [*STARTERS]},
    Text(
        vi='Ai đã chạy: me là chính mình, group là cùng cơ quan. Bỏ trống là mọi người.',
        en='Who started them: me, or group for everybody of the same agency. Everybody when left out.',
    ),
)
FILTERS: tuple[Parameter[Any], ...] = (TYPE, PROCESS_ID, STATUS, DATETIME, MIN_DURATION, MAX_DURATION, STARTED_BY)
PARAMETERS = (
    *COMMON,
    replace(
        LIMIT,
        schema=limit_schema(DEFAULT_LIMIT, MOST),
        description=Text(vi='Nhiều nhất bao nhiêu.', en='How many at most.'),
    ),
    replace(OFFSET, description=Text(vi='Số tác vụ bỏ qua.', en='Jobs to leave out.')),
    *FILTERS,
)


def job_filter() -> JobFilter:
    """What the parameters of the current request let through; raises BadParameter."""
    TYPE.read()
    created = DATETIME.read()
    return JobFilter(
        statuses=STATUS.read(),
        processes=PROCESS_ID.read(),
        created_from=created.begin if created else None,
        created_to=created.end if created else None,
        min_s=MIN_DURATION.read(),
        max_s=MAX_DURATION.read(),
        started_by=STARTED_BY.read(),
    )


def page_of_jobs() -> tuple[int, int]:
    """How many jobs, and how many are left out before them."""
    return min(LIMIT.read() or DEFAULT_LIMIT, MOST), OFFSET.read() or 0
