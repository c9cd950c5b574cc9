"""A problem reported on the public map, reviewed on the desk, and seen on the map by everybody, in a real browser."""

import base64
import io
import re
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from dothi.core.database import connection
from tests.conftest import Province
from tests.matrix import thorough
from tests.web.conftest import DESK_SIZE, PHONE, Portal, visiting
from tests.web.test_portal_pages import findings

PLACE = '#16/20.43000/106.17000'
WORDS = 'Rác đổ đầy vỉa hè trước chợ'


@pytest.fixture
def citizen(chromium: Browser, desk_province: Province, desk_url: str) -> Iterator[Callable[..., Portal]]:
    """Makes portals of the public service, on a day of which no report has come yet."""
    _rows('delete from citizen.day returning day')
    with visiting(chromium, desk_province.public_url) as visit:
        yield visit


@pytest.fixture
def reviewer(signed_in: Callable[..., Portal]) -> Callable[..., Portal]:
    """Makes portals of the internal service whose reader decides on reports."""
    return signed_in


def photo() -> FilePayload:
    """A picture with a position in it, as a telephone would hand it over."""
    position = Image.Exif()
    position.get_ifd(0x8825).update({1: 'N', 2: (20.0, 25.0, 48.0)})
    target = io.BytesIO()
    Image.effect_noise((2400, 1800), 60).convert('RGB').save(target, 'JPEG', exif=position)
    return {'name': 'anh.jpg', 'mimeType': 'image/jpeg', 'buffer': target.getvalue()}


def press_until_focus(page: Page, selector: str, key: str = 'Tab') -> None:
    """Goes through the page by keyboard until what the selector names has the focus."""
    for _ in range(60):
        if page.evaluate('selector => document.activeElement?.matches(selector) ?? false', selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f'{selector} is not reached by {key}')


def fill_in(page: Page, kind: str = 'waste') -> None:
    page.locator('#report-kind').select_option(kind)
    page.locator('#report-text').fill(WORDS)


def test_a_problem_goes_from_the_map_to_the_desk_and_back(
    citizen: Callable[..., Portal], reviewer: Callable[..., Portal]
) -> None:
    portal = citizen(**PHONE)
    page = portal.open(f'/?lang=vi{PLACE}')
    page.get_by_role('button', name='Báo sự cố tại đây').click()
    page.get_by_role('button', name='Lấy giữa bản đồ').click()
    expect(page.locator('#report-spot')).to_have_text(re.compile(r'20\.4\d+, 106\.1\d+'))
    fill_in(page)
    # 8 × 2²⁰ bytes, as the limit is counted
    expect(page.locator('label', has=page.locator('#report-photo'))).to_contain_text('đến 8\xa0MB')
    page.set_input_files('#report-photo', files=[photo()])
    page.get_by_label('Cách liên hệ với bạn').fill('0912 345 678')
    page.get_by_role('button', name='Gửi', exact=True).click()
    page.wait_for_selector('#report-sent')
    code = page.locator('#report-sent code').inner_text()
    page.get_by_role('link', name='Xem tình trạng').click()
    expect(page.locator('#report-state')).to_contain_text('đang chờ xem xét')

    desk = reviewer()
    there = desk.visit('/desk?lang=vi')
    expect(there.locator('.tabs a', has_text='Phản ánh của người dân').locator('.tag')).to_have_text('1')
    there.locator('.tabs a', has_text='Phản ánh của người dân').click()
    there.get_by_role('link', name='Rác thải').click()
    expect(there.locator('#report')).to_contain_text(WORDS)
    expect(there.locator('#report')).to_contain_text('0912 345 678')
    desk.wait_until(lambda: there.evaluate("document.querySelector('.report-photo').naturalWidth") == 2_000)
    there.wait_for_selector('.small-map canvas')
    assert findings(there) == []
    there.get_by_role('button', name='Tiếp nhận', exact=True).click()
    expect(there.locator('#report')).to_contain_text('đã tiếp nhận')
    expect(there.locator('.tabs .tag')).to_have_count(0)
    assert desk.complaints == []

    # what was accepted has the number of its report
    number = int(there.url.partition('report=')[2].partition('&')[0])
    page = portal.open(f'/?lang=vi&show=citizen_reports{PLACE}')
    script = """code => dothiMap.queryRenderedFeatures()
        .some(({sourceLayer, properties}) => sourceLayer === 'citizen_reports' && properties.code === code)"""
    portal.wait_until(lambda: page.evaluate(script, f'CD-{number:06}'))
    page.goto(f'{portal.url}/?lang=vi&report={code.lower()}')
    expect(page.locator('#report-state')).to_contain_text('đã tiếp nhận')
    assert portal.complaints == []
    assert portal.foreign_requests() == []


@thorough
def test_who_decides_second_is_told_although_the_form_is_gone(
    citizen: Callable[..., Portal], reviewer: Callable[..., Portal]
) -> None:
    """Two have the same report open; the slower one reads that it was decided, and what became of it."""
    sender = citizen(**DESK_SIZE)
    page = sender.open(f'/?lang=en&report=new{PLACE}')
    page.get_by_role('button', name='Take the middle of the map').click()
    fill_in(page, 'lighting')
    page.get_by_role('button', name='Send', exact=True).click()
    page.wait_for_selector('#report-sent')
    ((number,),) = _rows('select max(id) from citizen.report')
    quick, slow = reviewer(), reviewer()
    for portal in (quick, slow):
        portal.visit(f'/desk?tab=reports&report={number}&lang=en').wait_for_selector('#decide')
    quick.page.get_by_role('button', name='Accept', exact=True).click()
    expect(quick.page.locator('#report')).to_contain_text('accepted')
    slow.page.locator('#decide textarea').fill('There is no lamp')
    slow.page.get_by_role('button', name='Refuse', exact=True).click()
    expect(slow.page.get_by_role('alert')).to_contain_text('has changed')
    expect(slow.page.locator('#report')).to_contain_text('accepted')
    expect(slow.page.locator('#decide')).to_have_count(0)
    assert _rows(f'select status from citizen.report where id = {number}') == [('accepted',)]


def test_a_report_is_sent_by_keyboard_alone(citizen: Callable[..., Portal]) -> None:
    portal = citizen(**DESK_SIZE)
    page = portal.open(f'/?lang=en{PLACE}')
    press_until_focus(page, '.report-here')
    page.keyboard.press('Enter')
    page.wait_for_selector('#report-place')
    press_until_focus(page, '#report-place button')
    page.keyboard.press('Enter')
    press_until_focus(page, '#report-kind')
    page.keyboard.type('Road')
    press_until_focus(page, '#report-text')
    page.keyboard.type('A hole in front of the school')
    press_until_focus(page, '.tool button.first')
    page.keyboard.press('Enter')
    page.wait_for_selector('#report-sent')
    # who listens hears that it has arrived
    portal.wait_until(lambda: page.evaluate("document.activeElement.matches('#report-sent [role=status]')"))
    page.keyboard.press('Escape')
    expect(page.locator('.tool')).to_have_count(0)
    portal.wait_until(lambda: 'report=' not in page.evaluate('location.href'))
    assert portal.complaints == []


def test_what_is_wrong_stands_beside_its_field(citizen: Callable[..., Portal]) -> None:
    portal = citizen(**PHONE)
    page = portal.open(f'/?lang=vi&report=new{PLACE}')
    page.get_by_role('button', name='Gửi', exact=True).click()
    expect(page.locator('#report-place-fault')).to_have_text('Chọn vị trí trên bản đồ.')
    expect(page.locator('#report-kind-fault')).to_have_text('Chọn loại việc.')
    expect(page.locator('#report-text-fault')).to_have_text('Mô tả ít nhất 10 ký tự.')
    assert page.evaluate('document.activeElement.id') == 'report-place'
    assert findings(page) == []
    fill_in(page)
    expect(page.locator('#report-kind-fault')).to_have_count(0)
    # what no browser can draw goes as it is, and the server says what is wrong with it
    heic: FilePayload = {'name': 'a.heic', 'mimeType': 'image/heic', 'buffer': b'\0\0\0\x18ftypheic' + bytes(500)}
    page.set_input_files('#report-photo', files=[heic])
    page.get_by_role('button', name='Lấy giữa bản đồ').click()
    page.get_by_role('button', name='Gửi', exact=True).click()
    expect(page.locator('#report-photo-fault')).to_contain_text('HEIC')
    assert page.evaluate('document.activeElement.id') == 'report-photo'
    expect(page.locator('#report-text')).to_have_value(WORDS)
    page.set_input_files('#report-photo', files=[])
    page.get_by_role('button', name='Gửi', exact=True).click()
    page.wait_for_selector('#report-sent')


@thorough
def test_a_report_that_is_sent_again_after_a_break_is_one(citizen: Callable[..., Portal]) -> None:
    """The answer is lost on its way; whoever presses the button again sends the same."""
    portal = citizen(**DESK_SIZE)
    page = portal.open(f'/?lang=en&report=new{PLACE}')
    page.get_by_role('button', name='Take the middle of the map').click()
    fill_in(page, 'lighting')
    page.route('**/api/reports', lambda route: (route.fetch(), route.abort()))
    page.get_by_role('button', name='Send', exact=True).click()
    expect(page.locator('.tool [role=alert]')).to_contain_text('server')
    ((before,),) = _rows('select count(*) from citizen.report')
    page.unroute('**/api/reports')
    page.get_by_role('button', name='Send', exact=True).click()
    page.wait_for_selector('#report-sent')
    assert _rows('select count(*) from citizen.report') == [(before,)]


def test_the_position_never_leaves_the_telephone(citizen: Callable[..., Portal]) -> None:
    """The browser draws the photo anew and smaller before it sends it."""
    portal = citizen(**DESK_SIZE)
    page = portal.open(f'/?lang=en&report=new{PLACE}')
    page.get_by_role('button', name='Take the middle of the map').click()
    fill_in(page)
    picked = photo()
    assert b'Exif' in picked['buffer']
    page.set_input_files('#report-photo', files=[picked])
    with page.expect_request('**/api/reports') as sent:
        page.get_by_role('button', name='Send', exact=True).click()
    body = sent.value.post_data_json or {}
    content = base64.b64decode(body['photo'])
    assert content.startswith(b'\xff\xd8\xff')
    assert b'Exif' not in content
    assert Image.open(io.BytesIO(content)).size == (2_000, 1_500)
    page.wait_for_selector('#report-sent')


def test_the_internal_map_has_no_button_for_it(reviewer: Callable[..., Portal]) -> None:
    page = reviewer().open('/?lang=vi')
    expect(page.get_by_role('toolbar')).to_be_visible()
    expect(page.locator('.report-here')).to_have_count(0)


def _rows(statement: str) -> list[tuple[object, ...]]:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
