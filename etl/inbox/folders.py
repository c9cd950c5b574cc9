"""The folders of the inbox, and how something gets into them when everybody on a file server may write there."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dothi.core.locality import Locality
from etl.inbox.page import guide

ANSWERED, GUIDE = 'answered', 'huong-dan.html'
# Ours alone, so that nobody puts a link or another file where we are working.
TAKEN, WAITING = '.taken', '.waiting'
# New files get the group of the folder, which is that of the file server's users.
SHARED, PRIVATE = 0o2770, 0o700
LONGEST_NAME = 80
# The page and the receipts that are put beside a file; some file servers take both cases for one.
OURS = re.compile(r'chua-giao\.html|phieu-\d+\.html|hang-loi-\d+\.gpkg', re.IGNORECASE)


def make_folders(root: Path, locality: Locality) -> None:
    """Makes the folders of all agencies with their guide; one that is there keeps its permissions."""
    root.mkdir(parents=True, exist_ok=True)
    for name in (TAKEN, WAITING):
        _make(root / name, PRIVATE)
    for agency in locality.agencies:
        _make(root / agency, SHARED)
        _make(root / agency / ANSWERED, SHARED)
        _write_guide(root, agency, guide(agency, locality))


def _make(folder: Path, mode: int) -> None:
    if not os.path.lexists(folder):
        folder.mkdir()
        folder.chmod(mode)


def _write_guide(root: Path, agency: str, text: str) -> None:
    try:
        with opened(root, agency) as folder:
            if _text(folder, GUIDE) == text:
                return
    except OSError:
        return  # a link, or a file, in the place of the agency's folder: nothing is taken from there
    draft = root / TAKEN / f'{agency}.html'
    draft.write_text(text, encoding='utf-8')
    put(draft, root, (agency,), GUIDE)


def _text(folder: int, name: str) -> str | None:
    """What a file holds, None where there is none or it is a link."""
    try:
        with os.fdopen(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), encoding='utf-8') as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


@contextmanager
def opened(root: Path, *names: str) -> Iterator[int]:
    """The descriptor of a folder below the inbox; raises OSError where one of `names` is a link or no folder."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in names:
            above = folder
            folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
            os.close(above)
        yield folder
    finally:
        os.close(folder)


def put(source: Path, root: Path, names: tuple[str, ...], name: str) -> None:
    """Moves `source` into a folder of the inbox in one step, so that nobody sees half of it."""
    with opened(root, *names) as folder:
        os.rename(source, name, dst_dir_fd=folder)


def safe(name: str) -> str:
    """`name` without what a database, a page or a shell cannot take: control characters and broken UTF-8."""
    return re.sub(r'[\x00-\x1f\x7f-\x9f/\ud800-\udfff]', '_', name)


def unlike_ours(name: str) -> str:
    """`name`, changed where it is one that our answers have, so that both lie in one folder."""
    return f'_{name}' if OURS.fullmatch(name) else name


def short(name: str) -> str:
    """`name` for a folder: letters, digits, dots and dashes, so short that a number fits before it."""
    return re.sub(r'[^\w.-]+', '-', safe(name)).strip('.-')[:LONGEST_NAME] or 'file'
