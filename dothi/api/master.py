"""gunicorn's master: it renews the workers when what is served changes in kind, and none goes before its successor.

A worker renders configuration and OpenAPI document of all layers when it starts, which takes seconds. gunicorn's own
reload ends the old workers as soon as new ones are forked: while first releases came in one after the other, workers
were ended before they had loaded, and nobody answered for a minute.
"""

import mmap
import os
import select
import signal
import struct
import time
from typing import Any

import psycopg2
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.errors import HaltServer  # type: ignore[import-untyped]
from psycopg2.extensions import POLL_OK, POLL_READ
from psycopg2.extensions import connection as Connection

from dothi.core import database
from dothi.core.catalog import GENERATION, generation
from dothi.core.changes import CHANNEL
from dothi.core.database import READERS, connection, database_url
from dothi.core.errors import DothiError
from dothi.core.heartbeat import BEAT_S, beat
from dothi.core.layer import Audience
from dothi.core.settings import PathSettings, ServerSettings
from dothi.core.shared_look import NoAnswer
from dothi.core.stillness import Stillness

# A generation counts once it has not changed for so long …
QUIET_S = 3.0
# … or once the served one is outdated for so long: releases may come in for an hour without a pause.
LONGEST_S = 20.0
# After a worker that could not load, while others still serve.
RETRY_S = 10.0
# Without word of a change the generation is asked for so often: somebody may have changed it without a trigger.
ASK_S = 30.0
# For as long the master waits for the database to answer, and so long after an answer that did not come it asks again.
PATIENCE_S, AGAIN_S = 2.0, 10.0
NO_GENERATION = 0


class SettledGeneration:
    """The catalogue's generation, taken over when it settles.

    value: what workers should serve; None until the database answered once. latest: what the catalogue said last.
    """

    def __init__(self) -> None:
        self.value: int | None = None
        self.latest: int | None = None
        self._outdated_since = self._latest_since = 0.0

    def observe(self, generation_seen: int | None, now_s: float) -> None:
        """Takes note of the generation at `now_s`; None, while the database is away, changes nothing."""
        if generation_seen is None:
            return
        if self.latest == self.value != generation_seen:
            self._outdated_since = now_s
        if generation_seen != self.latest:
            self.latest, self._latest_since = generation_seen, now_s
        quiet = now_s - self._latest_since >= QUIET_S
        if self.value is None or quiet or now_s - self._outdated_since >= LONGEST_S:
            self.value = self.latest


class WorkerState:
    """Which generation a worker has loaded: written once in the worker, read in the master, hence in shared memory."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 16)

    def publish(self, loaded: int | None) -> None:
        """Says that the worker serves, and which generation; None where it found no database."""
        self._memory[:] = struct.pack('qq', 1, NO_GENERATION if loaded is None else loaded)

    @property
    def generation(self) -> int | None:
        """The generation that the worker serves (`NO_GENERATION` without a database); None while it loads."""
        ready, loaded = struct.unpack('qq', self._memory[:])
        return loaded if ready else None


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's master, which looks at the catalogue's generation about once a second."""

    def __init__(self, app: Any) -> None:
        self.audience: Audience = app.audience
        self.catalogue, self.watch = SettledGeneration(), CatalogueWatch(app.audience)
        self._stale_up_to_age, self._not_before_s = 0, 0.0
        self._still_workers, self._beat_s = Stillness[int](), 0.0
        super().__init__(app)

    def murder_workers(self) -> None:
        """Called at every turn of the master's loop: ends still workers, and looks at the catalogue."""
        self._give_sign()
        self._end_still_workers()
        self.catalogue.observe(self.watch.generation(), time.monotonic())

    def _give_sign(self) -> None:
        if time.monotonic() - self._beat_s >= BEAT_S:
            self._beat_s = time.monotonic()
            beat(PathSettings().run, self.audience)

    def _end_still_workers(self) -> None:
        """Kills workers whose loop does not turn any more; requests run on threads, and may take longer.

        gunicorn compares clocks: after the whole service had been frozen it would kill all workers that it had.
        """
        turns = {pid: worker.tmp.last_update() for pid, worker in self.WORKERS.items()}
        for pid, still_s in self._still_workers.look(turns).items():
            is_loading = self.WORKERS[pid].state.generation is None
            if still_s >= (self.timeout if is_loading else ServerSettings().still_s):
                self.log.critical('Worker %s has been still for %.0f s and is killed', pid, still_s)
                self.kill_worker(pid, signal.SIGKILL)

    def manage_workers(self) -> None:
        """Starts what is missing, and lets outdated workers go when others have taken their place.

        One at a time while anybody serves: loading takes processor time from those who answer meanwhile.
        """
        workers = sorted(self.WORKERS.values(), key=lambda worker: worker.age)
        loading = [worker for worker in workers if worker.state.generation is None]
        serving = [worker for worker in workers if worker.state.generation is not None and not worker.leaving]
        outdated = [worker for worker in serving if self._is_outdated(worker)]
        missing = self.num_workers - len(loading) - (len(serving) - len(outdated))
        if not serving:
            self._spawn(missing)
        elif missing > 0 and not loading and time.monotonic() >= self._not_before_s:
            self._spawn(1)
        surplus = max(len(serving) - self.num_workers, 0)
        for worker in [*outdated, *(worker for worker in serving if worker not in outdated)][:surplus]:
            worker.leaving = True
            self.kill_worker(worker.pid, signal.SIGTERM)

    def reload(self) -> None:
        """At SIGHUP: all workers are replaced, as after a change of the catalogue; log files are opened anew."""
        self.log.reopen_files()
        self._stale_up_to_age = self.worker_age

    def reap_workers(self) -> None:
        """A worker that cannot load ends the service at its start only; later the others go on."""
        try:
            super().reap_workers()
        except HaltServer:
            if not any(worker.state.generation is not None for worker in self.WORKERS.values()):
                raise
            self.log.error('A new worker could not load; the others serve on, the next try comes in %s s', RETRY_S)
            self._not_before_s = time.monotonic() + RETRY_S

    def _is_outdated(self, worker: Any) -> bool:
        current = {self.catalogue.value, self.catalogue.latest} - {None}
        stale = worker.age <= self._stale_up_to_age
        return stale or bool(current and worker.state.generation not in current)

    def _spawn(self, count: int) -> None:
        """Starts so many workers; where the system has nothing for them, those that serve go on, and it tries again.

        gunicorn would end the service: there is no memory, process or descriptor, or no folder for temporary files.
        """
        try:
            for _ in range(count):
                self.spawn_worker()
        except OSError:
            self.log.exception('No worker could be started; the next try comes in %s s', RETRY_S)
            self._not_before_s = time.monotonic() + RETRY_S


class CatalogueWatch:
    """The catalogue's generation, asked for when the database tells of a change and now and again without one.

    Nobody waits for a database that says nothing: a master that did would give no signs of life.
    """

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._db: Connection | None = None
        self._generation: int | None = None
        self._asked_s, self._not_before_s = 0.0, 0.0

    def generation(self) -> int | None:
        """None while the database is away; costs a look at a socket where nothing has changed."""
        if time.monotonic() < self._not_before_s:
            return self._generation
        try:
            self._look()
        except NoAnswer:
            self.close()
            self._not_before_s = time.monotonic() + AGAIN_S
        except (DothiError, psycopg2.Error, OSError):
            self.close()
        return self._generation

    def close(self) -> None:
        """Forgets what was heard; the next look connects anew."""
        if self._db is not None:
            self._db.close()
        self._db, self._generation, self._asked_s = None, None, 0.0

    def leave_to_parent(self) -> None:
        """In a child that was forked: the session is the parent's, and whatever the child sends must not reach it."""
        if self._db is not None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.dup2(nowhere, self._db.fileno())
            os.close(nowhere)
            self._db = None

    def _look(self) -> None:
        if self._db is None:
            url = database_url(READERS[self._audience]).set(drivername='postgresql')
            dsn = url.render_as_string(hide_password=False)
            self._db = psycopg2.connect(dsn, application_name='dothi master', async_=True)
            _await_answer(self._db)
            _execute(self._db, f'listen {CHANNEL}')
        self._db.poll()
        if self._db.notifies or time.monotonic() - self._asked_s >= ASK_S:
            self._db.notifies.clear()
            self._generation = int(_execute(self._db, GENERATION) or 0)
            self._asked_s = time.monotonic()


def _execute(db: Connection, statement: str) -> Any:
    """The first value of the answer; None without one. Raises NoAnswer."""
    with db.cursor() as cursor:
        cursor.execute(statement)
        _await_answer(db)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def _await_answer(db: Connection) -> None:
    """Returns when what was sent over an asynchronous connection is answered. Raises NoAnswer after PATIENCE_S."""
    ends_s = time.monotonic() + PATIENCE_S
    while (state := db.poll()) != POLL_OK:
        reads, writes = ([db], []) if state == POLL_READ else ([], [db])
        left_s = ends_s - time.monotonic()
        if left_s <= 0 or not any(select.select(reads, writes, [], left_s)):
            raise NoAnswer


def generation_now(audience: Audience) -> int | None:
    """The catalogue's generation; None while the database is away."""
    try:
        with connection(READERS[audience]) as db:
            return generation(db)
    except (DothiError, psycopg2.Error):
        return None
    finally:
        database.fresh()
