"""`/documents/{id}`: the platform's own explanations of its analyses, as they lie in docs/explanation."""

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response

from dothi.api.http import parameters
from dothi.api.http.documents import as_page, cacheable_answer
from dothi.api.http.language import wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.service import service
from dothi.api.processes.descriptions import offered_processes
from dothi.core.errors import NotFound
from dothi.core.layer import Audience
from dothi.core.settings import PROJECT

EXPLANATIONS = Blueprint('explanations', __name__)
FOLDER = PROJECT / 'docs' / 'explanation'
MARKDOWN = 'text/markdown'
# A link to another file of docs/.
LINK = re.compile(r'\[([^\]]+)\]\((?:[\w./-]*/)?([\w-]+)\.md(?:#[\w-]*)?\)')


class UnknownDocument(NotFound):
    """No explanation has this id, or not for this audience."""


@dataclass(frozen=True)
class Explanation:
    """One explanation: its title, what it says at the beginning, and the whole as Markdown."""

    id: str
    title: str
    summary: str
    text: str


def explanations(audience: Audience) -> dict[str, Explanation]:
    """The explanations of the analyses that `audience` is offered, by the analysis's id."""
    offered = offered_processes(audience)
    return {name: page for name, page in _read_explanations().items() if name in offered}


@EXPLANATIONS.route('/documents/<document_id>')
def explanation(document_id: str) -> Response:
    """One explanation, as Markdown or as a page."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format(('md', 'html'))
    by_name = explanations(service().audience)
    if document_id not in by_name:
        raise UnknownDocument.with_suggestion(
            document_id, by_name, vi=f'Không có tài liệu "{document_id}".', en=f'There is no document "{document_id}".'
        )
    response = _write_explanation(by_name[document_id], form, by_name)
    response.headers['Content-Language'] = 'en'
    return response


def _write_explanation(explanation_: Explanation, form: str, known_pages: Container[str]) -> Response:
    if form == 'md':
        return cacheable_answer(explanation_.text.encode(), f'{MARKDOWN}; charset=utf-8')
    # its patterns take 20 ms of each start
    from markdown_it import MarkdownIt

    # what stands in the text as HTML stays text
    body = MarkdownIt('js-default').render(_link_documents(explanation_.text, known_pages))
    return as_page('catalogue/document.html', {'id': explanation_.id, 'title': explanation_.title, 'body': body})


def _link_documents(text: str, known_pages: Container[str]) -> str:
    """The text with links to the explanations that are served; other files of docs/ are not, and are only named."""
    return LINK.sub(lambda link: f'[{link[1]}]({link[2]}?f=html)' if link[2] in known_pages else link[1], text)


@lru_cache
def _read_explanations() -> dict[str, Explanation]:
    return {file.stem: _read_file(file) for file in sorted(FOLDER.glob('*.md'))}


def _read_file(file: Path) -> Explanation:
    text = file.read_text(encoding='utf-8')
    heading, _, rest = text.partition('\n\n')
    summary = ' '.join(rest.partition('\n\n')[0].split()).replace('*', '').replace('`', '')
    return Explanation(file.stem, heading.removeprefix('# ').strip(), summary, text)
