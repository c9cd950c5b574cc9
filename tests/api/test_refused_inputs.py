"""Every analysis asked wrongly in every way that its description allows to think of: always 4xx, with the input named.

The requests are made from the descriptions, so that a new analysis is asked like every other.
"""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from dothi.core.access.keys import make_key
from dothi.core.access.people import invite
from dothi.core.access.person import Action, Person, Role
from dothi.core.database import connection
from processes.registry import all_processes
from tests.api.editors import LAN

# One of each type of JSON; what fits none of the types of a schema is wrong there.
OF_TYPE: dict[str, Any] = {
    'object': {'nonsense': 1}, 'array': [[]], 'string': 'nonsense', 'number': 0.5, 'integer': 7, 'boolean': True,
}  # fmt: skip
HUGE = {
    'string': 'x' * 100_000,
    'number': 1e300,
    'integer': 10**30,
    'array': [0] * 100_000,
    'object': {'value': 'x' * 100_000},
}


def types(schema: dict[str, Any]) -> set[str]:
    """The types that a value may have; a number may be whole."""
    found = {schema['type']} if 'type' in schema else set()
    for option in (one for name in ('oneOf', 'anyOf', 'allOf') for one in schema.get(name, [])):
        found |= types(option)
    return found | ({'integer'} if 'number' in found else set())


def wrong_values(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values that the schema does not allow, each with what is wrong about it."""
    allowed = types(schema)
    for name, value in OF_TYPE.items():
        if name not in allowed and not (name == 'number' and 'integer' in allowed):
            yield f'a {name}', value
    if 'enum' in schema:
        yield 'not one of the choices', 'nonsense'
    if 'minimum' in schema:
        yield 'too small', schema['minimum'] - 1
        if schema.get('exclusiveMinimum') is True:
            yield 'its limit itself', schema['minimum']
    if 'maximum' in schema:
        yield 'too large', schema['maximum'] + 1
        yield 'huge', HUGE['number']
    if 'maxLength' in schema:
        yield 'too long', 'x' * (schema['maxLength'] + 1)
    if 'minItems' in schema:
        yield 'too few', []
    if 'maxItems' in schema:
        yield 'too many', [0] * (schema['maxItems'] + 1)
    yield 'a value within a value', {'value': {'value': {'value': None}}}
    yield 'a reference elsewhere', {'href': 'http://169.254.169.254/latest'}


def huge_values(schema: dict[str, Any]) -> Iterator[Any]:
    for name in types(schema) & HUGE.keys():
        yield HUGE[name]


@pytest.mark.parametrize('name', sorted(all_processes()))
def test_wrong_inputs_are_refused_and_named(name: str, shared_office: Flask) -> None:
    app, chosen = shared_office.test_client(), all_processes()[name]
    allowed = steward_key() if chosen.action is Action.DECIDE else LAN
    described = chosen.metadata_for_pygeoapi()['inputs']
    example = chosen.example

    def ask(inputs: dict[str, Any]) -> tuple[int, str]:
        answer = app.post(f'/api/processes/{name}/execution?lang=en', json={'inputs': inputs}, headers=allowed)
        told = answer.get_json()
        return answer.status_code, told['code'] + ': ' + told['description']

    for key, one in described.items():
        if one['minOccurs']:
            status, told = ask({other: value for other, value in example.items() if other != key})
            assert (status, f'"{key}"' in told) == (400, True), (key, 'missing', told)
        for what, value in wrong_values(one['schema']):
            if key in chosen.qualified and what.startswith('a '):
                continue  # a text or an object is looked into, and a reference given back, as it comes
            status, told = ask({**example, key: value})
            assert (status, f'"{key}' in told) == (400, True), (key, what, told)
        for value in huge_values(one['schema']):
            status, told = ask({**example, key: value})
            assert status < 500 or 'NoWorker' in told, (key, 'huge', told)
    status, told = ask({**example, 'nonsense': 1})
    assert (status, '"nonsense"' in told) == (400, True), told
    wrong: list[Any] = [[], 'nonsense', 7, None]
    for inputs in wrong:
        status, told = ask(inputs)
        assert status == 400, (inputs, told)


def steward_key() -> dict[str, str]:
    """Of somebody who may decide; whoever may not hears only that."""
    steward = Person(id=uuid4(), name=f'steward-{time.time_ns()}', title='Steward', role=Role.STEWARD)
    with connection('gatekeeper') as db:
        invite(db, steward)
        return {'Authorization': f'Bearer {make_key(db, steward, "test", Action, 1)}'}
