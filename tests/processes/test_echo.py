"""What an echo refuses, since neither the database nor a header of the answer can hold it."""

from typing import Any

import pytest

from processes.echo import Inputs
from processes.reading.validation import InvalidInput, validate_inputs

XML = '<gml/>'


@pytest.mark.parametrize('media_type', ['application/gml+xml;\r\nX-Other: 1', 'application/gml+xml; charset=ế'])
def test_a_media_type_that_can_be_no_header_is_refused(media_type: str) -> None:
    good = {'value': XML, 'mediaType': 'application/gml+xml; version=3.2'}
    assert validate_inputs(Inputs, {'featureCollectionInput': good}).featureCollectionInput == good
    with pytest.raises(InvalidInput, match='mediaType'):
        validate_inputs(Inputs, {'featureCollectionInput': {'value': XML, 'mediaType': media_type}})


@pytest.mark.parametrize(
    'inputs',
    [
        {'doubleInput': float('nan')},
        {'measureInput': {'measurement': float('inf'), 'uom': 'm'}},
        {'geometryInput': [{'value': {'type': 'Point', 'coordinates': [float('nan'), 1]}}]},
    ],
)
def test_a_number_that_json_does_not_have_is_refused(inputs: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match='not finite'):
        validate_inputs(Inputs, inputs)
