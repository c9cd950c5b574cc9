"""The OpenAPI document is true: what it offers can be asked for, and what can be asked for is in it."""

import math
import re
import time
from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from openapi_spec_validator import validate

from dothi.api.app import create_app
from tests.api.conformance.conftest import Api, api, has_turn, internal, public, pytest_generate_tests
from tests.conftest import PATIENCE_S
from tests.matrix import EXHAUSTIVE, thorough

__all__ = ['api', 'internal', 'public', 'pytest_generate_tests']

# Routes below /api that are no part of the API for others.
INTERNAL = {
    'process_execution.how_to_execute': 'says only that an analysis is run by POST, with 405',
    'map_tiles.map_xyz': "metadata of tilesets have it; OGC's tests of Maps take every path with /map for a map",
}


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """`node`, or what it refers to."""
    while '$ref' in node:
        found: Any = document
        for part in node['$ref'].removeprefix('#/').split('/'):
            found = found[part]
        node = found
    return node


def operations(document: dict[str, Any], method: str) -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """Path, operation and parameters of every operation of this method, but for those that want to know who asks."""
    for path, item in document['paths'].items():
        if method in item and not (method == 'get' and 'security' in item[method]):
            yield path, item[method], [resolved(document, one) for one in item[method]['parameters']]


def values(parameter: dict[str, Any]) -> list[str]:
    """Every value that the document names for a parameter: examples, default, enumeration, as they are sent."""
    schema = parameter['schema']
    named = [parameter[name] for name in ('example',) if name in parameter]
    named += [example['value'] for example in parameter.get('examples', {}).values()]
    named += [schema['default']] if 'default' in schema else []
    if schema.get('maxItems') != 0:
        named += schema.get('enum', schema.get('items', {}).get('enum', []))
    return list(dict.fromkeys(_sent(value) for value in named))


def _sent(value: Any) -> str:
    if isinstance(value, list):
        return ','.join(map(_sent, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def filled(api: Api, path: str, parameters: list[dict[str, Any]]) -> str | None:
    """A path with its parameters filled in; None where there is nothing yet that it could be about."""
    known = {one['name']: values(one)[0] for one in parameters if one['in'] == 'path' and values(one)}
    if '{tileMatrix}' in path and 'tileMatrix' not in known:
        known |= _tile(api, known['tileMatrixSetId'], parameters)
    if '{featureId}' in path:
        items = path.split('/{featureId}', maxsplit=1)[0].format(**known)
        known['featureId'] = str(api.json(items, limit=1)['features'][0]['id'])
    if '{code}' in path:
        # nobody has sent a report
        return None
    if '{jobId}' in path:
        # of an analysis whose result is features, which can be had in many forms
        jobs = api.json('/jobs', processID='group-by-units', status='successful')['jobs']
        if not jobs:
            return None
        known |= {'jobId': jobs[0]['jobID'], 'outputId': 'result'}
    return path.format(**known)


def _tile(api: Api, matrix_set: str, parameters: list[dict[str, Any]]) -> dict[str, str]:
    """The tile in the middle of the province, on the first level that the document names."""
    (zoom,) = (int(one['schema'].get('minimum', 0)) for one in parameters if one['name'] == 'tileMatrix')
    west, south, east, north = api.collections()[0]['extent']['spatial']['bbox'][0]
    lon, lat = (west + east) / 2, (south + north) / 2
    if matrix_set == 'WorldCRS84Quad':
        side = 180 / 2**zoom
        column, row = int((lon + 180) / side), int((90 - lat) / side)
    else:
        n = 2**zoom
        column = int((lon + 180) / 360 * n)
        row = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
    return {'tileMatrix': str(zoom), 'tileRow': str(row), 'tileCol': str(column)}


@pytest.mark.both_services
@pytest.mark.parametrize('lang', ['vi', 'en'])
def test_the_document_is_valid_and_complete_by_itself_in_each_language(api: Api, lang: str) -> None:
    if not EXHAUSTIVE and (lang == 'vi') != (api.audience == 'public'):
        pytest.skip('every combination runs by `make test-all`')
    answer = api.get('/openapi', f='json', lang=lang)
    validate(answer.json())
    assert answer.headers['Content-Language'] == lang
    assert all(ref.startswith('#/') for ref in re.findall(r'"\$ref": ?"([^"]*)"', answer.text))
    # a text in both languages; the schema of such a text has an object behind each
    assert '{"vi": "' not in answer.text
    # a Vietnamese letter in the English document is a text that was not translated
    if lang == 'en':
        described = re.sub(r'"enum": \[[^\]]*\]', '', answer.text)
        assert not re.search('[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ]', described), described


def test_both_languages_say_the_same(api: Api) -> None:
    """But for the texts: same paths, parameters, values, answers."""

    words = {'title', 'summary', 'description', 'contact'}

    def bare(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: bare(value) for name, value in node.items() if name not in words}
        return [bare(one) for one in node] if isinstance(node, list) else node

    assert bare(api.document('vi')) == bare(api.document('en'))


@thorough
def test_every_value_that_it_names_can_be_asked_for(internal: Api, public: Api) -> None:
    """Each one by itself, with everything else left out."""
    seen: set[tuple[str, str, str]] = set()
    for service in (public, internal):
        questions = list(_questions(service, seen))
        for path, operation, parameters, name, value in questions:
            address = filled(service, path, parameters)
            if address is not None:
                query = few(parameters, name) | {name: value}
                _assert_answered(service, f'{service.url}{address}', operation, query)
        assert len(questions) > 100


def _questions(
    api: Api, seen: set[tuple[str, str, str]]
) -> Iterator[tuple[str, dict[str, Any], list[dict[str, Any]], str, str]]:
    """Path, operation, its parameters, and one parameter with a value. seen: what was asked at the other service.

    Every day each value of a parameter once for each kind of address, and the parameters of an address by turns; by
    `make test-all` every value at every address.
    """
    for number, (path, operation, parameters) in enumerate(operations(api.document(), 'get')):
        layer, kind = re.match('/collections/([^/{]+)', path), re.sub('^/collections/[^/{]+', '/collections/*', path)
        if layer is not None and not (EXHAUSTIVE or has_turn(api.audience, layer[1])):
            continue
        for place, parameter in enumerate(parameter for parameter in parameters if parameter['in'] == 'query'):
            name, values_of_document = parameter['name'], values(parameter)
            scope = operation['operationId'].split('.')[0] if name in SHARED else kind
            new = [value for value in values_of_document if (scope, name, value) not in seen]
            # names of columns are new values at each layer
            chosen = values_of_document if EXHAUSTIVE else new if layer is None else new[:1]
            if not chosen and values_of_document and (number + place) % TURNS == 0:
                chosen = [values_of_document[number % len(values_of_document)]]
            for value in chosen:
                seen.add((scope, name, value))
                yield path, operation, parameters, name, value


TURNS = 25
# Parameters that one piece of code reads for all operations of a kind.
SHARED = {
    'lang', 'crs', 'bbox-crs', 'filter-crs', 'filter-lang', 'limit', 'offset', 'datetime', 'skipGeometry',
    'subset-crs', 'center-crs', 'center', 'scale-denominator', 'mm-per-pixel', 'bgcolor', 'void-color', 'collections',
}  # fmt: skip


SIZES = {'resolution', 'width', 'height', 'scale-factor', 'scale-axes', 'scale-size', 'scaleSize'}


def few(parameters: list[dict[str, Any]], asked: str) -> dict[str, str]:
    """What keeps an answer small, where the operation has it and `asked` does not set the size itself."""
    small = {'limit': '1'} | ({} if asked in SIZES else {'width': '16', 'height': '16'})
    needed = {one['name']: one['example'] for one in parameters if one['in'] == 'query' and one['required']}
    return needed | {name: value for name, value in small.items() if any(one['name'] == name for one in parameters)}


def _assert_answered(api: Api, address: str, operation: dict[str, Any], query: dict[str, str]) -> None:
    answer = api.session.get(address, params=query, timeout=120)
    until = time.monotonic() + PATIENCE_S
    while answer.status_code == 503 and 'BeingPrepared' in answer.text and time.monotonic() < until:
        time.sleep(0.2)  # the worker writes a layer's files after its release
        answer = api.session.get(address, params=query, timeout=120)
    assert answer.status_code in {200, 204}, (answer.status_code, answer.url, answer.text[:300])
    assert str(answer.status_code) in operation['responses'], answer.url
    if answer.status_code == 200:
        offered = {name.split(';')[0] for name in operation['responses']['200']['content']}
        assert answer.headers['Content-Type'].split(';')[0] in offered, answer.url


def test_each_view_takes_the_parameters_that_the_document_gives_it_and_no_others(api: Api) -> None:
    """What is refused as unknown comes with the list of all that is known."""
    checked: set[tuple[str, frozenset[str]]] = set()
    for path, _, parameters in operations(api.document(), 'get'):
        described = frozenset(parameter['name'] for parameter in parameters if parameter['in'] == 'query')
        kind = re.sub('^/collections/[^/{]+', '/collections/*', path), described
        address = None if kind in checked else filled(api, path, parameters)
        if address is not None:
            checked.add(kind)
            refusal = api.get(address, **{NO_NAME: '1'}, lang='en').json()
            known = set(refusal['description'].partition('Known names: ')[2].rstrip('.').split(', '))
            assert described <= known, (path, refusal)
            assert known - described <= NOT_EVERYWHERE, (path, known - described)
    assert len(checked) > 100


# Near to no name, so that the error lists all of them.
NO_NAME = '0000'
# `f` also decides in which form an error comes; `q` is refused with the reason where a layer has no text to search in.
NOT_EVERYWHERE = {'f', 'q'}


def with_a_job(internal: Api, example: Any) -> Any:
    """An example that works on the result of an earlier job, with the id of one: ids are made up anew everywhere."""
    inputs = example.get('inputs', {}) if isinstance(example, dict) else {}
    jobs = {name: finished_job(internal) for name in ('job', 'before', 'after') if looks_like_id(inputs.get(name))}
    return {**example, 'inputs': {**inputs, **jobs}} if jobs else example


def looks_like_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', value) is not None


@cache
def finished_job(internal: Api) -> str:
    """The id of a job that has ended well."""
    group = {'layer': 'schools', 'level': 'commune', 'date': '2024-08-31'}
    done = internal.session.post(f'{internal.url}/processes/group-by-units/execution', json={'inputs': group})
    (job,) = re.findall(r'/jobs/([0-9a-f-]{36})>; rel="monitor"', done.headers['Link'])
    return str(job)


# Analyses whose examples are run by `make test-all`: tests/processes/ runs them on the same demo, or on less.
TAKE_SECONDS = {'new-facility', 'isochrones', 'flood-exposure', 'zonal-statistics', 'print-map', 'compare-releases'}


def test_every_example_of_a_body_can_be_sent(internal: Api) -> None:
    document, sent = internal.document(), 0
    for path, operation, parameters in operations(document, 'post'):
        if operation.get('security'):
            # what writes needs a token, and this province is shared
            continue
        if not EXHAUSTIVE and path.split('/')[2] in TAKE_SECONDS:
            continue
        address = filled(internal, path, parameters)
        for media_type, body in operation.get('requestBody', {}).get('content', {}).items():
            example = with_a_job(internal, body['example'])
            how = {'data' if media_type == 'application/x-www-form-urlencoded' else 'json': example}
            answer = internal.session.post(
                f'{internal.url}{address}', headers={'Content-Type': media_type}, timeout=120, **how
            )
            sent += 1
            assert answer.status_code in {200, 201}, (answer.status_code, path, media_type, answer.text[:300])
    assert sent > 10


def test_no_parameter_is_of_free_form(api: Api) -> None:
    """OGC's executable tests would skip what they cannot know."""
    for method in ('get', 'post', 'put', 'patch', 'delete'):
        for path, _operation, parameters in operations(api.document(), method):
            for parameter in parameters:
                schema = parameter['schema']
                assert 'additionalProperties' not in schema, (path, parameter['name'])
                assert schema.get('type') in {'string', 'integer', 'number', 'boolean', 'array'}, (path, parameter)


def test_every_route_is_described(internal: Api, database: dict[str, str]) -> None:
    """Every rule of ours below /api that takes GET is met by a path of the document, or is listed as internal."""
    app, paths = create_app('internal'), internal.document()['paths']
    described = {endpoint for path in paths if 'get' in paths[path] for endpoint in _endpoints(app, path)}
    rules = [
        rule for rule in app.url_map.iter_rules() if rule.rule.startswith('/api') and 'GET' in (rule.methods or ())
    ]
    ours = {rule.endpoint: rule.rule for rule in rules if not rule.endpoint.startswith('pygeoapi.')}
    assert {name: rule for name, rule in ours.items() if name not in described | INTERNAL.keys()} == {}


def test_no_view_of_pygeoapi_answers(database: dict[str, str]) -> None:
    """One that ours had not taken over would know no rights: each of its addresses is ours, or there is nothing."""
    app = create_app('internal')
    match = app.url_map.bind('localhost').match
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith('pygeoapi.') and 'GET' in (rule.methods or ())
    ]
    addresses = [re.sub(r'<[^>]*>', 'schools', rule.rule) for rule in rules]
    unadapted = [address for address in addresses if match(address)[0].startswith('pygeoapi.')]
    assert '/api/stac' in unadapted
    answers = {address: app.test_client().get(address) for address in unadapted}
    assert {answer.status_code for answer in answers.values()} == {404}
    assert {answer.get_json(force=True)['code'] for answer in answers.values()} == {'NoSuchResource'}


def _endpoints(app: Flask, path: str) -> set[str]:
    named = path.replace('{sprite}', 'sprite.json').replace('{upload}', str(UUID(int=0)))
    concrete = re.sub(r'\{[^}]*\}', '1', named)
    endpoint, _ = app.url_map.bind('localhost').match(f'/api{concrete}', method='GET')
    return {endpoint}
