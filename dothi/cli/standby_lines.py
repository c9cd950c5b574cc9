"""What people read of a standby: how it follows, what came of joining and promoting, and what `dothi status` says."""

from collections.abc import Iterator
from datetime import datetime

from dothi.core.locality import locality_zone
from dothi.core.reader_language import pick_number, pick_text, pick_words
from dothi.core.standby_state import StandbyFault, StandbyState
from dothi.core.text import Text
from dothi.local.standby.following import Following
from dothi.local.standby.join import Joined
from dothi.local.standby.promote import Promotion
from dothi.local.standby.status import StandbyStatus

FAULTS: dict[StandbyFault, Text] = {
    'lost': Text(
        vi='không theo được nữa, vì nhật ký nó cần đã bị xóa: dothi standby allow, rồi join lại',
        en='cannot follow any more, as log that it needs was removed: dothi standby allow, and join again',
    ),
    'gone': Text(vi='không kết nối', en='not connected'),
    'behind': Text(vi='chậm quá mức', en='too far behind'),
    'store behind': Text(vi='kho tệp chưa được sao chép kịp', en='its copy of the store is behind'),
}


def standby_status_lines(status: StandbyStatus | None) -> Iterator[str]:
    """How far behind the standby is, or how this standby follows; nothing where there is neither."""
    if status is None:
        return
    if status.superseded_at:
        at = _moment(status.superseded_at)
        text = pick_words(
            f'Máy {status.peer} đã thành máy chính lúc {at}; máy này không khởi động nữa.',
            f'{status.peer} became the primary at {at}; this machine does not start any more.',
        )
        yield f'[bold red]{text}[/]'
    elif status.is_being_promoted:
        text = pick_words(
            'Máy này đang thành máy chính. Lệnh đó đã bị ngắt thì chạy lại: dothi standby promote',
            'This machine is becoming the primary. Where that command was interrupted, repeat: dothi standby promote',
        )
        yield f'[bold red]{text}[/]'
    elif status.role == 'standby':
        yield from _following_lines(status.peer, status.following)
    elif status.has_joined:
        yield _state_line(status.peer, status.state)
    else:
        text = pick_words(
            f'Máy dự phòng {status.peer} được phép nhưng chưa nối vào.',
            f'The standby {status.peer} is allowed, and has not joined yet.',
        )
        yield f'[yellow]{text}[/]'


def joined_lines(joined: Joined) -> Iterator[str]:
    """That this machine follows now."""
    size, files = pick_number(joined.database_bytes >> 20), pick_number(joined.files)
    yield pick_words(
        f'[bold]Máy này theo {joined.primary}[/]: {size} MB cơ sở dữ liệu, {files} tệp, {joined.seconds:.0f} giây.',
        f'[bold]This machine follows {joined.primary}[/]: {size} MB of database, {files} files, '
        f'{joined.seconds:.0f} s.',
    )
    if joined.set_aside:
        yield f'{pick_words("Cơ sở dữ liệu cũ còn ở", "The database that was here is in")} {joined.set_aside}'
    for command in joined.commands:
        yield f'[bold]{command}[/]'
    yield pick_words('Khi máy chính hỏng: dothi standby promote', 'When the primary is lost: dothi standby promote')


def promotion_lines(promotion: Promotion) -> Iterator[str]:
    """That this machine is primary, what was lost at most, and what is to be done now."""
    yield pick_words(
        f'[bold]Máy này là máy chính[/] (cơ sở dữ liệu sau {promotion.seconds_to_database:.1f} giây, tất cả sau '
        f'{promotion.seconds:.1f} giây).',
        f'[bold]This machine is the primary[/] (its database after {promotion.seconds_to_database:.1f} s, all of it '
        f'after {promotion.seconds:.1f} s).',
    )
    yield _loss_line(promotion)
    for place in promotion.missing_files:
        text = pick_words(
            'Thiếu trong kho, chép từ máy cũ nếu được', 'Missing in the store; the old machine may have it'
        )
        yield f'[bold red]{text}: {place}[/]'
    for note in promotion.notes:
        yield f'[bold red]{pick_text(note)}[/]'
    for command in promotion.commands:
        yield f'[bold]{command}[/]'
    yield pick_words('Máy cũ thành máy dự phòng mới như sau.', 'The old machine becomes the new standby so.')


def _loss_line(promotion: Promotion) -> str:
    if promotion.is_old_primary_ended:
        return pick_words(
            'Máy chính cũ đã tự dừng và gửi hết nhật ký: không mất gì.',
            'The old primary ended in order, and its log came here whole: nothing was lost.',
        )
    replayed_at, known_until = _moment(promotion.replayed_at), _moment(promotion.known_until)
    missing = '?' if promotion.missing_bytes is None else pick_number(promotion.missing_bytes)
    return pick_words(
        f'Thay đổi cuối cùng có ở đây: {replayed_at}. Lần cuối nghe máy chính: {known_until}, khi đó còn thiếu '
        f'{missing} byte nhật ký. Mất nhiều nhất: những gì máy chính ghi nhận sau lúc đó.',
        f'Last change that is here: {replayed_at}. Last word of the primary: {known_until}, when {missing} bytes of '
        'its log were missing. Lost at most: what it acknowledged after that.',
    )


def _following_lines(peer: str, following: Following | None) -> Iterator[str]:
    position = following.position if following else None
    if following is None or position is None:
        yield pick_words(f'Máy dự phòng của {peer}; chưa theo lần nào.', f'Standby of {peer}; it has not followed yet.')
        return
    last_word_at, complete_at = _moment(position.last_word_at), _moment(following.store_complete_at)
    text = pick_words(
        f'Máy dự phòng của {peer}: {"đang theo" if position.is_streaming else "MẤT KẾT NỐI"}; nghe máy chính lần cuối '
        f'{last_word_at}, thay đổi cuối {_moment(position.replayed_at)}; kho tệp đủ lúc {complete_at}',
        f'Standby of {peer}: {"follows" if position.is_streaming else "NOT CONNECTED"}; last word of the primary '
        f'{last_word_at}, last change {_moment(position.replayed_at)}; store whole at {complete_at}',
    )
    yield f'[bold red]{text}[/]' if following.is_behind else text
    if following.store_fault:
        yield f'[bold red]{pick_text(following.store_fault)}[/]'


def _state_line(peer: str, state: StandbyState | None) -> str:
    if state is None:
        return f'[bold red]{pick_words("Máy dự phòng", "Standby")} {peer}: {pick_text(FAULTS["lost"])}[/]'
    size = '?' if state.lag_bytes is None else pick_number(state.lag_bytes)
    text = pick_words(
        f'Máy dự phòng {peer}: chậm {state.lag_s:.1f} giây, {size} byte; kho tệp đủ lúc '
        f'{_moment(state.store_complete_at)}',
        f'Standby {peer}: {state.lag_s:.1f} s and {size} bytes behind; store whole at '
        f'{_moment(state.store_complete_at)}',
    )
    return f'[bold red]{text}: {pick_text(FAULTS[state.fault])}[/]' if state.fault else text


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return pick_words('chưa có', 'never')
    return f'{moment.astimezone(locality_zone()):%Y-%m-%d %H:%M:%S}'
