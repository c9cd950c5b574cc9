"""Vietnamese sentences write numbers with Vietnamese signs."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

from dothi.core.settings import PROJECT


def test_no_vietnamese_sentence_writes_thousands_as_english_does() -> None:
    """An f-string knows no language: `number_vi` does, and `Text.format`."""
    tracked = subprocess.run(
        ['git', 'ls-files', '*.py'], cwd=PROJECT, check=True, capture_output=True, text=True
    ).stdout
    sources = [name for name in tracked.splitlines() if not name.startswith(('tests/', 'bench/', 'docs/'))]
    assert [f'{name}:{line}' for name in sources for line in english_thousands(PROJECT / name)] == []


def english_thousands(source: Path) -> Iterator[int]:
    """The lines of `source` on which the Vietnamese half of a text formats a number by `,`."""
    for node in ast.walk(ast.parse(source.read_text(encoding='utf-8'))):
        if isinstance(node, ast.keyword) and node.arg == 'vi':
            for part in ast.walk(node.value):
                if isinstance(part, ast.FormattedValue) and part.format_spec and ',' in ast.unparse(part.format_spec):
                    yield part.lineno
