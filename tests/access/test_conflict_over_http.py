"""A conflict between an edit and a delivery over HTTP: both sides, with their places, for who decides and sees all."""

import pytest

from tests.citizen.conftest import City, city, rows

__all__ = ['city']
OPEN = """
    insert into catalog.conflict (layer_id, feature_id, columns, base, base_geom, ours, ours_geom, theirs, theirs_geom)
    values ('problems', 1, '{what}', '{"code": "A1", "what": "lamp"}', st_setsrid(st_point(106.15, 20.45), 4326),
        '{"code": "A1", "what": "hole"}', st_setsrid(st_point(106.16, 20.45), 4326), null, null)
    returning id"""


@pytest.fixture
def number(city: City) -> int:
    """Of an open conflict: the edit made a hole of a dead lamp and moved it, the delivery has it no more."""
    rows('delete from catalog.conflict')
    ((opened,),) = rows(OPEN)
    return int(opened)


def test_both_sides_are_there_with_their_places_and_what_columns_are_called(city: City, number: int) -> None:
    (listed,) = city.office().get('/api/edits/conflicts?lang=en').get_json(force=True)['conflicts']
    assert (listed['id'], listed['layer_title']) == (number, 'Layer problems')
    whole = city.office().get(f'/api/edits/conflicts/{number}?lang=en').get_json(force=True)
    assert (whole['base']['what'], whole['edit']['what'], whole['delivery']) == ('lamp', 'hole', None)
    assert whole['shapes']['edit'] == {'type': 'Point', 'coordinates': [106.16, 20.45]}
    assert whole['shapes']['delivery'] is None
    assert whole['described_columns']['what'] == {
        'title': 'What', 'unit': None, 'domain': {'hole': 'Hole', 'lamp': 'Dead lamp', 'noise': 'Noise'},
    }  # fmt: skip


def test_of_a_layer_that_one_does_not_see_a_conflict_is_as_one_that_is_not_there(city: City, number: int) -> None:
    """The planner decides on districts, and sees them alone."""
    planner = city.office('planner')
    assert planner.get('/api/edits/conflicts').get_json(force=True) == {'conflicts': []}
    hidden, absent = (planner.get(f'/api/edits/conflicts/{each}?lang=en') for each in (number, number + 90))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    words = [each.get_json(force=True)['description'] for each in (hidden, absent)]
    assert words[0].replace(str(number), 'n') == words[1].replace(str(number + 90), 'n')
    assert 'dothi' not in words[0]


def test_who_may_not_decide_reads_none(city: City, number: int) -> None:
    assert city.office('viewer').get(f'/api/edits/conflicts/{number}').status_code == 403
