"""Planners suppose other norms and place several services at once, in a browser, by names and numbers alone."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.matrix import thorough
from tests.web.conftest import Portal

RUN = 'Chạy phân tích'


def test_a_scenario_supposes_another_value_of_a_norm(signed_in: Callable[..., Portal]) -> None:
    """A primary school within 800 m in town, for the 500 m of QCVN 01:2021/BXD; what it is today stands beside it."""
    portal = signed_in()
    page = portal.visit('/planning')
    page.get_by_label('Tên phương án').fill('Trường xa hơn')
    page.get_by_role('button', name='Tạo phương án').click()
    page.get_by_label('Thay đổi gì').select_option(label='Giả định trị số khác của quy chuẩn')
    norm = page.get_by_label('Quy chuẩn nào')
    norm.select_option(norm.locator('option', has_text='trường tiểu học, đô thị').get_attribute('value') or '')
    expect(page.get_by_text('QCVN 01:2021/BXD', exact=True)).to_be_visible()
    page.get_by_label('Trị số trong phương án (m)').fill('800')
    page.get_by_role('button', name='Đưa vào phương án').click()
    change = page.get_by_role('listitem').filter(has_text='trường tiểu học, đô thị')
    expect(change).to_contain_text('800 m (nay 500\xa0m)')
    assert portal.complaints == []


def test_features_of_a_file_become_changes(signed_in: Callable[..., Portal], tmp_path: Path) -> None:
    """Two schools that a colleague drew in QGIS; a column of QGIS's own is left out. A file of another kind is none."""
    portal = signed_in()
    page = portal.visit('/planning')
    page.get_by_label('Tên phương án').fill('Từ tệp')
    page.get_by_role('button', name='Tạo phương án').click()
    layer = page.get_by_label('Của lớp nào')
    layer.select_option(layer.locator('option', has_text='Trường học').first.get_attribute('value') or '')
    field = page.get_by_label('Hoặc lấy đối tượng từ tệp GeoJSON')
    wrong = tmp_path / 'bảng.json'
    wrong.write_text('[1, 2]')
    field.set_input_files(wrong)
    expect(page.get_by_role('alert')).to_contain_text('không phải tệp GeoJSON')
    file = tmp_path / 'trường.geojson'
    file.write_text(json.dumps({'type': 'FeatureCollection', 'features': [school('Trường A'), school('Trường B')]}))
    field.set_input_files(file)
    expect(page.get_by_role('status').filter(has_text='Đã đọc 2 đối tượng')).to_be_visible()
    expect(page.get_by_label('Số chỗ học (chỗ)')).to_be_visible()
    page.get_by_role('button', name='Đưa vào phương án').click()
    changes = page.get_by_role('listitem').filter(has_text='Trường học')
    expect(changes).to_have_text([re.compile('Trường A'), re.compile('Trường B')])
    assert portal.complaints == []


def school(name: str) -> dict[str, Any]:
    return {
        'type': 'Feature', 'properties': {'name': name, 'level': 'primary', 'fid': 7},
        'geometry': {'type': 'Point', 'coordinates': [106.35, 20.25]},
    }  # fmt: skip


@thorough
def test_two_services_are_placed_in_one_run(signed_in: Callable[..., Portal]) -> None:
    """Two stations and one school of 300 places, which 8 % of the people need: 3,750 people at most."""
    portal = signed_in()
    page = portal.visit('/planning?analysis=new-facility')
    page.get_by_label('Số cơ sở mới').fill('2')
    page.get_by_text('Tùy chọn khác').first.click()
    page.get_by_role('button', name='+ Dịch vụ').click()
    school = page.get_by_role('group', name='1. Dịch vụ')
    school.get_by_label('Cơ sở hiện có *').select_option(label='Trường học')
    school.get_by_label('Số cơ sở mới').fill('1')
    school.get_by_label('Tỷ lệ người có nhu cầu (%)').fill('8')
    school.get_by_text('Tùy chọn khác').click()
    school.get_by_label('Số chỗ của mỗi cơ sở mới').fill('300')
    school.get_by_label('Cột sức chứa').select_option(label='Số chỗ học')
    page.get_by_role('button', name=RUN).click()
    page.wait_for_url('**run=**')
    services = page.get_by_role('heading', name='Theo dịch vụ').locator('..')
    expect(services.locator('tbody tr')).to_have_count(2)
    sites = page.get_by_role('heading', name='Bảng', exact=True).locator('..').locator('tbody tr')
    expect(sites.filter(has_text='Cơ sở y tế')).to_have_count(2)
    expect(sites.filter(has_text='Trường học')).to_contain_text('3.750')
    assert portal.complaints == []
