"""The folders that both machines have alike, by the names under which they speak of them."""

import os
from dataclasses import dataclass
from pathlib import Path

from dothi.core.accounts import give_to_database_user
from dothi.core.settings import PathSettings
from dothi.local.backup.record import backup_folder
from dothi.local.backup.restic import LEFT_OUT
from dothi.local.standby.record import standby_folder

PRIVATE_MODE, STORE_MODE = 0o600, 0o640
# What is written beside its place before it is whole begins so.
DRAFT = '.copy-'


@dataclass(frozen=True)
class Root:
    """A folder: where it is on the primary, and where its copy goes. only: the files that are copied; None for all.

    left_out: names right in it that are not copied. is_for_database: its files belong to who runs the database.
    """

    source: Path
    target: Path
    only: frozenset[str] | None = None
    left_out: frozenset[str] = frozenset()
    mode: int = PRIVATE_MODE
    is_for_database: bool = False

    def holds(self, folder: Path, name: str) -> bool:
        """Whether what is called `name` in `folder` is copied; drafts that are being written are not."""
        if folder == self.source:
            return name in self.only if self.only is not None else name not in self.left_out
        return name != 'incoming' and not name.startswith(DRAFT)

    def keep(self, draft: Path, target: Path, mtime_ns: int) -> None:
        """Puts the copied file in its place, whole."""
        draft.chmod(self.mode)
        os.utime(draft, ns=(mtime_ns, mtime_ns))
        if self.is_for_database:
            give_to_database_user(draft)
        draft.replace(target)


def roots() -> dict[str, Root]:
    """The folders by their names: the store, passwords, and what goes on with the backup after a promotion."""
    paths = PathSettings()
    server = paths.state / 'postgis'
    return {
        'secrets': Root(paths.secrets, paths.secrets, left_out=frozenset({'standby_invitation'})),
        'server': Root(server, server, only=frozenset({'admin_password'}), is_for_database=True),
        'backup': Root(
            backup_folder(),
            handover_folder(),
            only=frozenset({'backup.json', 'sftp_key', 'sftp_key.pub', 'sftp_known_hosts'}),
        ),
        'store': Root(Path(paths.store), Path(paths.store), left_out=frozenset(LEFT_OUT), mode=STORE_MODE),
    }


def handover_folder() -> Path:
    """Where a standby keeps the primary's way to the backup: it makes none itself until it is promoted."""
    return standby_folder() / 'handover'
