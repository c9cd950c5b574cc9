"""`/health`, `/health/live` and `/health/ready`: whether the service can do its work, and what is missing.

They are there for everybody. Which layers there are is for who has signed in, as everywhere. Each answers within two
seconds, whatever hangs: what gives no answer by then is down.
"""

import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Flask, Response, request
from psycopg2 import sql

from dothi import __version__
from dothi.api.access.identity import forget_credentials, may
from dothi.api.http.problems import RETRY_AFTER_S
from dothi.api.http.service import service
from dothi.api.http.snapshot import BriefSnapshot, snapshot, uncounted_reading
from dothi.core.access.person import Action
from dothi.core.catalog import generation
from dothi.core.errors import DothiError
from dothi.core.readiness import OK, SILENT, database_readiness, database_warnings, files_readiness
from dothi.core.settings import SessionSettings
from dothi.core.shared_look import NoAnswer, SharedLook, outcome

HEALTH = Blueprint('health', __name__)
# For as long an answer is waited for.
PATIENCE_S = 1.5
# Among the variables of a request: what was seen of the database, and how the files are looked at.
LOOK, FILES_LOOK = 'dothi.database_look', 'dothi.files_look'
FILES = SharedLook(files_readiness)


@dataclass(frozen=True)
class DatabaseLook:
    """What a look at the database showed. generation: of the catalogue; None where nothing was to be seen."""

    generation: int | None = None
    checks: dict[str, str] = field(default_factory=lambda: {'database': 'unreachable'})
    warnings: dict[str, str] = field(default_factory=dict)


def install(app: Flask) -> None:
    """Has the database looked at before it is asked who sends a request. To be called last of all."""
    database, inner = SharedLook(lambda: _look_at_database(app)), app.wsgi_app

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ['PATH_INFO'].rstrip('/')
        if path == '/health/live':
            forget_credentials(environ)
        elif path in ('/health', '/health/ready'):
            _look(database, environ)
        return inner(environ, start)

    app.wsgi_app = application  # type: ignore[method-assign, assignment]


@HEALTH.route('/health')
def health() -> Response:
    """200 while items can be served, 503 while the database is away."""
    look: DatabaseLook = request.environ[LOOK]
    state = _database_state(look)
    broken = sorted(service().locality.whole.broken) if service().audience == 'internal' else []
    document = {
        'status': 'unavailable' if state is None else 'ok',
        'version': __version__,
        'audience': service().audience,
        **(state or {'database': 'unreachable' if look.generation is not None else look.checks['database']}),
        'broken': len(broken),
        **({'broken_layers': broken} if state and _may(Action.DECIDE) else {}),
    }
    return _health_response(document, state is not None)


@HEALTH.route('/health/live')
def live() -> Response:
    """200 while this process answers, whatever else is down: who starts dead services again asks here."""
    return _health_response({'status': 'live', 'version': __version__}, is_well=True)


@HEALTH.route('/health/ready')
def ready() -> Response:
    """200 while all that the platform needs is there; 503 that names what is down. Warnings leave it at 200."""
    look: DatabaseLook = request.environ[LOOK]
    checks = look.checks | _files(*request.environ[FILES_LOOK])
    down = sorted(name for name, state in checks.items() if state != OK)
    document = {'status': 'unready' if down else 'ready', 'down': down, 'checks': checks, 'warnings': look.warnings}
    return _health_response(document, not down)


def _look(database: SharedLook[DatabaseLook], environ: dict[str, Any]) -> None:
    """Looks at the database and the files at once. Without a database nobody can tell whose credentials are sent."""
    ends_s = time.monotonic() + PATIENCE_S
    environ[FILES_LOOK] = FILES.begin(), ends_s
    try:
        look = outcome(database.begin(), ends_s)
    except NoAnswer:
        look = DatabaseLook(checks={'database': SILENT})
    environ[LOOK] = look
    if look.generation is None:
        forget_credentials(environ)


def _look_at_database(app: Flask) -> DatabaseLook:
    try:
        # the first statement of a snapshot replaces a connection that a restart of the database has left dead
        with app.app_context(), uncounted_reading(BriefSnapshot) as db:
            db.rows(sql.SQL('select'))
            return DatabaseLook(generation(db.db), database_readiness(db.db), database_warnings(db.db))
    except DothiError:
        return DatabaseLook()


def _files(look: Future[dict[str, str]], ends_s: float) -> dict[str, str]:
    try:
        return outcome(look, ends_s)
    except NoAnswer:
        return dict.fromkeys(('store', 'disk'), SILENT)


def _health_response(document: dict[str, Any], is_well: bool) -> Response:
    later = {} if is_well else {'Retry-After': str(RETRY_AFTER_S)}
    headers = {'Cache-Control': 'no-store', **later}
    body = json.dumps(document, ensure_ascii=False)
    return Response(body, 200 if is_well else 503, mimetype='application/json', headers=headers)


def _may(action: Action) -> bool:
    """Whether whoever asks may do this: strangers read of public layers alone, but where reading wants no sign-in."""
    if service().audience == 'public' or SessionSettings().sign_in == 'to_change':
        return True
    return may(action)


def _database_state(look: DatabaseLook) -> dict[str, Any] | None:
    """What `/health` says of a database that answers; None of another one."""
    if look.generation is None:
        return None
    alive = look.checks['worker'] == OK
    state = {'database': OK, 'generation': look.generation, 'worker': 'alive' if alive else 'none'}
    if not _may(Action.SEE):
        return state
    try:
        with snapshot() as db:
            return state | {'releases': {name: release.number for name, release in db.releases().items()}}
    except DothiError:
        return None
