"""Help speaks one language from its first line to its last, the frame that typer writes around it included."""

import re

import pytest

from dothi.cli.app import COMMANDS
from tests.cli.test_cli import dothi

VIETNAMESE = re.compile('[ăâđêôơưáàảãạéèẻẽẹíìỉĩịóòỏõọúùủũụýỳỷỹỵ]|[\u1ea0-\u1ef9]', re.IGNORECASE)
FRAME = re.compile(r'Usage|OPTIONS|COMMAND|ARGS|Options|Arguments|Commands|default:|required|Show this message')


@pytest.mark.parametrize('name', ['', *COMMANDS])
def test_help_is_in_one_language_to_its_last_word(name: str) -> None:
    """Of a command, and of dothi itself."""
    arguments = [name, '--help'] if name else ['--help']
    vietnamese, english = (
        dothi(*arguments, env={'DOTHI_LANG': language, 'COLUMNS': '200'}).stdout for language in ('vi', 'en')
    )
    assert not FRAME.search(vietnamese)
    assert 'Cách dùng: dothi' in vietnamese
    assert not VIETNAMESE.search(english)
    assert 'Usage: dothi' in english
