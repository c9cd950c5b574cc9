"""The code of a how-to page: fenced blocks that name the file they belong to, and diffs."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

FENCE = re.compile(
    r'^(?P<indent> *)```(?P<language>\w+) ?(?P<file>[\w./-]*)\n(?P<text>.*?)^(?P=indent)```$', re.M | re.S
)


def files_of(page: Path) -> dict[str, str]:
    """Contents of the files that the page shows whole, by their paths."""
    return {fence['file']: text for fence, text in _fences(page) if fence['file']}


def write_files(page: Path, folder: Path) -> None:
    """Write the files of the page into `folder`."""
    for name, text in files_of(page).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding='utf-8')


def apply_diffs(page: Path, folder: Path) -> None:
    """Change the files of `folder` as the page's diffs say.

    A hunk has no line numbers, which would go stale: its lines before the change must stand in the file exactly once.
    """
    for fence, text in _fences(page):
        if fence['language'] == 'diff':
            head, *hunks = re.split(r'^@@ @@\n', text, flags=re.M)
            file = folder / re.findall(r'^\+\+\+ b/(.*)$', head, flags=re.M)[0]
            file.write_text(_changed(file.read_text(encoding='utf-8'), hunks, page), encoding='utf-8')


def _changed(content: str, hunks: list[str], page: Path) -> str:
    for hunk in hunks:
        lines = hunk.splitlines(keepends=True)
        before = ''.join(line[1:] for line in lines if not line.startswith('+'))
        after = ''.join(line[1:] for line in lines if not line.startswith('-'))
        count = content.count(before)
        assert count == 1, f'{page.name}: these lines stand {count} times in the file; correct the diff:\n{before}'
        content = content.replace(before, after)
    return content


def _fences(page: Path) -> Iterator[tuple[re.Match[str], str]]:
    for fence in FENCE.finditer(page.read_text(encoding='utf-8')):
        yield fence, textwrap.dedent(fence['text'])
