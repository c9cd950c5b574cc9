"""What lies in the folders that the standby copies, and what changed in them: looked at often, and cheaply."""

import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dothi.local.standby.messages import Folder, StoredFile, Tree
from dothi.local.standby.roots import Root

# What was written so short a time ago may be written again without its folder showing it.
HOT_NS = 5 * 10**9
# A file that somebody goes on writing after a pause changes no folder: all is looked at again.
WHOLE_S = 600.0


@dataclass
class IndexedFolder:
    """A folder as it was at the last look. generation: in which it last changed; is_hot: looked at again next time."""

    folder: Folder
    mtime_ns: int
    generation: int
    is_hot: bool


class TreeIndex:
    """Folders below the roots. A look costs one stat for each of them, and reads those that changed."""

    def __init__(self, roots: dict[str, Root]) -> None:
        self.roots = roots
        self.index_id = secrets.token_hex(8)
        self.generation = 0
        self._folders: dict[str, IndexedFolder] = {}
        self._whole_at = 0.0

    def refresh(self) -> int:
        """Looks at all folders; the generation, which is another one where anything changed. Raises OSError."""
        is_whole = time.monotonic() - self._whole_at > WHOLE_S
        next_generation = self.generation + 1
        met: set[str] = set()
        for name, root in self.roots.items():
            if root.source.is_dir() or name == 'store':
                self._visit(name, root.source, root, is_whole, next_generation, met)
        for path in self._folders.keys() - met:
            del self._folders[path]
        if any(indexed.generation == next_generation for indexed in self._folders.values()):
            self.generation = next_generation
        if is_whole:
            self._whole_at = time.monotonic()
        return self.generation

    def since(self, generation: int) -> Tree:
        """The folders that changed after `generation`."""
        changed = [indexed.folder for indexed in self._folders.values() if indexed.generation > generation]
        return Tree(index_id=self.index_id, generation=self.generation, folders=changed)

    def locate(self, path: str) -> Path | None:
        """The file that the index names `path`; None for whatever it does not have."""
        folder, _, name = path.rpartition('/')
        indexed = self._folders.get(folder)
        if indexed is None or all(file.name != name for file in indexed.folder.files):
            return None
        root, _, below = folder.partition('/')
        return self.roots[root].source / below / name

    def _visit(self, path: str, folder: Path, root: Root, is_whole: bool, generation: int, met: set[str]) -> None:
        before = self._folders.get(path)
        mtime_ns = folder.stat().st_mtime_ns
        if before is None or before.mtime_ns != mtime_ns or before.is_hot or is_whole:
            now = _read_folder(path, folder, root)
            is_same = before is not None and before.folder == now
            newest_ns = max([mtime_ns, *(file.mtime_ns for file in now.files)])
            indexed = IndexedFolder(
                now,
                mtime_ns,
                before.generation if before is not None and is_same else generation,
                time.time_ns() - newest_ns < HOT_NS,
            )
            self._folders[path] = indexed
        met.add(path)
        for name in self._folders[path].folder.folders:
            try:
                self._visit(f'{path}/{name}', folder / name, root, is_whole, generation, met)
            except FileNotFoundError:
                # removed since the folder above was read, which is read again
                self._folders[path].is_hot = True


def _read_folder(path: str, folder: Path, root: Root) -> Folder:
    files, folders = [], []
    for entry in _entries(folder, root):
        if entry.is_dir(follow_symlinks=False):
            folders.append(entry.name)
        elif entry.is_file(follow_symlinks=False):
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            files.append(StoredFile(name=entry.name, size_bytes=status.st_size, mtime_ns=status.st_mtime_ns))
    return Folder(
        path=path,
        files=sorted(files, key=lambda file: file.name),
        folders=[] if root.only is not None else sorted(folders),
    )


def _entries(folder: Path, root: Root) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from (entry for entry in entries if root.holds(folder, entry.name))
