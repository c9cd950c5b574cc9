"""Slides of the courses in a real browser: one for each heading, whole on a screen or on paper, from nowhere else."""

import io
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from docs.training.slides import slides_of, write_slides
from tests.matrix import combinations
from tests.web.training.course_pages import FOLDER, PAGES, course_page


@pytest.mark.parametrize(('course', 'lang'), combinations([*PAGES], ['vi', 'en']))
def test_each_heading_but_the_answers_is_a_slide_and_a_sheet(
    chromium: Browser, tmp_path: Path, course: str, lang: str
) -> None:
    source = FOLDER / (f'{course}.vi.md' if lang == 'vi' else f'{course}.md')
    file = write_slides(source, tmp_path / 'slides.html')
    page = course_page(course, lang)
    headings = [heading for heading in page.parts if heading not in ('Answers', 'Lời giải')]
    context = chromium.new_context(offline=True, viewport={'width': 1280, 'height': 720})
    shown = context.new_page()
    requested: list[str] = []
    shown.on('request', lambda request: requested.append(request.url))
    shown.goto(file.as_uri())
    assert shown.locator('section > :is(h2, h3)').all_inner_texts() == headings
    assert requested == [file.as_uri()]
    assert shown.locator('a').count() == 0, 'pages that slides lead to are not in the room'
    # nothing is cut off at the right
    assert shown.evaluate('document.documentElement.scrollWidth') <= 1280
    sheets = PdfReader(io.BytesIO(shown.pdf(prefer_css_page_size=True))).pages
    assert len(sheets) >= len(headings) + 1
    context.close()


def test_keys_of_a_presenter_go_to_the_next_slide(chromium: Browser, tmp_path: Path) -> None:
    file = write_slides(FOLDER / f'{PAGES[0]}.md', tmp_path / 'slides.html')
    page = chromium.new_page(viewport={'width': 1280, 'height': 720})
    page.goto(file.as_uri())
    tops = "() => [...document.querySelectorAll('section')].findIndex(each => each.getBoundingClientRect().top > -2)"
    assert page.evaluate(tops) == 0
    for key, slide in (('ArrowRight', 1), ('PageDown', 2), ('ArrowLeft', 1)):
        page.keyboard.press(key)
        assert page.evaluate(tops) == slide
    page.close()


def test_html_in_a_page_stays_text() -> None:
    """Whoever writes a course cannot bring a script into the slides by mistake."""
    assert slides_of('# Title\n\n<script>alert(1)</script>\n')[0].count('&lt;script&gt;') == 1
