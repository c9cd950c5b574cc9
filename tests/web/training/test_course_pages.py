"""Courses have the same parts, last an hour, say what is seen after each step, and are alike in both languages."""

import pytest

from dothi.core.settings import PROJECT
from tests.web.training.course_pages import (
    BOLD,
    COURSES,
    FOLDER,
    HEADINGS,
    PAGES,
    CoursePage,
    blocks,
    codes,
    course_page,
    items,
)  # fmt: skip

BOTH = ('vi', 'en')
# The portal's words, those of analyses and of rights, in quotes; titles of layers, columns and codes.
WORDS = ''.join(
    file.read_text(encoding='utf-8')
    for folder, kind in (('web/src/messages', '*.ts'), ('processes', '*.py'), ('dothi/core/access', 'person.py'))
    for file in sorted((PROJECT / folder).rglob(kind))
)
TITLES = ''.join(
    file.read_text(encoding='utf-8') for file in sorted((PROJECT / 'localities/library/layers').glob('*.yml'))
)


@pytest.fixture(params=[(course, lang) for course in COURSES for lang in BOTH], ids='-'.join)
def page(request: pytest.FixtureRequest) -> CoursePage:
    return course_page(*request.param)


def test_a_course_has_its_parts_in_order(page: CoursePage) -> None:
    shared = [heading for heading in page.parts if heading not in page.lessons]
    assert tuple(shared) == HEADINGS[page.lang]
    assert list(page.lessons) == sorted(page.lessons)


def test_a_course_takes_an_hour_and_the_timetable_names_its_parts(page: CoursePage) -> None:
    assert sum(minutes for minutes, _ in page.minutes) == 60
    assert [what for _, what in page.minutes] == [*page.lessons, HEADINGS[page.lang][3]]


def test_each_step_says_what_is_seen(page: CoursePage) -> None:
    for heading, text in page.lessons.items():
        steps = items(text)
        assert steps, heading
        assert [step for step in steps if step.count('→ ') != 1 or step.endswith('→ ')] == [], heading


def test_each_exercise_has_an_answer(page: CoursePage) -> None:
    exercises = items(page.part('Exercises'))
    assert 3 <= len(exercises) <= 6
    assert len(page.answers) == len(exercises)
    assert all(page.answers), 'each answer has something in bold that is compared with the demo'


@pytest.mark.parametrize('course', PAGES)
def test_both_languages_have_the_same_blocks_and_code(course: str) -> None:
    vi, en = (course_page(course, lang) for lang in BOTH)
    assert vi.tokens == en.tokens
    assert sorted(codes(vi.text)) == sorted(codes(en.text))
    assert blocks(vi.text) == blocks(en.text)


@pytest.mark.parametrize('course', COURSES)
def test_both_languages_have_the_same_figures_as_answers(course: str) -> None:
    """Of some courses the steps are gone through in one language by day."""
    vi, en = ([[each for each in answer if each[-1].isdigit()] for answer in course_page(course, lang).answers]
              for lang in BOTH)  # fmt: skip
    assert vi == en
    assert any(vi)


def test_every_page_of_the_folder_is_tested() -> None:
    names = {page.name.partition('.')[0] for page in FOLDER.glob('*.md')}
    assert names == set(PAGES)


@pytest.mark.parametrize('lang', BOTH)
@pytest.mark.parametrize('course', ['planners', 'focal-points', 'gis-staff'])
def test_what_a_course_calls_a_button_or_a_field_is_its_name(course: str, lang: str) -> None:
    """Whoever renames one in the portal, an analysis or a layer is led here."""
    page = course_page(course, lang)
    named = BOLD.findall(''.join(page.lessons.values()) + page.part('When something goes wrong'))
    labels = {part for name in named for part in name.removeprefix('← ').split(': ')}
    assert len(labels) > 5
    assert sorted(label for label in labels if f"'{label}" not in WORDS and f' {label}' not in TITLES) == []
