"""How heavy the code is and what its names say: a table of one or several revisions.

    .venv/bin/python -m bench.code_table [REVISION ...]     the working tree where none is named

Read by people and by tests/docs/test_code_table.py. The names are read, too: `told_text` is no better than `told`.
"""

import ast
import io
import re
import subprocess
import sys
import tempfile
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dothi.core.settings import PROJECT

ROOTS = ('dothi', 'etl', 'processes', 'demo', 'bench')
# Participles and pronouns: a name of these alone does not say what the value is.
VAGUE = frozenset({
    'about', 'all', 'asked', 'away', 'come', 'drawn', 'found', 'given', 'gone', 'heard', 'held', 'here', 'its',
    'kept', 'known', 'lie', 'lies', 'meant', 'named', 'one', 'others', 'said', 'seen', 'sent', 'shown', 'so', 'some',
    'such', 'taken', 'that', 'there', 'these', 'thing', 'things', 'this', 'those', 'told', 'wanted',
})  # fmt: skip
NOT_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# What a how-to changes: the file that it names in front of a piece of code, or in a diff, or with the piece.
NAMED_BEFORE = re.compile(r'^[^\n]*`([\w/.-]+\.(?:py|yml))`[^\n]*:\n\n *```', re.M)
IN_DIFF = re.compile(r'^ *\+\+\+ b/(\S+)$', re.M)
WITH_PIECE = re.compile(r'^ *```\w+ ([\w/.-]+\.(?:py|yml))$', re.M)
HOW_TOS = {
    'parameter': 'query-parameter',
    'format': 'format',
    'analysis': 'analysis',
    'layer': 'layer',
    'check': 'check',
}


@dataclass(frozen=True)
class CodeFigures:
    """Figures of one tree of code. lines: without blanks, comments and docstrings."""

    files: int
    lines: int
    longest_file: int
    longest_body: int
    names: int
    vague_names: int
    parameters: int
    vague_parameters: int
    functions: int
    one_word_functions: int

    def rows(self) -> dict[str, str]:
        """The figures by what they are, as the table shows them."""
        return {
            'files': f'{self.files:,}',
            'lines of code': f'{self.lines:,}',
            'longest file, lines': str(self.longest_file),
            'longest function, lines': str(self.longest_body),
            'names that say nothing': f'{self.vague_names / self.names:.1%}',
            'parameters that say nothing': f'{self.vague_parameters / self.parameters:.1%}',
            'functions of one word': f'{self.one_word_functions / self.functions:.0%}',
        }


def is_vague(name: str) -> bool:
    """Whether every word of the name, but single letters, is one of VAGUE."""
    words = [word for word in name.strip('_').lower().split('_') if len(word) > 1]
    return bool(words) and all(word in VAGUE for word in words)


def measure_code(root: Path) -> CodeFigures:
    """The figures of the packages below `root`."""
    files = sorted(file for name in ROOTS for file in (root / name).rglob('*.py'))
    texts = [file.read_text(encoding='utf-8') for file in files]
    trees = [ast.parse(text) for text in texts]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    functions = [node for node in functions if not node.name.startswith('__')]
    values = [name for tree in trees for node in ast.walk(tree) for name in _assigned(node)]
    names = [*values, *(node.name for node in functions)]
    parameters = [part.arg for node in functions for part in ast.walk(node.args) if isinstance(part, ast.arg)]
    return CodeFigures(
        files=len(files),
        lines=sum(len(_lines_of_code(text, tree)) for text, tree in zip(texts, trees, strict=True)),
        longest_file=max(text.count('\n') for text in texts),
        longest_body=max(map(_body_lines, functions)),
        names=len(names),
        vague_names=sum(map(is_vague, names)),
        parameters=len(parameters),
        vague_parameters=sum(map(is_vague, parameters)),
        functions=len(functions),
        one_word_functions=sum('_' not in node.name.strip('_') for node in functions),
    )


def files_of_how_to(subject: str) -> set[str]:
    """The files of code that the how-to for adding a `subject` makes or changes; tests and styles do not count."""
    (page,) = (PROJECT / 'docs' / 'how-to').glob(f'add-a*-{HOW_TOS[subject]}.md')
    text = page.read_text(encoding='utf-8')
    paths = {path for pattern in (NAMED_BEFORE, IN_DIFF, WITH_PIECE) for path in pattern.findall(text)}
    return {path for path in paths if not path.startswith(('tests/', 'styles/'))}


def _assigned(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.For | ast.comprehension):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


def _lines_of_code(text: str, tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NOT_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node):
            docstring = node.body[0]
            lines.difference_update(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
    return lines


def _body_lines(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _figures_of(revision: str) -> CodeFigures:
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(['git', 'archive', revision, *ROOTS], cwd=PROJECT, check=True, capture_output=True)
        subprocess.run(['tar', '-x', '-C', folder], input=archive.stdout, check=True)
        return measure_code(Path(folder))


def main(revisions: list[str]) -> None:
    """Prints the table in Markdown, a column for each revision."""
    figures = [_figures_of(revision) for revision in revisions] or [measure_code(PROJECT)]
    columns = [one.rows() for one in figures]
    print('| |', ' | '.join(revisions or ['now']), '|')
    print('| --- |', ' | '.join('--- ' for _ in columns), '|')
    for title in columns[0]:
        print(f'| {title} |', ' | '.join(column[title] for column in columns), '|')
    for subject in HOW_TOS:
        print(f'| files of code for a {subject} |', len(files_of_how_to(subject)), '|')


if __name__ == '__main__':
    main(sys.argv[1:])
