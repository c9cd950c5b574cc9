"""The list of jobs, by the filters of OGC API - Processes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection as Connection

from processes.queue.records import explain_silence, fetch_rows


@dataclass(frozen=True)
class JobFilter:
    """Which jobs are listed; None lets all pass. created_*: both ends belong to it. *_s: from start to end, or now."""

    statuses: tuple[str, ...] | None = None
    processes: tuple[str, ...] | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    min_s: float | None = None
    max_s: float | None = None


@dataclass(frozen=True)
class JobPage:
    """A page of jobs, newest first, and how many there are in all."""

    jobs: list[dict[str, Any]]
    matched: int


def list_jobs(db: Connection, job_filter: JobFilter, limit: int | None, offset: int = 0) -> JobPage:
    """Jobs that the connection's audience may list: none of the public service, no other editor's.

    Each says what `requests.state` says of it.
    """
    values = vars(job_filter) | {'limit': limit, 'offset': offset}
    values |= {name: list(values[name]) for name in ('statuses', 'processes') if values[name] is not None}
    query = """select * from job.list(%(statuses)s::text[], {}, {}, %(processes)s::text[], %(created_from)s,
                   %(created_to)s, %(min_s)s, %(max_s)s)"""
    job_rows = explain_silence(db, fetch_rows(db, query.format('%(limit)s', '%(offset)s'), values))
    return JobPage(job_rows, job_rows[0]['matched'] if job_rows else _count_matched(db, query, values))


def _count_matched(db: Connection, query: str, values: dict[str, Any]) -> int:
    """How many jobs there are before a page that is empty."""
    first = fetch_rows(db, query.format('1', '0'), values)
    return int(first[0]['matched']) if first else 0
