"""What a check of the installation says: how grave it is, what is so, and what to do."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel

from dothi.core.text import Text

type Severity = Literal['ok', 'warning', 'fault']
NOTHING = Text(vi='', en='')


class Finding(BaseModel):
    """One answer of a check. subject: what was looked at, such as `disk`; advice: what to do, if anything."""

    subject: str
    severity: Severity
    text: Text
    advice: Text = NOTHING


class Examination(BaseModel):
    """All findings, in the order of the checks."""

    findings: list[Finding]

    @property
    def has_faults(self) -> bool:
        """Whether something is to be done now; warnings can wait."""
        return any(finding.severity == 'fault' for finding in self.findings)


def ok(subject: str, text: Text) -> Finding:
    """All is well."""
    return Finding(subject=subject, severity='ok', text=text)


def warning(subject: str, text: Text, advice: Text) -> Finding:
    """It works, and will not for ever."""
    return Finding(subject=subject, severity='warning', text=text, advice=advice)


def fault(subject: str, text: Text, advice: Text) -> Finding:
    """It does not work, or data are in danger."""
    return Finding(subject=subject, severity='fault', text=text, advice=advice)


def graded(subject: str, is_fault: bool, is_warning: bool, text: Text, advice: Text) -> Finding:
    """The finding as grave as the figures behind it are."""
    if is_fault:
        return fault(subject, text, advice)
    return warning(subject, text, advice) if is_warning else ok(subject, text)


def or_ok(findings: Iterable[Finding], subject: str, text: Text) -> list[Finding]:
    """The findings, or that all is well where there is none."""
    return list(findings) or [ok(subject, text)]
