"""Inputs: what the description says of them, and what a wrong one is answered with."""

from typing import Any

import pytest

from dothi.core.errors import http_status
from dothi.core.locality import Locality
from dothi.core.settings import PROJECT
from processes.corridor_conflicts import Inputs as CorridorInputs
from processes.inputs import LayerRef
from processes.isochrones import Isochrones
from processes.queue.manager import EditorsOnly, QueueManager, start_job
from processes.reading.validation import InvalidInput, check_layers, validate_inputs
from processes.registry import UnknownProcess, all_processes, find_process
from processes.service_coverage import Inputs, ServiceCoverage

GOOD = {'facilities': 'health_facilities', 'distance_m': 1_000}
ENTRIES = {
    'service-coverage': {'type': 'process', 'processor': {'name': 'processes.service_coverage.ServiceCoverage'}},
    'corridor-conflicts': {'type': 'process', 'processor': {'name': 'processes.corridor_conflicts.CorridorConflicts'}},
}


def refusal(inputs: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        validate_inputs(Inputs, inputs)
    assert http_status(refused.value) == 400
    return refused.value


@pytest.mark.parametrize(
    ('change', 'field', 'reason'),
    [
        ({'distance_m': 0}, 'distance_m', 'greater than 0'),
        ({'distance_m': 50_001}, 'distance_m', '50000 or less'),
        ({'distance_m': '1000'}, 'distance_m', 'a number'),
        ({'distance_m': True}, 'distance_m', '(true) must be a number'),
        ({'minutes': 10}, 'inputs', 'not both'),
        ({'speed_kmh': 0}, 'speed_kmh', 'greater than 0'),
        ({'travel': 'flying'}, 'travel', "'walking', 'cycling' or 'driving'"),
        ({'more_facilities': 'schools'}, 'more_facilities', 'list'),
        ({'more_facilities': [{}]}, 'more_facilities.0', 'collection'),
        ({'more_facilities': ['schools'] * 11}, 'more_facilities', '10 values or fewer'),
        ({'distance_m': float('nan')}, 'distance_m', 'finite'),
        ({'distance_m': float('inf')}, 'distance_m', 'finite'),
        ({'mode': 'flying'}, 'mode', "'network' or 'straight-line'"),
        ({'facilities': 7}, 'facilities', 'id of a collection'),
        ({'facilities': None}, 'facilities', 'id of a collection'),
        ({'facilities': {}}, 'facilities', 'one of collection, features and job'),
        ({'facilities': {'collection': 'schools', 'job': 'x'}}, 'facilities', 'one of collection, features and job'),
        ({'facilities': {'job': 'x', 'datetime': '2024'}}, 'facilities', 'only collections'),
        ({'facilities': {'collection': 'schools', 'filtre': '1=1'}}, 'facilities.filtre', '"filter"'),
        ({'filter': 3}, 'filter', 'a text'),
        ({'filter': 'x' * 20_001}, 'filter', 'longer than 20000'),
        ({'distance': 5}, 'distance', '"distance_m"'),
    ],
)
def test_a_wrong_input_is_named_with_its_reason(change: dict[str, Any], field: str, reason: str) -> None:
    error = refusal(GOOD | change)
    assert f'"{field}"' in error.text.en
    assert f'"{field}"' in error.text.vi
    assert reason in error.text.en
    assert len(error.text.en) < 300


def test_a_large_limit_is_written_out() -> None:
    """It said `1e+06 or less`."""
    with pytest.raises(InvalidInput, match='1000000 or less'):
        validate_inputs(find_process('site-suitability', 'public').inputs, {'criteria': [], 'min_area_ha': 2e6})


@pytest.mark.parametrize('missing', ['facilities'])
def test_a_missing_input_is_named(missing: str) -> None:
    assert f'"{missing}" is missing' in refusal({name: GOOD[name] for name in GOOD if name != missing}).text.en


@pytest.mark.parametrize('inputs', [None, [], 'all', 3])
def test_inputs_that_are_no_object_are_refused(inputs: int | str | list[Any] | None) -> None:
    assert 'JSON object' in refusal(inputs).text.en


def test_a_line_is_no_target_of_a_corridor(locality: Locality) -> None:
    """It would be in conflict with itself."""
    inputs = CorridorInputs(targets=LayerRef('power_lines'))
    with pytest.raises(InvalidInput, match=r'"targets".*LineString'):
        check_layers(inputs, locality, 'internal')


def test_every_wrong_input_is_told_at_once() -> None:
    error = refusal({'distance_m': -1, 'mode': 'x'})
    assert all(f'"{name}"' in error.text.vi for name in ('facilities', 'distance_m', 'mode'))


@pytest.mark.parametrize(
    ('change', 'field', 'hint'),
    [
        ({'facilities': 'health_facility'}, 'facilities', 'health_facilities'),
        ({'facilities': 'roads'}, 'facilities', 'LineString'),
        ({'zones': 'schools'}, 'zones', 'Polygon'),
        ({'filter': "kindd = 'station'"}, 'filter', '"kind"'),
        ({'facilities': {'collection': 'health_facilities', 'filter': 'bed > 3'}}, 'facilities', '"beds"'),
        ({'filter': 'kind ='}, 'filter', ''),
    ],
)
def test_a_layer_that_does_not_suit_is_refused_before_any_work(
    locality: Locality, change: dict[str, Any], field: str, hint: str
) -> None:
    inputs = validate_inputs(Inputs, GOOD | change)
    with pytest.raises(InvalidInput) as refused:
        check_layers(inputs, locality, 'internal')
    assert f'"{field}"' in refused.value.text.vi
    assert hint in refused.value.text.en


def test_a_column_that_is_not_public_is_unknown_to_the_public(locality: Locality) -> None:
    """A filter on it would tell its values, one question at a time."""
    inputs = validate_inputs(Inputs, GOOD | {'zones': {'collection': 'buildings', 'filter': 'population > 3'}})
    check_layers(inputs, locality, 'internal')
    with pytest.raises(InvalidInput, match='population'):
        check_layers(inputs, locality, 'public')


def test_the_description_tells_type_range_default_and_unit_in_both_languages() -> None:
    inputs = ServiceCoverage.metadata_for_pygeoapi()['inputs']
    assert inputs['distance_m']['schema'] == {
        'type': 'number', 'minimum': 0, 'exclusiveMinimum': True, 'maximum': 50_000,
    }  # fmt: skip
    assert inputs['distance_m']['x-ogc-unit'] == 'm'
    assert inputs['mode']['schema'] == {'type': 'string', 'enum': ['network', 'straight-line'], 'default': 'network'}
    assert inputs['filter']['schema'] == {'type': 'string', 'maxLength': 20_000}
    assert inputs['zones']['schema']['default'] == 'communes'
    assert [name for name, value in inputs.items() if value['minOccurs']] == ['facilities']
    assert inputs['more_facilities']['schema']['items'] == inputs['facilities']['schema']
    for value in inputs.values():
        assert all(value[part][lang] for part in ('title', 'description') for lang in ('vi', 'en'))


def test_the_limits_of_what_a_list_holds_are_told_in_the_same_dialect() -> None:
    """OpenAPI 3.0 has a yes or no for exclusiveMinimum; a number made the whole document invalid."""
    distances = Isochrones.metadata_for_pygeoapi()['inputs']['distances_m']['schema']
    assert distances['items'] == {'type': 'number', 'minimum': 0, 'exclusiveMinimum': True, 'maximum': 50_000}


def test_what_only_the_internal_service_offers_is_hidden_from_the_public() -> None:
    """It counts people, which the public role cannot read; a name that is not offered is like one that is not there."""
    public = QueueManager({'name': 'processes.queue.manager.QueueManager', 'audience': 'public', 'processes': ENTRIES})
    internal = QueueManager(
        {'name': 'processes.queue.manager.QueueManager', 'audience': 'internal', 'processes': ENTRIES}
    )
    assert [*public.processes] == ['corridor-conflicts']
    assert [*internal.processes] == ['service-coverage', 'corridor-conflicts']
    with pytest.raises(UnknownProcess):
        find_process('service-coverage', 'public')


def test_an_unknown_process_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(UnknownProcess, match='corridor-conflicts'):
        find_process('corridor-conflict', 'public')


def test_every_analysis_says_how_it_computes_and_what_its_figures_are_called() -> None:
    """A report prints both; what has an explanation is an analysis."""
    pages = PROJECT / 'docs/explanation'
    analyses = {name: one for name, one in all_processes().items() if (pages / f'{name}.md').exists()}
    assert 'service-coverage' in analyses
    assert [name for name, one in analyses.items() if not (one.method and one.method.vi and one.method.en)] == []
    assert [name for name, one in analyses.items() if not any(output.members for output in one.outputs.values())] == []


def test_only_an_editor_keeps_what_indicators_come_to() -> None:
    """It is a release of a layer; a run that keeps nothing is anybody's."""
    with pytest.raises(EditorsOnly, match='changes data'):
        start_job('indicators', {'keep': True}, 'internal', '127.0.0.1')
    indicators = find_process('indicators', 'internal')
    assert not indicators.for_editors(validate_inputs(indicators.inputs, {}))
    assert indicators.knows_editors()
    assert not find_process('service-coverage', 'internal').knows_editors()
