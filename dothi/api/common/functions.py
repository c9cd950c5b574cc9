"""`/functions`: what a filter may call beyond the standard's own, in the form of the draft of Features Part 3."""

from typing import Any

from flask import Blueprint, Response

from dothi.api.http import parameters
from dothi.api.http.documents import as_json, as_page, own_links
from dothi.api.http.language import say, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.core.cql2.functions import FUNCTIONS as KNOWN
from dothi.core.cql2.functions import Function

FUNCTIONS = Blueprint('functions', __name__)
# The draft's words for our kinds.
KINDS = {'text': 'string', 'date': 'datetime', 'timestamp': 'datetime'}


@FUNCTIONS.route('/functions')
def functions() -> Response:
    """The functions with their arguments, as JSON or as a page."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format()
    document = {'functions': [_describe_function(name, function) for name, function in KNOWN.items()]}
    if form == 'html':
        return as_page('functions.html', document)
    return as_json(document | {'links': own_links('/functions')})


def _describe_function(name: str, function: Function) -> dict[str, Any]:
    return {
        'name': name,
        'description': say(function.text),
        'arguments': [
            {'title': say(argument.title), 'type': sorted({KINDS.get(kind, kind) for kind in argument.kinds})}
            for argument in function.arguments
        ],
        'returns': ['integer' if function.whole else KINDS.get(function.returns, function.returns)],
    }
