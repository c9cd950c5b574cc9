"""gunicorn for one audience; its master replaces the workers when what is served changes in kind."""

from typing import Any

import psycopg2
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]

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


def serve(audience: Audience, host: str, port: int, workers: int | None = None) -> None:
    """Serves `audience` until SIGTERM or SIGINT. Does not return."""
    Application(audience, host, port, workers or ServerSettings().workers).run()


class Application(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The app of one audience under gunicorn, configured here and nowhere else."""

    def __init__(self, audience: Audience, host: str, port: int, workers: int) -> None:
        self.audience, self.host, self.port, self.workers = audience, host, port, workers
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            'bind': f'[{self.host}]:{self.port}' if ':' in self.host else f'{self.host}:{self.port}',
            'workers': self.workers,
            'worker_class': 'gthread',
            'threads': ServerSettings().threads,
            'timeout': GRACE_S * 5,
            'graceful_timeout': GRACE_S,
            'keepalive': 30,
            'preload_app': False,
            # filters are long; this is the most that gunicorn takes
            'limit_request_line': 8190,
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
