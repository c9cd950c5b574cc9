"""What `dothi status` says of the backups."""

from collections.abc import Iterator
from datetime import datetime

from dothi.core.backup_state import BackupState
from dothi.core.clock import local_minute
from dothi.core.locality import locality_zone
from dothi.core.reader_language import pick_text, pick_words
from dothi.core.text import Text

STEPS = {
    'setup': Text(vi='thiết lập', en='setup'),
    'database': Text(vi='cơ sở dữ liệu', en='database'),
    'store': Text(vi='kho tệp', en='store'),
    'proof': Text(vi='phục hồi thử', en='proof'),
}


def backup_lines(state: BackupState | None) -> Iterator[str]:
    """When each step last succeeded, and why one fails; that there is no backup where none is set up."""
    if state is None:
        return
    if not state.is_set_up:
        text = pick_words('Chưa có sao lưu: dothi backup setup NƠI-LƯU', 'There is no backup: dothi backup setup WHERE')
        yield f'[yellow]{text}[/]'
        return
    backed_up_at, proven_at = _moment(state.succeeded_at('database')), _moment(state.succeeded_at('proof'))
    text = pick_words(
        f'Sao lưu gần nhất: {backed_up_at}; phục hồi thử thành công gần nhất: {proven_at}',
        f'Last backup: {backed_up_at}; last proven restorable: {proven_at}',
    )
    yield f'[bold red]{text}[/]' if state.is_old() else text
    if state.log_waits_since is not None:
        since = _moment(state.log_waits_since)
        text = pick_words(
            f'Thay đổi sau {since} chưa đến nơi lưu, chỉ có trên đĩa này: xem nơi lưu còn đó và còn chỗ không.',
            f'Changes after {since} have not come to the backup, and are on this disk alone: look whether its place is '
            'there and has room.',
        )
        yield f'[bold red]{text}[/]' if state.is_behind() else f'[yellow]{text}[/]'
    for name, step in state.steps.items():
        if step.fault:
            at = _moment(step.failed_at)
            yield f'[bold red]{pick_text(STEPS[name])}, {at}: {pick_text(step.fault)}[/]'


def _moment(moment: datetime | None) -> str:
    return local_minute(moment, locality_zone()) if moment else pick_words('chưa có', 'never')
