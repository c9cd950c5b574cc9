"""A problem reported on the public map, reviewed on the desk, and seen on the map by everybody, in a real browser."""

import base64
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from dothi.core import database as core_database
from dothi.core.access.people import invite
from dothi.core.access.person import Person, Role
from dothi.core.access.sign_in import store_password
from dothi.core.database import connection
from tests.access.browsers import PASSWORD
from tests.conftest import Instance, Province, use
from tests.matrix import exhaustive
from tests.services import serving
from tests.web.conftest import DESK_SIZE, PHONE, Portal, visiting
from tests.web.test_portal_pages import findings

PLACE = '#16/20.43000/106.17000'
WORDS = 'Rác đổ đầy vỉa hè trước chợ'


@pytest.fixture(scope='module')
def own_province(instance: Instance, province_template: str, shared_folder: Path) -> Iterator[Province]:
    """Both services on a demo province of its own, since reports and releases change it; and somebody who reviews."""
    folder = shared_folder / 'reporting'
    environment = instance.environment(instance.create('reporting', province_template), folder)
    environment['DOTHI_DOWNLOADS'] = '[]'
    with serving(environment, folder, ('internal', 'public')) as running, pytest.MonkeyPatch.context() as patch:
        use(patch, running.environment)
        person = Person(id=uuid4(), name='reviewer', title='Cán bộ thử', role=Role.STEWARD, agency=None)
        with connection('gatekeeper') as db:
            invite(db, person)
            store_password(db, person, PASSWORD)
        yield running
        core_database.fresh()


@pytest.fixture
def citizen(chromium: Browser, own_province: Province) -> Iterator[Callable[..., Portal]]:
    """Makes portals of the public service, on a day of which no report has come yet."""
    _rows('delete from citizen.day returning day')
    with visiting(chromium, own_province.public_url) as visit:
        yield visit


@pytest.fixture
def reviewer(chromium: Browser, own_province: Province) -> Iterator[Callable[..., Portal]]:
    """Makes portals of the internal service whose reader has signed in."""
    with visiting(chromium, own_province.internal_url) as visit:

        def new(**options: object) -> Portal:
            portal = visit(**DESK_SIZE | options)
            answer = portal.page.request.post(f'{portal.url}/sign-in', data={'name': 'reviewer', 'password': PASSWORD})
            assert answer.ok, answer.text()
            return portal

        yield new


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

    # nothing else has an id yet that begins like this
    page = portal.open(f'/?lang=vi&show=citizen_reports{PLACE}')
    script = """() => dothiMap.queryRenderedFeatures()
        .some(({sourceLayer, properties}) => sourceLayer === 'citizen_reports' && properties.code === 'CD-000001')"""
    portal.wait_until(lambda: page.evaluate(script))
    page.goto(f'{portal.url}/?lang=vi&report={code.lower()}')
    expect(page.locator('#report-state')).to_contain_text('đã tiếp nhận')
    assert portal.complaints == []
    assert portal.foreign_requests() == []


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


@exhaustive
@pytest.mark.parametrize('size', [PHONE, DESK_SIZE], ids=['phone', 'desk'])
@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('lang', ['vi', 'en'])
def test_the_card_and_the_tab_are_sound_everywhere(
    citizen: Callable[..., Portal], reviewer: Callable[..., Portal], lang: str, scheme: str, size: dict[str, object]
) -> None:
    for portal, address, ready in (
        (citizen(**size, color_scheme=scheme), f'/?report=new&lang={lang}{PLACE}', '#report-place'),
        (reviewer(**size, color_scheme=scheme), f'/desk?tab=reports&lang={lang}', '[role=group] button'),
    ):
        page = portal.visit(address)
        page.wait_for_selector(ready)
        assert page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'wider than the screen'
        assert findings(page) == []
        assert portal.complaints == []


def _rows(statement: str) -> list[tuple[object, ...]]:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
