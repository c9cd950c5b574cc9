"""What analyses there are, and the inputs and outputs of each."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response

from dothi.api.http import parameters
from dothi.api.http.documents import OGC, as_json, as_page, link
from dothi.api.http.kept_answers import kept_until_release
from dothi.api.http.language import HTML, JSON, language, wanted_format
from dothi.api.http.page_links import page_links
from dothi.api.http.parameters import COMMON, Parameter
from dothi.api.http.query_parameters import LIMIT, OFFSET, limit_schema
from dothi.api.http.service import service
from dothi.api.http.words import in_language
from dothi.api.processes.form import example_of, form_fields_of, form_parameters
from dothi.core.layer import Audience
from dothi.core.limit_settings import LimitSettings
from dothi.core.text import Text
from processes.base import Process
from processes.registry import all_processes, find_process

DESCRIPTIONS = Blueprint('process_descriptions', __name__)
CONFORMANCE_CLASSES = tuple(
    f'http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}' for name in ('html', 'ogc-process-description')
)
OF_A_LIST = ('version', 'title', 'description', 'jobControlOptions', 'outputTransmission', 'keywords')
JSON_TITLE = Text(vi='Mô tả phân tích, JSON', en='Process description as JSON')
PAGE_TITLE = Text(vi='Mô tả phân tích, HTML', en='Process description as a page')
EXECUTE = Text(vi='Chạy phân tích này', en='Execution of this process')
JOBS = Text(vi='Các tác vụ', en='Jobs')


LIST_PARAMETERS: tuple[Parameter[Any], ...] = (
    *COMMON,
    replace(
        LIMIT,
        schema=lambda _offer: limit_schema(LimitSettings().max_items, LimitSettings().max_items),
        description=Text(vi='Nhiều nhất bao nhiêu.', en='How many at most.'),
    ),
    replace(OFFSET, description=Text(vi='Số phân tích bỏ qua.', en='Processes to leave out.')),
)


def offered_processes(audience: Audience) -> dict[str, Process[Any]]:
    """The analyses that are offered to an audience, by id."""
    return {name: process for name, process in all_processes().items() if process.offered_to(audience)}


@DESCRIPTIONS.route('/processes')
@kept_until_release
def process_list() -> Response:
    """A summary of every analysis that is offered, `limit` of them after `offset`."""
    parameters.refuse_unknown(LIST_PARAMETERS)
    limits = service().limits
    limit, offset = min(LIMIT.read() or limits.max_items, limits.max_items), OFFSET.read() or 0
    offered = [*offered_processes(service().audience).items()]
    links = page_links('/processes', (), len(offered), limit, offset)
    document = {
        'processes': [_process_summary(name, process) for name, process in offered[offset : offset + limit]],
        'links': [*links, link(f'{OGC}/job-list', JSON, JOBS, '/jobs')],
    }
    return as_page('processes/index.html', document) if wanted_format() == 'html' else as_json(document)


@DESCRIPTIONS.route('/processes/<process_id>')
def description(process_id: str) -> Response:
    """The description of an analysis; as a page, a form to run it. Raises UnknownProcess."""
    parameters.refuse_unknown(COMMON)
    chosen = find_process(process_id, service().audience)
    document = in_language(chosen.describe_for(service().audience), language())
    document |= {'id': process_id, 'links': _process_links(process_id)}
    document['example'] = {'inputs': example_of(service().locality, service().audience, process_id, chosen)}
    if wanted_format() == 'html':
        members = {
            # this page knows no names of scenarios; the portal's form does
            'fields': [field for field in form_fields_of(process_id, chosen) if field.kind != 'scenario'],
            'editors_only': chosen.editors_only,
            'knows_editors': chosen.knows_editors(),
            'upload': chosen.upload,
        }
        return as_page('processes/process.html', document | members)
    for name, form in form_parameters(process_id, chosen).items():
        document['inputs'][name]['additionalParameters'] = form
    return as_json(document)


def _process_summary(process_id: str, chosen: Process[Any]) -> dict[str, Any]:
    described = in_language(chosen.describe_for(service().audience), language())
    return {'id': process_id, **{name: described[name] for name in OF_A_LIST}, 'links': _process_links(process_id)}


def _process_links(process_id: str) -> list[dict[str, Any]]:
    where, lang = f'/processes/{process_id}', language()
    return [
        link('self', JSON, JSON_TITLE, f'{where}?f=json', hreflang=lang),
        link('alternate', HTML, PAGE_TITLE, f'{where}?f=html', hreflang=lang),
        link(f'{OGC}/execute', JSON, EXECUTE, f'{where}/execution'),
        link(f'{OGC}/job-list', JSON, JOBS, f'/jobs?processID={process_id}'),
    ]
