"""What a restore would do: from which backup, into which folder, with how much room; and why it cannot."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from dothi.core.accounts import give_to_database_user
from dothi.core.clock import local_second
from dothi.core.errors import DiskFull, WrongUse
from dothi.core.locality import locality_zone
from dothi.core.ports import is_free
from dothi.core.process_table import listener_on
from dothi.core.settings import DatabaseSettings, PathSettings, ServerSettings
from dothi.core.text import Text
from dothi.local.backup.instance import Contents, read_contents
from dothi.local.backup.pgbackrest import DatabaseBackup, DatabaseCopy
from dothi.local.backup.place import BackupPlace
from dothi.local.backup.recover import NothingToRestore, choose_copies
from dothi.local.backup.replacement import disk_full, is_on_other_disk, nearest
from dothi.local.backup.restic import StoreBackup, StoreSnapshot
from dothi.local.backup.scratch import WORK_FOLDER, contents_path
from dothi.local.backup.sftp import prepare_sftp
from dothi.local.backup.tools import require_programs
from dothi.local.backup.writer import is_own_place, require_own_to_restore
from dothi.local.database import private_database
from dothi.local.services import port_taken, running_pid, services
from dothi.local.standby.record import follows_primary
from dothi.local.systemd.running import STOP_COMMAND


class StillRunning(WrongUse):
    """The instance that would be replaced is running."""


class FolderInUse(WrongUse):
    """The folder into which something would be restored holds something else, or cannot be made."""


@dataclass(frozen=True)
class RestoreOrder:
    """What somebody wants restored. to: None for the latest. into: None in place of this instance.

    port: of the internal service of a copy; that of the public one is the next. revoke_keys: no API key is let in.
    is_place_named: whether somebody named the place, and it is not just that of this instance. take_over: this instance
    goes on with the backup there, in place of the one that made it.
    """

    place: BackupPlace
    key: str
    to: datetime | None = None
    into: Path | None = None
    port: int | None = None
    revoke_keys: bool = False
    is_place_named: bool = False
    take_over: bool = False

    @property
    def state(self) -> Path:
        """The state folder of what is restored."""
        return self.into or PathSettings().state

    @property
    def store(self) -> Path:
        """The store of what is restored."""
        return self.into / 'store' if self.into else Path(PathSettings().store)

    @property
    def work(self) -> Path:
        """The folder in which all is made ready before it takes the place of anything."""
        return self.state / WORK_FOLDER

    @property
    def database(self) -> DatabaseBackup:
        """The backup of the database, to be written into the work folder."""
        return DatabaseBackup(self.work / 'pgbackrest', self.place, self.key, self.work / 'postgis' / 'data')

    @property
    def store_backup(self) -> StoreBackup:
        """The backup of the store."""
        return StoreBackup(self.work / 'pgbackrest', self.place, self.key)


class RestorePlan(BaseModel):
    """What a restore would do."""

    where: str
    state: str
    to: datetime | None
    copy_used: DatabaseCopy
    snapshot: StoreSnapshot
    contents: Contents
    # whole folders of this instance that are renamed and stay until somebody removes them
    set_aside: list[str]
    # whether what is restored goes on with the backup in the same place
    goes_on: bool

    @property
    def room_bytes(self) -> int:
        """The room that database and store take."""
        return self.copy_used.size_bytes + self.snapshot.size_bytes


def plan_restore(order: RestoreOrder) -> RestorePlan:
    """What `order` would do; nothing of the instance is touched.

    Raises StillRunning, FolderInUse, ProgramMissing, SftpRefused, NoKey, NothingToRestore, PlaceTaken, BackupFailed or
    DiskFull.
    """
    require_programs()
    _require_free_folder(order)
    prepare_sftp(order.place)
    make_work_folder(order)
    order.database.write_config()
    copy = _choose_copy(order)
    snapshots = order.store_backup.snapshots()
    if not order.is_place_named:
        require_own_to_restore(snapshots)
    snapshot = _choose_snapshot(snapshots, order.to)
    plan = RestorePlan(
        where=str(order.place),
        state=str(order.state),
        to=order.to,
        copy_used=copy,
        snapshot=snapshot,
        contents=_contents(order.store_backup, snapshot),
        set_aside=[str(folder) for folder in _replaced_folders(order) if folder.exists()],
        goes_on=order.into is None and (order.take_over or is_own_place(str(order.place), snapshots)),
    )
    _require_room(plan, order)
    return plan


def not_backed_up(where: str) -> Text:
    """That an instance which was restored from `where` is not backed up yet, and what to do."""
    return Text(
        vi=f'Hệ thống phục hồi xong chưa có sao lưu: {where} là của hệ thống đã sao lưu vào đó (đã mất hẳn thì phục '
        'hồi với --take-over). Đặt một thư mục khác: dothi backup setup THƯ-MỤC',
        en=f'What is restored is not backed up yet: {where} is that of the instance that backed up there (is it gone '
        'for good, restore with --take-over). Set up another folder: dothi backup setup FOLDER',
    )


def make_work_folder(order: RestoreOrder) -> None:
    """Makes the work folder, for the user who runs the database."""
    order.work.mkdir(mode=0o750, exist_ok=True)
    give_to_database_user(order.work)


def _require_free_folder(order: RestoreOrder) -> None:
    """What is restored takes the place of an instance that is stopped, or goes into an empty folder."""
    if order.into is None:
        if DatabaseSettings().database_url:
            raise WrongUse(
                vi='DOTHI_DATABASE_URL chỉ đến máy chủ khác; bỏ biến này, hoặc dùng --into.',
                en='DOTHI_DATABASE_URL names another server; unset it, or use --into.',
            )
        if follows_primary():
            raise WrongUse(
                vi='Máy này là máy dự phòng: nó có dữ liệu của máy chính. Phục hồi ở đó, hoặc dùng --into.',
                en='This machine is the standby: it has what the primary has. Restore there, or use --into.',
            )
        if private_database().running() or any(running_pid(service) for service in services()):
            raise StillRunning(
                vi=f'Hệ thống đang chạy. Dừng bằng "dothi down" (systemd: {STOP_COMMAND}), hoặc phục hồi bên cạnh: '
                '--into THƯ-MỤC --port CỔNG.',
                en=f'The instance is running. End it by "dothi down" (systemd: {STOP_COMMAND}), or restore beside it: '
                '--into FOLDER --port PORT.',
            )
        if order.store.is_mount():
            raise FolderInUse(
                vi=f'{order.store} là một điểm gắn đĩa, không đổi tên được. Đặt DOTHI_STORE là thư mục con của nó.',
                en=f'{order.store} is a mount point, which cannot be renamed. Set DOTHI_STORE to a folder in it.',
            )
    elif order.into.exists() and {path.name for path in order.into.iterdir()} - {WORK_FOLDER}:
        raise FolderInUse(
            vi=f'{order.into} không trống. Chọn một thư mục mới.', en=f'{order.into} is not empty. Choose a new folder.'
        )
    else:
        _require_free_ports(order)


def _require_free_ports(order: RestoreOrder) -> None:
    """Raises PortTaken where a copy could not listen: it would be known when all is restored."""
    server = ServerSettings()
    internal = order.port or server.port
    public = order.port + 1 if order.port else server.public_port
    for name, port in (('internal', internal), ('public', public)):
        if not is_free(port, server.host):
            raise port_taken(name, port, listener_on(port))


def _choose_copy(order: RestoreOrder) -> DatabaseCopy:
    copies = order.database.copies()
    usable = choose_copies(copies, order.to)
    if usable:
        return usable[0]
    if not copies:
        raise NothingToRestore(
            vi=f'Không có bản sao lưu nào trong {order.place}.', en=f'There is no backup in {order.place}.'
        )
    first = local_second(copies[0].ended_at, locality_zone())
    raise NothingToRestore(
        vi=f'Bản sao lưu cũ nhất xong lúc {first}: không trở về trước đó được.',
        en=f'The oldest backup ended at {first}: no moment before it can be restored.',
    )


def _choose_snapshot(snapshots: list[StoreSnapshot], to: datetime | None) -> StoreSnapshot:
    """The first snapshot after the moment, which has all files of releases before it; else the newest."""
    if not snapshots:
        raise NothingToRestore(vi='Không có bản sao lưu nào của kho tệp.', en='There is no backup of the store.')
    later = [snapshot for snapshot in snapshots if to is not None and snapshot.taken_at >= to]
    return later[0] if later else snapshots[-1]


def _contents(backup: StoreBackup, snapshot: StoreSnapshot) -> Contents:
    return read_contents(backup.read_file(snapshot, contents_path(snapshot)))


def _replaced_folders(order: RestoreOrder) -> list[Path]:
    return [] if order.into else [order.state / 'postgis', order.store]


def _require_room(plan: RestorePlan, order: RestoreOrder) -> None:
    free = shutil.disk_usage(order.work).free
    if free < plan.room_bytes:
        raise DiskFull(
            vi=f'Cần {plan.room_bytes >> 20} MB trong {order.state}, chỉ còn {free >> 20} MB.',
            en=f'{plan.room_bytes >> 20} MB are needed in {order.state}, and {free >> 20} MB are free.',
        )
    free_beside_store = shutil.disk_usage(nearest(order.store.parent)).free
    if is_on_other_disk(order.work, order.store) and free_beside_store < plan.snapshot.size_bytes:
        raise disk_full(order.store)
