"""Courses have the same parts, last an hour, say what is seen after each step, and are alike in both languages."""

import pytest

from tests.training.course_pages import COURSES, FOLDER, HEADINGS, PAGES, CoursePage, codes, course_page, items

BOTH = ('vi', 'en')


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


def test_every_page_of_the_folder_is_tested() -> None:
    names = {page.name.partition('.')[0] for page in FOLDER.glob('*.md')}
    assert names == set(PAGES)
