"""The table of commands: each is there under its name, and none costs the others their time."""

import subprocess
import sys

import pytest

from dothi.cli.app import COMMANDS, CommandTable

SLOW = ('numpy', 'pyarrow', 'shapely', 'sqlalchemy', 'fiona', 'rasterio', 'pyogrio')


@pytest.mark.parametrize('name', COMMANDS)
def test_a_command_is_where_the_table_says(name):
    command = CommandTable(COMMANDS)[name]
    assert command.name == name
    assert ' · ' in (command.help or ''), f'{name}: its help has to be "Tiếng Việt · English"'


@pytest.mark.parametrize('module', ['dothi.cli.app', 'dothi.cli.delivery'])
def test_what_a_command_needs_is_imported_when_it_is_called(module):
    """`dothi check` starts the closed room first; libraries imported before that would be waited for twice."""
    script = f'import {module}, sys; print(*[name for name in {SLOW} if name in sys.modules])'
    imported = subprocess.run([sys.executable, '-c', script], check=True, capture_output=True, text=True)
    assert imported.stdout.split() == []
