"""Indicator files: what is refused, naming file, key and fix."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dothi.core.indicator_set import BadIndicatorFile, UnknownSet, indicator_set, indicator_sets
from dothi.core.locality import Locality, load_locality
from tests.nam_dinh import whole_copy

GOOD: dict[str, Any] = {
    'id': 'small',
    'title': {'vi': 'Nhỏ', 'en': 'Small'},
    'source': {'vi': 'Thử', 'en': 'A test'},
    'version': '1',
    'measures': {
        'road_km': {
            'title': {'vi': 'Đường', 'en': 'Roads'},
            'unit': 'km',
            'layers': ['roads'],
            'values': {'most_m': 10},
            'sql': 'select code as unit, {most_m} as value from units',
        },
    },
    'indicators': {
        'roads': {
            'title': {'vi': 'Đường', 'en': 'Roads'},
            'numerator': 'road_km',
            'unit': 'km',
            'direction': 'higher',
            'source': {'vi': 'Thử', 'en': 'A test'},
        },
    },
}


@pytest.fixture
def place(tmp_path: Path) -> Locality:
    """The locality without its layers, which are read from the project's."""
    whole_copy(tmp_path / 'locality')
    return load_locality(tmp_path / 'locality')


def write(place: Locality, document: dict[str, Any], name: str = 'small') -> None:
    text = yaml.safe_dump(document, allow_unicode=True)
    (place.path / 'indicators' / f'{name}.yml').write_text(text, encoding='utf-8')


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good file with one value at `path` set."""
    document: dict[str, Any] = yaml.safe_load(yaml.safe_dump(GOOD))
    *parts, last = path.split('/')
    part = document
    for step in parts:
        part = part[step]
    part[last] = value
    return document


@pytest.mark.parametrize(
    ('path', 'value', 'said'),
    [
        ('indicators/roads/treshold', 1, ('indicators.roads.treshold', 'threshold')),
        ('measures/road_km/layer', ['roads'], ('measures.road_km.layer', 'layers')),
        ('indicators/roads/numerator', 'road_m', ('road_m', 'road_km')),
        ('indicators/roads/direction', 'up', ('indicators.roads.direction', "'higher' or 'lower'")),
        ('measures/road_km/layers', ['road'], ('measures.road_km.layers', '"roads"')),
        ('measures/road_km/layers', ['elevation'], ('measures.road_km.layers', '"elevation"')),
        ('measures/road_km/norms', ['green_space'], ('measures.road_km.norms', '"green_space"')),
        ('measures/road_km/relations', ['homes'], ('measures.road_km.relations', '"homes"')),
        ('measures/road_km/sql', 'select {least_m}', ('least_m', 'values')),
        ('measures/road_km/sql', 'select code as unit, 1 as value from layer.roads', ('layer.r', 'layers')),
        ('measures/road_km/sql', 'select 1 from history . "roads"', ('history', 'layers')),
        ('measures/road_km/sql', None, ('sql or process',)),
        ('measures/road_km/process', {'id': 'x', 'figure': 'y'}, ('sql or process',)),
        ('indicators/roads/evidence', {'layers': ['lamps']}, ('indicators.roads.evidence.layers', '"lamps"')),
        ('indicators/Roads', GOOD['indicators']['roads'], ('"Roads" is no name',)),
        ('id', 'other', ('id', 'other')),
    ],
)
def test_a_file_that_is_not_right_is_refused(place: Locality, path: str, value: Any, said: tuple[str, ...]) -> None:
    write(place, changed(path, value))
    with pytest.raises(BadIndicatorFile) as refused:
        indicator_set('small', place)
    for text in ('indicators/small.yml', *said):
        assert text in str(refused.value)
        assert 'small.yml' in refused.value.text.vi


def test_an_unknown_set_is_told_with_the_nearest_name(place: Locality) -> None:
    write(place, GOOD)
    assert indicator_sets(place) == ['pilot', 'small']
    with pytest.raises(UnknownSet, match='"small"'):
        indicator_set('smal', place)


def test_a_set_says_what_its_measures_read(place: Locality) -> None:
    relation = {'layers': ['buildings'], 'sql': 'select 1'}
    document = changed('relations', {'homes': relation})
    document['measures']['road_km']['relations'] = ['homes']
    write(place, document)
    found = indicator_set('small', place)
    assert found.layers_of(found.measures['road_km']) == ['buildings', 'roads']
    assert found.measures['road_km'].placeholders == {'most_m'}


def test_the_shipped_sets_are_right_and_cite_their_sources(locality: Locality) -> None:
    """A threshold without a source is somebody's guess."""
    for name in indicator_sets(locality):
        found = indicator_set(name, locality)
        assert all(one.source.vi and one.source.en for one in found.indicators.values())
        used = {measure for one in found.indicators.values() for measure in found.measures_of(one)}
        assert used == set(found.measures), 'a measure that no indicator uses'
