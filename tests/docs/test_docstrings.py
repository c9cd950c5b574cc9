"""What docstrings and comments name is there: parameters, members, files."""

import ast
import re
from collections.abc import Iterator

from dothi.core.settings import PROJECT

ROOMS = ('dothi', 'etl', 'processes', 'demo', 'desktop')
# `points: shape (n, 2).` or `first, second: in metres.` at the beginning of a sentence
MEMBERS = re.compile(r'(?:^|(?<=\. ))([a-z_][a-z0-9_]*(?:, [a-z_][a-z0-9_]*)*): ')
# Functions that name so what their result has.
OF_RESULTS = {'by_group', 'in_zones', 'restate_figures'}
# `processes/reading/layers.py` in a comment or a docstring
FILE = re.compile(r'(?<![\w./-])(?:dothi|etl|processes|demo|docs|bench|desktop|tests)/[\w./-]+\.py\b')
type Described = ast.FunctionDef | ast.ClassDef


def described_names(node: Described) -> Iterator[str]:
    """The names that the docstring describes; lines of a paragraph are one line."""
    for paragraph in re.split(r'\n\s*\n', ast.get_docstring(node) or ''):
        for names in MEMBERS.findall(' '.join(paragraph.split())):
            yield from names.split(', ')


def names_of(node: Described) -> set[str]:
    """Parameters of a function; of a class its members, and the parameters and attributes of its methods."""
    parts = list(ast.walk(node)) if isinstance(node, ast.ClassDef) else list(ast.walk(node.args))
    names = {part.arg for part in parts if isinstance(part, ast.arg)}
    names |= {part.name for part in parts if isinstance(part, ast.FunctionDef)}
    names |= {part.id for part in parts if isinstance(part, ast.Name)}
    return names | {part.attr for part in parts if isinstance(part, ast.Attribute)}


def test_docstrings_describe_what_there_is() -> None:
    stale, count = [], 0
    for room in ROOMS:
        for file in sorted((PROJECT / room).rglob('*.py')):
            for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name not in OF_RESULTS:
                    described = set(described_names(node))
                    count += len(described)
                    stale += [
                        f'{file.relative_to(PROJECT)}, {node.name}: {name}' for name in described - names_of(node)
                    ]
    assert count > 1_000
    assert stale == [], 'renamed or taken away: let the docstring say what there is'


def test_files_that_the_code_names_are_there() -> None:
    mentions = {
        (file, name)
        for room in ROOMS
        for file in (PROJECT / room).rglob('*.py')
        for name in FILE.findall(file.read_text(encoding='utf-8'))
    }
    assert len(mentions) > 10
    gone = [f'{file.relative_to(PROJECT)}: {name}' for file, name in sorted(mentions) if not (PROJECT / name).exists()]
    assert gone == []
