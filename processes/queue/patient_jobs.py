"""The end of a job is recorded although the connection was lost, and a worker goes on to show that it lives."""

import asyncio
import datetime
import logging
import time
from collections.abc import Awaitable, Callable

import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from dothi.core.job_settings import JobSettings

LOG = logging.getLogger('dothi.worker')
# Another worker that starts deletes rows of silent ones, as all are after the machine has slept: the row comes back.
SIGN_OF_LIFE = """
    insert into procrastinate_workers (id) overriding system value values (%(worker_id)s)
    on conflict (id) do update set last_heartbeat = now()"""
# Until a record that failed is tried again.
AGAIN_S = 0.5


class PatientJobs(JobManager):
    """The jobs of procrastinate: how one ended is recorded as often as it takes, and signs of life never stop.

    A worker of procrastinate 3 records it once. Should the connection be lost then, the job stays one that a living
    worker is at, for as long as the worker lives, and nobody takes it up.
    """

    async def update_heartbeat(self, worker_id: int) -> None:
        """Gives a sign of life; where the connection was lost, the next one is due soon.

        Procrastinate would give no more of them after one that failed, and requests would be refused for want of a
        worker that lives: with no periodic tasks, its watch over such tasks ends as soon as it begins.
        """
        try:
            await self.connector.execute_query_async(SIGN_OF_LIFE, worker_id=worker_id)
        except ConnectorException:
            LOG.warning('no database for a sign of life', exc_info=True)

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        """Records that a job ended."""
        finish = super().finish_job_by_id_async
        await _until_heard(lambda: finish(job_id, status, delete_job))

    async def retry_job_by_id_async(
        self,
        job_id: int,
        retry_at: datetime.datetime,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Puts a job back into the queue."""
        retry = super().retry_job_by_id_async
        await _until_heard(lambda: retry(job_id, retry_at, priority, queue, lock))


async def _until_heard(record: Callable[[], Awaitable[None]]) -> None:
    """Records once; raises ConnectorException when the database refuses, or was away too long.

    After `worker_silent_s` the worker counts as dead: others have taken its jobs up.
    """
    ends = time.monotonic() + JobSettings().worker_silent_s
    while True:
        try:
            return await record()
        except ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.OperationalError) or time.monotonic() > ends:
                raise
        await asyncio.sleep(AGAIN_S)
