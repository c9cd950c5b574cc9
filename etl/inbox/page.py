"""The pages of the inbox: its guide, and why a file was put aside."""

from collections.abc import Iterable

from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.inbox.sendable import sendable
from etl.pages import template

# The guides of the locality that they were last written for: each look at the inbox compares those of all agencies.
_guides: tuple[Locality | None, dict[str, str]] = (None, {})


def guide(agency: str, locality: Locality) -> str:
    """How the agency uses its folder, as HTML in both languages."""
    global _guides  # noqa: PLW0603 (one value, replaced whole)
    if _guides[0] is not locality:
        _guides = (locality, {})
    pages = _guides[1]
    if agency not in pages:
        pages[agency] = _page(agency, locality, sendable(agency, locality))
    return pages[agency]


def put_aside(file: str, why: Text, candidates: Iterable[str], agency: str, locality: Locality) -> str:
    """Why `file` became no delivery, which layers it could be of, and what to do."""
    return _page(agency, locality, candidates, file, why)


def _page(
    agency: str, locality: Locality, layers: Iterable[str], file: str | None = None, why: Text | None = None
) -> str:
    described = [locality.described(name) for name in layers]
    return template('inbox.html').render(agency=locality.agencies[agency], layers=described, file=file, why=why)
