"""The copy of the primary's files on its standby: what changed is fetched, what is gone is put aside for some days."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from dothi.core.errors import EnvironmentMissing
from dothi.core.progress import Progress, silent
from dothi.local.standby.messages import Folder, StoredFile, Tree
from dothi.local.standby.peer import FileGone, Peer, PeerRefused
from dothi.local.standby.record import standby_folder
from dothi.local.standby.roots import DRAFT, Root, roots

# What the primary removed stays here for so long: its disk may have been away, or somebody may have erred.
KEPT_DAYS = 7
# So long the primary may think about an answer; it gives one after a few seconds, whatever happens.
ANSWER_S = 30.0


class CopyNotWritten(EnvironmentMissing):
    """A file of the primary cannot be written here: the disk is full, or something is in the way."""


class StoreCopyKeeper:
    """Keeps the folders of this machine as those of the primary are."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._roots = roots()
        self._index_id, self._generation = '', 0

    def pull(self, progress: Progress = silent) -> int:
        """Waits for a change for some seconds, and copies what changed; how many files that were.

        When it returns, all files that the primary had a moment ago are here. Raises PeerSilent, PeerRefused,
        CopyNotWritten.
        """
        tree = self.peer.tree(self._index_id, self._generation, ANSWER_S)
        try:
            copied = self._copy(tree, progress)
        except OSError as error:
            raise CopyNotWritten(
                vi=f'Không ghi được bản sao của kho: {error}.', en=f'The copy of the store cannot be written: {error}.'
            ) from None
        self._index_id, self._generation = tree.index_id, tree.generation
        return copied

    def _copy(self, tree: Tree, progress: Progress) -> int:
        wanted = [(folder, file) for folder in tree.folders for file in self._missing(folder)]
        for done, (folder, file) in enumerate(wanted):
            progress('copy_store', done, len(wanted))
            self._fetch(folder, file)
        for folder in tree.folders:
            self._put_aside(folder)
        progress('copy_store', len(wanted), len(wanted))
        return len(wanted)

    def _missing(self, folder: Folder) -> Iterator[StoredFile]:
        """The files of the primary's folder that are not here, or are others here."""
        here = self._here(folder)
        here.mkdir(parents=True, exist_ok=True, mode=0o750)
        for file in folder.files:
            _require_name(file.name)
            try:
                status = (here / file.name).stat()
            except FileNotFoundError:
                yield file
            else:
                if (status.st_size, status.st_mtime_ns) != (file.size_bytes, file.mtime_ns):
                    yield file

    def _fetch(self, folder: Folder, file: StoredFile) -> None:
        """Fetches a file; one that is gone by now is left out, as a later look says so too."""
        target = self._here(folder) / file.name
        draft = target.with_name(f'{DRAFT}{os.getpid()}')
        try:
            mtime_ns = self.peer.download(quote(f'{folder.path}/{file.name}'), draft)
            with draft.open('rb') as written:
                os.fsync(written.fileno())
            self._root(folder).keep(draft, target, mtime_ns)
        except FileGone:
            draft.unlink(missing_ok=True)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def _put_aside(self, folder: Folder) -> None:
        """Moves what the primary does not have in this folder any more to where it stays for some days."""
        root, here = self._root(folder), self._here(folder)
        names = {*(file.name for file in folder.files), *folder.folders}
        for path in here.iterdir():
            is_kept = path.name in names or (root.only is not None and path.is_dir())
            if is_kept or not root.holds(_source(root, folder), path.name):
                continue
            aside = removed_folder() / f'{datetime.now(UTC):%Y%m%d}' / folder.path / path.name
            aside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with suppress(FileNotFoundError):
                _discard(aside)
            shutil.move(path, aside)

    def _root(self, folder: Folder) -> Root:
        name = folder.path.partition('/')[0]
        if name not in self._roots:
            raise PeerRefused(vi=f'{self.peer.name}: không có {name}.', en=f'{self.peer.name}: there is no {name}.')
        return self._roots[name]

    def _here(self, folder: Folder) -> Path:
        below = folder.path.split('/')[1:]
        for name in below:
            _require_name(name)
        return self._root(folder).target.joinpath(*below)


def removed_folder() -> Path:
    """Where files are that the primary has removed, by the day."""
    return standby_folder() / 'removed'


def forget_removed(today: date) -> None:
    """Removes for good what the primary removed more than some days before `today`."""
    oldest = f'{today - timedelta(days=KEPT_DAYS):%Y%m%d}'
    for day in removed_folder().glob('*'):
        if day.name < oldest:
            shutil.rmtree(day, ignore_errors=True)


def remove_drafts() -> None:
    """Removes what a copy that was interrupted has left."""
    for root in roots().values():
        hour_ago = time.time() - 3600
        for draft in root.target.rglob(f'{DRAFT}*'):
            if draft.stat().st_mtime < hour_ago:
                draft.unlink(missing_ok=True)


def _source(root: Root, folder: Folder) -> Path:
    return root.source.joinpath(*folder.path.split('/')[1:])


def _discard(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _require_name(name: str) -> None:
    """Raises PeerRefused for a name that leads out of its folder."""
    if name in {'', '.', '..'} or '/' in name or '\0' in name:
        raise PeerRefused(vi=f'Tên tệp không hợp lệ: {name!r}.', en=f'That is no name of a file: {name!r}.')
