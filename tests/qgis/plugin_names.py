"""Which names of QGIS the plugin uses, and since which version each is there. Runs under the Python that has QGIS.

Argument: the folder of the plugin. Writes JSON: the version by name, of what the documentation of QGIS dates.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import qgis.core
import qgis.gui
from qgis.PyQt import QtCore, QtGui, QtNetwork, QtWidgets

SINCE = re.compile(r'versionadded:: (\d+)\.(\d+)')
MODULES = (qgis.core, qgis.gui)
# What Qt's classes have is older than any QGIS.
OWNERS = (*MODULES, QtCore, QtGui, QtNetwork, QtWidgets)
CLASSES = [value for module in OWNERS for value in vars(module).values() if isinstance(value, type)]

type Version = tuple[int, int]


def since(name: str, documented: Any) -> Version | None:
    """The version in which the first of its signatures came; None where one of them is undated, and so older."""
    text = documented.__doc__ if isinstance(documented.__doc__, str) else ''
    versions = [(int(major), int(minor)) for major, minor in SINCE.findall(text)]
    signatures = len(re.findall(rf'^{name}\(', text, re.MULTILINE)) or 1
    return min(versions) if len(versions) >= signatures else None


def class_since(name: str) -> Version | None:
    """The version of a class, which stands above its constructors, whose own say nothing of others."""
    text = next((vars(module)[name].__doc__ or '' for module in MODULES if name in vars(module)), '')
    found = SINCE.search(re.split(rf'^{name}\(', text, maxsplit=1, flags=re.MULTILINE)[0])
    return (int(found[1]), int(found[2])) if found else None


def member_since(name: str) -> Version | None:
    """The version since which any class of QGIS has a member of that name; None where an undated one has it."""
    versions = [since(name, getattr(owner, name, None)) for owner in CLASSES if name in vars(owner)]
    dated = [version for version in versions if version]
    return min(dated) if dated and len(dated) == len(versions) else None


def names_of(tree: ast.AST) -> Iterator[tuple[str, Version | None]]:
    """The classes that a file imports from QGIS, and all members that it reaches for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in {'qgis.core', 'qgis.gui'}:
            yield from ((alias.name, class_since(alias.name)) for alias in node.names)
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else ''
            known = next((vars(module)[owner] for module in MODULES if owner in vars(module)), None)
            if known is None:
                yield node.attr, member_since(node.attr)
            else:
                yield f'{owner}.{node.attr}', since(node.attr, getattr(known, node.attr))


found = {
    name: version
    for file in sorted(Path(sys.argv[1]).rglob('*.py'))
    for name, version in names_of(ast.parse(file.read_text(encoding='utf-8')))
}
sys.stdout.write(json.dumps({name: version for name, version in found.items() if version}))
