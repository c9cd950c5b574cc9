"""Whether a file of the store is what was put there: its size, and its SHA-256."""

import hashlib
import logging
import os
import threading
from collections import OrderedDict

# A Path interns its names: whoever looks at hundreds of files every few seconds gives text.
type AnyPath = str | os.PathLike[str]

LOG = logging.getLogger('dothi.store')
MOST_REMEMBERED = 10_000
# Digest by what changes whenever a file is written or replaced: hashing a gigabyte takes a second, once a process.
_DIGESTS: OrderedDict[tuple[str, int, int, int, int], str] = OrderedDict()
_LOCK = threading.Lock()


def is_intact(path: AnyPath, size_bytes: int, sha256: str | None) -> bool:
    """Whether `path` has the size and content that were recorded; with no digest recorded, the size alone counts.

    A file that is there and is another one is an alarm in the log. The content is read again when inode, size or one
    of the times of the file changed since it was last read. Raises FileNotFoundError.
    """
    file_stat = os.stat(path)  # noqa: PTH116
    intact = file_stat.st_size == size_bytes and (sha256 is None or file_sha256(path) == sha256)
    if not intact:
        LOG.critical(
            'ALARM: %s in the store is not what was kept: %s of %s bytes, and not the SHA-256 %s. It is not served.',
            path, file_stat.st_size, size_bytes, sha256,
        )  # fmt: skip
    return intact


def file_sha256(path: AnyPath) -> str:
    """The SHA-256 of the file's content in hex, remembered for as long as nobody writes it."""
    file_stat = os.stat(path)  # noqa: PTH116
    key = (str(path), file_stat.st_ino, file_stat.st_size, file_stat.st_mtime_ns, file_stat.st_ctime_ns)
    with _LOCK:
        if key in _DIGESTS:
            return _DIGESTS[key]
    with open(path, 'rb') as file:  # noqa: PTH123
        digest = hashlib.file_digest(file, 'sha256').hexdigest()
    with _LOCK:
        _DIGESTS[key] = digest
        if len(_DIGESTS) > MOST_REMEMBERED:
            _DIGESTS.popitem(last=False)
    return digest
