"""Pages that are sent by mail or opened from a folder: everything inside, two languages, no script."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template

from dothi.core.errors import WrongUse


class NoFolder(WrongUse):
    """The folder that a file should be written to is not there."""


@lru_cache
def template(name: str, beside: Path | None = None) -> Template:
    """The page `name` of the folder `beside`, or of this one; `base.html` is what all have alike."""
    loader = FileSystemLoader([*([beside] if beside else []), Path(__file__).parent])
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, loader=loader).get_template(name)


def must_be_writable(file: Path, option: str = '--html') -> None:
    """Raises NoFolder, which names the option, where the folder for `file` is not there."""
    if not file.absolute().parent.is_dir():
        raise NoFolder(
            vi=f'{option} {file}: không có thư mục {file.parent}. Tạo thư mục trước.',
            en=f'{option} {file}: there is no folder {file.parent}. Make it first.',
        )
