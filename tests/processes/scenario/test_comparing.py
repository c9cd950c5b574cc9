"""Two results held against each other: features matched by their names, numbers subtracted, told in sentences."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely

from dothi.core.errors import NotFound, WrongUse
from dothi.core.text import Text
from processes.comparison.matching import compared_properties, difference, match_features, numeric_members
from processes.comparison.sentences import feature_sentences, figure_sentences
from processes.outputs import Member
from processes.queue.manager import run_process
from processes.queue.records import job_results, open_desk
from tests.forked import ForkedProcess
from tests.processes.conftest import Loader, Town, station
from tests.processes.executing import execute


def zone(code: str, **figures: Any) -> dict[str, Any]:
    return {
        'type': 'Feature',
        'id': code,
        'geometry': None,
        'properties': {'code': code, 'name': f'Xã {code}', **figures},
    }


def test_zones_are_matched_by_code_whatever_their_order() -> None:
    """Zone 1 gains 5, zone 2 has gone, zone 3 is new: what only one result has has no difference."""
    before = [zone('1', people=10), zone('2', people=4)]
    after = [zone('3', people=7), zone('1', people=15)]
    key, matched = match_features(before, after)
    told = {pair.name: compared_properties(pair, ['people'], []) for pair in matched}
    assert key == 'code'
    assert {name: (one['people_difference'], one['state']) for name, one in told.items()} == {
        '1': (5, 'both'),
        '2': (None, 'only_before'),
        '3': (None, 'only_after'),
    }
    assert (told['1']['people_before'], told['1']['people_after']) == (10, 15)


def test_numbered_features_are_not_matched_by_their_numbers() -> None:
    """The first site of one proposal is not the first of the other."""
    one, other = (
        [{'type': 'Feature', 'id': number, 'geometry': None, 'properties': {'rank': number, 'gain': gain}}
         for number, gain in enumerate(gains, start=1)]
        for gains in ((5, 3), (9, 1))
    )  # fmt: skip
    assert match_features(one, other) == (None, [])


def test_sites_with_a_name_in_both_are_matched_by_it() -> None:
    sites = [{'type': 'Feature', 'id': 1, 'geometry': None, 'properties': {'candidate': 'A', 'gain': 5}}]
    key, matched = match_features(sites, sites)
    assert key == 'candidate'
    assert compared_properties(matched[0], ['gain'], [])['gain_difference'] == 0


def test_a_member_that_is_not_always_a_number_has_no_difference() -> None:
    assert numeric_members([{'a': 1, 'b': 'x', 'c': None, 'd': True}, {'a': None, 'b': 2, 'c': 2.5}]) == ['a', 'c']


def test_differences_are_free_of_the_noise_of_floating_point() -> None:
    assert difference(0.1, 0.3) == 0.2
    assert difference(None, 3) is None


def test_sentences_say_how_much_and_who_newly_passes() -> None:
    declared = {
        'people': Member(Text(vi='Dân số được phục vụ', en='Population covered')),
        'norm_met': Member(Text(vi='Đạt quy chuẩn', en='Norm met')),
    }
    figure = {
        'title': declared['people'].title.model_dump(), 'unit': None, 'before': 1000, 'after': 5120, 'difference': 4120,
    }  # fmt: skip
    (said,) = figure_sentences([figure])
    assert said.en == 'Population covered: 4,120 more (1,000 → 5,120).'
    assert said.vi == 'Dân số được phục vụ: thêm 4.120 (1.000 → 5.120).'
    _, matched = match_features(
        [zone('1', people=0, norm_met=False), zone('2', people=9, norm_met=True)],
        [zone('1', people=8, norm_met=True), zone('2', people=7, norm_met=False)],
    )
    told = [text.en for text in feature_sentences(matched, ['people'], ['norm_met'], declared)]
    assert told == [
        'Population covered: more in 1, less in 1; most of all in Xã 1 (+8).',
        'Norm met: 1 newly so: Xã 1.',
        'Norm met: 1 no longer so: Xã 2.',
    ]


@pytest.mark.parametrize(
    ('before', 'after', 'sentence'),
    [
        (0.5, 0.475, 'Share: 2.5 percentage points less (50\u00a0% → 47.5\u00a0%).'),
        (0.617498, 0.627534, 'Share: 1 percentage point more (61.7\u00a0% → 62.8\u00a0%).'),
    ],
)
def test_shares_differ_by_percentage_points(before: float, after: float, sentence: str) -> None:
    figure = {'title': {'vi': 'Tỷ lệ', 'en': 'Share'}, 'unit': 'share', 'before': before, 'after': after}
    assert figure_sentences([figure | {'difference': after - before}])[0].en == sentence


@pytest.fixture
def jobs(grid_town: Callable[..., Town], loader: Loader, worker: ForkedProcess) -> Callable[..., str]:
    """Runs service-coverage on a town of two communes, and says which job it was."""
    zones = {'1': (0, 0, 1000, 1000), '2': (1000, 0, 2000, 1000)}
    homes = [(100, 10), (1900, 10)]
    loader.town(grid_town(blocks=4, side_m=500, homes=homes, people=[3, 5], facilities=[(0, 0)], zones=zones))

    def run(process_id: str = 'service-coverage', **inputs: Any) -> str:
        whole = {'facilities': 'health_facilities', 'distance_m': 300, **inputs}
        return run_process(process_id, whole, 'internal').job_id

    return run


def compare(before: str, after: str, **inputs: Any) -> Any:
    return json.loads(execute('compare-results', {'before': before, 'after': after, **inputs}, 'internal'))


def document(job: str) -> Any:
    with open_desk('internal') as db:
        return json.loads(next(iter(job_results(db, job).values())).content())


def by_id(result: Any) -> dict[str, Any]:
    return {feature['id']: feature for feature in result['features']}


def test_a_comparison_is_the_difference_of_both_results(jobs: Callable[..., str]) -> None:
    """Each number of each commune, and of the whole: after - before, as both results have them."""
    before, after = jobs(), jobs(distance_m=2500)
    compared, old, new = compare(before, after), document(before), document(after)
    assert len(compared['features']) == 2
    for feature in compared['features']:
        sides = [
            next(one['properties'] for one in side['features'] if one['id'] == feature['id']) for side in (old, new)
        ]
        for name, value in sides[0].items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                assert feature['properties'][f'{name}_difference'] == pytest.approx(sides[1][name] - value)
    figures = {figure['id']: figure for figure in compared['summary']['figures']}
    assert figures['population_covered']['difference'] == 5
    for name, figure in figures.items():
        assert (figure['before'], figure['after']) == (old['summary'][name], new['summary'][name])
    told = [text['en'] for text in compared['summary']['sentences']]
    assert told[:2] == [
        'Share of people covered: 62.5 percentage points more (37.5\u00a0% → 100\u00a0%).',
        'Population covered: 5 more (3 → 8).',
    ]
    assert 'Share of people covered: more in 1, less in 0; most of all in Xã 2 (+100 percentage points).' in told


def test_what_the_runs_do_not_share_is_named(jobs: Callable[..., str], loader: Loader) -> None:
    """Another distance, and another release of the schools in between."""
    before = jobs()
    loader.load('health_facilities', [(shapely.Point(2000, 0), station(9))])
    compared = compare(before, jobs(distance_m=400))['summary']
    assert compared['inputs_differing'] == {'distance_m': [300.0, 400.0]}
    assert [*compared['releases_differing']] == ['health_facilities']
    assert compared['scenarios'] == {'before': None, 'after': None}
    caveats = [caveat['en'] for caveat in compared['caveats']]
    assert 'The runs do not have the same inputs: Longest acceptable way (300\u00a0m → 400\u00a0m).' in caveats
    assert any('read different releases of: Health facilities.' in caveat for caveat in caveats)
    (question,) = compared['questions_differing']
    assert (question['id'], question['after']) == ('distance_m', {'vi': '400\u00a0m', 'en': '400\u00a0m'})


def test_the_same_result_differs_in_nothing(jobs: Callable[..., str]) -> None:
    job = jobs()
    assert compare(job, job)['summary']['sentences'] == [
        {'vi': 'Hai kết quả không khác nhau ở số liệu nào.', 'en': 'The two results differ in no figure.'}
    ]


def test_results_of_two_analyses_are_not_compared(jobs: Callable[..., str]) -> None:
    other = run_process('isochrones', {'facilities': 'health_facilities', 'distances_m': [300]}, 'internal').job_id
    with pytest.raises(WrongUse, match='are of two analyses, service-coverage and isochrones'):
        compare(jobs(), other)


def test_a_job_that_there_is_not_is_said(jobs: Callable[..., str]) -> None:
    with pytest.raises(NotFound, match='There is no job'):
        compare(jobs(), '00000000-0000-4000-8000-000000000009')


def test_a_file_is_not_compared_and_the_way_out_is_named(jobs: Callable[..., str], loader: Loader) -> None:
    loader.raster('elevation', np.full((5, 5), -0.5))
    loader.load('schools', [(shapely.Point(1, 1), {'code': 'T', 'name': 'Trường', 'level': 'primary'})])
    flood = run_process('flood-exposure', {'level_m': 1.0}, 'internal').job_id
    with pytest.raises(WrongUse, match='"depth" is a file, which has no features to compare'):
        compare(flood, flood, output='depth')
    assert compare(flood, flood, output='extent')['summary']['matched_by'] == 'id'
