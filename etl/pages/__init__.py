"""Pages that are sent by mail or opened from a folder: everything inside, in two languages.

A script only zooms the maps: without it the page is whole.
"""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template

from dothi.core.errors import WrongUse
from dothi.core.numbers import number_vi
from dothi.core.units import unit_vi


class NoFolder(WrongUse):
    """The folder that a file should be written to is not there."""


@lru_cache
def template(name: str, beside: Path | None = None) -> Template:
    """The page `name` of the folder `beside`, or of this one; `base.html` is what all have alike."""
    loader = FileSystemLoader([*([beside] if beside else []), Path(__file__).parent])
    pages = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, loader=loader)
    pages.filters |= {'number_vi': number_vi, 'number_en': format, 'unit_vi': unit_vi}
    return pages.get_template(name)


def must_be_writable(file: Path, option: str = '--html') -> None:
    """Raises NoFolder, which names the option, where the folder for `file` is not there."""
    if not file.absolute().parent.is_dir():
        raise NoFolder(
            vi=f'{option} {file}: không có thư mục {file.parent}. Tạo thư mục trước.',
            en=f'{option} {file}: there is no folder {file.parent}. Make it first.',
        )
