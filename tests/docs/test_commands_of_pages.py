"""The commands that a page names are there, with the options that it names."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from dothi.cli.app import app
from dothi.core.settings import PROJECT

PAGES = sorted(
    page for page in (PROJECT / 'docs').rglob('*.md') if page.parent.name != 'decisions'
) + [PROJECT / name for name in ('README.md', 'README.vi.md', 'CONTRIBUTING.md', 'RELEASING.md')]  # fmt: skip
BLOCK, SPAN = re.compile(r'```[^\n]*\n(.*?)```', re.DOTALL), re.compile(r'`([^`\n]+)`')
COMMAND = re.compile(r'(?:^|[\s(/])dothi +([a-z][^|&;>#)]*)')
# Of a container: its name is `dothi`, and its service, whose program is `dothi`, follows.
IN_CONTAINERS = re.compile(r'docker|podman|hostssl|chown|install -d|useradd')
OF_ALL = {'--help', '--lang'}
PROGRAM = typer.main.get_command(app)


def commands_of(page: Path) -> Iterator[str]:
    """What the page has behind `dothi`, in blocks and between words."""
    text = page.read_text(encoding='utf-8')
    lines = [line for block in BLOCK.findall(text) for line in block.replace('\\\n', ' ').splitlines()]
    for line in [*lines, *SPAN.findall(BLOCK.sub('', text))]:
        if not IN_CONTAINERS.search(line):
            yield from COMMAND.findall(line)


def words_of(command: str) -> list[str]:
    try:
        return shlex.split(command, comments=True)
    except ValueError:  # an apostrophe, where the command stands in a sentence
        return command.split()


def what_is_wrong(command: str) -> str | None:
    """The word that is no command, or the options that the command does not have."""
    words, called = words_of(command), PROGRAM
    while words and not words[0].startswith('-') and (group := getattr(called, 'commands', None)):
        if words[0] not in group:
            return None if called.params and called is not PROGRAM else f'{words[0]} in: dothi {command}'
        called = group[words.pop(0)]
    options = {name for parameter in called.params for name in (*parameter.opts, *parameter.secondary_opts)} | OF_ALL
    used_options = {word.partition('=')[0] for word in words if re.match(r'--?[a-z]', word)}
    return f'{sorted(used_options - options)} in: dothi {command}' if used_options - options else None


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_a_command_that_a_page_names_is_there(page: Path) -> None:
    assert [wrong for command in commands_of(page) if (wrong := what_is_wrong(command))] == []


def test_pages_name_many_commands() -> None:
    assert sum(1 for page in PAGES for _ in commands_of(page)) > 400
    assert what_is_wrong('compare schools') == 'compare in: dothi compare schools'
    assert what_is_wrong('deliver a.gpkg --layers schools') == "['--layers'] in: dothi deliver a.gpkg --layers schools"
