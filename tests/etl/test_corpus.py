"""The corpus through the desk: right or "cannot decide" in all, wrong in none; docs/reference/doctor.md counts."""

import os

import pytest

from dothi.core.locality import Locality
from dothi.core.settings import PROJECT
from tests.conftest import fresh
from tests.databases import Instance
from tests.etl.corpus import ENCODINGS, KNOWN, ROW_FAULTS, SAID, Case, cases
from tests.etl.corpus_diagnosis import Diagnosed, diagnose
from tests.etl.corpus_table import page
from tests.matrix import EXHAUSTIVE, exhaustive

PAGE = PROJECT / 'docs' / 'reference' / 'doctor.md'
CASES = cases()


def first_of_each() -> list[Case]:
    """The cases in which something comes for the first time: what is known, a way of writing, a format, a fault.

    A fault counts where the coordinates are decided: else its rows are not judged.
    """
    seen: set[tuple[str, str]] = set()
    chosen = []
    for case in CASES:
        parts = {('known', case.known), ('said', case.said.name), ('text', case.encoding.name), ('as', case.format)}
        if case.must_be_right:
            parts.add(('fault', case.fault.name))
        if parts - seen:
            chosen.append(case)
        seen |= parts
    return chosen


CHOSEN = CASES if EXHAUSTIVE else first_of_each()


@pytest.fixture(scope='module')
def diagnosed(
    instance: Instance, template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> list[Diagnosed]:
    """All cases in one database, in which more and more is known."""
    with pytest.MonkeyPatch.context() as patch:
        for _ in fresh(instance, template, tmp_path_factory.mktemp('corpus-state'), patch):
            return diagnose(locality, tmp_path_factory.mktemp('corpus'), CHOSEN)
    raise AssertionError


def test_the_corpus_has_every_fault_under_all_that_may_be_known() -> None:
    assert len(CASES) >= 60
    assert {(case.known, case.said.name) for case in CASES} == {(k, said.name) for k in KNOWN for said in SAID}
    assert {case.encoding.name for case in CASES} == {encoding.name for encoding in ENCODINGS}
    assert {case.fault.name for case in CASES} == {fault.name for fault in ROW_FAULTS}
    assert len({case.format for case in CASES}) == 12


def test_coordinates_are_right_or_the_truth_is_named_or_a_person_is_asked(diagnosed: list[Diagnosed]) -> None:
    assert [(each.case.label, each.report.crs) for each in diagnosed if each.crs == 'wrong'] == []


def test_coordinates_are_right_where_what_is_known_makes_them_visible(diagnosed: list[Diagnosed]) -> None:
    strong = [each for each in diagnosed if each.case.must_be_right]
    assert len(strong) > len(diagnosed) / 2
    assert [(each.case.label, each.crs, each.report.crs) for each in strong if each.crs != 'right'] == []


def test_text_is_read_letter_by_letter_or_asked_about(diagnosed: list[Diagnosed]) -> None:
    assert [(each.case.label, each.text) for each in diagnosed if each.encoding == 'wrong'] == []


def test_all_bad_rows_are_found_and_no_good_one(diagnosed: list[Diagnosed]) -> None:
    wrong = [each for each in diagnosed if each.rows == 'wrong']
    assert [(each.case.label, each.found, each.case.rows()[1]) for each in wrong] == []
    assert {each.case.fault.name for each in diagnosed if each.rows == 'right'} == {fault.name for fault in ROW_FAULTS}


@exhaustive
def test_the_page_says_what_came_out(diagnosed: list[Diagnosed]) -> None:
    """DOTHI_WRITE_DOCS=1 and DOTHI_TEST_ALL=yes write it."""
    if os.environ.get('DOTHI_WRITE_DOCS'):
        PAGE.write_text(page(diagnosed), encoding='utf-8')
    assert PAGE.read_text(encoding='utf-8') == page(diagnosed), 'see the top of docs/reference/doctor.md'
