"""The document that programs make a client of: one path for all collections, and nothing that generators refuse."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from dothi.api.config import render_with
from dothi.api.http.address import PLACEHOLDER
from dothi.api.openapi.document import in_bytes, render_openapi, render_templated
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.settings import PROJECT

AUDIENCES: tuple[Audience, ...] = ('public', 'internal')
ITEMS = '/collections/{collectionId}/items'


def documents(locality: Locality, audience: Audience) -> tuple[dict[str, Any], dict[str, Any]]:
    """The whole document with every layer as if it was released, and the templated one, in English."""
    rendered = render_with(locality, audience, PLACEHOLDER, {})
    rendered['resources'] |= {layer: {} for layer in locality.layers_for(audience)}
    coverages = [*locality.coverages_for(audience)]
    whole = render_openapi(rendered, locality, audience, coverages)
    return json.loads(in_bytes(whole, 'en')), json.loads(in_bytes(render_templated(rendered, locality, audience), 'en'))


@pytest.mark.parametrize('audience', AUDIENCES)
def test_it_is_valid_and_every_operation_has_a_name_of_its_own(locality: Locality, audience: Audience) -> None:
    _, templated = documents(locality, audience)
    validate(templated)
    names = [operation['operationId'] for path in templated['paths'].values() for operation in path.values()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize('audience', AUDIENCES)
def test_it_has_each_operation_of_the_whole_document_once(locality: Locality, audience: Audience) -> None:
    whole, templated = documents(locality, audience)
    sources = {*locality.layers_for(audience), *locality.coverages_for(audience)}
    expected = set()
    for path, operations in whole['paths'].items():
        parts = path.split('/')
        if len(parts) > 2 and parts[1] == 'collections' and parts[2] in sources:
            parts[2] = '{collectionId}'
        expected |= {('/'.join(parts), method) for method in operations}
    expected.discard(('/uploads/{upload}', 'patch'))
    assert {(path, method) for path, operations in templated['paths'].items() for method in operations} == expected


def test_it_names_no_column_of_a_layer(locality: Locality) -> None:
    _, templated = documents(locality, 'internal')
    columns = {name for layer in locality.layers.values() for name in layer.columns} - {'name', 'title', 'description'}
    parameters = {parameter.get('name') for parameter in templated['paths'][ITEMS]['get']['parameters']}
    assert not parameters & columns
    assert {'collectionId', 'bbox', 'filter', 'sortby'} <= parameters | {
        each.get('$ref', '').rpartition('/')[2] for each in templated['paths'][ITEMS]['get']['parameters']
    }


def test_a_client_in_python_is_made_of_it_without_a_warning(locality: Locality, tmp_path: Path) -> None:
    _, templated = documents(locality, 'internal')
    (tmp_path / 'openapi.json').write_text(json.dumps(templated), encoding='utf-8')
    (tmp_path / 'config.yml').write_text('post_hooks: []\n', encoding='utf-8')
    command = ['generate', '--path', 'openapi.json', '--output-path', 'client', '--config', 'config.yml']
    made = subprocess.run(
        [sys.executable, '-m', 'openapi_python_client', *command, '--fail-on-warning'],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300,
        env=os.environ | {'PYTHONPATH': str(PROJECT / '.generator')},
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    assert 'WARNING' not in made.stdout + made.stderr
    assert (tmp_path / 'client').is_dir()
