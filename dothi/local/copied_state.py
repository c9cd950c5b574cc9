"""A state folder that was copied as a whole, beside the first one: two instances with one place of backups."""

from dothi.core.errors import HeldForDecision
from dothi.core.run_folder import first_run_folder
from dothi.core.settings import PathSettings
from dothi.local.backup.record import has_record, readable_record


class CopiedState(HeldForDecision):
    """The state folder is a copy of one that is there still, and both would back up to one place."""


def require_own_backup() -> None:
    """Raises CopiedState where this instance would write the backups of the one that it was copied from."""
    paths = PathSettings()
    first = first_run_folder(paths.run)
    if first is None or not has_record():
        return
    record = readable_record()
    where = record.where if record else ''
    raise CopiedState(
        vi=f'{paths.state} là bản chép của {first.parent}, thư mục ấy vẫn còn, và cả hai sẽ sao lưu vào cùng một nơi '
        f'{where}. Nếu là bản để thử: dothi backup off, rồi dothi up. Nếu đã dời hệ thống sang đây: đổi tên hoặc xóa '
        f'{first.parent}, rồi dothi up.',
        en=f'{paths.state} is a copy of {first.parent}, which is there still, and both would back up to one place '
        f'{where}. For a copy to try things on: dothi backup off, then dothi up. Where the instance has moved: rename '
        f'or remove {first.parent}, then dothi up.',
    )
