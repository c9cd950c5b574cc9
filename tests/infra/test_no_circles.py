"""Modules import one another in one direction, so that each can be read, and changed, after those that it rests on."""

import ast
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from dothi.core.settings import PROJECT

PACKAGES = ('dothi', 'etl', 'processes', 'demo')


def module_name(file: Path) -> str:
    return '.'.join(file.relative_to(PROJECT).with_suffix('').parts).removesuffix('.__init__')


def imported_modules(file: Path, modules: dict[str, int]) -> set[str]:
    """The modules of the project that a file imports anywhere, for type checkers too: a circle put off is a circle."""
    nodes = [*ast.walk(ast.parse(file.read_text(encoding='utf-8')))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f'{node.module}.{alias.name}' for alias in node.names}
            names.add(node.module)
    return names & modules.keys()


def test_no_modules_import_one_another_in_a_circle() -> None:
    files = [file for package in PACKAGES for file in sorted((PROJECT / package).rglob('*.py'))]
    numbers = {module_name(file): number for number, file in enumerate(files)}
    pairs = [(numbers[module_name(file)], numbers[name]) for file in files for name in imported_modules(file, numbers)]
    # a package whose __init__ takes things from its own modules is no circle
    start, end = np.array([(one, other) for one, other in pairs if files[other].name != '__init__.py']).T
    assert len(start) > 2_000
    _, group = connected_components(
        csr_matrix((np.ones(len(start)), (start, end)), (len(files),) * 2), connection='strong'
    )
    circles = [[str(files[number]) for number in np.flatnonzero(group == label)] for label in np.unique(group)]
    assert [circle for circle in circles if len(circle) > 1] == [], 'move what they share into a module below both'
