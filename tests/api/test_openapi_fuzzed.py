"""schemathesis over the OpenAPI document: whatever fits it, or just does not, is answered as it says."""

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.api.conformance.conftest import Api, api, internal, prepared, public, pytest_generate_tests
from tests.conftest import Province
from tests.matrix import EXHAUSTIVE, number_of_examples

__all__ = ['api', 'internal', 'prepared', 'public', 'pytest_generate_tests']

# imported where they are used: it takes two seconds, which each process would wait for that collects the tests
if TYPE_CHECKING:
    from schemathesis import GenerationMode
    from schemathesis.checks import CheckFunction
    from schemathesis.generation.case import Case
    from schemathesis.schemas import APIOperation

    type Operation = APIOperation[Any, Any, Any, Any]

# How many cases of an operation on one collection. The same code answers for the others: one case each, of some of
# their operations, so that every collection and every operation has its turn.
EXAMPLES, ONE_OF = number_of_examples(2, 12), 3 if EXHAUSTIVE else 25


def _checks() -> 'list[CheckFunction]':
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    return [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    ]


def _operations(api: Api) -> 'list[Operation]':
    """All but those that run an analysis, which take seconds: their examples are run in test_openapi_examples.py."""
    import schemathesis
    from schemathesis.core.result import Err, Ok

    # a part of an upload, as tus calls it
    schemathesis.serializer.alias('application/offset+octet-stream', 'application/octet-stream')
    schema = schemathesis.openapi.from_dict(api.document())
    results = list(schema.get_all_operations())
    faults = [result.err() for result in results if isinstance(result, Err)]
    assert not faults
    operations = [result.ok() for result in results if isinstance(result, Ok)]
    return [operation for operation in operations if not operation.path.endswith('/execution')]


def _fuzz(api: Api, operation: 'Operation', mode: 'GenerationMode', examples: int) -> None:
    checks = _checks()

    # the same cases in every run, others for each operation
    @seed(crc32(f'{api.audience} {mode.value} {operation.label}'.encode()))
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered_as_described(case: 'Case[Any]') -> None:
        case.call_and_validate(base_url=api.url, session=api.session, checks=checks, timeout=120)

    answered_as_described()


def _fuzz_all(api: Api, operations: 'list[Operation]', mode: 'GenerationMode') -> None:
    met: set[str] = set()
    # each service has its turn at another collection
    for operation in operations if api.audience == 'internal' else reversed(operations):
        kind = _kind(operation)
        if kind not in met:
            _fuzz(api, operation, mode, EXAMPLES)
        elif crc32(operation.label.encode()) % ONE_OF == 0:
            _fuzz(api, operation, mode, 1)
        met.add(kind)


@pytest.fixture(autouse=True)
def told(province: Province) -> Iterator[None]:
    """What the services wrote meanwhile: of a server error the client learns little."""
    start = province.log.stat().st_size
    yield
    with province.log.open('rb') as log:
        log.seek(start)
        lines = [line for line in log.read().decode(errors='replace').splitlines() if ' ERROR ' in line]
    sys.stdout.write('\n'.join(lines[-20:]))


def _kind(operation: 'Operation') -> str:
    """Its method, and its path without the collection."""
    return f'{operation.method} {re.sub("^/collections/[^/]+", "/collections/*", operation.path)}'


@pytest.mark.usefixtures('prepared')
def test_what_fits_the_document_is_answered_as_it_says(api: Api) -> None:
    from schemathesis import GenerationMode

    _fuzz_all(api, _operations(api), GenerationMode.POSITIVE)


@pytest.mark.usefixtures('prepared')
def test_what_does_not_fit_is_refused_as_it_says(api: Api) -> None:
    from schemathesis import GenerationMode

    # a path of words only is never wrong
    fallible = [operation for operation in _operations(api) if operation.query or operation.body]
    _fuzz_all(api, fallible, GenerationMode.NEGATIVE)
