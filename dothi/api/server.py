"""gunicorn for one audience: its settings, and workers that answer what never reaches the app."""

import contextlib
import gc
import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from typing import Any

from flask import Flask
from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

# imported by the master: a worker that is forked from it starts in 0.3 s, where importing takes over a second
from dothi.api.access.identity import WARMING_UP
from dothi.api.app import create_app
from dothi.api.fair_accept import ConnectionBoard
from dothi.api.http.address import listening_url
from dothi.api.http.clients import open_accounts
from dothi.api.http.measures import count_answer, empty_folder, measures_folder, open_measures
from dothi.api.http.request_ids import IN_ENVIRONMENT
from dothi.api.master import Master, WorkerState, generation_now
from dothi.api.openapi.document import prepare_document
from dothi.api.unreadable import LONGEST_LINE, refusal
from dothi.api.whole_requests import WholeRequestWorker
from dothi.core import database
from dothi.core.layer import Audience
from dothi.core.listening import require_closed
from dothi.core.log_file import reopen_deleted_log
from dothi.core.settings import ServerSettings
from processes.registry import all_processes

# For as long a request waits for what somebody else has locked.
LOCK_PATIENCE_MS = 5_000
# For as long a client may take nothing of what is sent to it.
STALLED_S = 10
# A request that runs when its worker is replaced has this long to end.
GRACE_S = 60
# The combined format of Apache, and the id of the request.
ACCESS_LINE = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" %(id)s'
FIRST_ASKED = ('/health', '/', '/api?f=json', '/api?f=html', '/api/collections?f=json')


def serve_api(audience: Audience, host: str, port: int, workers: int | None = None) -> None:
    """Serves `audience` until SIGTERM or SIGINT. Does not return. Raises OpenToAll."""
    require_closed(host)
    Application(audience, host, port, workers or ServerSettings().workers).run()


class Worker(WholeRequestWorker):
    """gunicorn's threads; what never reaches the app is answered in the app's form.

    state: what the master knows of it. leaving: whether the master has told it to end.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.state, self.leaving = WorkerState(), False

    def notify(self) -> None:
        """Called at every turn of the worker's loop."""
        super().notify()
        reopen_deleted_log()

    def load_wsgi(self) -> None:
        """Loads the app, and tells the master which generation it shows."""
        open_measures(measures_folder(self.app.audience, self.app.port), self.place)
        yields = _yield_processor if self.app.board.is_anybody_accepting() else None
        with database.waiting_once() as absence:
            # read first: what changes while the app is rendered makes the worker outdated, and not the other way round
            loaded = generation_now(self.app.audience)
            with ThreadPoolExecutor(1, initializer=yields) as aside:
                aside.submit(super().load_wsgi).result()
                aside.submit(_warm_up, self.wsgi).result()
        database.limit_lock_waits(LOCK_PATIENCE_MS)
        # without collections for a moment's absence, it would be taken for up to date
        self.state.publish(None if absence.error else loaded)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answers a request that cannot be read."""
        answer = refusal(exc)
        if answer is None:
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning('Unreadable request from %s: %s', addr, type(exc).__name__)
        with contextlib.suppress(OSError):
            util.write(client, answer)


class Log(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's log; of each request it looks up what its line says, and not all headers and variables there are."""

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Writes the line of a request that was answered to its last byte, and counts it."""
        count_answer(environ, resp.status_code or 0, request_time.total_seconds())
        super().access(resp, req, environ, request_time)

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:  # noqa: ARG002
        """What the default format of the access log names."""
        return {
            'h': environ.get('REMOTE_ADDR', '-'),
            'l': '-',
            'u': '-',
            't': self.now(),
            'r': f'{environ["REQUEST_METHOD"]} {environ["RAW_URI"]} {environ["SERVER_PROTOCOL"]}',
            's': str(resp.status).partition(' ')[0],
            'b': str(getattr(resp, 'sent', None) or '-'),
            'f': environ.get('HTTP_REFERER', '-'),
            'a': environ.get('HTTP_USER_AGENT', '-'),
            'id': environ.get(IN_ENVIRONMENT, '-'),
        }


def load_shared_code() -> None:
    """Loads in the master what every app loads at its making: 40 MB that workers share, and have not to load each."""
    all_processes()
    for name in (
        'coverages',
        'environmental_data_retrieval',
        'itemtypes',
        'maps',
        'processes',
        'pubsub',
        'stac',
        'tiles',
    ):
        import_module(f'pygeoapi.api.{name}')


def _yield_processor() -> None:
    """This thread runs when nobody who answers a request wants the processor: others serve while it loads."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def _warm_up(app: Flask) -> None:
    """Answers what every client asks first, once: templates and documents are made at their first use."""
    prepare_document(app)
    client = app.test_client()
    for path in FIRST_ASKED:
        client.get(path, environ_overrides={WARMING_UP: True})


class Application(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The app of one audience under gunicorn, configured here and nowhere else."""

    def __init__(self, audience: Audience, host: str, port: int, workers: int) -> None:
        self.audience, self.host, self.port, self.workers = audience, host, port, workers
        self.accounts, self.board = open_accounts(), ConnectionBoard()
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            'bind': f'[{self.host}]:{self.port}' if ':' in self.host else f'{self.host}:{self.port}',
            'workers': self.workers,
            'worker_class': Worker,
            'threads': ServerSettings().threads,
            'timeout': GRACE_S * 5,
            'graceful_timeout': GRACE_S,
            'keepalive': 30,
            'preload_app': False,
            # the most that gunicorn takes; what is longer is told to come as POST
            'limit_request_line': LONGEST_LINE,
            'control_socket_disable': True,
            'proc_name': f'dothi {self.audience}',
            'when_ready': _limit_stalled,
            'post_fork': _after_fork,
            # else Python looks through all objects several times as a process ends, which takes seconds
            'worker_exit': lambda _master, _worker: gc.freeze(),
            'on_exit': lambda _master: gc.freeze(),
            'child_exit': self._after_exit,
            # which proxies are believed is decided by DOTHI_TRUSTED_PROXIES alone
            'forwarded_allow_ips': '',
            'accesslog': '-',
            'access_log_format': ACCESS_LINE,
            'logger_class': Log,
            'errorlog': '-',
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Called in each worker, so that it renders what is in the catalogue when it starts."""
        return create_app(self.audience, listening_url(self.audience, self.host, self.port), self.accounts)

    def run(self) -> None:
        empty_folder(measures_folder(self.audience, self.port))
        load_shared_code()
        # else the first look for garbage in each worker makes a copy of all that it shares with the master
        gc.collect()
        gc.freeze()
        Master(self).run()

    def _after_exit(self, _master: Any, worker: Any) -> None:
        """In the master, when a worker is gone, in whatever way."""
        self.accounts.forget_process(worker.pid)
        self.board.free_place(worker.place)


def _limit_stalled(master: Any) -> None:
    """Has the kernel end connections whose client takes nothing more: each of them would keep a thread for ever.

    Connections have this from the socket that they came by.
    """
    for listener in master.LISTENERS:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_S * 1000)


def _after_fork(master: Any, _worker: Any) -> None:
    master.watch.leave_to_parent()
    database.fresh(after_fork=True)
