"""A change of a scenario that is not kept yet is there again after the page is read anew, until it is kept or left."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.conftest import Portal
from tests.web.test_suppositions import school

PROPOSE = 'Đề xuất một thay đổi'


def _new_scenario(page: Page, name: str) -> None:
    page.get_by_label('Tên phương án').fill(name)
    page.get_by_role('button', name='Tạo phương án').click()
    expect(page.get_by_label('Thay đổi gì')).to_be_visible()


def test_features_and_values_outlive_the_page_until_they_are_kept(
    signed_in: Callable[..., Portal], tmp_path: Path
) -> None:
    portal = signed_in()
    page = portal.visit('/planning')
    _new_scenario(page, 'Đang soạn')
    layer = page.get_by_label('Của lớp nào')
    layer.select_option(layer.locator('option', has_text='Trường học').first.get_attribute('value') or '')
    file = tmp_path / 'trường.geojson'
    file.write_text(json.dumps({'type': 'FeatureCollection', 'features': [school('Trường A'), school('Trường B')]}))
    page.get_by_label('Hoặc lấy đối tượng từ tệp GeoJSON').set_input_files(file)
    page.get_by_label('Số chỗ học (chỗ)').fill('450')
    page.reload()
    expect(page.get_by_role('status').filter(has_text='Đã đọc 2 đối tượng')).to_be_visible()
    expect(page.get_by_label('Số chỗ học (chỗ)')).to_have_value('450')
    page.get_by_role('button', name='Đưa vào phương án').click()
    changes = page.get_by_role('listitem').filter(has_text='Trường học')
    expect(changes).to_have_count(2)
    page.reload()
    expect(changes).to_have_count(2)
    page.get_by_role('button', name=PROPOSE).click()
    expect(layer).to_have_value('')
    assert portal.complaints == []


def test_what_is_left_does_not_come_back(signed_in: Callable[..., Portal]) -> None:
    portal = signed_in()
    page = portal.visit('/planning')
    _new_scenario(page, 'Bỏ dở')
    page.get_by_label('Thay đổi gì').select_option(label='Giả định trị số khác của quy chuẩn')
    norm = page.get_by_label('Quy chuẩn nào')
    norm.select_option(norm.locator('option', has_text='trường tiểu học, đô thị').get_attribute('value') or '')
    value = page.get_by_label('Trị số trong phương án (m)')
    value.fill('800')
    page.reload()
    expect(value).to_have_value('800')
    page.get_by_role('button', name='Thôi', exact=True).click()
    page.reload()
    page.get_by_role('button', name=PROPOSE).click()
    expect(page.get_by_label('Thay đổi gì')).to_have_value('add')
    assert portal.complaints == []
