"""The conformance page: every class that the services declare, which tests hold it, and what is knowingly different."""

import ast
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path

from docs.deviations import DEVIATIONS, NOT_DECLARED
from dothi.api.app import blueprints_for
from dothi.api.common.conformance import declared_by
from dothi.core.layer import Audience
from dothi.core.settings import PROJECT
from dothi.core.text import Text

TESTS = PROJECT / 'tests' / 'api'
AUDIENCES: tuple[Audience, ...] = ('internal', 'public')
# WMS and WMTS have no addresses for their classes: these are groups of tests of OGC's executable suites.
OWS_CLASSES = (
    'wms 1.3.0/basic', 'wms 1.3.0/queryable', 'wms 1.3.0/time', 'wms 1.3.0/recommendations', 'wms 1.1.1/basic',
    'wms 1.1.1/queryable', 'wmts 1.0.0/kvp-get', 'wmts 1.0.0/restful', 'wmts 1.0.0/feature-info',
)  # fmt: skip
HEAD = """\
What `/api/conformance` declares, and what WMS and WMTS (`/ows`) conform to, class by class. A class is declared
when every requirement of it is met, as its standard has it or as the last two columns say. The tests ask a running
service what OGC's executable suites ask. `/api/conformance` has the addresses of the classes.
"""
LEFT_OUT = 'Classes of the same standards that are not declared.\n'


def conformance_parts() -> list[str]:
    """The page without its title: a table for each standard, and what is left out."""
    parts = [HEAD]
    for standard, keys in groupby(sorted(declared_classes()), key=lambda key: key.partition('/')[0]):
        rows = [_row(key) for key in keys]
        parts += [f'## {standard}\n', _table(('class', 'service', 'tested by', 'khác biệt', 'difference'), rows)]
    rows = [(*key.split('/', 1), reason.vi, reason.en) for key, reason in sorted(NOT_DECLARED.items())]
    return [*parts, '## Not declared\n', LEFT_OUT, _table(('standard', 'class', 'vì sao', 'why'), rows)]


@cache
def declared_classes() -> dict[str, str]:
    """Each class as `standard version/class`, with the service that declares it."""
    by_key: dict[str, set[Audience]] = defaultdict(set)
    for audience in AUDIENCES:
        for name in declared_by(blueprints_for(audience), audience):
            by_key[class_key(name)].add(audience)
    declared = {key: 'both' if len(audiences) == 2 else next(iter(audiences)) for key, audiences in by_key.items()}
    return declared | dict.fromkeys(OWS_CLASSES, 'both')


def class_key(name: str) -> str:
    """`standard version/class` of the address of a class, whatever its scheme: `ogcapi-maps-1 1.0/core`."""
    standard, version, _, *words = name.rpartition('/spec/')[2].split('/')
    return f'{standard} {version}/{"/".join(words)}'


@cache
def modules_by_class() -> dict[str, list[Path]]:
    """The modules of tests that name a class in `CLASSES` or `OWS_CLASSES`."""
    modules: dict[str, list[Path]] = defaultdict(list)
    for file in [*sorted(TESTS.glob('conformance/test_*.py')), *sorted(TESTS.glob('test_*.py'))]:
        for name in dict.fromkeys(map(_any_key, _named_classes(file))):
            modules[name].append(file)
    return modules


def _any_key(name: str) -> str:
    return class_key(name) if '://' in name else name


def _named_classes(file: Path) -> Iterable[str]:
    for node in ast.parse(file.read_text(encoding='utf-8')).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], 'id', '') in {'CLASSES', 'OWS_CLASSES'}:
            yield from ast.literal_eval(node.value)


def _row(key: str) -> tuple[str, ...]:
    nothing = Text(vi='', en='')
    modules = ', '.join(f'[{file.stem.removeprefix("test_")}]({_address(file)})' for file in modules_by_class()[key])
    different = DEVIATIONS.get(key, nothing)
    return f'`{key.partition("/")[2]}`', declared_classes()[key], modules, different.vi, different.en


def _address(file: Path) -> str:
    return f'../../{file.relative_to(PROJECT)}'


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ('---',) * len(head), *rows]
    return '\n'.join('| ' + ' | '.join(cell.replace('|', '\\|') for cell in line) + ' |' for line in lines) + '\n'
