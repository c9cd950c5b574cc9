"""The list of jobs: its filters, and its pages."""

from typing import Any
from urllib.parse import urlencode

from dothi.api.http import parameters
from dothi.api.http.documents import link, own_links
from dothi.api.http.language import JSON
from dothi.api.http.parameters import BadParameter, quote_parameter, request_parameters
from dothi.api.http.service import service
from dothi.core.errors import did_you_mean
from dothi.core.text import Text
from processes.queue.records import JobFilter
from processes.registry import all_processes

STATUSES = ('accepted', 'running', 'successful', 'failed', 'dismissed')
# of which several values may be given, one parameter each or with commas between them
LISTS = ('type', 'processID', 'status')
FILTERS = (*LISTS, 'datetime', 'minDuration', 'maxDuration')
PARAMETERS = ('f', 'lang', 'limit', 'offset', *FILTERS)
# The standard's own (OGC 18-062r2, requirement 63 and 64).
DEFAULT_LIMIT, MOST = 10, 1_000
NEXT, PREVIOUS = Text(vi='Trang sau', en='Next page'), Text(vi='Trang trước', en='Previous page')


def job_filter() -> JobFilter:
    """What the parameters of the current request let through; raises BadParameter."""
    _read_several('type', ('process',))
    created = parameters.read_datetime()
    return JobFilter(
        statuses=_read_several('status', STATUSES),
        processes=_read_several('processID', tuple(_offered_processes())),
        created_from=created.begin if created else None,
        created_to=created.end if created else None,
        min_s=_read_seconds('minDuration'),
        max_s=_read_seconds('maxDuration'),
    )


def page_of_jobs() -> tuple[int, int]:
    """How many jobs, and how many are left out before them."""
    return min(parameters.whole_number('limit', DEFAULT_LIMIT, 1), MOST), parameters.whole_number('offset', 0, 0)


def list_links(matched: int, limit: int, offset: int) -> list[dict[str, Any]]:
    """Links of the list to itself, and to the pages before and after."""
    parameters = {name: ','.join(request_parameters().getlist(name)) for name in request_parameters() if name in LISTS}
    parameters |= {
        name: text for name, text in request_parameters().items() if name in (*FILTERS, 'lang') and name not in LISTS
    }
    links = own_links('/jobs')
    for rel, title, begin in (('next', NEXT, offset + limit), ('prev', PREVIOUS, max(offset - limit, 0))):
        if (rel == 'next' and begin < matched) or (rel == 'prev' and offset):
            query = urlencode({**parameters, 'limit': limit, 'offset': begin})
            links.append(link(rel, JSON, title, f'/jobs?{query}'))
    return links


def _offered_processes() -> list[str]:
    return [name for name, process in all_processes().items() if process.offered_to(service().audience)]


def _read_several(name: str, choices: tuple[str, ...]) -> tuple[str, ...] | None:
    """The values of a parameter that may have several; None when it is left out."""
    texts = tuple(
        part.strip() for text in request_parameters().getlist(name) for part in text.split(',') if part.strip()
    )
    for text in texts:
        if text not in choices:
            hint, what = did_you_mean(text, choices), quote_parameter(name, text)
            raise BadParameter(vi=f'{what}: không có giá trị này. {hint.vi}', en=f'{what}: no such value. {hint.en}')
    return texts or None


def _read_seconds(name: str) -> float | None:
    """A number of whole seconds; None when it is left out."""
    return parameters.whole_number(name, 0, 0) if request_parameters().get(name, '').strip() else None
