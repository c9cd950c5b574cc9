"""The dashboard shows the layers that say so in their files, whatever they are called, to who sees them."""

from pathlib import Path

import pytest

from dothi.core.locality import load_locality
from tests.citizen.conftest import PROBLEMS, City, write_city


def test_a_layer_of_any_name_has_its_panel(city: City) -> None:
    document = city.office('viewer').get('/api/dashboard?lang=en').get_json(force=True)
    assert document == {
        'indicators': None,
        'whole_level': 'district',
        'cases': [{'layer': 'problems', 'title': 'Layer problems', 'kind': 'what', 'open': {'state': 'open'}}],
        'readings': [],
    }


def test_who_does_not_see_the_layer_has_no_panel_of_it(city: City) -> None:
    document = city.office('planner').get('/api/dashboard').get_json(force=True)
    assert document['cases'] == []
    assert 'problems' not in str(document)


def test_the_public_service_has_none(city: City) -> None:
    assert city.public().get('/api/dashboard').status_code == 404


@pytest.mark.parametrize(
    ('panel', 'words'),
    [
        ('{panel: cases, kind: category, open: {state: open}}', 'dashboard names category'),
        ('{panel: cases, kind: what, open: {}}', 'open'),
        ('{panel: readings, station: code, at: since, values: [pm25]}', 'dashboard names pm25'),
        ('{panel: pie, kind: what}', "'panel' one of 'cases', 'readings'"),
    ],
)
def test_a_panel_that_the_layer_cannot_fill_is_a_fault_of_its_file(tmp_path: Path, panel: str, words: str) -> None:
    text = PROBLEMS.replace('{panel: cases, kind: what, open: {state: open}}', panel)
    write_city(tmp_path / 'city')
    (tmp_path / 'city' / 'layers' / 'problems.yml').write_text(text, encoding='utf-8')
    locality = load_locality(tmp_path / 'city')
    assert words in locality.broken['problems'].text.en


def test_the_landing_page_names_the_clocks_of_the_place(city: City) -> None:
    assert city.public().get('/api?f=json').get_json(force=True)['time_zone'] == 'Asia/Ho_Chi_Minh'
