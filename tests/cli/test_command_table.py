"""The table of commands: each is there under its name, and none costs the others their time."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from dothi.cli.app import COMMANDS, CommandTable
from dothi.cli.help_language import set_language
from dothi.core.reader_language import reader_language

SLOW = ('numpy', 'pyarrow', 'shapely', 'sqlalchemy', 'fiona', 'rasterio', 'pyogrio')


def texts_of(command: TyperCommand | TyperGroup) -> Iterator[tuple[str, str | None]]:
    """The help of a command, of its options and of its commands, by where it stands."""
    yield f'{command.name}', command.help
    for parameter in command.params:
        assert isinstance(parameter, TyperArgument | TyperOption)
        yield f'{command.name} {parameter.name}', parameter.help
    for below in getattr(command, 'commands', {}).values():
        yield from texts_of(below)


@pytest.mark.parametrize('name', COMMANDS)
def test_a_command_is_where_the_table_says_and_its_help_is_in_one_language(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    helps = {}
    for language in ('vi', 'en'):
        monkeypatch.setenv('DOTHI_LANG', language)
        command = CommandTable(COMMANDS)[name]
        assert command.name == name
        helps[language] = dict(texts_of(command))
    for place, vietnamese in helps['vi'].items():
        english = helps['en'][place]
        assert vietnamese, f'dothi {place}: has no help'
        assert english, f'dothi {place}: has no help'
        assert '·' not in vietnamese + english
        assert vietnamese != english, f'dothi {place}: write its help as "Tiếng Việt · English"'


@pytest.mark.parametrize(
    'arguments',
    [
        ['dothi', '--lang', 'en', 'check', 'file.csv'],
        ['dothi', 'check', 'file.csv', '--lang', 'en'],
        ['dothi', 'check', '--lang=en', 'file.csv'],
    ],
)
def test_the_language_may_stand_anywhere(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_LANG', 'vi')
    set_language(arguments)
    assert arguments == ['dothi', '--lang', 'en', 'check', 'file.csv']
    assert reader_language() == 'en'


@pytest.mark.parametrize('arguments', [['dothi', '--', '--lang', 'en'], ['dothi', 'check', '--lang'], ['dothi']])
def test_what_says_no_language_stays_as_it_is(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_LANG', 'vi')
    before = list(arguments)
    set_language(arguments)
    assert (arguments, reader_language()) == (before, 'vi')


@pytest.mark.parametrize('module', ['dothi.cli.app', 'dothi.cli.delivery'])
def test_what_a_command_needs_is_imported_when_it_is_called(module: str) -> None:
    """`dothi check` starts the closed room first; libraries imported before that would be waited for twice."""
    script = f'import {module}, sys; print(*[name for name in {SLOW} if name in sys.modules])'
    imported = subprocess.run([sys.executable, '-c', script], check=True, capture_output=True, text=True)
    assert imported.stdout.split() == []


def test_whoever_starts_and_ends_services_imports_no_analysis() -> None:
    """`dothi up` and `down`, and each process of the database: analyses and drawing the demo take a second more."""
    analyses = ('scipy', 'shapely', 'pyarrow', 'rasterio', 'pygeoapi')
    script = f'import dothi.cli.instance, sys; print(*[name for name in {analyses} if name in sys.modules])'
    imported = subprocess.run([sys.executable, '-c', script], check=True, capture_output=True, text=True)
    assert imported.stdout.split() == []
