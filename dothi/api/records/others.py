"""Records of analyses, of laws and norms, and of the platform's own explanations."""

from typing import Any

from dothi.api.http.language import HTML, JSON
from dothi.api.processes.descriptions import offered_processes
from dothi.api.records.explanations import MARKDOWN, Explanation, explanations
from dothi.api.records.record import Box, Contact, Link, Record
from dothi.core.document import Document
from dothi.core.document import Kind as DocumentKind
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.text import Text
from processes.base import Process
from processes.registry import all_processes

# Under which scheme a law or norm bears its number.
DOCUMENT_NUMBER = 'document-number'
KINDS: dict[DocumentKind, Text] = {
    'law': Text(vi='luật', en='law'),
    'decree': Text(vi='nghị định', en='decree'),
    'circular': Text(vi='thông tư', en='circular'),
    'norm': Text(vi='quy chuẩn', en='norm'),
}
ANALYSIS, EXPLANATION = Text(vi='phân tích', en='analysis'), Text(vi='giải thích', en='explanation')
TEXT_OF = Text(vi='Giải thích phương pháp', en='Explanation of the method')


def process_records(locality: Locality, audience: Audience) -> list[Record]:
    """Records of the analyses that `audience` is offered; their place is the locality's."""
    pages = explanations(audience)
    offered = offered_processes(audience)
    return [_process_record(name, process, name in pages, locality) for name, process in offered.items()]


def document_records(locality: Locality, audience: Audience, known_ids: frozenset[str]) -> list[Record]:
    """Records of documents: those of the locality, then those that the service hands out itself.

    known_ids: ids of the records of layers and analyses, which a document may concern.
    """
    laws = [_law_record(name, document, known_ids) for name, document in locality.documents.items()]
    own = [_explanation_record(page, locality, known_ids) for page in explanations(audience).values()]
    return laws + own


def process_record_id(process_id: str) -> str:
    """The record id of an analysis; it has a hyphen, which no layer id has."""
    return f'process-{process_id}'


def _process_record(name: str, process: Process[Any], explained: bool, locality: Locality) -> Record:
    where = f'/processes/{name}'
    links = [
        Link('describes', where, JSON, Text(vi='Mô tả phân tích', en='Description of the analysis')),
        Link('http://www.opengis.net/def/rel/ogc/1.0/execute', f'{where}/execution', JSON, Text(vi='Chạy', en='Run')),
    ]
    if explained:
        links.append(Link('describedby', f'/documents/{name}', MARKDOWN, TEXT_OF, 'en'))
    box: Box = locality.place.extent_wgs84
    return Record(
        id=process_record_id(name),
        type='process',
        title=process.title,
        description=process.description,
        keywords=(ANALYSIS,),
        contacts=(Contact(locality.place.attribution, ('publisher', 'pointOfContact')),),
        extent=box,
        formats=(('JSON', JSON),),
        links=tuple(links),
        facts={'access': process.audience, 'demo': False},
        searched=tuple(Text(**input_['title']) for input_ in process.describe_for(process.audience)['inputs'].values()),
    )


def _law_record(name: str, document: Document, known_ids: frozenset[str]) -> Record:
    day = f'{document.year}-01-01', f'{document.year}-12-31'
    return Record(
        id=f'document-{name}',
        type='document',
        title=document.title,
        description=document.description,
        keywords=(KINDS[document.kind], *document.keywords),
        contacts=(Contact(document.issuer, ('owner', 'publisher')),),
        time=day,
        languages=(document.language,),
        external_ids=((DOCUMENT_NUMBER, document.number),) if document.number else (),
        links=tuple(
            _link_to_record(concerned, known_ids) for concerned in document.concerns if _record_id(concerned, known_ids)
        ),
        facts={'access': 'public', 'demo': False},
        searched=(document.issuer,),
    )


def _explanation_record(explanation_: Explanation, locality: Locality, known_ids: frozenset[str]) -> Record:
    title, summary = (
        Text(vi=f'Giải thích: {explanation_.title}', en=explanation_.title),
        Text(vi=explanation_.summary, en=explanation_.summary),
    )
    where = f'/documents/{explanation_.id}'
    links = [
        Link('describes', where, MARKDOWN, Text(vi='Toàn văn, Markdown', en='The text as Markdown'), 'en'),
        Link('describes', f'{where}?f=html', HTML, Text(vi='Toàn văn, trang web', en='The text as a page'), 'en'),
    ]
    return Record(
        id=f'document-{explanation_.id}',
        type='document',
        title=title,
        description=summary,
        keywords=(EXPLANATION,),
        contacts=(Contact(locality.place.attribution, ('publisher',)),),
        languages=('en',),
        formats=(('Markdown', MARKDOWN), ('HTML', HTML)),
        links=(*links, _link_to_record(explanation_.id, known_ids)),
        facts={'access': all_processes()[explanation_.id].audience, 'demo': False},
    )


def _record_id(concerned: str, known_ids: frozenset[str]) -> str | None:
    """The record of a layer or an analysis that a document concerns, if it is in the catalogue."""
    return next((name for name in (concerned, process_record_id(concerned)) if name in known_ids), None)


def _link_to_record(concerned: str, known_ids: frozenset[str]) -> Link:
    record_id = _record_id(concerned, known_ids)
    title = Text(vi=f'Liên quan: {concerned}', en=f'Concerns: {concerned}')
    return Link('related', f'/collections/catalogue/items/{record_id}', 'application/geo+json', title)
