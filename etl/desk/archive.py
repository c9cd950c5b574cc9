"""Originals, kept for ever under the hash of their content."""

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dothi.core.errors import EnvironmentMissing
from dothi.core.kept_file import file_sha256
from dothi.core.settings import PathSettings
from dothi.core.store_mark import require_store
from etl.formats.file_parts import suffixes_beside

BLOCK_BYTES = 1 << 20
# Whatever is left there, by whoever was killed, the worker removes after a day.
DRAFTS = 'drafts'
# An archive of the same files must have the same hash on every day.
EPOCH = (1980, 1, 1, 0, 0, 0)


class OriginalMissing(EnvironmentMissing):
    """The store does not hold an original that it should hold."""


@dataclass(frozen=True)
class Original:
    """A delivered file (and what belongs to it), with the hash and size of its whole content."""

    file: Path
    beside: list[Path]
    sha256: str
    size_bytes: int

    @property
    def parts(self) -> list[tuple[str, Path]]:
        """All files, named as they lie beside or below the delivered one."""
        files = [*[self.file] * self.file.is_file(), *self.beside]
        return [(path.relative_to(self.file.parent).as_posix(), path) for path in files]

    @property
    def store_name(self) -> str:
        """The path of the original, relative to the store."""
        suffix = f'{self.file.suffix.lower()}.zip' if self.beside else self.file.suffix.lower()
        return f'originals/{self.sha256[:2]}/{self.sha256}{suffix}'


def original(file: Path) -> Original:
    """The file as it is now, with the files beside it without which it is not whole (.dbf and so on)."""
    listed = Original(file, suffixes_beside(file), '', 0)
    digest, size = hashlib.sha256(), 0
    for name, part in listed.parts:
        if listed.beside:
            # a folder's files go by their names, a shapefile's by their suffixes
            part_name = name.partition('/')[2] or part.suffix.lower()
            digest.update(f'{part_name}\0{part.stat().st_size}\0'.encode())
        with part.open('rb') as opened:
            while block := opened.read(BLOCK_BYTES):
                digest.update(block)
                size += len(block)
    return replace(listed, sha256=digest.hexdigest(), size_bytes=size)


def keep(original: Original, delivery: int) -> None:
    """Puts the original into the store, whole or not at all; one that is there already stays, if it is still whole.

    Raises OSError and StoreAway.
    """
    require_store()
    target = _store() / original.store_name
    if target.exists() and is_original(original.store_name, original.file.name, original.sha256):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(delivery)
    draft.parent.mkdir(parents=True, exist_ok=True)
    try:
        if original.beside:
            _zip(original, draft)
        else:
            shutil.copyfile(original.file, draft)
        _put(draft, target)
    except OSError:
        forget_draft(delivery)
        raise


def keep_letter(file: Path) -> str:
    """Puts the file of a letter into the store under the hash of its content, whole or not at all; its path there.

    One that is there already stays, if it is still whole. Raises OSError and StoreAway.
    """
    require_store()
    letter = Original(file, [], file_sha256(file), file.stat().st_size)
    target = _store() / letter.store_name.replace('originals/', 'letters/', 1)
    if not (target.is_file() and file_sha256(target) == letter.sha256):
        drafts = _store() / DRAFTS
        drafts.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=drafts) as folder:
            draft = Path(folder) / target.name
            shutil.copyfile(file, draft)
            target.parent.mkdir(parents=True, exist_ok=True)
            _put(draft, target)
    return target.relative_to(_store()).as_posix()


def _put(draft: Path, target: Path) -> None:
    """Gives a file that is written its place."""
    # first onto the disk, or a crash could leave the name without the content
    with draft.open('rb') as written:
        os.fsync(written.fileno())
    draft.replace(target)


@contextmanager
def restored(store_name: str, file_name: str, sha256: str) -> Iterator[Path]:
    """The original under the name that it came with, as long as it is needed.

    Raises OriginalMissing where the store has lost it, or has something else in its place.
    """
    stored = _store() / store_name
    if not stored.is_file():
        raise _missing(stored)
    with tempfile.TemporaryDirectory(prefix='dothi-original-') as folder:
        file = Path(folder) / file_name
        if stored.suffix.lower() == file.suffix.lower():
            file.symlink_to(stored.absolute())
        else:  # it came with others beside it, and they were kept together
            _unpack(stored, file)
        if original(file).sha256 != sha256:
            raise _missing(stored)
        yield file


def is_original(store_name: str, file_name: str, sha256: str) -> bool:
    """Whether what the store has under the original's name has its content; raises FileNotFoundError for nothing."""
    (_store() / store_name).stat()
    try:
        with restored(store_name, file_name, sha256):
            return True
    except (OriginalMissing, OSError, zipfile.BadZipFile, StopIteration):
        return False


def _unpack(archived: Path, file: Path) -> None:
    """Puts what was kept together under the name of `file`: the same content may first have come under another one."""
    unpacked = file.parent / 'unpacked'
    with zipfile.ZipFile(archived) as archive:
        archive.extractall(unpacked)
    parts = list(unpacked.iterdir())
    main = next(part for part in parts if part.is_dir() or part.suffix.lower() == file.suffix.lower())
    for part in parts:
        # a.TIF.aux.xml belongs to a.TIF, a.dbf to a.shp
        old, new = (main.name, file.name) if part.name.startswith(main.name) else (main.stem, file.stem)
        part.rename(file.parent / (new + part.name.removeprefix(old)))


def _missing(archived: Path) -> OriginalMissing:
    return OriginalMissing(
        vi=f'Kho lưu không còn bản gốc nguyên vẹn {archived}. Khôi phục kho từ bản sao lưu, hoặc yêu cầu gửi lại tệp.',
        en=f'The store has lost the original {archived}. Restore the store from a backup, or have the file sent again.',
    )


def forget_draft(delivery: int) -> None:
    """Removes what a delivery that died while it was archived has left."""
    _draft(delivery).unlink(missing_ok=True)


def _zip(original: Original, target: Path) -> None:
    with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, part in original.parts:
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, 'w', force_zip64=True) as member, part.open('rb') as opened:
                shutil.copyfileobj(opened, member, BLOCK_BYTES)


def _draft(delivery: int) -> Path:
    return _store() / 'originals' / 'incoming' / f'delivery-{delivery}'


def _store() -> Path:
    return Path(PathSettings().store)
