"""Queries whose parameters come in a body, because a filter may be longer than an address."""

import json
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from dothi.api.http.parameters import replace_parameters
from dothi.core.errors import WrongMediaType, WrongUse

CQL2 = ('application/query-cql-json', 'application/cql2+json')
FORM = 'application/x-www-form-urlencoded'
# What makes a POST to /items a query; features to be added come as application/geo+json.
QUERIES = (*CQL2, FORM)


class NoQuery(WrongMediaType):
    """The body of the request is not a query."""


class BadBody(WrongUse):
    """The body cannot be read."""


def is_query() -> bool:
    """Whether a POST to /items is a query: its body is of such a type, or the address says in what language it is."""
    return request.mimetype in QUERIES or 'filter-lang' in request.args


def take_body() -> None:
    """Adds what the request's body says to its parameters (`replace_parameters`); raises NoQuery, BadBody."""
    parameters = MultiDict(request.args)
    for name, value in _read_body():
        parameters.add(name, value)
    replace_parameters(parameters)


def _read_body() -> list[tuple[str, str]]:
    kind = request.mimetype
    if kind == FORM:
        return list(request.form.items(multi=True))
    if kind in CQL2:
        return _filter_parameters(request.get_data(as_text=True))
    if kind == 'application/json':
        return _from_json(request.get_data())
    accepted = ', '.join(('application/json', *QUERIES))
    raise NoQuery(
        vi=f'Content-Type "{kind}": không dùng được ở đây. Dùng được: {accepted}.',
        en=f'Content-Type "{kind}" is not taken here. What is: {accepted}.',
    )


def _filter_parameters(tree: str) -> list[tuple[str, str]]:
    return [('filter', tree), ('filter-lang', 'cql2-json')]


def _from_json(body: bytes) -> list[tuple[str, str]]:
    try:
        document = json.loads(body)
        # \\ud800 is JSON and half a character: neither the database nor an answer can hold it
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise BadBody(
            vi='Nội dung phải là một đối tượng JSON có các tham số của /items.',
            en='The body must be a JSON object with the parameters of /items.',
        )
    if document.keys() == {'op', 'args'}:
        return _filter_parameters(request.get_data(as_text=True))
    parameters = [(name, _parameter_text(name, value)) for name, value in document.items() if value is not None]
    if isinstance(document.get('filter'), dict) and 'filter-lang' not in document:
        parameters.append(('filter-lang', 'cql2-json'))
    return parameters


def _parameter_text(name: str, value: Any) -> str:
    """A parameter's value as an address would have it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and name != 'filter':
        return ','.join(_parameter_text(name, part) for part in value)
    return json.dumps(value)
