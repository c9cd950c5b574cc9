"""The map of faults in a receipt zooms by buttons, wheel and keys, from a file and without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dothi.core.text import Text
from etl.report.html import page as report_page
from etl.report.model import BadRow, Report, Rows

EXTENT = (105.85, 19.75, 106.75, 20.60)
PLACES = [(106.3, 20.2), (106.3001, 20.2)]


def bad_row(row: int, place: tuple[float, float]) -> BadRow:
    return BadRow(row=row, code='type', message=f'Hàng {row}', message_en=f'Row {row}', place=place)


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """The page of a report with two faults ten metres apart, which one dot hides on the whole map."""
    report = Report(layer='schools', file='t.gpkg', verdict='returned', map_extent=EXTENT)
    report.rows = Rows(bad=[bad_row(row, place) for row, place in enumerate(PLACES, 1)], by_code={'type': 2})
    file = tmp_path / 'phieu.html'
    file.write_text(report_page(report, Text(vi='Trường học', en='Schools')), encoding='utf-8')
    context = chromium.new_context(offline=True)
    shown = context.new_page()
    shown.goto(file.as_uri())
    yield shown
    context.close()


def view(page: Page) -> list[float]:
    text = page.locator('svg').first.get_attribute('viewBox') or ''
    return [float(part) for part in text.split()]


def test_buttons_zoom_in_and_back_to_the_whole_map(opened: Page) -> None:
    whole = view(opened)
    opened.get_by_role('button', name='Zoom in').click()
    assert view(opened)[2] == pytest.approx(whole[2] / 2)
    opened.get_by_role('button', name='Zoom out').click()
    opened.get_by_role('button', name='Zoom out').click()
    assert view(opened) == whole
    opened.get_by_role('button', name='Zoom in').click()
    opened.get_by_role('button', name='Whole map').click()
    assert view(opened) == whole


def test_the_place_under_the_wheel_stays_and_dots_keep_their_size(opened: Page) -> None:
    dot = opened.locator('circle').first
    before = dot.bounding_box()
    assert before is not None
    opened.mouse.move(before['x'] + before['width'] / 2, before['y'] + before['height'] / 2)
    for _ in range(4):
        opened.mouse.wheel(0, -100)
    opened.wait_for_function('document.querySelector("svg").viewBox.baseVal.width < 420')
    after = dot.bounding_box()
    assert after is not None
    assert view(opened)[2] < 420
    assert after['width'] == pytest.approx(before['width'], abs=1)
    assert (after['x'], after['y']) == pytest.approx((before['x'], before['y']), abs=2)


def test_keys_zoom_and_move_where_the_map_has_the_focus(opened: Page) -> None:
    opened.locator('svg').first.focus()
    for key in ('+', '+', 'ArrowRight', 'ArrowDown'):
        opened.keyboard.press(key)
    x, y, width, _ = view(opened)
    assert width == pytest.approx(105)
    assert x == pytest.approx(420 * 3 / 8 + 0.2 * 105)
    opened.keyboard.press('ArrowUp')
    assert view(opened)[1] < y
    opened.keyboard.press('0')
    assert view(opened)[2] == 420
