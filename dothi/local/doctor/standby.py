"""What a standby is: whether it follows, how far behind it is, and whether this machine may be primary at all."""

from collections.abc import Iterator

from dothi.core.database import NoDatabase, connection
from dothi.core.standby_state import StandbyState
from dothi.core.text import Text
from dothi.local.doctor.findings import Finding, fault, ok, warning
from dothi.local.standby.status import StandbyStatus, standby_status

JOIN_AGAIN = Text(
    vi='dothi standby allow ở máy chính, rồi chạy trên máy dự phòng dòng lệnh mà nó in ra.',
    en='dothi standby allow on the primary, and on the standby the line that it prints.',
)
PROMOTE_AGAIN = Text(
    vi='Lệnh đó đã bị ngắt thì chạy lại: dothi standby promote.',
    en='Where that command was interrupted, repeat: dothi standby promote.',
)
LOOK = Text(
    vi='Trên máy dự phòng: dothi status; máy đó có chạy, có mạng, còn chỗ trên đĩa không?',
    en='On the standby: dothi status. Does it run, is there a network, and room on its disk?',
)


def check_standby() -> Iterator[Finding]:
    """Whether the standby follows, or this one does; nothing where there is none."""
    try:
        with connection('owner') as db:
            status = standby_status(db)
    except NoDatabase:
        status = standby_status(None)
    if status is None:
        return
    if status.superseded_at:
        text = Text(
            vi=f'{status.peer} đã thành máy chính thay máy này.',
            en=f'{status.peer} is primary in place of this machine.',
        )
        yield fault('standby', text, JOIN_AGAIN)
    elif status.is_being_promoted:
        text = Text(vi='Việc thành máy chính chưa xong.', en='Becoming the primary is not done yet.')
        yield fault('standby', text, PROMOTE_AGAIN)
    elif status.role == 'standby':
        yield _following(status)
    elif status.has_joined:
        yield _state(status.peer, status.state)
    else:
        text = Text(vi=f'Máy dự phòng {status.peer} chưa nối vào.', en=f'The standby {status.peer} has not joined yet.')
        yield warning('standby', text, JOIN_AGAIN)


def _following(status: StandbyStatus) -> Finding:
    following = status.following
    if following and not following.is_behind:
        return ok('standby', Text(vi=f'Đang theo {status.peer}.', en=f'It follows {status.peer}.'))
    text = Text(vi=f'Không theo kịp {status.peer}.', en=f'It does not follow {status.peer}, or is behind.')
    advice = Text(
        vi='Máy chính có chạy không? Nếu nó đã mất: dothi standby promote.',
        en='Does the primary run? If it is lost: dothi standby promote.',
    )
    return warning('standby', text, advice)


def _state(peer: str, state: StandbyState | None) -> Finding:
    if state is None or state.fault == 'lost':
        text = Text(
            vi=f'Máy dự phòng {peer} không theo được nữa: nhật ký nó cần đã bị xóa.',
            en=f'The standby {peer} cannot follow any more: log that it needs was removed.',
        )
        return warning('standby', text, JOIN_AGAIN)
    text = Text(
        vi=f'Máy dự phòng {peer}: chậm {state.lag_s:.0f} giây ({state.fault or "tốt"}).',
        en=f'Standby {peer}: {state.lag_s:.0f} s behind ({state.fault or "well"}).',
    )
    return warning('standby', text, LOOK) if state.fault else ok('standby', text)
