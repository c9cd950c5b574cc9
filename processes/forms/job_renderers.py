"""Mapnik for jobs, in a process beside the job's own: it may take as long and as much as the job."""

from collections.abc import Iterator
from contextlib import contextmanager

from dothi.cartography.mapping.pool import Renderers
from dothi.core.settings import JobSettings, MapSettings


@contextmanager
def job_renderers() -> Iterator[Renderers]:
    """A renderer with the limits of jobs: what they draw is larger than what a web page shows."""
    job = JobSettings()
    pool = Renderers(MapSettings(map_seconds=job.job_time_limit_s, map_memory_mb=job.job_memory_mb, map_renderers=1))
    try:
        yield pool
    finally:
        pool.end()
