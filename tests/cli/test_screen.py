"""What people see on a terminal: words of files that cannot steer it."""

import io

import pytest
from rich.table import Table
from rich.text import Text

from dothi.cli import status_screen
from dothi.cli.messages import Screen


def shown(screen: Screen, *what: object) -> str:
    for one in what:
        screen.print(one)
    return str(screen.file.getvalue())  # type: ignore[attr-defined]


def test_words_of_a_file_cannot_steer_the_terminal() -> None:
    """A delivery whose address clears the screen, or names the window: shown as signs, in tables and alone."""
    table = Table('address')
    table.add_row(Text('\x1b[2JSố 12\x07 \x9b31m'))
    text = shown(Screen(file=io.StringIO(), width=80), table, Text('\x1b]0;x\x07'))
    assert '\x1b' not in text
    assert '\x9b' not in text
    assert 'Số 12' in text


def test_the_screens_own_colours_stay() -> None:
    text = shown(Screen(file=io.StringIO(), width=80, force_terminal=True, color_system='standard'), '[red]x[/red]\ny')
    assert '\x1b[31mx' in text
    assert text.count('\n') == 2


@pytest.mark.parametrize(('is_checkout', 'command'), [(True, 'make down'), (False, 'dothi down')])
def test_an_installation_without_a_makefile_is_ended_by_its_command(
    is_checkout: bool, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_screen, 'IN_REPOSITORY', is_checkout)
    monkeypatch.delenv('DOTHI_STATE', raising=False)
    assert status_screen._stop_command() == command
