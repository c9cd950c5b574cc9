"""What an earlier job left, as forms read it: whatever an output may hold."""

import json
from datetime import UTC, datetime

import pytest

from processes.forms.stored import StoredResult
from processes.forms.tables import properties_of
from processes.geojson import GEOJSON, JSON
from processes.queue.records import Result
from processes.registry import find_process


def stored(value: object, media_type: str, output: str) -> StoredResult:
    result = Result(media_type, json.dumps(value).encode(), None, None)
    at, echo = datetime(2026, 11, 25, tzinfo=UTC), find_process('echo', 'internal')
    return StoredResult('0', 'echo', echo, {}, {}, '0', at, output, result, levels={})


@pytest.mark.parametrize('value', [5.0, [1, 2, 3], 'a'])
def test_a_plain_value_goes_by_the_name_of_its_output(value: float | str | list[int]) -> None:
    assert stored(value, JSON, 'doubleOutput').summary == {'doubleOutput': value}


def test_a_feature_without_a_place_has_no_shape() -> None:
    """Neither has one whose geometry cannot be read, which an echo gives back as it came."""
    point = {'type': 'Point', 'coordinates': [106.2, 20.4]}
    features = [{'geometry': place, 'properties': 7} for place in (None, {'type': 'Point'}, point)]
    found = stored({'type': 'FeatureCollection', 'features': features}, GEOJSON, 'featureCollectionOutput')
    assert [shape is None for shape in found.shapes] == [True, True, False]
    assert properties_of(found.features) == [{}, {}, {}]
