"""Which declared conformance class is checked where: none without tests of its own."""

import ast
from pathlib import Path

import pytest

from tests.api.conformance.conftest import Api

HERE = Path(__file__).parent


def checked() -> dict[str, Path]:
    """Every class that a module of this folder names in `CLASSES`, with that module."""
    return {name: file for file in sorted(HERE.glob('test_*.py')) for name in _classes(file)}


def _classes(file: Path) -> tuple[str, ...]:
    for node in ast.parse(file.read_text(encoding='utf-8')).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], 'id', None) == 'CLASSES':
            return tuple(ast.literal_eval(node.value))
    return ()


def _tests(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding='utf-8'))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith('test_')]


@pytest.mark.both_services
def test_every_declared_class_has_tests_named_after_it(api: Api) -> None:
    """`…/ogcapi-features-1/1.0/conf/core`: `core` is in the name of the module or of a test in it."""
    known = checked()
    assert sorted(api.declared() - known.keys()) == []
    for name in sorted(api.declared()):
        file, word = known[name], name.rsplit('/', 1)[-1].replace('-', '_')
        assert _tests(file), file
        assert word in file.stem or any(word in test for test in _tests(file)), (name, file.name)


def test_nothing_is_checked_that_is_not_declared(internal: Api, public: Api) -> None:
    """A class whose tests pass but which no client can find is of no use."""
    assert sorted(checked().keys() - internal.declared() - public.declared()) == []


@pytest.mark.parametrize('file', sorted(HERE.glob('test_*.py')), ids=lambda file: file.stem)
def test_a_module_of_this_folder_is_about_classes(file: Path) -> None:
    assert file.name == Path(__file__).name or _classes(file), f'{file.name} has no CLASSES'
