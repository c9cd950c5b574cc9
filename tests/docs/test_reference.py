"""The documentation says what the code does."""

import importlib.util
import re
from types import ModuleType

import pytest

from docs.conformance import declared_classes, modules_by_class
from docs.deviations import DEVIATIONS, NOT_DECLARED
from dothi.cartography.style.style_file import ByColumn, Classes, Part, Style, StyleFile
from dothi.core.export.formats import PAGED
from dothi.core.settings import PROJECT

DOCS = PROJECT / 'docs'


@pytest.fixture(scope='module')
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location('docs_generate', DOCS / 'generate.py')
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_tables_are_what_make_docs_would_write(generate: ModuleType) -> None:
    for name, content in generate.pages().items():
        assert (DOCS / name).read_text(encoding='utf-8') == content, f'run "make docs" ({name})'


def test_every_declared_class_has_a_row_and_a_module_of_tests() -> None:
    """Of every API, of WMS and of WMTS; and no module names a class of theirs that is declared nowhere."""
    page = (DOCS / 'reference' / 'conformance.md').read_text(encoding='utf-8')
    modules = modules_by_class()
    for key, service in declared_classes().items():
        standard, _, name = key.partition('/')
        section = page.partition(f'## {standard}\n')[2].partition('\n## ')[0]
        rows = [line for line in section.splitlines() if line.startswith(f'| `{name}` | {service} |')]
        assert len(rows) == 1, key
        assert modules[key], key
        assert all(file.name in rows[0] for file in modules[key]), key
    assert sorted(modules.keys() - declared_classes().keys()) == []


def test_what_is_different_is_said_of_declared_classes_only() -> None:
    assert sorted(DEVIATIONS.keys() - declared_classes().keys()) == []
    assert sorted(NOT_DECLARED.keys() & declared_classes().keys()) == []


def test_every_key_of_a_style_file_is_explained_in_both_languages() -> None:
    keys = {name for model in (StyleFile, Style, Part, ByColumn, Classes) for name in model.model_fields}
    for page in ('style-a-layer.md', 'style-a-layer.vi.md'):
        guide = (DOCS / 'how-to' / page).read_text(encoding='utf-8')
        assert {key for key in keys if f'`{key}`' not in guide} == set(), page


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in [*PROJECT.glob('*.md'), *DOCS.rglob('*.md')]:
        for target in re.findall(r'\]\(([^)#]+)(?:#[^)]*)?\)', page.read_text(encoding='utf-8')):
            if not target.startswith(('http:', 'https:', 'mailto:')):
                assert (page.parent / target).exists(), f'{page.relative_to(PROJECT)} links to {target}'


@pytest.mark.parametrize(
    'page', ['download-data.md', 'download-data.vi.md', 'query-features.md', 'query-features.vi.md']
)
def test_pages_about_downloads_name_every_format_of_items(page: str) -> None:
    text = (DOCS / 'how-to' / page).read_text(encoding='utf-8')
    assert [name for name in PAGED if name not in re.findall(r'`(?:f=)?(\w+)`', text)] == [], f'name it in {page}'


def test_every_decision_says_what_and_why() -> None:
    pages = sorted((DOCS / 'decisions').glob('[0-9]*.md'))
    assert pages
    for page in pages:
        text = page.read_text(encoding='utf-8')
        assert text.startswith('# '), page.name
        assert '## Why' in text, page.name


def test_no_page_names_a_folder_of_somebody_s_machine() -> None:
    for page in [*PROJECT.glob('*.md'), *DOCS.rglob('*.md')]:
        assert not re.search(r'/(home|root|work|Users)/', page.read_text(encoding='utf-8')), page


def test_vietnamese_pages_stand_beside_the_english_ones() -> None:
    """The quick start and the users' guides are in both languages."""
    for page in [PROJECT / 'README.md', *(DOCS / 'tutorial').glob('*.md'), *(DOCS / 'how-to').glob('*.md')]:
        if not page.name.endswith('.vi.md'):
            assert page.with_suffix('.vi.md').exists(), page.relative_to(PROJECT)
