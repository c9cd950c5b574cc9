"""What an agency is never told: options and commands of the platform, its files and settings."""

import re
from collections.abc import Iterator

from dothi.core.errors import DataRefused, DothiError, HeldForDecision
from dothi.core.text import Text
from etl.report.model import Report

OF_THE_PLATFORM = re.compile(r'(?<![\w<-])--[a-z]|\bdothi [a-z]|\blocality/|\.yml\b|\bDOTHI_')
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
    for row in [*report.rows.bad, *report.rows.warnings, *report.rows.repairs]:
        yield Text(vi=row.message, en=row.message_en)
