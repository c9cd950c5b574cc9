"""`/health`, `/health/live` and `/health/ready`: whether the service can do its work, and what is missing.

They are there for everybody. Which layers there are is for who has signed in, as everywhere.
"""

import json
from typing import Any

from flask import Blueprint, Response
from psycopg2 import sql

from dothi import __version__
from dothi.api.access.identity import may
from dothi.api.http.problems import RETRY_AFTER_S
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.core.access.person import Action
from dothi.core.catalog import generation
from dothi.core.errors import DothiError
from dothi.core.job_settings import JobSettings
from dothi.core.readiness import OK, database_readiness, database_warnings, files_readiness
from dothi.core.settings import SessionSettings

HEALTH = Blueprint('health', __name__)


@HEALTH.route('/health')
def health() -> Response:
    """200 while items can be served, 503 while the database is away."""
    document: dict[str, Any] = {'status': 'ok', 'version': __version__, 'audience': service().audience}
    try:
        document |= _database_state(names_layers=_may(Action.SEE))
        names_broken = _may(Action.DECIDE)
        is_well = True
    except DothiError:
        document |= {'status': 'unavailable', 'database': 'unreachable'}
        is_well = names_broken = False
    broken = sorted(service().locality.whole.broken) if service().audience == 'internal' else []
    document['broken'] = len(broken)
    return _health_response(document | ({'broken_layers': broken} if names_broken else {}), is_well)


@HEALTH.route('/health/live')
def live() -> Response:
    """200 while this process answers, whatever else is down: who starts dead services again asks here."""
    return _health_response({'status': 'live', 'version': __version__}, is_well=True)


@HEALTH.route('/health/ready')
def ready() -> Response:
    """200 while all that the platform needs is there; 503 that names what is down. Warnings leave it at 200."""
    checks = {'database': 'unreachable', **files_readiness()}
    warnings: dict[str, str] = {}
    try:
        with snapshot() as db:
            # the first statement of a snapshot replaces a connection that a restart of the database has left dead
            db.rows(sql.SQL('select'))
            checks |= database_readiness(db.db)
            warnings = database_warnings(db.db)
    except DothiError:
        pass
    down = sorted(name for name, state in checks.items() if state != OK)
    document = {'status': 'unready' if down else 'ready', 'down': down, 'checks': checks, 'warnings': warnings}
    return _health_response(document, not down)


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


def _database_state(*, names_layers: bool) -> dict[str, Any]:
    with snapshot() as db:
        ((alive,),) = db.rows(sql.SQL('select job.worker_alive({})').format(sql.Literal(JobSettings().worker_silent_s)))
        state = {'database': 'ok', 'generation': generation(db.db), 'worker': 'alive' if alive else 'none'}
        releases = {name: release.number for name, release in db.releases().items()} if names_layers else {}
        return state | ({'releases': releases} if names_layers else {})
