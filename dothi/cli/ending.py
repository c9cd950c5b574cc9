"""How a command ends: with its exit code and, where something is wrong, a message for people and for scripts."""

import errno
import gc
import json
import os
import sys
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import typer

import dothi
from dothi.cli.messages import show_error
from dothi.cli.usage_words import explain_usage
from dothi.core.disk_room import NO_ROOM_WORDS, disk_full, full_disk, is_full, is_no_room
from dothi.core.errors import Defect, DiskFull, DothiError, EnvironmentMissing, WrongUse, describe, exit_code
from dothi.core.interruption import Interrupted, ignore_interrupts, is_interrupted, remember_interrupts
from dothi.core.private_files import close_new_files
from dothi.core.settings import PathSettings
from dothi.core.start_command import is_in_container
from dothi.core.state_file import damaged
from dothi.core.text import Text, for_steward

# The SQLSTATE of a change in a transaction that takes none.
READ_ONLY = '25006'
# What is the matter with a file that is no fault of the program: of another kind than it was, or on a disk that fails.
UNUSABLE = {errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENXIO}
# What the shell expects of a command that Ctrl-C has ended.
INTERRUPTED = 130


class StandbyReadOnly(EnvironmentMissing):
    """The database follows that of another machine, and takes no changes."""


def run(app: typer.Typer) -> NoReturn:
    """Runs the command line and ends the process; with --json the error, too, is one document on standard output."""
    close_new_files()
    remember_interrupts()
    try:
        ended = app(standalone_mode=False)
    except DothiError as error:
        if is_interrupted():
            _end_interrupted()
        _fail(_for_want_of_room(error) or _on_replaced_primary(error) or error)
    except typer.TyperException as wrong:
        _fail(_misused(wrong))
    except PermissionError as error:
        _fail(other_user(error) or unusable_file(error) or recorded())
    except OSError as error:
        if is_interrupted():
            _end_interrupted()
        _fail(unusable_file(error) or no_room(error) or recorded())
    except Exception as error:
        if is_interrupted():
            _end_interrupted()
        _fail(_change_of_standby(error) or no_room(error) or recorded())
    finally:
        ignore_interrupts()
        # the process ends: looking through all objects for what could be freed would take longer than most commands
        gc.freeze()
    if ended == INTERRUPTED:
        _end_interrupted()
    sys.exit(ended if isinstance(ended, int) else 0)


class StateOfOther(WrongUse):
    """Root works on an instance that another user runs."""


def require_own_state() -> None:
    """Raises StateOfOther for root where the state folder is another user's, who could not change what root writes."""
    state = PathSettings().state
    if os.geteuid() != 0 or not state.is_dir() or state.stat().st_uid == 0:
        return
    try:
        owner = state.owner()
    except KeyError:
        # an account of another machine, or one that is gone
        owner = f'#{state.stat().st_uid}'
    command = f'runuser -u {owner} -- env DOTHI_STATE={state} {sys.argv[0]} …'
    raise StateOfOther(
        vi=f'{state} là của người dùng "{owner}", người chạy các dịch vụ và không sửa được tệp do root ghi: {command}',
        en=f'{state} belongs to the user "{owner}", who runs the services and could not change what root writes: '
        f'{command}',
    )


def _fail(error: DothiError, code: int | None = None) -> NoReturn:
    if '--json' in sys.argv:
        typer.echo(json.dumps({'error': describe(error)}, ensure_ascii=False))
    show_error(error)
    sys.exit(exit_code(error) if code is None else code)


def _change_of_standby(error: Exception) -> DothiError | None:
    """The error for a change that was tried where the database follows another one; None for any other error."""
    from dothi.local.standby.record import follows_primary

    if getattr(error, 'pgcode', None) != READ_ONLY or not follows_primary():
        return None
    return StandbyReadOnly(
        vi='Máy này là máy dự phòng, chỉ đọc được: làm việc này trên máy chính. Máy chính hỏng: dothi standby promote.',
        en='This machine is the standby, which is read only: do this on the primary. Is the primary lost: dothi '
        'standby promote.',
    )


def _on_replaced_primary(error: DothiError) -> DothiError | None:
    """The error that says why a machine has no database whose standby is primary now; None for any other error."""
    from dothi.core.database import NoDatabase
    from dothi.local.standby.fencing import superseded_primary
    from dothi.local.standby.record import read_standby_record

    if not isinstance(error, NoDatabase):
        return None
    with suppress(DothiError):
        record = read_standby_record()
        return superseded_primary(record) if record and record.superseded_at else None
    return None


def _end_interrupted() -> NoReturn:
    _fail(Interrupted(vi='Đã dừng theo yêu cầu.', en='Interrupted.'), INTERRUPTED)


def _misused(wrong: typer.TyperException) -> WrongUse:
    """The error for a command line that typer cannot read, with where its help is."""
    context = getattr(wrong, 'ctx', None)
    command = context.command_path if context else 'dothi'
    usage_message = wrong.format_message() if hasattr(wrong, 'format_message') else str(wrong)
    if not usage_message:  # the command alone, which has shown its help already
        sys.exit(2)
    reason = explain_usage(usage_message.rstrip('.'))
    return WrongUse(
        vi=f'Câu lệnh không đúng: {reason.vi} Xem "{command} --help".', en=f'{reason.en} See "{command} --help".'
    )


def other_user(error: PermissionError) -> WrongUse | None:
    """The error for a command of a user to whom the instance does not belong; None where it belongs to them."""
    state = PathSettings().state
    try:
        owner, owner_id = state.owner(), state.stat().st_uid
    except (OSError, KeyError):
        return None
    if owner_id == os.geteuid():
        return None
    command = f'runuser -u {owner} -- env DOTHI_STATE={state} {sys.argv[0]}'
    return WrongUse(
        vi=f'{error.filename}: không có quyền. {state} thuộc về người dùng "{owner}": {command} …',
        en=f'{error.filename}: permission denied. {state} belongs to the user "{owner}": {command} …',
    )


def unusable_file(error: OSError) -> DothiError | None:
    """The error for a file of the instance that its disk, or somebody, has made unusable; None for any other error."""
    # of a renaming it is the second that is in the way
    name = error.filename2 or error.filename
    if error.errno not in UNUSABLE or name is None:
        return None
    file, paths = Path(os.fsdecode(name)), PathSettings()
    if not any(file.is_relative_to(folder) for folder in (paths.state, paths.store, paths.secrets, paths.inbox)):
        return None
    advice = Text(
        vi='Chuyển nó đi nơi khác rồi chạy lại; hoặc xem đĩa của nó.',
        en='Move it elsewhere and run this again; or look at its disk.',
    )
    return damaged(file, Text(vi=str(error.strerror), en=str(error.strerror)), advice)


def no_room(error: Exception) -> DothiError | None:
    """The error for a disk that is full, of the instance or of its database; None for any other error."""
    return disk_full(error) if is_no_room(error) else None


def _for_want_of_room(error: DothiError) -> DothiError | None:
    """The error that the disk is full, for one in which a program says so in its words; None for any other error."""
    state, words = PathSettings().state, for_steward(error.text).en
    is_told = not isinstance(error, DiskFull) and any(no_room_words in words for no_room_words in NO_ROOM_WORDS)
    return full_disk(state) if is_told and state.is_dir() and is_full(state) else None


def recorded() -> Defect:
    """The error for a fault of ours: what happened is in the log, not on the screen.

    Where the standard error is a log itself, of a container or of systemd, it is there too: files go with a container.
    """
    if _is_stderr_a_log():
        traceback.print_exc()
    log = PathSettings().run / 'errors.log'
    try:
        _write_down(log)
    except OSError:
        # a disk that is full or away may be the reason itself
        with suppress(OSError):
            traceback.print_exc()
        return Defect(
            vi=f'Chương trình gặp lỗi, và không ghi được vào {log}. Xem đĩa của nó; chi tiết ở trên.',
            en=f'This is a fault of the program, and {log} cannot be written. Look at its disk; details are above.',
        )
    return Defect(
        vi=f'Chương trình gặp lỗi. Chi tiết trong {log}; hãy gửi tệp đó cho người phát triển.',
        en=f'This is a fault of the program. Details are in {log}; please send that file to its developers.',
    )


def _write_down(log: Path) -> None:
    """Adds the error that is being handled to the log. Raises OSError."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open('a', encoding='utf-8') as lines:
        lines.write(f'{datetime.now().astimezone().isoformat()} dothi {dothi.__version__} {sys.argv[1:2]}\n')
        lines.write(traceback.format_exc())


def _is_stderr_a_log() -> bool:
    """systemd names in JOURNAL_STREAM the file that leads to its journal."""
    stream = os.fstat(sys.stderr.fileno())
    is_journal = os.environ.get('JOURNAL_STREAM') == f'{stream.st_dev}:{stream.st_ino}'
    return is_journal or (is_in_container() and not sys.stderr.isatty())
