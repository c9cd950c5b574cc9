"""Telling subscribers of jobs: the worker posts a result, or how far a job is, to addresses that were allowed."""

import base64
import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests as http
from psycopg2.extras import RealDictCursor
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dothi.core.database import connection
from dothi.core.errors import WrongUse
from dothi.core.job_settings import JobSettings
from dothi.core.text import Text

LOG = logging.getLogger('dothi.callbacks')
EVENTS = ('successUri', 'failedUri', 'inProgressUri')
# Of the connection and of each part of the answer; what the subscriber answers is not read.
PATIENCE_S = (5, 10)
# After 10, 20, 40 and 80 s more; then the subscriber asks for itself.
MOST_ATTEMPTS, PAUSE_S = 5, 5


def in_document(media_type: str, content: bytes) -> Any:
    """A plain value, box or link as it is; any other object, and what is no JSON, with its media type."""
    if 'json' not in media_type and not _is_text(media_type):
        return {'value': base64.b64encode(content).decode(), 'encoding': 'base64', 'mediaType': media_type}
    value = json.loads(content) if 'json' in media_type else content.decode()
    if isinstance(value, dict) and value.keys() != {'bbox', 'crs'} and 'href' not in value:
        return {'value': value, 'mediaType': media_type}
    if isinstance(value, str) and media_type != 'text/plain':
        return {'value': value, 'mediaType': media_type}
    return value


def _is_text(media_type: str) -> bool:
    """Whether it stands in a document as text; a table does not, whose bytes matter to who reads it."""
    bare = media_type.partition(';')[0].strip()
    return bare in ('text/plain', 'text/html') or bare.endswith('xml')


class NotCalledBack(WrongUse):
    """An address that nothing is sent to."""


class Subscriber(BaseModel):
    """Whom to tell of a job, by the standard's names. api: under which its results are found, put in by the service."""

    model_config = ConfigDict(extra='forbid')

    successUri: str = Field(max_length=2_000)  # noqa: N815  the standard's name
    failedUri: str | None = Field(None, max_length=2_000)  # noqa: N815
    inProgressUri: str | None = Field(None, max_length=2_000)  # noqa: N815
    api: str = ''


def check_subscription(subscriber: object) -> dict[str, str] | None:
    """The subscriber as it is stored with a job, None for none; raises NotCalledBack with the address at fault."""
    if subscriber is None:
        return None
    try:
        addresses = Subscriber.model_validate(subscriber).model_dump(exclude_none=True)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        where = '.'.join(['subscriber', *map(str, first['loc'])])
        raise NotCalledBack(
            vi=f'"{where}" không hợp lệ. "subscriber" có successUri, và tùy chọn failedUri, inProgressUri.',
            en=f'"{where}" will not do. "subscriber" has successUri and, at will, failedUri and inProgressUri.',
        ) from None
    for event in EVENTS:
        if event in addresses:
            _must_be_allowed(event, addresses[event])
    return addresses


def _must_be_allowed(event: str, address: str) -> None:
    """Only hosts that are named: whoever may send a request could otherwise have ours send others into our network."""
    hosts = JobSettings().callback_hosts
    if not _is_allowed(address, hosts):
        allowed = ', '.join(hosts) or '–'
        raise NotCalledBack(
            vi=f'subscriber.{event} ({address}): không gửi tới máy này. Được phép: {allowed}.',
            en=f'subscriber.{event} ({address}): nothing is sent there. Allowed: {allowed}.',
            steward=Text(vi='Máy được phép: DOTHI_CALLBACK_HOSTS.', en='Hosts are allowed by DOTHI_CALLBACK_HOSTS.'),
        )


def _is_allowed(address: str, hosts: list[str]) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in ('http', 'https') or parts.hostname is None or '@' in parts.netloc:
        return False
    name = f'[{parts.hostname}]' if ':' in parts.hostname else parts.hostname
    usual = port in (None, 443 if parts.scheme == 'https' else 80)
    return f'{name}:{port}' in hosts or (usual and name in hosts)


def call_back(stopped: Callable[[], bool]) -> None:
    """Tells subscribers what they are still to be told, until nothing is due."""
    while not stopped() and (due := _next_due()):
        _send_due(due)


def _next_due() -> dict[str, Any] | None:
    """A note that nobody else has; should we die with it, it is due again later."""
    with connection('worker') as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            """update job.callback set attempts = attempts + 1,
                   due_at = now() + make_interval(secs => %s * 2 ^ (attempts + 1))
               where (job_id, event) = (
                   select job_id, event from job.callback where due_at <= now()
                   order by due_at limit 1 for update skip locked
               )
               returning job_id::text, event, attempts""",
            [PAUSE_S],
        )
        row = cursor.fetchone()
    return dict(row) if row else None


def _send_due(due: dict[str, Any]) -> None:
    job = _job_document(due['job_id'])
    # a job that is gone has nothing to tell, and how far it was is of no interest any more once it has ended
    if job is None or (due['event'] == 'inProgressUri' and job['status'] != 'running'):
        _notify(due)
        return
    address = job['subscriber'][due['event']]
    try:
        _must_be_allowed(due['event'], address)
        _post_document(address, _results_document(job) if due['event'] == 'successUri' else status_info(job))
    except (http.RequestException, NotCalledBack) as error:
        LOG.warning('job %s: %s not told (attempt %s): %s', due['job_id'], address, due['attempts'], error)
        if due['attempts'] < MOST_ATTEMPTS:
            return
    _notify(due)


def _post_document(address: str, document: dict[str, Any]) -> None:
    """Sends a document; raises RequestException for any answer but one of success, a redirect too."""
    body = json.dumps(document, ensure_ascii=False, default=str).encode()
    with http.Session() as session:
        # no proxy, no password of the environment goes along
        session.trust_env = False
        answer = session.post(
            address,
            data=body,
            headers={'Content-Type': 'application/json'},
            timeout=PATIENCE_S,
            allow_redirects=False,
            stream=True,
        )
        answer.close()
    if not 200 <= answer.status_code < 300:
        raise http.HTTPError(f'HTTP {answer.status_code}')


def _notify(due: dict[str, Any]) -> None:
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute('delete from job.callback where job_id = %s and event = %s', [due['job_id'], due['event']])


def _job_document(job_id: str) -> dict[str, Any] | None:
    with connection('worker') as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute('select * from job.job where id = %s', [job_id])
        job = cursor.fetchone()
        return dict(job) if job else None


def status_info(job: dict[str, Any]) -> dict[str, Any]:
    """The standard's document about a job (statusInfo.yaml), its message in both languages."""
    times = {name: job[f'{name}_at'] for name in ('created', 'started', 'finished', 'updated')}
    return {
        'jobID': str(job['id']),
        'type': 'process',
        'processID': job['process_id'],
        'status': job['status'],
        'progress': job['progress'],
        'message': ' · '.join(text for text in (job['message_vi'], job['message_en']) if text),
        **{name: at.isoformat() for name, at in times.items() if at},
    }


def _results_document(job: dict[str, Any]) -> dict[str, Any]:
    """Every output by its name, as in the document of results; a file as a link."""
    with connection('worker') as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            'select * from job.output where job_id = coalesce(%s, %s) order by position', [job['result_of'], job['id']]
        )
        outputs = cursor.fetchall()
    return {output['name']: _output_value(output, job) for output in outputs}


def _output_value(output: dict[str, Any], job: dict[str, Any]) -> Any:
    if output['body'] is None:
        href = f'{job["subscriber"].get("api", "")}/jobs/{job["id"]}/results/{output["name"]}'
        return {'href': href, 'type': output['media_type'], 'title': output['file_name']}
    return in_document(output['media_type'], bytes(output['body']))
