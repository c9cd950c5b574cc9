"""What an agency is never told: options and commands of the platform, its files and settings."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from dothi.core.errors import DataRefused, DothiError, HeldForDecision
from dothi.core.text import Text
from etl.report.model import Report

OF_THE_PLATFORM = re.compile(r'(?<![\w<-])--[a-z]|\bdothi [a-z]|\blocality/|\blocalities/|\.yml\b|\bDOTHI_')
STYLE_OR_SCRIPT = re.compile(r'<(style|script)>.*?</\1>', re.DOTALL)


def must_speak_to_agencies(*texts: Text) -> None:
    """Fails where a text says more than an agency can follow; what it says to stewards only is beside it."""
    for text in texts:
        for said in (text.vi, text.en):
            assert not OF_THE_PLATFORM.search(said), said


def must_be_a_page_for_agencies(html: str) -> None:
    """The same of a page, in both its languages."""
    found = OF_THE_PLATFORM.search(STYLE_OR_SCRIPT.sub('', html))
    assert found is None, html[found.start() - 80 : found.end() + 80]


def must_be_a_report_for_agencies(report: Report) -> None:
    must_speak_to_agencies(*report.notes, *_row_texts(report), *(found.evidence for found in report.text.values()))


def must_be_a_refusal_for_agencies(error: DothiError) -> None:
    if isinstance(error, DataRefused | HeldForDecision):
        must_speak_to_agencies(error.text)


def _row_texts(report: Report) -> Iterator[Text]:
    for fault in (*report.rows.bad, *report.rows.warnings):
        yield Text(vi=fault.message, en=fault.message_en)
    for repair in report.rows.repairs:
        yield Text(vi=repair.message, en=repair.message_en)


def texts_in_source(folder: Path, left_out: tuple[str, ...], errors: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """File and literal parts of each text in `vi=` and `en=` below `folder`, but for what is under `steward=`.

    left_out: how paths begin that are not read. errors: names of error classes that are not read.
    """
    for path in sorted(folder.rglob('*.py')):
        file = path.relative_to(folder).as_posix()
        if not file.startswith(left_out):
            yield from ((file, text) for text in _texts_below(ast.parse(path.read_text(encoding='utf-8')), errors))


def _texts_below(node: ast.AST, errors: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func).removesuffix('.with_suggestion') in errors:
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.keyword) and child.arg in ('vi', 'en'):
            yield ''.join(_text_of(part) for part in ast.walk(child.value))
        elif not (isinstance(child, ast.keyword) and child.arg == 'steward'):
            yield from _texts_below(child, errors)


def _text_of(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ''
