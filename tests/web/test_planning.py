"""Planners in a real browser: a question by its form, its answer on map, table and chart, and what was wrong."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import PATIENCE_S
from tests.matrix import exhaustive
from tests.web.conftest import Portal

# Of each kind of field: parts, scores and layers that are drawn or narrowed.
SOME_FORMS = ('flood-exposure', 'site-suitability')
OTHER_FORMS = (
    'service-coverage', 'service-capacity', 'new-facility', 'isochrones', 'nearest-facility', 'corridor-conflicts',
    'geocode', 'restate-units',
    'isolation-distance', 'network-trace', 'group-by-units', 'zonal-statistics', 'hotspots', 'compare-releases',
    'export-features', 'indicators',
)  # fmt: skip
RUN = 'Chạy phân tích'


def field(page: Page, title: str) -> str:
    """What stands in the select with this title."""
    return page.get_by_label(title, exact=True).locator('option:checked').inner_text()


def send_as_it_opens(portal: Portal, analysis: str) -> None:
    page = portal.visit(f'/planning?analysis={analysis}')
    page.get_by_role('button', name=RUN).click()
    page.wait_for_url('**run=**')
    expect(page.get_by_text('Cách tính').or_(page.get_by_role('link', name='Tải về'))).to_be_visible()
    assert portal.complaints == []
    assert portal.foreign_requests() == []


@pytest.mark.parametrize('analysis', SOME_FORMS)
def test_a_form_can_be_sent_as_it_opens(portal: Portal, analysis: str) -> None:
    send_as_it_opens(portal, analysis)


@exhaustive
@pytest.mark.parametrize('analysis', OTHER_FORMS)
def test_every_other_form_can_be_sent_as_it_opens(portal: Portal, analysis: str) -> None:
    send_as_it_opens(portal, analysis)


def test_every_analysis_of_the_list_has_a_form_that_is_tried(portal: Portal) -> None:
    page = portal.visit('/planning')
    page.wait_for_selector('.cards h2 a')
    addresses = page.locator('.cards h2 a').evaluate_all('all => all.map(each => each.search)')
    served = {address.removeprefix('?analysis=') for address in addresses}
    assert served == {*SOME_FORMS, *OTHER_FORMS}, 'name it in OTHER_FORMS: its form is to be tried'


def test_a_planner_asks_by_names_alone_and_sees_the_answer(portal: Portal) -> None:
    """Primary schools of the communes of one district: 16 communes, each in the table, the worst one first."""
    page = portal.visit('/planning')
    page.locator('.cards').get_by_role('link', name='Độ bao phủ dịch vụ').click()
    page.get_by_label('Cơ sở phục vụ *').select_option(label='Trường học')
    page.locator('[data-field=facilities]').get_by_role('button', name='Chỉ lấy một phần của lớp').click()
    condition = page.locator('[data-field=facilities] .condition')
    condition.get_by_label('Cột').select_option(label='Cấp học')
    condition.get_by_label('Giá trị').select_option(label='Tiểu học')
    page.locator('[data-field=zones]').get_by_role('button', name='Chỉ lấy một phần của lớp').click()
    condition = page.locator('[data-field=zones] .condition')
    condition.get_by_label('Cột').select_option(label='Mã huyện')
    condition.get_by_label('Giá trị').select_option(label='Huyện Giao Thủy')
    page.get_by_role('button', name=RUN).click()
    page.wait_for_url('**run=**')
    rows = page.locator('.long-table tbody tr')
    expect(rows.first).to_be_visible()
    shares = [float(text.split()[0].replace(',', '.')) for text in rows.locator('td:last-child').all_inner_texts()]
    assert len(shares) > 10
    assert shares == sorted(shares)
    page.wait_for_selector('.result-map [data-map=idle]')
    name = rows.first.get_by_role('button').inner_text()
    rows.first.get_by_role('button').click()
    expect(rows.first).to_have_attribute('aria-selected', 'true')
    expect(page.locator('.result-map dd').filter(has_text=name)).to_be_visible()
    expect(page.locator('figure.chart figcaption')).to_have_count(2)
    assert portal.complaints == []


def test_what_is_wrong_is_said_at_its_field_in_the_words_of_the_form(portal: Portal) -> None:
    """Neither a limit nor a norm for what is not told apart; the message of the API names inputs and codes."""
    page = portal.visit('/planning?analysis=service-coverage')
    page.get_by_label('Quãng đường tối đa (m)').fill('')
    page.get_by_role('button', name=RUN).click()
    fault = page.locator('[role=alert]')
    expect(fault).to_have_count(1)
    expect(fault).to_contain_text('trường tiểu học')
    expect(fault).to_contain_text('«Quãng đường tối đa»')
    expect(page.locator('[data-field=distance_m]')).to_have_class('planned  wrong')
    assert not any(code in fault.inner_text() for code in ('distance_m', 'kind_column', 'fire_station'))


def test_a_number_is_read_as_people_write_it(portal: Portal) -> None:
    """The browser made 1,5 a 15, and the analysis answered for fifteen times the distance."""
    page = portal.visit('/planning?analysis=service-coverage')
    distance = page.get_by_label('Quãng đường tối đa (m)')
    for typed, is_valid in (('900,5', True), ('1.500', True), ('abc', False), ('-1', False), ('1e9', False)):
        distance.fill(typed)
        assert distance.evaluate('field => field.checkValidity()') == is_valid, typed
    distance.fill('900,5')
    page.get_by_role('button', name=RUN).click()
    page.wait_for_url('**run=**')
    expect(page.get_by_role('heading', level=1)).to_contain_text('900,5')


def test_one_choice_takes_the_place_of_another(portal: Portal) -> None:
    """A level of water or a scenario, a distance or a norm: the form never holds both."""
    page = portal.visit('/planning?analysis=flood-exposure')
    scenario = page.get_by_label('Kịch bản nước biển dâng (cm)')
    expect(scenario).to_have_value('80')
    page.get_by_label('Mực nước (m)').fill('2')
    expect(scenario).to_have_value('')
    page.goto(page.url.replace('flood-exposure', 'service-coverage'))
    expect(page.get_by_label('Quy chuẩn')).to_have_value('')
    page.get_by_label('Quy chuẩn').select_option(label='quãng đường theo loại')
    expect(page.get_by_label('Quãng đường tối đa (m)')).to_have_value('')


def test_points_are_drawn_by_clicks_and_inputs_are_changed_for_another_run(portal: Portal) -> None:
    page = portal.visit('/planning?analysis=nearest-facility')
    page.get_by_label('Nơi đi *').select_option(label='— Vẽ trên bản đồ')
    page.wait_for_selector('.planned [data-map=idle]')
    canvas = page.locator('.planned canvas')
    for x in (300, 330):
        canvas.click(position={'x': x, 'y': 180})
    expect(page.get_by_role('status').filter(has_text='Đã vẽ 2')).to_be_visible()
    page.get_by_role('button', name=RUN).click()
    page.wait_for_url('**run=**')
    expect(page.locator('.headline div').filter(has_text='Số nơi đi').locator('dd')).to_have_text('2')
    page.get_by_role('link', name='Sửa đầu vào và chạy lại').click()
    expect(page.get_by_role('status').filter(has_text='Đã vẽ 2')).to_be_visible()
    assert field(page, 'Cách đi') == 'lái xe'


def test_what_was_filled_in_is_there_again_after_back_and_reload(portal: Portal) -> None:
    page = portal.visit('/planning')
    page.locator('.cards').get_by_role('link', name='Định vị địa chỉ').click()
    expect(page.get_by_role('heading', level=1)).to_be_focused()
    addresses = page.locator('[data-field=addresses] textarea')
    addresses.fill('xã Hải An\nphường Năng Tĩnh')
    page.reload()
    expect(addresses).to_have_value('xã Hải An\nphường Năng Tĩnh')
    page.get_by_role('button', name=RUN).click()
    page.wait_for_url('**run=**')
    portal.wait_until(lambda: page.title().startswith('Định vị địa chỉ: xã Hải An'))
    page.go_back()
    expect(addresses).to_have_value('xã Hải An\nphường Năng Tĩnh')
    portal.wait_until(lambda: page.title().startswith('Định vị địa chỉ · Phân tích · '))
    page.go_back()
    portal.wait_until(lambda: page.title().startswith('Phân tích · '))
    page.locator('.cards').get_by_role('link', name='Định vị địa chỉ').click()
    expect(addresses).not_to_have_value('xã Hải An\nphường Năng Tĩnh')


def test_an_area_whose_edges_cross_is_not_done(portal: Portal) -> None:
    page = portal.visit('/planning?analysis=zonal-statistics')
    page.locator('[data-field=zones] select').select_option('drawn:')
    page.wait_for_selector('[data-field=zones] [data-map=idle]')
    canvas = page.locator('[data-field=zones] canvas')
    for x, y in ((150, 120), (250, 200), (250, 120)):
        canvas.click(position={'x': x, 'y': y})
    done = page.get_by_role('button', name='Xong hình này')
    expect(done).to_be_enabled()
    canvas.click(position={'x': 150, 'y': 200})
    expect(page.get_by_role('alert')).to_contain_text('Các cạnh của vùng cắt nhau')
    expect(done).to_be_disabled()
    page.get_by_role('button', name='Bỏ điểm cuối').click()
    expect(done).to_be_enabled()


def test_a_small_map_that_does_not_come_says_so(portal: Portal) -> None:
    page = portal.visit('/planning?analysis=zonal-statistics')
    page.route('**/styles/**', lambda route: route.abort())
    page.locator('[data-field=zones] select').select_option('drawn:')
    expect(page.get_by_role('alert')).to_contain_text('Không vẽ được bản đồ')
    page.unroute('**/styles/**')
    page.get_by_role('alert').get_by_role('button', name='Thử lại').click()
    page.wait_for_selector('[data-field=zones] [data-map=idle]')
    expect(page.get_by_role('alert')).to_have_count(0)


def test_parts_of_a_form_fit_a_narrow_phone(visit: Callable[..., Portal]) -> None:
    page = visit(viewport={'width': 320, 'height': 640}).visit('/planning?analysis=site-suitability')
    expect(page.locator('fieldset.part').first).to_be_visible()
    assert page.evaluate('document.documentElement.scrollWidth <= innerWidth')


def test_a_report_opens_in_the_browser(portal: Portal) -> None:
    page = portal.visit('/planning?analysis=group-by-units')
    page.get_by_role('button', name=RUN).click()
    page.wait_for_url('**run=**')
    link = page.get_by_role('link', name='Mở báo cáo')
    expect(link).to_be_visible()
    answer = page.request.get(link.get_attribute('href') or '')
    assert answer.headers['content-type'].startswith('text/html')
    assert 'attachment' not in answer.headers.get('content-disposition', '')
    figures = page.request.get((link.get_attribute('href') or '').replace('f=html', 'f=figures'))
    assert json.loads(figures.body())['table']['rows']
    # on a phone a wide table scrolls within itself
    page.set_viewport_size({'width': 320, 'height': 640})
    page.goto(link.get_attribute('href') or '')
    assert page.evaluate('document.documentElement.scrollWidth <= innerWidth')


def test_a_run_that_waited_says_that_it_runs(portal: Portal) -> None:
    statuses: list[str] = []

    def answer(route: Route) -> None:
        statuses.append('running' if statuses else 'accepted')
        job = {'jobID': 'x', 'processID': 'geocode', 'progress': 5, 'message': 'Đọc', 'created': '2026-12-01T00:00:00Z'}
        route.fulfill(json=job | {'status': statuses[-1]})

    portal.page.route('**/api/jobs/x', answer)
    page = portal.visit('/planning?run=x')
    expect(page.locator('main')).to_contain_text('đang chạy · Đọc')
    expect(page.locator('main')).not_to_contain_text('đang chờ')


def test_a_job_that_failed_says_why(portal: Portal) -> None:
    """A search for reports that no report is left for."""
    page = portal.visit('/planning?analysis=hotspots')
    page.locator('[data-field=reports]').get_by_role('button', name='Chỉ lấy một phần của lớp').click()
    condition = page.locator('[data-field=reports] .condition')
    condition.get_by_label('So sánh').select_option(label='bằng')
    condition.get_by_label('Giá trị').last.fill('không có')
    page.get_by_role('button', name=RUN).click()
    page.wait_for_url('**run=**', timeout=PATIENCE_S * 1000)
    expect(page.locator('.note.bad')).to_contain_text('không có phản ánh nào')
    expect(page.get_by_role('link', name='Sửa đầu vào và chạy lại')).to_be_visible()
