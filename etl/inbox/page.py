"""The pages of the inbox: its guide, and why a file was put aside."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template

from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.inbox.sendable import sendable


def guide(agency: str, locality: Locality) -> str:
    """How the agency uses its folder, as HTML in both languages."""
    return _page(agency, locality, sendable(agency, locality))


def put_aside(file: str, why: Text, candidates: Iterable[str], agency: str, locality: Locality) -> str:
    """Why `file` became no delivery, which layers it could be of, and what to do."""
    return _page(agency, locality, candidates, file, why)


def _page(
    agency: str, locality: Locality, layers: Iterable[str], file: str | None = None, why: Text | None = None
) -> str:
    one = locality.agencies[agency]
    described = [locality.described(name) for name in layers]
    return _template().render(agency=one, part=one.unit_code, layers=described, file=file, why=why)


@lru_cache(maxsize=1)
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, trim_blocks=True).get_template('page.html')
