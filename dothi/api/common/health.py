"""`/health`: whether the service can do its work, and what is missing."""

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

HEALTH = Blueprint('health', __name__)


@HEALTH.route('/health')
def health() -> Response:
    """200 while items can be served, 503 while the database is away."""
    headers: dict[str, str]
    document: dict[str, Any] = {'status': 'ok', 'version': __version__, 'audience': service().audience}
    try:
        document |= _database_state()
        status, headers = 200, {}
    except DothiError:
        document |= {'status': 'unavailable', 'database': 'unreachable'}
        status, headers = 503, {'Retry-After': str(RETRY_AFTER_S)}
    document['broken_layers'] = sorted(service().locality.broken) if service().audience == 'internal' else []
    body = json.dumps(document, ensure_ascii=False)
    return Response(body, status, mimetype='application/json', headers={'Cache-Control': 'no-store', **headers})


def _database_state() -> dict[str, Any]:
    with snapshot() as db:
        ((alive,),) = db.rows(sql.SQL('select job.worker_alive({})').format(sql.Literal(JobSettings().worker_silent_s)))
        return {
            'database': 'ok',
            'generation': generation(db.db),
            'releases': {name: release.number for name, release in db.releases().items()},
            'worker': 'alive' if alive else 'none',
        }
