"""The how-to of a new analysis: its code, one file and one entry, is all that it takes."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

import processes
from dothi.core.settings import PROJECT
from processes import registry
from processes.base import Process
from processes.forms.words import MemberWords
from tests.processes.conftest import commune, with_titles_checked
from tests.processes.town import Loader

PAGES = [PROJECT / 'docs/how-to' / name for name in ('add-an-analysis.md', 'add-an-analysis.vi.md')]


def code_in(page: Path, language: str) -> str:
    (code,) = re.findall(rf'```{language}\n(.*?)```', page.read_text(encoding='utf-8'), re.DOTALL)
    return code


@pytest.fixture
def feature_density(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process[Any]]:
    """The analysis of the page, in a package that has its file, and a configuration that has its entry."""
    folder, config = tmp_path / 'processes', tmp_path / 'pygeoapi-config.yml'
    folder.mkdir()
    (folder / 'feature_density.py').write_text(code_in(PAGES[0], 'python'), encoding='utf-8')
    resources, entry = 'resources:\n', code_in(PAGES[0], 'yaml')
    config.write_text(registry.CONFIG.read_text(encoding='utf-8').replace(resources, resources + entry), 'utf-8')
    monkeypatch.setattr(processes, '__path__', [*processes.__path__, str(folder)])
    monkeypatch.setattr(registry, 'CONFIG', config)
    registry.all_processes.cache_clear()
    chosen = registry.all_processes()['feature-density']
    monkeypatch.setattr(type(chosen), 'run', with_titles_checked('feature-density', chosen, type(chosen).run))
    yield chosen
    registry.all_processes.cache_clear()


def test_both_pages_have_the_same_code() -> None:
    for language in ('python', 'yaml'):
        assert code_in(PAGES[0], language) == code_in(PAGES[1], language)


def test_the_analysis_of_the_page_answers_as_worked_out_by_hand(
    feature_density: Process[Any], loader: Loader, answer: Callable[..., Any]
) -> None:
    """Two schools in a square of 2 km, none in the next, one outside of both; a filter leaves one."""
    squares = {'A': shapely.box(0, 0, 2_000, 2_000), 'B': shapely.box(2_000, 0, 4_000, 2_000)}
    loader.load('communes', [(shapely.MultiPolygon([square]), commune(code)) for code, square in squares.items()])
    places = {'S1': (100, 100), 'S2': (500, 900), 'S3': (9_000, 100)}
    loader.load(
        'schools',
        [(shapely.Point(xy), {'code': code, 'name': code, 'level': 'primary'}) for code, xy in places.items()],
    )
    result = answer('feature-density', layer='schools')
    assert [feature['properties'] for feature in result['features']] == [
        {'code': 'A', 'name': 'Xã A', 'features': 2, 'density_per_km2': 0.5},
        {'code': 'B', 'name': 'Xã B', 'features': 0, 'density_per_km2': 0.0},
    ]
    assert (result['summary']['features'], result['summary']['features_outside']) == (3, 1)
    assert set(result['summary']['releases']) == {'schools', 'communes'}
    assert answer('feature-density', layer='schools', filter="code = 'S1'")['summary']['features'] == 1


def test_titles_schema_and_words_of_the_result_follow_from_the_file(feature_density: Process[Any]) -> None:
    words = MemberWords(feature_density.members_of('result'), 'vi')
    assert words.heading('density_per_km2') == 'Số đối tượng trên km² (1/km²)'
    schema = feature_density.metadata_for_pygeoapi()['outputs']['result']['schema']
    members = schema['properties']['features']['items']['properties']['properties']['properties']
    assert list(members) == ['density_per_km2', 'features', 'code', 'name']
    assert members['density_per_km2']['x-ogc-unit'] == '1/km2'


def test_what_an_analysis_does_not_title_is_told_with_the_place_to_declare_it(
    feature_density: Process[Any], loader: Loader, answer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing would say it otherwise: planners would read the English name of a member in a Vietnamese report."""
    loader.load('communes', [(shapely.MultiPolygon([shapely.box(0, 0, 1_000, 1_000)]), commune('A'))])
    loader.load('schools', [(shapely.Point(1, 1), {'code': 'S', 'name': 'S', 'level': 'primary'})])
    module = sys.modules[type(feature_density).__module__]
    monkeypatch.setattr(module, 'zone_figures', lambda counts, areas: [{'per_head': float(np.sum(counts))}])
    with pytest.raises(AssertionError, match=r"'per_head'.*title, where .*FeatureDensity.* declares"):
        answer('feature-density', layer='schools')
