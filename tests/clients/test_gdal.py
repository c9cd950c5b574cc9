"""GDAL's driver for OGC API - Features, through Debian's ogrinfo."""

import json
import subprocess
from typing import Any

import pytest

from tests.clients.conftest import Served

# It takes types from the first features: a number without decimals looks like an integer, a big one needs 64 bits.
TYPES = {
    'integer': {'Integer', 'Integer64'}, 'number': {'Real', 'Integer', 'Integer64'}, 'string': {'String'},
    'boolean': {'Integer'},
}  # fmt: skip


def ogrinfo(served: Served, *arguments: str) -> Any:
    """What ogrinfo says of the API, as JSON."""
    command = ['ogrinfo', '-json', f'OAPIF:{served.url}', *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert 'ERROR' not in done.stderr, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope='module')
def layers(served: Served) -> dict[str, Any]:
    """Every layer that it finds, by name, without its features."""
    return {layer['name']: layer for layer in ogrinfo(served, '-so', '-al')['layers']}


def test_it_finds_every_collection_of_features(served: Served, layers: dict[str, Any]) -> None:
    assert set(served.collections('feature')) <= set(layers)


def test_it_counts_as_the_service_does(served: Served, layers: dict[str, Any]) -> None:
    for name in served.collections('feature'):
        assert layers[name]['featureCount'] == served.count(name) > 0, name


def test_it_knows_geometries_types_and_the_system_that_is_stored(served: Served, layers: dict[str, Any]) -> None:
    assert layers['schools']['geometryFields'][0]['type'] == 'Point'
    assert layers['buildings']['geometryFields'][0]['type'] == 'MultiPolygon'
    for name in served.collections('feature'):
        fields = {field['name']: field['type'] for field in layers[name]['fields']}
        for column, schema in served.json(f'/collections/{name}/schema')['properties'].items():
            if column not in {'id', 'geom'}:
                dated = {'date': {'Date'}, 'date-time': {'DateTime'}}.get(schema.get('format', ''))
                assert fields[column] in (dated or TYPES[schema['type']]), (name, column)
        system = layers[name]['geometryFields'][0]['coordinateSystem']
        assert system['projjson']['id'] == {'authority': 'EPSG', 'code': 9209}, name


def test_its_filters_are_sent_to_the_service(served: Served) -> None:
    expected = served.count('schools', filter="level = 'primary' and places > 300")
    where = ('schools', '-so', '-where', "level = 'primary' AND places > 300")
    found, log = served.asked_during(lambda: ogrinfo(served, *where))
    assert found['layers'][0]['featureCount'] == expected > 0
    assert 'level' in ''.join(line for line in log.splitlines() if '/collections/schools/items' in line)


def test_its_boxes_are_sent_to_the_service(served: Served) -> None:
    """In the layer's own system, whose eastings come first."""
    (west, south, east, north) = served.json('/collections/schools')['extent']['spatial']['bbox'][0]
    half = f'{west},{south},{(west + east) / 2},{north}'
    expected = served.count('schools', bbox=half)
    box = ('-oo', 'CRS=OGC:CRS84', '-so', 'schools', '-spat', *half.split(','))
    found, log = served.asked_during(lambda: ogrinfo(served, *box))
    assert found['layers'][0]['featureCount'] == expected
    assert 0 < expected < served.count('schools')
    assert 'bbox=' in log


def test_it_pages_through_a_layer(served: Served) -> None:
    """1,000 at a time, along the links to the next page: each feature once."""
    found = ogrinfo(served, '-features', 'buildings')['layers'][0]['features']
    codes = [feature['properties']['code'] for feature in found]
    assert len(codes) == len(set(codes)) == served.count('buildings') > 1_000
