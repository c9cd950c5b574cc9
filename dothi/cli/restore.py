"""`dothi restore`: leads through the restore of an instance from its backup."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dothi.cli import output
from dothi.cli.demo import NotConfirmed
from dothi.cli.messages import err
from dothi.cli.options import Json
from dothi.core.clock import local_minute, local_second
from dothi.core.errors import WrongUse
from dothi.core.locality import locality_zone
from dothi.core.reader_language import pick_number, pick_text, pick_words
from dothi.local.backup.access import AccessAfterRestore
from dothi.local.backup.place import read_place
from dothi.local.backup.plan import RestoreOrder, RestorePlan, StillRunning, not_backed_up, plan_restore
from dothi.local.backup.record import key_file, read_key, require_record
from dothi.local.backup.recover import clear_folder
from dothi.local.backup.restore import Restored, prepared_state, restore
from dothi.local.backup.scratch import RESTORE_LOCK
from dothi.local.locks import alone_at_once


class BadMoment(WrongUse):
    """No moment can be read from that."""


def restore_command(
    to: Annotated[
        str | None,
        typer.Option(
            '--to',
            metavar='LÚC · TIME',
            help='Thời điểm, như "2026-11-29 14:30"; bỏ trống là mới nhất. · '
            'A moment, such as "2026-11-29 14:30"; the latest when left out.',
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            help='Một thư mục mới, bên cạnh hệ thống đang chạy. · A new folder, beside the instance that runs.'
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65_534, help='Cổng của bản trong --into. · Port of the copy in --into.')
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            '--from',
            metavar='NƠI-LƯU · WHERE',
            help='Nơi lưu, khi thư mục trạng thái đã mất. · Where the backup is, when the state folder is lost.',
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option('--key-file', help='Tệp có khóa của bản sao lưu. · File with the key of the backup.'),
    ] = None,
    revoke_keys: Annotated[
        bool,
        typer.Option(
            '--revoke-keys',
            help='Thu hồi mọi khóa API: khóa đã thu hồi sau bản sao lưu sẽ có hiệu lực trở lại. · '
            'Revokes all API keys: those revoked after the backup would be in force again.',
        ),
    ] = False,
    take_over: Annotated[
        bool,
        typer.Option(
            '--take-over',
            help='Hệ thống đã sao lưu vào đó đã mất hẳn; hệ thống này sao lưu tiếp ở đó. · '
            'The instance that backed up there is gone for good; this one goes on with the backup there.',
        ),
    ] = False,
    yes: Annotated[bool, typer.Option('--yes', help='Không hỏi lại. · Asks nothing.')] = False,
    as_json: Json = False,
) -> None:
    """Phục hồi cơ sở dữ liệu và kho tệp từ bản sao lưu, mới nhất hoặc ở một thời điểm. ·
    Restores database and store from the backup, to the latest or to a moment.
    """
    place = read_place(from_) if from_ else require_record().place
    into = into.expanduser().absolute() if into else None
    if (into is None) != (port is None):
        raise WrongUse(vi='--into và --port đi cùng nhau.', en='--into and --port go together.')
    if into is not None and take_over:
        raise WrongUse(
            vi='Bản trong --into không được sao lưu: bỏ --take-over.',
            en='A copy in --into is not backed up: leave --take-over out.',
        )
    order = RestoreOrder(
        place, _read_key(key), _read_moment(to), into, port, revoke_keys, is_place_named=from_ is not None,
        take_over=take_over,
    )  # fmt: skip
    with prepared_state(order.state), alone_at_once(RESTORE_LOCK) as is_alone:
        if not is_alone:
            raise StillRunning(vi='Một lệnh phục hồi khác đang chạy.', en='Another restore is under way.')
        restored = _restore(order, yes)
    output.document(restored, as_json, _show_restored)


def _restore(order: RestoreOrder, yes: bool) -> Restored:
    try:
        plan = plan_restore(order)
        _confirm(plan, order, yes)
    except BaseException:
        # it holds the key
        clear_folder(order.work)
        raise
    with output.progress() as progress:
        return restore(plan, order, progress)


def _read_key(file: Path | None) -> str:
    """The key in `file`, or that of this instance, or what somebody types."""
    if file is not None:
        return read_key(file)
    if not key_file().exists() and sys.stdin.isatty():
        return str(typer.prompt(pick_words('Khóa của bản sao lưu', 'Key of the backup'), hide_input=True, err=True))
    return read_key(key_file())


def _read_moment(text: str | None) -> datetime | None:
    """The moment that `text` names, on the clocks of the locality where it names no zone."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=locality_zone())
        # in UTC the last hours of the year 9999, and the first ones of the year 1, are of no year that there is
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadMoment(
            vi=f'--to {text}: không có thời điểm nào như vậy. Viết như "2026-11-29 14:30", với ngày giờ có trong lịch.',
            en=f'--to {text}: there is no such moment. Write it as "2026-11-29 14:30", with a day and an hour that '
            'the calendar has.',
        ) from None
    if moment > datetime.now(UTC):
        at = local_second(moment, locality_zone())
        raise BadMoment(vi=f'--to {text}: {at} còn ở phía trước.', en=f'--to {text}: {at} is still to come.')
    return moment


def _confirm(plan: RestorePlan, order: RestoreOrder, yes: bool) -> None:
    """Says what will be done, and asks. Raises NotConfirmed."""
    for line in _plan_lines(plan, order):
        err.print(line, highlight=False, soft_wrap=True)
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotConfirmed(vi='Thêm --yes để phục hồi.', en='Add --yes to restore.')
    if not typer.confirm(pick_words('Phục hồi?', 'Restore?'), err=True):
        raise NotConfirmed(vi='Không có gì thay đổi.', en='Nothing was changed.')


def _plan_lines(plan: RestorePlan, order: RestoreOrder) -> list[str]:
    zone = locality_zone()
    moment = local_second(plan.to, zone) if plan.to else pick_words('mới nhất', 'the latest')
    ended_at, taken_at = local_minute(plan.copy_used.ended_at, zone), local_minute(plan.snapshot.taken_at, zone)
    lines = [
        f'{pick_words("Từ", "From")}: {plan.where}',
        f'{pick_words("Đến thời điểm", "To the moment")}: {moment}',
        f'{pick_words("Cơ sở dữ liệu", "Database")}: {plan.copy_used.label} ({ended_at})',
        f'{pick_words("Kho tệp", "Store")}: {plan.snapshot.id[:8]} ({taken_at})',
        f'{pick_words("Vào", "Into")}: {plan.state} ({pick_number(plan.room_bytes >> 20)} MB)',
    ]
    if order.into is None:
        kept = pick_words('Giữ lại dưới tên khác, không xóa', 'Kept under another name, not removed')
        lines += [f'{kept}: {folder}' for folder in plan.set_aside]
        lines += [] if plan.goes_on else [pick_text(not_backed_up(plan.where))]
    return lines


def _show_restored(restored: Restored) -> None:
    zone = locality_zone()
    at = local_second(restored.reached_at, zone)
    output.out.print(f'[bold]{pick_words("Đã phục hồi đến", "Restored to")} {at}[/]', highlight=False)
    for layer in restored.layers:
        number, rows = pick_words('bản phát hành', 'release'), pick_words('đối tượng', 'rows')
        colour, end = ('', '') if layer.is_whole else ('[bold red]', '[/]')
        released_at = local_minute(layer.released_at, zone)
        line = f'{layer.id}: {number} {layer.release} ({released_at}), {pick_number(layer.rows)} {rows}'
        output.out.print(f'{colour}{line}{end}', highlight=False, soft_wrap=True)
    files = pick_words('tệp trong kho đã đối chiếu', 'files of the store compared')
    output.out.print(f'{pick_number(restored.files)} {files}', highlight=False)
    for place in restored.damaged_files:
        text = pick_words('Thiếu hoặc hỏng trong kho', 'Missing or damaged in the store')
        output.out.print(f'[bold red]{text}: {place}[/]', highlight=False, soft_wrap=True)
    for note in restored.notes:
        output.out.print(f'[bold red]{pick_text(note)}[/]', highlight=False, soft_wrap=True)
    _show_access(restored.access)
    for folder in restored.set_aside:
        text = pick_words('Bản cũ còn ở', 'What was there before is in')
        output.out.print(f'{text} {folder}', highlight=False, soft_wrap=True)
    for command in restored.commands:
        output.out.print(f'[bold]{command}[/]', highlight=False, soft_wrap=True)


def _show_access(access: AccessAfterRestore) -> None:
    ended = pick_words(
        f'Đã kết thúc {access.sessions_ended} phiên và {access.links_ended} liên kết mời: mọi người đăng nhập lại; '
        'liên kết mới: dothi people recover TÊN',
        f'Ended {access.sessions_ended} sessions and {access.links_ended} links of invitations: everybody signs in '
        'again; a new link: dothi people recover NAME',
    )
    output.out.print(ended, highlight=False, soft_wrap=True)
    if access.keys_in_force:
        keys = pick_words(
            f'{access.keys_in_force} khóa API có hiệu lực, kể cả khóa đã thu hồi và người đã khóa sau thời điểm này. '
            'Xem: dothi people, dothi people keys TÊN',
            f'{access.keys_in_force} API keys are in force, also of who was disabled, or whose key was revoked, after '
            'this moment. See: dothi people, dothi people keys NAME',
        )
        output.out.print(f'[bold red]{keys}[/]', highlight=False, soft_wrap=True)
