"""The course for focal points, step by step in a real browser: with its words, its files, and its answers."""

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from docs.training.exercise_files import write_exercise_files
from dothi.core.access.people import invite
from dothi.core.access.person import Person, Role
from dothi.core.database import connection
from tests.access.browsers import PASSWORD
from tests.matrix import exhaustive
from tests.web.conftest import Portal
from tests.web.training.course_pages import CoursePage, course_page

# Each language has a district of its own: what one hands in does not meet the other's.
DISTRICTS = {'vi': '361', 'en': '362'}
WORDS = {
    'vi': {
        'desk': 'Giao nhận dữ liệu', 'hand in': 'Giao một tệp', 'layer': 'Lớp', 'more': 'Chi tiết khác',
        'mode': 'Cách giao', 'add': 'thêm và cập nhật', 'send': 'Gửi', 'returned': 'đã trả lại', 'accepted': 'đã nhận',
        'waits': 'chờ quyết định', 'superseded': 'được đợt sau thay', 'deliveries': 'Đợt giao dữ liệu',
        'faults': 'Hàng có lỗi', 'systems': 'Các hệ tọa độ có thể', 'system': 'Hệ tọa độ', 'receipt': 'Phiếu nhận',
        'templates': 'Cơ quan và mẫu nhập', 'schools': 'Trường học', 'stops': 'Điểm dừng xe buýt', 'map': 'Bản đồ',
        'changes': 'Thay đổi',
    },
    'en': {
        'desk': 'Delivery desk', 'hand in': 'Hand in a file', 'layer': 'Layer', 'more': 'More details',
        'mode': 'Mode', 'add': 'add and update', 'send': 'Send', 'returned': 'returned', 'accepted': 'accepted',
        'waits': 'waits for a decision', 'superseded': 'superseded', 'deliveries': 'Deliveries',
        'faults': 'Rows with faults', 'systems': 'Coordinate systems that come into question',
        'system': 'Coordinate system', 'receipt': 'Receipt', 'templates': 'Agencies and templates',
        'schools': 'Schools', 'stops': 'Bus stops', 'map': 'Map', 'changes': 'Changes',
    },
}  # fmt: skip


@pytest.fixture(scope='module')
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('exercise-files')
    write_exercise_files(folder)
    return folder


def invited(lang: str) -> str:
    """The path of the link that the trainer hands to a participant."""
    agency = f'district_{DISTRICTS[lang]}'
    person = Person(id=uuid4(), name=f'dau-moi-{lang}', title='Học viên', role=Role.FOCAL_POINT, agency=agency)
    with connection('gatekeeper') as db:
        return f'/invitation/{invite(db, person)}'


class Desk:
    """The portal as the participant has it before them, by the words of the course in their language."""

    def __init__(self, portal: Portal, lang: str) -> None:
        self.portal, self.page, self.lang, self.words = portal, portal.page, lang, WORDS[lang]

    def sign_in(self) -> None:
        """By the link, then to the desk by the menu."""
        page = self.portal.visit(f'{invited(self.lang)}?lang={self.lang}')
        for field in page.locator('input[type=password]').all():
            field.fill(PASSWORD)
        page.keyboard.press('Enter')
        page.wait_for_selector('#map-place')
        page.get_by_text(self.lang.upper(), exact=True).click()
        page.locator('#site-links summary').click()
        page.get_by_role('link', name=self.words['desk']).click()
        expect(page.locator('nav.tabs')).to_contain_text(self.words['hand in'])

    def hand_in(self, file: Path, layer: str, system: str = '') -> Page:
        page, words = self.page, self.words
        page.get_by_role('link', name=words['desk']).first.click()
        page.locator('nav.tabs').get_by_text(words['hand in']).click()
        page.locator('#hand-in input[type=file]').set_input_files(file)
        page.locator('#hand-in').get_by_label(words['layer']).select_option(label=words[layer])
        page.locator('#hand-in').get_by_text(words['more']).click()
        page.locator('#hand-in').get_by_label(words['mode']).select_option(label=words['add'])
        if system:
            page.locator('#hand-in').get_by_label(words['system']).fill(system)
        page.get_by_role('button', name=words['send']).click()
        page.wait_for_selector('dl.facts')
        return page

    def status(self) -> str:
        return self.page.locator('.tag').first.inner_text()


def corrected(workbook: Path, faults: list[list[str]]) -> Path:
    """The workbook after the steps of part 3, by the rows and columns that the page of the delivery names."""
    book = openpyxl.load_workbook(workbook)
    sheet = book.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    first, second, third = (int(row[0]) for row in faults)
    sheet.cell(first, columns['Cấp học']).value = 'Tiểu học'
    sheet.cell(second, columns['Số chỗ học']).value //= 100
    lon = sheet.cell(third, columns['Kinh độ'])
    lon.value = float(str(lon.value).replace('160', '106', 1))
    path = workbook.with_name('sua.xlsx')
    book.save(path)
    return path


@pytest.mark.parametrize('lang', ['vi', pytest.param('en', marks=exhaustive)])
def test_the_course_step_by_step_and_its_answers(
    signed_in: Callable[..., Portal], files: Path, tmp_path: Path, lang: str
) -> None:
    """Both files come in by the words of the course, and each answer is what the desk says."""
    portal = signed_in(locale=f'{lang}-VN')
    portal.page.context.clear_cookies()
    desk, course, own = Desk(portal, lang), course_page('focal-points', lang), files / DISTRICTS[lang]
    desk.sign_in()
    # 2. and 3.: the workbook, its diagnosis, and the workbook corrected
    page = desk.hand_in(own / 'truong_hoc.xlsx', 'schools')
    assert desk.status() == desk.words['returned']
    expect(page.get_by_role('heading', name=desk.words['faults'])).to_be_visible()
    page.wait_for_selector('tbody tr')
    faults = [row.locator('td').all_inner_texts() for row in page.locator('tbody tr').all()]
    assert course.answers[0] == [str(len(faults)), *(row[0] for row in faults)]
    # the number before the unit of measure is the upper end of the range
    assert course.answers[1] == re.findall(r'(\d+) (?:chỗ|places?)\b', course.plain(faults[1][3]))
    workbook = corrected(own / 'truong_hoc.xlsx', faults)
    page = desk.hand_in(workbook, 'schools')
    assert desk.status() == desk.words['accepted']
    changes = page.locator('dl.facts').inner_text().partition(f'{desk.words["changes"]}\n')[2].partition('\n')[0]
    assert [changes.split()[0], changes] == [*course.answers[3], f'{course.answers[3][0]} ~0 −0']
    # exercise 5, and the file for who is late
    desk.hand_in(workbook, 'schools')
    assert [desk.status()] == course.answers[4]
    desk.hand_in(own / 'truong_hoc_da_sua.xlsx', 'schools')
    assert [desk.status()] == course.answers[4]
    answers_a_question(desk, course, own, tmp_path)
    finds_the_receipt_and_the_data(desk, course)
    assert [each for each in portal.complaints if 'willReadFrequently' not in each] == []


def answers_a_question(desk: Desk, course: CoursePage, own: Path, room: Path) -> None:
    """Part 4: four files as one zip, the question, and the same file with its answer."""
    assert {part.suffix for part in (own / 'diem_dung').iterdir()} == {'.tab', '.dat', '.map', '.id'}
    zipped = Path(shutil.make_archive(str(room / 'diem_dung'), 'zip', own / 'diem_dung'))
    page = desk.hand_in(zipped, 'stops')
    assert desk.status() == desk.words['waits']
    candidates = page.locator('section', has=page.get_by_role('heading', name=desk.words['systems']))
    expect(candidates).to_contain_text('EPSG:3405')
    fitting = re.findall(r'(EPSG:\d+)\s+100 ?%', candidates.inner_text())
    # which others fit depends on how near the district lies to the edges of the zones
    assert set(course.answers[2]) <= set(fitting)
    desk.hand_in(zipped, 'stops', 'EPSG:3405')
    assert desk.status() == desk.words['accepted']
    page.get_by_role('link', name=desk.words['desk']).first.click()
    table = page.locator('table')
    expect(table).to_contain_text(desk.words['superseded'])
    expect(table).not_to_contain_text(desk.words['waits'])


def finds_the_receipt_and_the_data(desk: Desk, course: CoursePage) -> None:
    """Part 5 and the last exercise: receipt, map, template."""
    page = desk.page
    page.get_by_role('link', name='sua.xlsx').first.click()
    page.get_by_role('link', name=desk.words['receipt']).click()
    expect(page.locator('body')).to_contain_text('sua.xlsx')
    # the receipt has no menu
    page.go_back()
    page.get_by_role('link', name=desk.words['desk']).first.click()
    page.locator('nav.tabs').get_by_text(desk.words['templates']).click()
    row = page.get_by_role('row', name=re.compile(f'^{desk.words["schools"]}')).first
    template = page.request.get(str(row.get_by_role('link', name='Excel').first.evaluate('link => link.href')))
    sheet = openpyxl.load_workbook(io.BytesIO(template.body())).worksheets[0]
    written = [number for number, cells in enumerate(sheet.iter_rows(values_only=True), 1) if any(cells)]
    assert course.answers[5] == [str(max(written) + 1)]
    page.get_by_role('link', name=desk.words['map']).first.click()
    search = page.locator('#search-words')
    search.fill('Tiểu học Đào tạo')
    search.press('Enter')
    expect(page.locator('#search-places')).to_contain_text('Tiểu học Đào tạo')
