"""The OpenAPI document's part on files: whole layers that are ready, and what items as files have of their own."""

from typing import Any

from dothi.api.openapi.parts import Offer, both, headers, of_layer, operation, path, query, responses, shared
from dothi.core.export.formats import FORMATS
from dothi.core.layer import Layer
from dothi.core.settings import JobSettings

HEADERS = query(
    'headers',
    both('Đầu cột của csv và xlsx: mã hay tên cột.', "Headings of csv and xlsx: the columns' names or titles."),
    {'type': 'string', 'enum': ['names', 'titles']},
)
# Headers of a file that say how much of the selection is in it.
PART = ('OGC-NumberMatched', 'OGC-NumberReturned')


def binary(*forms: str) -> dict[str, Any]:
    """The content of answers in these formats."""
    return {FORMATS[f].media_type: {'schema': {'type': 'string', 'format': 'binary'}} for f in forms}


def file_paths(offer: Offer) -> dict[str, Any]:
    """Operations on the files of whole layers."""
    forms = JobSettings().downloads
    return {
        f'/collections/{layer.id}/downloads/{{name}}': {'get': _download(layer, forms)}
        for layer in offer.layers
        if forms
    }


def _download(layer: Layer, forms: list[Any]) -> dict[str, Any]:
    names = [f'{layer.id}.{f}' for f in forms]
    name = path('name', both('Tên tệp', "The file's name"), {'type': 'string', 'enum': names}, example=names[0])
    answer_headers = headers('ETag', 'Last-Modified')
    whole = {'description': both('Cả lớp', 'The whole layer'), 'headers': answer_headers, 'content': binary(*forms)}
    part = {'description': both('Phần được hỏi', 'The range that was asked for'), 'content': binary(*forms)}
    unfit = {'description': both('Tệp không có phần này', 'The file has no such range')}
    answers = responses(whole, '304', '400', '404', '500', '503') | {'206': part, '416': unfit}
    return operation(
        f'getDownload.{layer.id}',
        **of_layer(layer, both('cả lớp thành tệp', 'the whole layer as a file')),
        parameters=[name, *shared('lang')],
        answers=answers,
    )
