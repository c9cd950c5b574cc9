"""Where the files of a locality lie: in its own folder, else in the library of layers that is shipped.

A locality takes from the library what `library` in its `locality.yml` names. A file of its own comes in place of the
library's file of the same name.
"""

from functools import lru_cache
from os.path import lexists
from pathlib import Path

from dothi.core.locality_file import BadLocalityFile, parse_file
from dothi.core.place import Place
from dothi.core.settings import LOCALITIES

LIBRARY = LOCALITIES / 'library'
# What the key `library` chooses from; of all else (styles, norms, indicator sets) a locality needs no list.
DESCRIBED = ('layers', 'coverages')


def locality_file(folder: Path, name: Path | str) -> Path:
    """The file `name` of the locality in `folder`: its own, else the library's; its own path where neither has one.

    A link that leads nowhere is its own: rights of the library in place of those that it led to would be others.
    """
    own, shipped, name = _candidates(folder, name)
    return shipped if not lexists(own) and _takes(folder, name) and shipped.exists() else own


# A picture of eight layers looks for its styles sixteen times, and joining paths takes longer than looking.
@lru_cache(maxsize=1_000)
def _candidates(folder: Path, name: Path | str) -> tuple[Path, Path, Path]:
    """The locality's own file, the library's, and the name as a path."""
    return folder / name, LIBRARY / name, Path(name)


def locality_files(folder: Path, kind: str) -> list[Path]:
    """The YAML files of a kind, such as `layers` or `indicators`, by name."""
    shipped = {file.name: file for file in (LIBRARY / kind).glob('*.yml') if _takes(folder, Path(kind) / file.name)}
    own = {file.name: file for file in (folder / kind).glob('*.yml')}
    return [file for _, file in sorted((shipped | own).items())]


def require_shipped(file: Path, library: str | list[str]) -> None:
    """Raises BadLocalityFile where the library has no layer or coverage of a name that `file` takes from it."""
    shipped = sorted(path.stem for kind in DESCRIBED for path in (LIBRARY / kind).glob('*.yml'))
    for name in library if isinstance(library, list) else []:
        if name not in shipped:
            raise BadLocalityFile.with_suggestion(
                name,
                shipped,
                vi=f'{file}, khóa library: thư viện không có lớp "{name}".',
                en=f'{file}, key library: the library has no layer "{name}".',
            )


def locality_folders(folder: Path) -> tuple[Path, ...]:
    """The locality's own folder, and that of the library where it takes from it."""
    return (folder, LIBRARY) if _library_of(folder / 'locality.yml') else (folder,)


def _takes(folder: Path, name: Path) -> bool:
    library = _library_of(_candidates(folder, 'locality.yml')[0])
    if library == 'all' or name.parts[0] not in DESCRIBED:
        return bool(library)
    return name.stem in library


def _library_of(file: Path) -> str | frozenset[str]:
    try:
        return _read(file, file.stat().st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()


@lru_cache(maxsize=16)
def _read(file: Path, _changed: int) -> str | frozenset[str]:
    library = parse_file(Place, file).library
    return library if isinstance(library, str) else frozenset(library)
