"""What lies in the inbox, and what of it has come whole.

File servers on a network do not say when a file was written, so the inbox is looked at again and again.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from etl.formats.file_parts import COMPANIONS, INDISPENSABLE
from etl.formats.geodatabase import SUFFIX as GEODATABASE
from etl.formats.references import JOURNALS
from etl.inbox.folders import ANSWERED, GUIDE, opened

# A set of files that still lacks a part after so long will not get it: it is taken, and told what it lacks.
PATIENCE_S = 600.0
# What editors, browsers, file servers and operating systems leave beside files.
UNFINISHED = ('.part', '.partial', '.filepart', '.crdownload', '.download', '.tmp')
NOT_DATA = {'thumbs.db', 'desktop.ini', GUIDE}
# While one of these lies beside a GeoPackage, a program may have it open; it has if there is something in a journal.
BESIDE_OPEN = (*JOURNALS, '-shm')
# What programs write beside the files that they make, and nobody needs to read the data.
BESIDE = {'.shp': ('.sbn', '.sbx', '.qix', '.qpj', '.qmd', '.fbn', '.fbx', '.atx')}
PARTS = {suffix for companions in COMPANIONS.values() for suffix in companions}

type Signature = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class WaitingFile:
    """A file of an agency with what belongs to it. folder: that it lies in; None for the agency's own.

    whole: no part of it is missing, and no program has it open. held: rows of it lie in a journal, so that it is not
    taken at all. signature: changes while it is written.
    """

    agency: str
    folder: str | None
    main: str
    parts: tuple[str, ...]
    whole: bool
    held: bool
    signature: Signature

    @property
    def where(self) -> tuple[str, ...]:
        """The folders that lead to it."""
        return (self.agency,) if self.folder is None else (self.agency, self.folder)


@dataclass
class Settling:
    """Remembers when files were last seen to change. settle_s: how long one has to stay as it is."""

    settle_s: float
    since: dict[tuple[str, ...], tuple[Signature, float]] = field(default_factory=dict)

    def ready(self, waiting_files: Iterable[WaitingFile], now_s: float) -> list[WaitingFile]:
        """Those that have come whole by `now_s`, a time that only grows."""
        before, self.since = self.since, {}
        ready = []
        for entry in waiting_files:
            key = (*entry.where, entry.main)
            signature, since = before.get(key, (None, now_s))
            since = since if signature == entry.signature else now_s
            self.since[key] = (entry.signature, since)
            if not entry.held and now_s - since >= (self.settle_s if entry.whole else max(self.settle_s, PATIENCE_S)):
                ready.append(entry)
        return ready


def look(root: Path, agencies: Iterable[str]) -> list[WaitingFile]:
    """What the agencies have put into their folders, in order of name; links are left where they are."""
    return [entry for agency in agencies for entry in _of_agency(root, agency)]


def _of_agency(root: Path, agency: str) -> Iterator[WaitingFile]:
    files, folders = _entries(root, (agency,))
    yield from _grouped(
        agency,
        None,
        files | _trees(root, (agency,), [subfolder for subfolder in folders if _is_geodatabase(subfolder)]),
    )
    for folder in sorted(folders):
        if folder != ANSWERED and not _is_geodatabase(folder):
            inner, deeper = _entries(root, (agency, folder))
            # a folder in the folder of a layer is taken like a file, and told what to send instead
            yield from _grouped(agency, folder, inner | _trees(root, (agency, folder), deeper))


def _entries(root: Path, names: tuple[str, ...]) -> tuple[dict[str, Signature], list[str]]:
    """The files of a folder with their signatures, and its folders; nothing where it is none, or a link."""
    files: dict[str, Signature] = {}
    folders: list[str] = []
    try:
        with opened(root, *names) as folder:
            for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
                if _is_noise(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif entry.is_file(follow_symlinks=False):
                    files[entry.name] = (_signature(entry.name, entry.stat(follow_symlinks=False)),)
    except OSError:  # it went away meanwhile, or is not ours to read: the next look tells
        return files, folders
    return files, folders


def _trees(root: Path, names: tuple[str, ...], folders: list[str]) -> dict[str, Signature]:
    return {name: _tree(root.joinpath(*names, name)) for name in folders}


def _tree(folder: Path) -> Signature:
    """Changes when any file below `folder` does."""
    entries = []
    for above, _, files in os.walk(folder):
        for path in (Path(above) / name for name in files):
            with suppress(FileNotFoundError):  # the copying program renamed it this moment
                entries.append(_signature(str(path), path.lstat()))
    return tuple(sorted(entries))


def _signature(name: str, file_stat: os.stat_result) -> tuple[str, int, int, int]:
    # the time of change is set by the server itself; copying programs set the time of writing to that of the source
    return (name, file_stat.st_size, file_stat.st_mtime_ns, file_stat.st_ctime_ns)


def _grouped(agency: str, folder: str | None, entries: dict[str, Signature]) -> Iterator[WaitingFile]:
    """Files with those that belong to them; a part whose main file is not there yet waits for it."""
    names = [name for name in entries if not name.endswith(BESIDE_OPEN)]
    belonging = {main: _belonging(main, names) for main in names if _suffix(main) in COMPANIONS}
    part_names = {part for parts in belonging.values() for part in parts}
    for main in (name for name in names if name not in part_names):
        parts = (main, *belonging.get(main, ()))
        has = {_suffix(part) for part in parts}
        open_by = [main + beside for beside in BESIDE_OPEN if main + beside in entries]
        is_open = any(size for journal in JOURNALS for _, size, *_ in entries.get(main + journal, ()))
        whole = not open_by and _suffix(main) not in PARTS and has >= {*INDISPENSABLE.get(_suffix(main), ())}
        signature = tuple(line for part in (*parts, *open_by) for line in entries[part])
        yield WaitingFile(agency, folder, main, parts, whole, is_open, signature)


def _belonging(main: str, names: list[str]) -> list[str]:
    """What lies beside `main` under its stem (a.dbf) or its whole name (a.shp.xml)."""
    suffix = _suffix(main)
    companions = {*COMPANIONS[suffix], *BESIDE.get(suffix, ())}
    stem = PurePath(main).stem
    return [
        name
        for name in names
        if name != main
        and ((PurePath(name).stem == stem and _suffix(name) in companions) or name.startswith(f'{main}.'))
    ]


def _is_noise(name: str) -> bool:
    low = name.lower()
    return low.startswith(('.', '~')) or low.endswith(UNFINISHED) or low in NOT_DATA


def _is_geodatabase(name: str) -> bool:
    return _suffix(name) == GEODATABASE


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()
