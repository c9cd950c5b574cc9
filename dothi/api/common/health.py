"""`/health`, `/health/live` and `/health/ready`: whether the service can do its work, and what is missing."""

import json
from typing import Any

from flask import Blueprint, Response
from psycopg2 import sql

from dothi import __version__
from dothi.api.http.problems import RETRY_AFTER_S
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.core.catalog import generation
from dothi.core.errors import DothiError
from dothi.core.job_settings import JobSettings
from dothi.core.readiness import OK, database_readiness, database_warnings, files_readiness

HEALTH = Blueprint('health', __name__)


@HEALTH.route('/health')
def health() -> Response:
    """200 while items can be served, 503 while the database is away."""
    document: dict[str, Any] = {'status': 'ok', 'version': __version__, 'audience': service().audience}
    try:
        document |= _database_state()
        is_well = True
    except DothiError:
        document |= {'status': 'unavailable', 'database': 'unreachable'}
        is_well = False
    document['broken_layers'] = sorted(service().locality.whole.broken) if service().audience == 'internal' else []
    return _health_response(document, is_well)


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


def _database_state() -> dict[str, Any]:
    with snapshot() as db:
        ((alive,),) = db.rows(sql.SQL('select job.worker_alive({})').format(sql.Literal(JobSettings().worker_silent_s)))
        return {
            'database': 'ok',
            'generation': generation(db.db),
            'releases': {name: release.number for name, release in db.releases().items()},
            'worker': 'alive' if alive else 'none',
        }
