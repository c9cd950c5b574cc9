"""What the decision on the house promises of names and of places stays true."""

import re

import pytest

from bench.code_table import CodeFigures, files_of_how_to, is_vague, measure_code
from dothi.core.settings import PROJECT


@pytest.fixture(scope='module')
def figures() -> CodeFigures:
    return measure_code(PROJECT)


@pytest.mark.parametrize(
    ('name', 'vague'), [('found', True), ('_told', True), ('all_given', True), ('found_rows', False), ('row', False)]
)
def test_a_name_is_vague_when_each_of_its_words_is(name: str, vague: bool) -> None:
    assert is_vague(name) is vague


def test_names_say_what_a_thing_is(figures: CodeFigures) -> None:
    assert figures.vague_names / figures.names < 0.005, 'bench/code_table.py says how names are counted'
    assert figures.vague_parameters / figures.parameters < 0.01, 'bench/code_table.py says how names are counted'
    assert figures.one_word_functions / figures.functions < 0.45, 'a function is a verb and its object'


@pytest.mark.parametrize(
    ('subject', 'most'), [('parameter', 1), ('format', 2), ('analysis', 2), ('layer', 1), ('check', 3)]
)
def test_what_is_added_stands_in_few_files(subject: str, most: int) -> None:
    """Beside tests and docs; the pages are run by tests, so these are the files that it takes."""
    assert 1 <= len(files_of_how_to(subject)) <= most, files_of_how_to(subject)


HOUSE = (PROJECT / 'docs' / 'explanation' / 'architecture.md').read_text(encoding='utf-8')
ROOMS_OF_PAGE = set(re.findall(r'`([\w/]+)`', HOUSE))


def test_the_page_of_the_house_names_every_room() -> None:
    """A newcomer looks there for what a folder is for: `etl/desk/`, `backup/` behind its parent, `items` of the API."""
    folders = [*(PROJECT / 'etl').iterdir(), *(PROJECT / 'processes').iterdir(), *(PROJECT / 'dothi').glob('*/*')]
    rooms = [folder.relative_to(PROJECT) for folder in folders if (folder / '__init__.py').exists()]
    assert len(rooms) > 40
    names = {room: {f'{room}/', f'{room.name}/', room.name if room.parent.name == 'api' else ''} for room in rooms}
    assert [str(room) for room in rooms if not names[room] & ROOMS_OF_PAGE] == []


def test_the_page_of_the_house_names_every_schema() -> None:
    texts = [file.read_text(encoding='utf-8') for file in (PROJECT / 'sql').rglob('*.sql')]
    made = {name for text in texts for name in re.findall(r'^create schema (?:if not exists )?(\w+)', text, re.M)}
    assert 'upload' in made
    assert made - ROOMS_OF_PAGE == set()
