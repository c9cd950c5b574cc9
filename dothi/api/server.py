"""gunicorn for one audience; its master replaces the workers when what is served changes in kind."""

import json
from typing import Any

import psycopg2
from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.http.errors import LimitRequestLine  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from dothi.api.address import listening_url

# imported by the master: a worker that is forked from it starts in 0.3 s, where importing takes over a second
from dothi.api.app import create_app
from dothi.core import database
from dothi.core.catalog import generation
from dothi.core.database import READERS, connection
from dothi.core.errors import DothiError
from dothi.core.layer import Audience
from dothi.core.settings import ServerSettings

# A request that runs when its worker is replaced has this long to end.
GRACE_S = 60
LONGEST_LINE = 8190


def serve(audience: Audience, host: str, port: int, workers: int | None = None) -> None:
    """Serves `audience` until SIGTERM or SIGINT. Does not return."""
    Application(audience, host, port, workers or ServerSettings().workers).run()


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads; what never reaches the app is answered in the app's form."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answers a request that cannot be read; too long an address gets the way out, where gunicorn says no more."""
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning('Too long an address from %s', addr)
        util.write(client, _too_long())


def _too_long() -> bytes:
    """The whole answer. Nothing of the request is known, its language neither."""
    vi = f'Địa chỉ dài quá {LONGEST_LINE} byte. Gửi các tham số bằng POST tới /collections/{{id}}/search.'
    en = f'The address is longer than {LONGEST_LINE} bytes. Send the parameters by POST to /collections/{{id}}/search.'
    body = json.dumps({'code': 'TooLong', 'type': 'TooLong', 'description': f'{vi} · {en}'}, ensure_ascii=False)
    content = body.encode()
    head = (
        'HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Type: application/json\r\n'
        f'Access-Control-Allow-Origin: *\r\nCache-Control: no-store\r\nContent-Length: {len(content)}\r\n\r\n'
    )
    return head.encode() + content


class Application(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The app of one audience under gunicorn, configured here and nowhere else."""

    def __init__(self, audience: Audience, host: str, port: int, workers: int) -> None:
        self.audience, self.host, self.port, self.workers = audience, host, port, workers
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
            'post_fork': _after_fork,
            # which proxies are believed is decided by DOTHI_TRUSTED_PROXIES alone
            'forwarded_allow_ips': '',
            'accesslog': '-',
            'errorlog': '-',
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Called in each worker, so that it renders what is in the catalogue when it starts."""
        return create_app(self.audience, listening_url(self.audience, self.host, self.port))

    def run(self) -> None:
        Master(self).run()


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's master, which looks at the catalogue's generation about once a second."""

    def __init__(self, app: Application) -> None:
        self.audience = app.audience
        self.seen = generation_now(app.audience)
        super().__init__(app)

    def murder_workers(self) -> None:
        """Called at every turn of the master's loop: after the hung workers, the outdated ones."""
        super().murder_workers()
        now = generation_now(self.audience)
        if now is not None and now != self.seen:
            self.log.info('The catalogue is at generation %s: new workers', now)
            self.seen = now
            # new workers first, then the old ones end what they have in hand; the socket stays open throughout
            self.reload()


def generation_now(audience: Audience) -> int | None:
    """The catalogue's generation; None while the database is away. Leaves no connection open that a child inherits."""
    try:
        with connection(READERS[audience]) as db:
            return generation(db)
    except (DothiError, psycopg2.Error):
        return None
    finally:
        database.fresh()


def _after_fork(_master: Any, _worker: Any) -> None:
    database.fresh(after_fork=True)
