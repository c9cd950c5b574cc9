"""File Geodatabases: folders, also inside an archive."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from etl.formats.errors import BadArchive, ForeignReference
from etl.formats.item import Item

SUFFIX = '.gdb'
CATALOGUE = 'a00000001.gdbtable'


def is_geodatabase(path: Path) -> bool:
    """Whether `path` is a folder that GDAL reads as one file."""
    return path.is_dir() and path.suffix.lower() == SUFFIX


def files_of(folder: Path) -> list[Path]:
    """The files of the geodatabase `folder`; raises ForeignReference for a link among them."""
    entries = sorted(folder.rglob('*'))
    for path in entries:
        if path.is_symlink():
            where = f'{folder.name}/{path.name}'
            raise ForeignReference(
                vi=f'{where} là liên kết tới nơi khác. Chép chính tệp đó vào thư mục.',
                en=f'{where} is a link to somewhere else. Copy the file itself into the folder.',
            )
    return [path for path in entries if path.is_file()]


def in_archive(archive: Path, members: Iterable[str]) -> list[Item]:
    """The geodatabases among the `members` of an archive; raises BadArchive for one outside a folder of its name."""
    folders = sorted(_folders(members))
    if any(folder.suffix.lower() != SUFFIX for folder in folders):
        raise BadArchive(
            vi=f'{archive.name} có các tệp của File Geodatabase nhưng không có thư mục .gdb. Nén chính thư mục .gdb.',
            en=f'{archive.name} has the files of a File Geodatabase without its folder. Zip the .gdb folder itself.',
        )
    return [Item(archive, str(folder)) for folder in folders]


def without(members: Iterable[str]) -> list[str]:
    """The members that are not part of a geodatabase."""
    members = list(members)
    folders = _folders(members)
    return [name for name in members if not folders & set(PurePosixPath(name).parents)]


def _folders(members: Iterable[str]) -> set[PurePosixPath]:
    return {PurePosixPath(name).parent for name in members if PurePosixPath(name).name == CATALOGUE}
