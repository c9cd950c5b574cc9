"""Help speaks one language from its first line to its last, the frame that typer writes around it included."""

import os
import re

import pytest

from dothi.cli.app import COMMANDS
from tests.forked import run_program

VIETNAMESE = re.compile('[ăâđêôơưáàảãạéèẻẽẹíìỉĩịóòỏõọúùủũụýỳỷỹỵ]|[\u1ea0-\u1ef9]', re.IGNORECASE)
FRAME = re.compile(r'Usage|OPTIONS|COMMAND|ARGS|Options|Arguments|Commands|default:|required|Show this message')
# The help of each command in the arguments, one after the other: a process for each took ten times as long.
EACH_HELP = """
import sys
from contextlib import suppress
from dothi.cli.app import main
for name in sys.argv[1:]:
    sys.argv = ['dothi', *name.split(), '--help']
    with suppress(SystemExit):
        main()
    print(chr(12), end='')
"""
NAMES = ['', *COMMANDS]


@pytest.fixture(scope='module')
def shown() -> dict[str, dict[str, str]]:
    """By language and name of the command."""

    def show_all(language: str) -> dict[str, str]:
        environment = os.environ | {'DOTHI_LANG': language, 'COLUMNS': '200', 'NO_COLOR': '1'}
        *pages, rest = run_program(EACH_HELP, NAMES, environment).stdout.split('\f')
        assert not rest
        return dict(zip(NAMES, pages, strict=True))

    return {language: show_all(language) for language in ('vi', 'en')}


@pytest.mark.parametrize('name', NAMES)
def test_help_is_in_one_language_to_its_last_word(name: str, shown: dict[str, dict[str, str]]) -> None:
    """Of a command, and of dothi itself."""
    vietnamese, english = (shown[language][name] for language in ('vi', 'en'))
    assert not FRAME.search(vietnamese)
    assert f'Cách dùng: {" ".join(["dothi", name]).strip()} ' in vietnamese
    assert not VIETNAMESE.search(english)
    assert f'Usage: {" ".join(["dothi", name]).strip()} ' in english
