"""What the product defines, it uses: code that nothing but a test calls is read, typed and kept for nobody."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from dothi.core.settings import PROJECT

ROOMS = ('dothi', 'etl', 'processes', 'demo')
BESIDE = ('docs', 'bench')
# Modules that are asked for such a name one after the other.
BY_CUSTOM = {'install', 'CONFORMANCE_CLASSES', 'PUBLIC_CONFORMANCE_CLASSES'}
# Limits and settings of the tests that stand beside what they are about.
EXCEPTIONS = {
    'dothi.core.gdal.NEEDED', 'dothi.core.postgis.THROWAWAY', 'dothi.cartography.style.legibility.LEAST_DISTANCE',
}  # fmt: skip
type Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign | ast.TypeAlias


@cache
def modules() -> dict[str, ast.Module]:
    """The modules of the product, and of what is made with it, by their names."""
    files = [file for room in (*ROOMS, *BESIDE) for file in sorted((PROJECT / room).rglob('*.py'))]
    return {module_name(file): ast.parse(file.read_text(encoding='utf-8')) for file in files}


def module_name(file: Path) -> str:
    return '.'.join(file.relative_to(PROJECT).with_suffix('').parts).removesuffix('.__init__')


def definitions(tree: ast.Module) -> Iterator[tuple[str, Definition]]:
    """What a module defines for others, but for what a decorator registers."""
    for node in tree.body:
        match node:
            case ast.FunctionDef(decorator_list=[]) | ast.ClassDef():
                yield node.name, node
            case ast.Assign():
                yield from ((name, node) for target in node.targets for name in names_in(target))
            case ast.AnnAssign() | ast.TypeAlias():
                target = node.target if isinstance(node, ast.AnnAssign) else node.name
                yield from ((name, node) for name in names_in(target))


def names_in(node: ast.AST) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


@cache
def imported() -> set[str]:
    """What modules take from one another, as `module.name`, by its name or through the module."""
    return {name for tree in modules().values() for name in taken_from_others(tree)}


def taken_from_others(tree: ast.Module) -> Iterator[str]:
    aliases = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                aliases[alias.asname or alias.name] = f'{node.module}.{alias.name}'
        elif isinstance(node, ast.Import):
            aliases |= {alias.asname or alias.name: alias.name for alias in node.names}
    yield from aliases.values()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f'{aliases.get(node.value.id, node.value.id)}.{node.attr}'


@cache
def written() -> set[str]:
    """Words of strings and of the analyses' list, where functions stand that are imported when they are needed."""
    texts = [text for tree in modules().values() for text in strings(tree)]
    texts.append((PROJECT / 'pygeoapi-config.yml').read_text(encoding='utf-8'))
    return {word for text in texts for word in re.findall(r'\w+', text)}


def strings(tree: ast.Module) -> Iterator[str]:
    """Names in strings: `etl.closed_room.jobs:read_layer`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r'[\w.]*:?\w+', node.value):
            yield node.value


def is_used(module: str, name: str, definition: Definition) -> bool:
    full_name = f'{module}.{name}'
    if name in BY_CUSTOM or full_name in EXCEPTIONS or full_name in imported() or name in written():
        return True
    rest = (node for node in modules()[module].body if node is not definition)
    return any(
        isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Load)
        for node in rest for part in ast.walk(node)
    )  # fmt: skip


def test_what_a_module_defines_is_used_by_the_product() -> None:
    idle = [
        f'{module}.{name}'
        for module, tree in modules().items()
        for name, definition in definitions(tree)
        if module.startswith(ROOMS) and not name.startswith('__') and not is_used(module, name, definition)
    ]
    assert len(modules()) > 1_000
    assert idle == [], 'only tests use these, or nothing: take them away'
