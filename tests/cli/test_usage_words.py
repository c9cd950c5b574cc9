"""A command line that cannot be read is refused in the reader's language, whatever typer says of it in English."""

import re

import pytest
import typer

from dothi.cli.app import app
from dothi.cli.usage_words import SENTENCES, explain_usage

MISTAKES = (
    ('deliver',),
    ('receipt',),
    ('delivr',),
    ('deliveri',),
    ('releases', '--fo'),
    ('releases', '--such-an-option'),
    ('rollback', 'schools', 'x'),
    ('deliver', 'x', '-l'),
    ('deliver', '.', '-l', 'schools', '--mode', 'all'),
    ('releases', 'a', 'b'),
    ('serve', '--port', '70000'),
    ('serve', '--port', '0'),
    ('status', '--json=3'),
    ('--lang',),
    ('units', 'convert', 'nowhere.csv'),
    ('units', 'convert', 'pyproject.toml'),
    ('check', 'pyproject.toml', '--as-of', 'today'),
    ('worker', '-c', 'two'),
    ('people', 'revoke', 'lan', '1'),
)


@pytest.mark.parametrize('arguments', MISTAKES, ids=' '.join)
def test_what_typer_says_is_said_in_vietnamese(arguments: tuple[str, ...]) -> None:
    with pytest.raises(typer.TyperException) as wrong:
        app([*arguments], standalone_mode=False)
    message = str(wrong.value.format_message()).rstrip('.')
    text = explain_usage(message)
    assert text.vi != text.en, f'{message!r} has no Vietnamese: add it to SENTENCES (dothi/cli/usage_words.py)'
    for english in (
        'Input should',
        'No such',
        'Invalid',
        'Missing',
        'Did you',
        'Got ',
        'does not',
        'is not',
        'Value error',
    ):
        assert english not in text.vi
    assert text.vi.endswith(('.', '?'))
    assert '?.' not in text.vi + text.en


def test_no_sentence_is_without_use() -> None:
    """Each of them fits something that typer says today."""
    messages = []
    for arguments in MISTAKES:
        with pytest.raises(typer.TyperException) as wrong:
            app([*arguments], standalone_mode=False)
        messages.append(str(wrong.value.format_message()).rstrip('.'))
    unused = [english for english, _ in SENTENCES if not any(re.search(english, text, re.S) for text in messages)]
    assert unused == []
