"""A study in a real browser: from the question to the report, with nothing typed but names and words."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.matrix import thorough
from tests.web.conftest import Portal

NAME = 'Trạm y tế ven biển'


def run_in_study(page: Page) -> None:
    page.get_by_role('button', name='Chạy phân tích').click()
    page.wait_for_url('**run=**')
    expect(page.get_by_text('Cách tính')).to_be_visible()
    page.get_by_role('link', name=f'← {NAME}').click()
    page.wait_for_selector('.study-runs li')


def write(page: Page, words: str, text: str) -> None:
    page.get_by_role('button', name=f'Viết {words.lower()}').first.click()
    page.get_by_label(words, exact=True).fill(text)
    page.get_by_role('button', name='Lưu').click()
    expect(page.locator('.words').get_by_text(text)).to_be_visible()


def test_a_question_becomes_a_report(signed_in: Callable[..., Portal]) -> None:
    """Two runs, a note, their comparison, a conclusion, a colleague who does not exist, one who does not need to."""
    portal = signed_in()
    page = portal.visit('/planning')
    page.get_by_label('Tên nghiên cứu').fill(NAME)
    page.get_by_label('Câu hỏi').fill('Ai ở xa trạm y tế?')
    page.get_by_role('button', name='Mở nghiên cứu').click()
    page.get_by_label('Chạy thêm').select_option(label='Độ bao phủ dịch vụ')
    run_in_study(page)
    page.get_by_role('button', name='Viết ghi chú').click()
    page.get_by_label('Ghi chú', exact=True).fill('Dở dang')
    page.reload()
    expect(page.get_by_label('Ghi chú', exact=True)).to_have_value('Dở dang')
    page.get_by_role('button', name='Thôi', exact=True).click()
    write(page, 'Ghi chú', 'Theo số liệu hôm nay')
    page.get_by_role('link', name='Sửa đầu vào và chạy lại').click()
    page.get_by_label('Quãng đường tối đa').fill('2000')
    run_in_study(page)
    expect(page.locator('.study-runs > li')).to_have_count(2)
    page.get_by_role('button', name='So sánh').click()
    expect(page.locator('.study-runs > li')).to_have_count(3)
    expect(page.locator('.study-runs > li').last.get_by_text('xong')).to_be_visible()
    write(page, 'Kết luận', 'Ở 2 km hầu hết mọi người được phục vụ.')
    page.get_by_label('Tên đăng nhập').fill('khong.co.ai')
    page.get_by_role('button', name='Thêm người').click()
    expect(page.get_by_role('alert')).to_contain_text('khong.co.ai')
    with page.context.expect_page() as opened:
        page.get_by_role('link', name='Mở báo cáo').click()
    report = opened.value
    for text in ('Ai ở xa trạm y tế?', 'Ở 2 km hầu hết mọi người được phục vụ.', 'Theo số liệu hôm nay'):
        expect(report.get_by_text(text)).to_be_visible()
    expect(report.get_by_role('heading', name='3. So sánh hai kết quả: Độ bao phủ')).to_be_visible()
    report.close()
    page.reload()
    expect(page.get_by_role('heading', name=NAME)).to_be_visible()
    expect(page.locator('.study-runs > li')).to_have_count(3)
    assert [each for each in portal.complaints if '400' not in each] == []
    assert portal.foreign_requests() == []


@thorough
def test_what_somebody_writes_stays_when_another_writes_too(signed_in: Callable[..., Portal]) -> None:
    """A conclusion that was half written was gone as soon as a colleague saved theirs."""
    one, other = signed_in().visit('/planning'), signed_in()
    one.get_by_label('Tên nghiên cứu').fill('Hai người viết')
    one.get_by_role('button', name='Mở nghiên cứu').click()
    one.wait_for_selector('.words button')
    page = other.visit(one.url.removeprefix(other.url))
    page.get_by_role('button', name='Viết kết luận').click()
    page.get_by_label('Kết luận', exact=True).fill('Chưa viết xong')
    write(one, 'Kết luận', 'Của người kia')
    expect(page.get_by_role('alert')).to_contain_text('Của người kia')
    expect(page.get_by_label('Kết luận', exact=True)).to_have_value('Chưa viết xong')


def test_words_that_are_not_kept_yet_survive_a_reload_and_a_keyboard_stays_with_them(
    signed_in: Callable[..., Portal],
) -> None:
    portal = signed_in()
    page = portal.visit('/planning')
    page.get_by_label('Tên nghiên cứu').fill('Viết dở')
    page.get_by_role('button', name='Mở nghiên cứu').click()
    expect(page.get_by_role('heading', name='Viết dở', level=1)).to_be_visible()
    portal.wait_until(lambda: page.title().startswith('Viết dở · Phân tích'))
    page.get_by_role('button', name='Viết kết luận').focus()
    page.keyboard.press('Enter')
    conclusion = page.get_by_label('Kết luận', exact=True)
    expect(conclusion).to_be_focused()
    page.keyboard.type('Chưa xong')
    page.reload()
    expect(conclusion).to_have_value('Chưa xong')
    page.get_by_role('button', name='Lưu').focus()
    page.keyboard.press('Enter')
    expect(page.get_by_role('button', name='Sửa kết luận')).to_be_focused()
    page.reload()
    expect(page.locator('.words').get_by_text('Chưa xong')).to_be_visible()
    expect(conclusion).to_have_count(0)


def type_and_read_state(field: Locator, text: str) -> str:
    """What the browser's history holds after the event of typing `text`, before any other event can come."""
    state: str = field.evaluate(
        """(field, text) => {
            field.value = text;
            field.dispatchEvent(new Event('input', {bubbles: true}));
            return Promise.resolve().then(() => JSON.stringify(history.state));
        }""",
        text,
    )
    return state


def test_the_last_letter_is_held_before_a_reload_can_come(signed_in: Callable[..., Portal]) -> None:
    """It waited for the next picture of the page, and was lost to those who were quicker."""
    page = signed_in().visit('/planning')
    page.get_by_label('Tên nghiên cứu').fill('Viết nhanh')
    page.get_by_role('button', name='Mở nghiên cứu').click()
    page.get_by_role('button', name='Viết kết luận').click()
    assert 'Chưa xong' in type_and_read_state(page.get_by_label('Kết luận', exact=True), 'Chưa xong')
    page.get_by_label('Chạy thêm').select_option(label='Độ bao phủ dịch vụ')
    assert '4321' in type_and_read_state(page.get_by_label('Quãng đường tối đa'), '4321')


def test_nobody_who_has_not_signed_in_is_asked_for_a_study(portal: Portal) -> None:
    page = portal.visit('/planning')
    page.wait_for_selector('.cards h2 a')
    expect(page.get_by_role('button', name='Mở nghiên cứu')).to_have_count(0)
