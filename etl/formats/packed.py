"""RAR and 7z archives, written anew as zip archives, which everything else here reads.

libarchive unpacks them in the process that reads: it is what bsdtar is made of, and readers may start no process.
"""

import os
import stat
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from dothi.core.errors import EnvironmentMissing
from dothi.core.limit_settings import LimitSettings, RoomSettings
from etl.formats.errors import BadArchive
from etl.formats.zipped import MAX_MEMBERS, MAX_RATIO, SMALL, too_much

# By the name that Debian gives it: looking for it would start a process.
os.environ.setdefault('LIBARCHIVE', 'libarchive.so.13')

# The first bytes of a file, and the one reader of libarchive that may have it: others follow links to other files.
FORMATS = {b"7z\xbc\xaf'\x1c": '7zip', b'Rar!\x1a\x07\x00': 'rar', b'Rar!\x1a\x07\x01\x00': 'rar5'}
SUFFIXES = frozenset({'.rar', '.7z'})
HEAD_BYTES = 8
BLOCK_BYTES = 1 << 20
EARLIEST = (1980, 1, 1, 0, 0, 0)
# What was written anew; it lives as long as the process, which reads one delivery.
_folders: list[tempfile.TemporaryDirectory[str]] = []


class NoLibarchive(EnvironmentMissing):
    """The system's library that unpacks is not installed."""


def zip_of(file: Path) -> Path:
    """A zip archive of the same name with what the RAR or 7z archive `file` holds; raises BadArchive.

    Nothing in it is compressed. Links are links there, too, and paths are what they were: `zipped.names` refuses them.
    """
    try:
        from libarchive import file_reader
        from libarchive.exception import ArchiveError
    except OSError:
        raise NoLibarchive(
            vi=f'{file.name}: máy chủ thiếu libarchive, cần để đọc RAR và 7z. Cài libarchive13t64 (Debian).',
            en=f'{file.name}: this server lacks libarchive, which RAR and 7z need. Install libarchive13t64 (Debian).',
        ) from None
    folder = tempfile.TemporaryDirectory(prefix='dothi-')
    _folders.append(folder)
    target = Path(folder.name) / file.name
    try:
        with file_reader(str(file), _form_of(file), 'none') as entries, zipfile.ZipFile(target, 'w') as archive:
            unpacked_bytes = 0
            for entry in entries:
                unpacked_bytes = _copy(entry, archive, file, unpacked_bytes)
    except ArchiveError as error:
        raise (_encrypted(file) if _says_encrypted(error) else _unreadable(file)) from None
    return target


def _form_of(file: Path) -> str:
    with file.open('rb') as opened:
        head = opened.read(HEAD_BYTES)
    form = next((form for begin, form in FORMATS.items() if head.startswith(begin)), None)
    if form is None:
        raise _unreadable(file)
    return form


def _copy(entry: Any, archive: zipfile.ZipFile, file: Path, unpacked_bytes: int) -> int:
    """Copies a member, and says how many bytes were unpacked with it."""
    if entry.isdir:
        return unpacked_bytes
    info = zipfile.ZipInfo(str(entry.pathname), EARLIEST)
    if not entry.isreg or entry.linkpath:
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
    begun_bytes = unpacked_bytes
    with archive.open(info, 'w', force_zip64=True) as member:
        for block in entry.get_blocks(BLOCK_BYTES):
            unpacked_bytes += member.write(block)
            _must_not_be_huge(unpacked_bytes, len(archive.filelist) + 1, file)
    _must_not_be_huge(unpacked_bytes, len(archive.filelist), file)
    # a copy that RAR keeps as a reference to another file comes without bytes
    if entry.size is not None and unpacked_bytes - begun_bytes != entry.size:
        raise _unreadable(file)
    return unpacked_bytes


def _must_not_be_huge(unpacked_bytes: int, members: int, file: Path) -> None:
    """Raises BadArchive as soon as more is unpacked than is read, or than any data shrink to so little.

    What is unpacked becomes one file of the reader.
    """
    limit_mb = min(LimitSettings().max_unpacked_mb, RoomSettings().room_scratch_mb)
    shrank_as_a_bomb = unpacked_bytes > max(SMALL, MAX_RATIO * file.stat().st_size)
    if shrank_as_a_bomb or unpacked_bytes > limit_mb * 1e6 or members > MAX_MEMBERS:
        raise too_much(file.name, unpacked_bytes / 1e6, members, limit_mb)


def _says_encrypted(error: Exception) -> bool:
    return any(word in str(error).lower() for word in ('encrypt', 'crypto', 'passphrase'))


def _encrypted(file: Path) -> BadArchive:
    return BadArchive(
        vi=f'Tệp nén {file.name} có mật khẩu. Gửi tệp không mật khẩu.',
        en=f'The archive {file.name} is encrypted. Send it without a password.',
    )


def _unreadable(file: Path) -> BadArchive:
    return BadArchive(
        vi=f'{file.name} không phải là tệp {file.suffix} đọc được, hoặc chỉ là một phần. Nén lại thành một tệp .zip '
        'rồi gửi lại.',
        en=f'{file.name} is not a readable {file.suffix} archive, or only one volume of it. Send one .zip instead.',
    )
