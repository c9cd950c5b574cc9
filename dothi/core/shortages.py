"""What the machine or its database has no more of, for a while: as an error that says when to come again.

A disk is full or takes no changes; memory, descriptors or threads are used up; a folder is away; somebody holds a lock.
"""

import errno
import os
from pathlib import Path

import psycopg2

from dothi.core.database import connection_lost, no_database
from dothi.core.errors import EnvironmentMissing, without_secrets
from dothi.core.settings import PathSettings
from dothi.core.text import Text

# Beginnings of SQLSTATEs: a deadlock, no disk or memory or connection, a lock that is held, a session that is ended, a
# disk that fails, a database that takes no changes.
PASSING = ('40', '53', '55P03', '57', '58', '25006')
USED_UP = frozenset((
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
    errno.EAGAIN, errno.ENOBUFS,
))  # fmt: skip
# Of a file of the instance: somebody took it or its folder away.
AWAY = frozenset((errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENXIO))
# What Python says where the system gives it none, and where its process is about to end.
NO_THREAD = ("can't start new thread", 'cannot schedule new futures after')


class MachineShort(EnvironmentMissing):
    """The machine has no memory, descriptor, thread or room for a request, or a file is away."""


class DatabaseShort(EnvironmentMissing):
    """The database cannot do at the moment what a request wants."""


def shortage(error: Exception) -> EnvironmentMissing | None:
    """`error` as one that will pass, with what it was for the log; None for a fault of ours."""
    if isinstance(error, psycopg2.Error):
        return _of_database(error)
    is_short = isinstance(error, MemoryError) or any(words in str(error) for words in NO_THREAD)
    if is_short or (isinstance(error, OSError) and _is_of_machine(error)):
        return _passing(MachineShort, error)
    return None


def _of_database(error: psycopg2.Error) -> EnvironmentMissing | None:
    if connection_lost(error):
        return no_database(error)
    return _passing(DatabaseShort, error) if (error.pgcode or '').startswith(PASSING) else None


def _is_of_machine(error: OSError) -> bool:
    return error.errno in USED_UP or (error.errno in AWAY and _is_of_instance(error.filename))


def _is_of_instance(name: str | bytes | None) -> bool:
    """Whether a file is one that the instance writes; Python names none where it finds no folder for temporary ones."""
    if name is None:
        return True
    paths, temporary = PathSettings(), Path(os.environ.get('TMPDIR') or '/tmp')  # noqa: S108 (nothing is opened there)
    folders = (paths.state, Path(paths.store), paths.scratch, paths.secrets, temporary)
    return any(Path(os.fsdecode(name)).is_relative_to(folder) for folder in folders)


def _passing(kind: type[EnvironmentMissing], error: Exception) -> EnvironmentMissing:
    reason = without_secrets(f'{type(error).__name__}: {error}')
    passing = kind(
        vi='Máy chủ tạm thời chưa làm được việc này. Hãy thử lại sau ít giây.',
        en='The server cannot do this at the moment. Try again in a few seconds.',
        steward=Text(vi=reason, en=reason),
    )
    # for the log: what looks like this may be a fault of ours all the same
    passing.__cause__ = error
    return passing
