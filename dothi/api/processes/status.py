"""A job as the API tells of it: statusInfo, in the language of whoever asks."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import g
from psycopg2.extensions import connection as Connection

from dothi.api.http.documents import OGC, link
from dothi.api.http.language import HTML, JSON, language, say
from dothi.api.http.service import service
from dothi.api.http.snapshot import statements
from dothi.core.layer import Column
from dothi.core.text import Text
from dothi.core.unit_codes import unit_codes
from processes.forms.run_title import run_title, titles_of_earlier
from processes.forms.unit_words import UnitNaming, unit_naming
from processes.registry import all_processes

MOMENTS = ('created', 'started', 'finished', 'updated')
STATUS_TITLE = Text(vi='Trạng thái của tác vụ', en='State of the job')
PAGE = Text(vi='Trang của tác vụ', en='Page of the job')
RESULTS = Text(vi='Kết quả', en='Results')
REASON = Text(vi='Vì sao không có kết quả', en='Why there is no result')
EVERY = Text(vi='Các tác vụ', en='Jobs')
AGAIN = Text(vi='Chạy lại trên dữ liệu hiện có (POST)', en='Run again on the data that there is now (POST)')


def status_info(job: dict[str, Any], db: Connection, *, listed: bool = False) -> dict[str, Any]:
    """statusInfo.yaml of a row of `job.state`, with its inputs and what it read; of a list, without these.

    db: reads the jobs that its inputs name, as whoever asks may.
    """
    members = {
        'jobID': str(job['id']),
        'processID': job['process_id'],
        'type': 'process',
        'status': job['status'],
        'message': job[f'message_{language()}'],
        'progress': job['progress'],
        **_described(job, db),
        **{name: _format_moment(job[f'{name}_at']) for name in MOMENTS if job[f'{name}_at']},
    }
    if not listed:
        members |= {
            'inputs': as_sent(job['inputs']),
            'dothi:software': job['software_version'],
            'dothi:releases': job['releases'] or {},
            'dothi:inputsChanged': job['inputs_changed'],
        }
    return members | {'links': _job_links(job, listed=listed)}


def _described(job: dict[str, Any], db: Connection) -> dict[str, Any]:
    """What it is called by what was chosen, and who started it, which strangers are not told of one another."""
    process, locality, lang = all_processes().get(job['process_id']), service().locality, language()
    title = job['process_id']
    if process is not None:
        earlier = titles_of_earlier(job['inputs'], db, locality, lang, unit_name)
        title = run_title(process, job['inputs'], locality, lang, earlier, unit_name)
    return {'dothi:title': title} | ({'dothi:startedBy': job['asker']} if service().audience == 'internal' else {})


def unit_name(column: Column, code: str) -> str | None:
    """The name of the unit that a column names by a code, as whoever asks may read it; read once for a request."""
    if 'unit_naming' not in g:
        g.unit_naming = unit_naming(_read_units)
    naming: UnitNaming = g.unit_naming
    return naming(column, code)


def _read_units(columns: Mapping[str, Column]) -> dict[str, list[tuple[str, str]]]:
    with statements() as reading:
        return unit_codes(reading.db, columns, service().locality, service().audience)


def as_sent(inputs: Any) -> Any:
    """The inputs of a job without what was left out, and a collection that nothing narrows as its id."""
    if isinstance(inputs, list):
        return [as_sent(item) for item in inputs]
    if not isinstance(inputs, dict):
        return inputs
    members = {name: as_sent(value) for name, value in inputs.items() if value is not None}
    return members['collection'] if members.keys() == {'collection'} else members


def note_on_changes(count: int) -> Text | None:
    """How many of the layers that a result was computed from have a newer release; None for none."""
    if not count:
        return None
    return Text(
        vi=f'{count} lớp đầu vào đã có dữ liệu mới hơn.',
        en=f'{count} input{"" if count == 1 else "s"} changed since.',
    )


def has_result(job: dict[str, Any]) -> bool:
    """Whether there is a result to fetch."""
    return bool(job['status'] == 'successful' and not job['gone'])


def is_rerunnable(job: dict[str, Any]) -> bool:
    """Whether the same can be asked again: nothing that is not kept was sent along, and it was not dismissed."""
    chosen = all_processes().get(job['process_id'])
    again = chosen is not None and chosen.upload is None
    return again and job['finished_at'] is not None and job['status'] != 'dismissed'


def _job_links(job: dict[str, Any], *, listed: bool) -> list[dict[str, Any]]:
    where = f'/jobs/{job["id"]}'
    links = [
        link('monitor' if listed else 'self', JSON, STATUS_TITLE, f'{where}?f=json'),
        link('alternate', HTML, PAGE, f'{where}?f=html'),
    ]
    if not listed:
        links += [link('monitor', JSON, STATUS_TITLE, where), link(f'{OGC}/job-list', JSON, EVERY, '/jobs')]
    if has_result(job):
        links.append(link(f'{OGC}/results', JSON, RESULTS, f'{where}/results'))
    if job['status'] == 'failed':
        links.append(link(f'{OGC}/exceptions', JSON, REASON, f'{where}/results'))
    if not listed and is_rerunnable(job):
        since = note_on_changes(job['inputs_changed'])
        title = f'{say(since)} {say(AGAIN)}' if since else say(AGAIN)
        links.append(link(f'{OGC}/execute', JSON, title, f'{where}/rerun'))
    return links


def _format_moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec='milliseconds').replace('+00:00', 'Z')
