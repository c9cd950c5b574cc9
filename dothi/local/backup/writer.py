"""Which instance writes to a place of backups.

Of two that write to one place, each would be restored to what the other did: the snapshots of the store name who took
them, and whoever is not the last to have written there writes no more.
"""

import uuid

from dothi.core.clock import local_second
from dothi.core.errors import HeldForDecision
from dothi.core.locality import locality_zone
from dothi.core.private_files import write_once
from dothi.local.backup.record import backup_folder, readable_record
from dothi.local.backup.restic import StoreBackup, StoreSnapshot


class PlaceTaken(HeldForDecision):
    """Another instance writes to the place of the backups."""


def own_writer() -> str:
    """The name under which this instance writes its backups; a copy that is restored elsewhere gets one of its own."""
    file = backup_folder() / 'writer'
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        write_once(file, uuid.uuid4().hex)
    return file.read_text(encoding='utf-8').strip()


def last_of_another(snapshots: list[StoreSnapshot]) -> StoreSnapshot | None:
    """The newest snapshot where another instance took it; None where this one did, or nobody knows who."""
    newest = max((each for each in snapshots if each.writer), key=lambda each: each.taken_at, default=None)
    return newest if newest is not None and newest.writer != own_writer() else None


def require_own_place(backup: StoreBackup) -> None:
    """Raises PlaceTaken where another instance was the last to write to the place."""
    other = last_of_another(backup.snapshots())
    if other is not None:
        at, where = local_second(other.taken_at, locality_zone()), backup.place
        raise PlaceTaken(
            vi=f'{where} nhận bản sao lưu của một hệ thống khác (máy {other.host}, lần cuối {at}). Hai hệ thống cùng '
            'một nơi thì phục hồi hệ thống này sẽ ra dữ liệu của hệ thống kia. Chọn thư mục khác: dothi backup setup '
            'THƯ-MỤC',
            en=f'{where} takes the backups of another instance (machine {other.host}, last at {at}). With two of them '
            'in one place, to restore one would give the data of the other. Choose another folder: dothi backup setup '
            'FOLDER',
        )


def require_own_to_restore(snapshots: list[StoreSnapshot]) -> None:
    """Raises PlaceTaken where the place of this instance's backup holds later ones of another instance."""
    other, record = last_of_another(snapshots), readable_record()
    if other is not None and record is not None:
        at = local_second(other.taken_at, locality_zone())
        raise PlaceTaken(
            vi=f'{record.where} đã được một hệ thống khác dùng tiếp (máy {other.host}, lần cuối {at}): phục hồi từ đó '
            f'có thể ra dữ liệu của hệ thống ấy. Nếu đúng ý: thêm --from {record.where}',
            en=f'Another instance goes on in {record.where} (machine {other.host}, last at {at}): what is restored '
            f'from there may be its data. If that is meant: add --from {record.where}',
        )


def is_own_place(where: str, snapshots: list[StoreSnapshot]) -> bool:
    """Whether this instance backs up to the place `where` already, and was the last to do so."""
    record = readable_record()
    return record is not None and record.where == where and last_of_another(snapshots) is None
