"""An analysis run by a planner in a real browser: fill in the form, watch the job, take the result."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.matrix import thorough
from tests.web.conftest import Portal


@pytest.fixture
def form(portal: Portal) -> Callable[[str], Page]:
    def open_form(process: str, lang: str = 'vi') -> Page:
        page: Page = portal.page
        page.goto(f'{portal.url}/api/processes/{process}?f=html&lang={lang}')
        return page

    return open_form


def run(page: Page) -> None:
    page.get_by_role('button', name='Chạy phân tích').click()
    page.wait_for_url('**/jobs/**')


def test_a_planner_runs_an_analysis_and_sees_its_result(portal: Portal, form: Callable[[str], Page]) -> None:
    """From the list of analyses to a file, with nothing but the page, and nothing from any other server."""
    page = portal.page
    page.goto(f'{portal.url}/api/processes?f=html&lang=vi')
    page.get_by_role('link', name='Độ bao phủ dịch vụ').click()
    choices = page.locator('select[name=facilities] option').all_text_contents()
    assert any('(schools)' in choice for choice in choices)
    assert not any('(roads)' in choice for choice in choices), 'facilities are points'
    page.locator('select[name=facilities]').select_option('schools')
    page.locator('[name=filter]').fill("level = 'primary'")
    page.locator('select[name=zones]').select_option('districts')
    run(page)
    expect(page.locator('#job')).to_have_attribute('data-status', 'successful', timeout=120_000)
    picture = page.locator('img.picture')
    portal.wait_until(lambda: bool(picture.evaluate('image => image.naturalWidth')))
    created = page.get_by_role('row', name='Tạo lúc').inner_text().split('\t')[-1].strip()
    today = datetime.now(ZoneInfo('Asia/Ho_Chi_Minh'))
    assert abs(datetime.strptime(created, '%Y-%m-%d %H:%M').replace(tzinfo=today.tzinfo) - today) < timedelta(hours=1)
    link = page.locator('a.result').first
    answer = page.request.get(link.get_attribute('href') or '')
    assert answer.ok
    found = json.loads(answer.body())
    assert len(found['features']) == 10
    assert found['summary']['zones'] == 'districts'
    table = page.request.get(page.get_by_role('link', name='bảng (CSV)').first.get_attribute('href') or '')
    assert table.headers['content-type'].startswith('text/csv')
    assert len(table.body().decode('utf-8-sig').splitlines()) == 11
    assert portal.foreign_requests() == []
    assert portal.complaints == []


def test_filter_and_columns_follow_the_layer_that_is_chosen(portal: Portal, form: Callable[[str], Page]) -> None:
    """The example's filter is of health facilities; schools have levels in place of kinds."""
    page = form('service-coverage')
    layer, text = page.locator('select[name=facilities]'), page.locator('[name=filter]')
    part = page.locator('[data-part=filter][data-of=facilities]')
    chosen, written = layer.input_value(), text.input_value()
    assert (chosen, 'kind' in written) == ('health_facilities', True)
    layer.select_option('schools')
    expect(text).to_have_value('')
    expect(text).to_have_attribute('placeholder', "level = 'kindergarten'")
    expect(part).to_have_attribute('placeholder', "level = 'kindergarten'")
    proposed = page.locator('#filters-facilities option')
    values = proposed.evaluate_all('options => options.map(option => option.value)')
    assert {"level = 'kindergarten'", "level = 'high'", 'places > 0'} <= set(values)
    layer.select_option(chosen)
    expect(text).to_have_value(written)
    assert portal.complaints == []


def test_names_of_columns_follow_the_layer_too(portal: Portal, form: Callable[[str], Page]) -> None:
    page = form('group-by-units')
    page.locator('select[name=layer]').select_option('schools')
    expect(page.locator('[name=column]')).to_have_attribute('list', 'columns-layer')
    columns = page.locator('#columns-layer option')
    expect(columns).to_have_count(4)
    assert columns.evaluate_all('all => all.map(option => option.label)') == [
        'Mã trường',
        'Tên',
        'Cấp học',
        'Số chỗ học',
    ]


def test_progress_is_shown_and_a_job_can_be_cancelled(portal: Portal, form: Callable[[str], Page]) -> None:
    page = form('echo')
    page.locator('[name=pause]').fill('120')
    run(page)
    expect(page.locator('#message')).to_contain_text('giây', timeout=60_000)
    expect(page.locator('#progress')).not_to_have_attribute('value', '0', timeout=60_000)
    page.get_by_role('button', name='Hủy').click()
    expect(page.locator('#job')).to_have_attribute('data-status', 'dismissed')


def test_a_refused_input_is_named_beside_its_field(portal: Portal, form: Callable[[str], Page]) -> None:
    page = form('echo')
    page.locator('[name=arrayInput]').fill('1')
    page.get_by_role('button', name='Chạy phân tích').click()
    expect(page.locator('#wrong')).to_contain_text('arrayInput')
    expect(page.locator('[data-field=arrayInput]')).to_have_class('field wrong')
    page.locator('[name=arrayInput]').fill('1; 2')
    page.locator('[name=complexObjectInput]').fill('{"property1": ')
    page.get_by_role('button', name='Chạy phân tích').click()
    expect(page.locator('#wrong')).to_contain_text('JSON')


@thorough
def test_a_job_is_run_again(portal: Portal, form: Callable[[str], Page]) -> None:
    page = form('echo')
    run(page)
    expect(page.locator('#job')).to_have_attribute('data-status', 'successful')
    first = page.url
    page.get_by_role('button', name='Chạy lại').click()
    page.wait_for_url(lambda url: url != first)
    expect(page.locator('#job')).to_have_attribute('data-status', 'successful')


@thorough
def test_the_form_speaks_english_too(portal: Portal, form: Callable[..., Page]) -> None:
    page = form('echo', 'en')
    expect(page.get_by_role('button', name='Run the analysis')).to_be_visible()
    assert portal.complaints == []
