"""Tiles and pictures kept in files, each with the version that it shows: a release makes useless only those that it
changed."""

import errno
import fcntl
import json
import os
import stat
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from isal import isal_zlib

from dothi.api.http.compression import gzipped

# What zlib and isal call the format.
GZIP = 16 + zlib.MAX_WBITS
# Most file systems give a file whole blocks of so many bytes: an empty tile takes one, too.
BLOCK = 4096
# What comes of a file that says of itself what is not so.
DAMAGED = (OSError, ValueError, KeyError, TypeError, IndexError, OverflowError, MemoryError)


@dataclass(frozen=True)
class CachedTile:
    """A tile as it is sent: its version, in what it is shortened, and its bytes in gzip (none: the tile is empty)."""

    version: str
    shortened: str
    packed: bytes

    @property
    def content(self) -> bytes:
        """The bytes of the tile."""
        # the last four bytes say how long it is
        size = int.from_bytes(self.packed[-4:], 'little')
        return isal_zlib.decompress(self.packed, GZIP, size) if size else b''


def pack_tile(version: str, shortened: str, content: bytes) -> CachedTile:
    """Compress a tile for the cache and for the response."""
    return CachedTile(version, shortened, gzipped(content) if content else b'')


class FileCache:
    """A folder of answers, of about so many bytes at most; 0 keeps nothing. Any number of processes may share it."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        self._written = 0

    def has(self, key: str) -> bool:
        """Whether an answer is kept under that key, in whatever version."""
        return bool(self.most_bytes) and (self.folder / key).exists()

    def read(self, key: str, version: str) -> tuple[dict[str, Any], bytes] | None:
        """What was said of the answer, and its bytes, if it is kept in this version; a damaged file counts as none."""
        if not self.most_bytes:
            return None
        try:
            with _opened(self.folder / key) as file:
                head, _, body = file.read().partition(b'\n')
            head_members = json.loads(head)
            if head_members['version'] == version and head_members['crc32'] == zlib.crc32(body):
                return head_members, body
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return None

    def read_part(self, key: str, version: str, number: int) -> bytes | None:
        """The answer of this number among those that were kept together, if they are kept in this version."""
        if not self.most_bytes:
            return None
        with suppress(*DAMAGED), _opened(self.folder / key) as file:
            head_members = json.loads(file.readline())
            if head_members['version'] == version:
                sizes = head_members['sizes']
                file.seek(sum(sizes[:number]), os.SEEK_CUR)
                part = file.read(sizes[number])
                return part if zlib.crc32(part) == head_members['crc32s'][number] else None
        return None

    def versions(self) -> Iterator[tuple[Path, str, float]]:
        """Each kept file with the version that it shows and when it was written; damaged ones are left out."""
        for _, _, file in _cached_files(self.folder):
            with suppress(OSError, ValueError, KeyError, TypeError), file.open('rb') as opened:
                version = json.loads(opened.readline())['version']
                yield file, str(version), file.stat().st_mtime

    def write(self, key: str, version: str, body: bytes, **said: str) -> None:
        """Keeps the answer in place of any other version. A full disk is no reason to fail."""
        if not self.most_bytes:
            return
        self._write_file(key, {'version': version, **said, 'crc32': zlib.crc32(body)}, body)

    def write_parts(self, key: str, version: str, parts: Sequence[bytes]) -> None:
        """Keeps answers that are made together in one file, as `write`: making a file takes longer than filling it."""
        if not self.most_bytes:
            return
        head_members = {
            'version': version,
            'sizes': [len(part) for part in parts],
            'crc32s': [zlib.crc32(part) for part in parts],
        }
        self._write_file(key, head_members, b''.join(parts))

    def _write_file(self, key: str, head_members: dict[str, Any], body: bytes) -> None:
        content = json.dumps(head_members).encode() + b'\n' + body
        with suppress(OSError):
            _write_file(self.folder / key, content)
            self._written += -(-len(content) // BLOCK) * BLOCK
        if self._written > self.most_bytes / 20:
            self._written = 0
            threading.Thread(target=self.prune, daemon=True).start()

    def prune(self) -> None:
        """Deletes what was written longest ago, down to nine tenths of the limit; one process does it at a time."""
        with suppress(OSError), (self.folder / 'prune.lock').open('w') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            files = sorted(_cached_files(self.folder))
            surplus = sum(size for _, size, _ in files) - self.most_bytes
            if surplus <= 0:
                return
            surplus += self.most_bytes // 10
            for _, size, file in files:
                if surplus <= 0:
                    break
                file.unlink(missing_ok=True)
                surplus -= size


class TileCache(FileCache):
    """A cache of tiles in a folder."""

    def get(self, key: str, version: str) -> CachedTile | None:
        """The cached tile, or None where the cache has none of this version."""
        cached = self.read(key, version)
        return CachedTile(version, str(cached[0].get('shortened', '')), cached[1]) if cached else None

    def put(self, key: str, tile: CachedTile) -> None:
        """Store the tile; it replaces any other version."""
        self.write(key, tile.version, tile.packed, shortened=tile.shortened)


def _opened(file: Path) -> BinaryIO:
    """A file, to be read. Raises OSError for what is none: what a link leads to, or a pipe, may have no end."""
    number = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), file)
    return open(number, 'rb')  # noqa: PTH123


def _write_file(file: Path, body: bytes) -> None:
    """Write a file atomically, because others read it at the same time."""
    draft = file.with_name(f'{file.name}.{os.getpid()}.{threading.get_ident()}')
    try:
        draft.write_bytes(body)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(body)
    draft.replace(file)


def _cached_files(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """Time of writing, size on disk and path of every file."""
    for parent, _, names in os.walk(folder):
        for name in names:
            file = Path(parent) / name
            with suppress(OSError):
                status = file.stat()
                if name != 'prune.lock':
                    yield status.st_mtime_ns, status.st_blocks * 512, file
