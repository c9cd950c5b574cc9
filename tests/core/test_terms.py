"""Texts in two languages use one term for one thing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dothi.core.settings import PROJECT
from dothi.core.terms import TERMS, Term

PACKAGES = ('dothi', 'etl', 'processes', 'demo')
# `both('…', '…')` and its like in templates, `{vi: '…', en: '…'}` of the map page
IN_TEMPLATES = re.compile(r"""\w+\('((?:[^'\\]|\\.)*)',\s*'((?:[^'\\]|\\.)*)'""")
IN_WEB = re.compile(r"""vi: '((?:[^'\\]|\\.)*)',\s*en: '((?:[^'\\]|\\.)*)'""")

type Pair = tuple[str, str, str]


def literal(node: ast.expr) -> str | None:
    """The text of a string, with nothing in place of what is filled in; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return ''.join(str(part.value) if isinstance(part, ast.Constant) else '…' for part in node.values)
    return None


def pairs_in_code(file: Path) -> Iterator[Pair]:
    """`Text(vi=…, en=…)` and its like, `both(…, …)`, and help texts `Tiếng Việt · English`."""
    path = file.relative_to(PROJECT)
    for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Call):
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            values = [named['vi'], named['en']] if {'vi', 'en'} <= named.keys() else node.args
            texts = [literal(value) for value in values]
            if len(texts) == 2 and None not in texts:
                yield f'{path}:{node.lineno}', str(texts[0]), str(texts[1])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and ' · ' in node.value:
            vi, _, en = node.value.partition(' · ')
            yield f'{path}:{node.lineno}', vi, en


def pairs_in_pages(file: Path, form: re.Pattern[str]) -> Iterator[Pair]:
    for match in form.finditer(file.read_text(encoding='utf-8')):
        yield str(file.relative_to(PROJECT)), match[1], match[2]


@pytest.fixture(scope='module')
def pairs() -> list[Pair]:
    """Where each text in two languages stands, its Vietnamese and its English."""
    pairs: list[Pair] = []
    for package in PACKAGES:
        for file in (PROJECT / package).rglob('*.py'):
            pairs += pairs_in_code(file)
        for file in (PROJECT / package).rglob('*.html'):
            pairs += pairs_in_pages(file, IN_TEMPLATES)
    for file in (PROJECT / 'web' / 'src').rglob('*.ts'):
        pairs += pairs_in_pages(file, IN_WEB)
    return pairs


def test_texts_are_found_wherever_they_stand(pairs: list[Pair]) -> None:
    """Without this a pattern that fits nothing would make the next test pass."""
    suffixes = {where.partition(':')[0].rpartition('.')[2] for where, _, _ in pairs}
    assert suffixes == {'py', 'html', 'ts'}
    assert len(pairs) > 1_500


@pytest.mark.parametrize('term', [term for term in TERMS if term.avoid_vi], ids=lambda term: term.name.en)
def test_a_thing_has_one_name_in_vietnamese(term: Term, pairs: list[Pair]) -> None:
    """Where the English says `release`, the Vietnamese says `bản phát hành` and no other word for it."""
    plural = term.name.en.removesuffix('y') + 'ies' if term.name.en.endswith('y') else term.name.en + 's'
    names = re.compile(rf'\b({term.name.en}|{plural})\b', re.IGNORECASE)
    wrong = [
        f'{where}: "{vi[:80]}" · "{en[:80]}"'
        for where, vi, en in pairs
        if names.search(en) and any(word in vi.lower() for word in term.avoid_vi)
    ]
    assert wrong == [], f'write "{term.name.vi}" (dothi/core/terms.py)'


def test_no_two_terms_are_called_alike() -> None:
    for names in ([term.name.vi for term in TERMS], [term.name.en for term in TERMS]):
        assert len(names) == len(set(names))
