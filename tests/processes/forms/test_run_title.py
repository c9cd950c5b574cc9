"""What runs are called in lists: by what was chosen, without ids, codes or CQL2."""

from typing import Any

import pytest

from dothi.core.locality import Locality, load_locality
from dothi.core.settings import LOCALITIES
from processes.forms.run_title import inputs_in_words, run_title
from processes.reading.validation import validate_inputs
from processes.registry import all_processes, find_process

JOB = '00000000-0000-4000-8000-000000000001'


@pytest.fixture(scope='module')
def locality() -> Locality:
    return load_locality(LOCALITIES / 'nam_dinh')


def title(locality: Locality, process_id: str, inputs: dict[str, Any], **more: Any) -> str:
    process = find_process(process_id, 'internal')
    stored = validate_inputs(process.inputs, inputs).model_dump(mode='json')
    return run_title(process, stored, locality, 'vi', **more)


def test_a_run_is_called_by_what_was_chosen(locality: Locality) -> None:
    inputs = {'facilities': 'schools', 'filter': "level = 'primary'", 'distance_m': 1_000}
    assert title(locality, 'service-coverage', inputs) == (
        'Độ bao phủ dịch vụ: Trường học, Cấp học: Tiểu học, 1.000\u00a0m'
    )


def test_what_was_chosen_in_place_of_the_example_is_named(locality: Locality) -> None:
    """Two floods, one with dikes, had the same title, without the level of the water."""
    zones = {'collection': 'communes', 'filter': "parent_code = '365'"}
    inputs = {'level_m': 2, 'respect_dikes': True, 'zones': zones}
    names = {'365': 'Huyện Giao Thủy'}
    titled = title(locality, 'flood-exposure', inputs, unit_name=lambda _, code: names.get(code))
    assert titled == 'Phơi nhiễm ngập lụt: 2\u00a0m, Tính đến đê, Đơn vị hành chính cấp xã (Huyện Giao Thủy)'


def test_a_norm_that_a_distance_replaces_is_not_named(locality: Locality) -> None:
    process = find_process('service-coverage', 'internal')
    inputs = validate_inputs(process.inputs, {'facilities': 'schools', 'distance_m': 500}).model_dump(mode='json')
    assert 'norm' not in inputs_in_words(process, inputs, locality, 'vi')
    assert 'norm' in inputs_in_words(process, {**inputs, 'distance_m': None}, locality, 'vi')


def test_a_column_is_called_by_its_title(locality: Locality) -> None:
    inputs = {'facilities': 'schools', 'capacity_column': 'places', 'distance_m': 500}
    assert title(locality, 'service-capacity', inputs) == 'Sức chứa của dịch vụ: Trường học, Số chỗ học, 500\u00a0m'


def test_the_scenario_stands_last(locality: Locality) -> None:
    scenario = {'id': JOB, 'version': 2, 'digest': '0' * 64, 'name': 'Ba trường mới'}
    assert title(locality, 'zonal-statistics', {'layer': 'schools', 'scenario': scenario}).endswith(
        ' · Ba trường mới (phiên bản 2)'
    )


def test_a_comparison_names_the_runs_that_it_compares(locality: Locality) -> None:
    other = '00000000-0000-4000-8000-000000000002'
    inputs = {'before': JOB, 'after': other}
    assert title(locality, 'compare-results', inputs) == 'So sánh hai kết quả'
    titled = title(locality, 'compare-results', inputs, runs={JOB: 'Hiện trạng', other: 'Ba trường'})
    assert titled == 'So sánh hai kết quả: Hiện trạng, Ba trường'


def test_no_title_shows_an_id_or_a_filter_as_it_was_written(locality: Locality) -> None:
    """Of the example of every analysis."""
    for process_id, process in all_processes().items():
        if process.takes_scenario:
            text = title(locality, process_id, process.example)
            assert not any(sign in text for sign in ("'", '{', '_', '00000000')), (process_id, text)
            assert len(text) < 250, process_id
