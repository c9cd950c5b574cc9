"""`dothi backup`: sets up, makes, lists and proves the backups of an instance."""

from typing import Annotated

import typer
from rich.table import Table

from dothi.cli import output
from dothi.cli.messages import err
from dothi.cli.options import Json
from dothi.core.clock import local_minute, local_second
from dothi.core.foreground import record_foreground
from dothi.core.locality import locality_zone
from dothi.core.reader_language import pick_number, pick_text, pick_words
from dothi.local.backup.holdings import Holdings, backup_holdings
from dothi.local.backup.proof import BackupProof, prove_backup
from dothi.local.backup.run import BackupRun, run_backup
from dothi.local.backup.setup import BackupSetUp, end_backup, set_up_backup
from dothi.local.backup.watch import watch_backups

backup_app = typer.Typer(
    no_args_is_help=True,
    help='Sao lưu: đặt, chạy, xem, phục hồi thử. · Backups: setting up, making, listing and proving them.',
)
KINDS = {'full': ('đầy đủ', 'full'), 'incr': ('gia tăng', 'incremental'), 'diff': ('khác biệt', 'differential')}


@backup_app.command('setup')
def setup(
    where: Annotated[
        str,
        typer.Argument(
            metavar='NƠI-LƯU · WHERE',
            help='Thư mục trên đĩa khác, hoặc sftp://người-dùng@máy/đường-dẫn. · '
            'A folder on another disk, or sftp://user@host/path.',
        ),
    ],
    as_json: Json = False,
) -> None:
    """Đặt việc sao lưu liên tục cho cơ sở dữ liệu và kho tệp, và làm bản đầu tiên. ·
    Sets up the continuous backup of database and store, and makes the first one.
    """
    with output.progress() as progress:
        made = set_up_backup(where, progress)
    output.document(made, as_json, _show_set_up)


@backup_app.command('run')
def run(
    full: Annotated[
        bool,
        typer.Option('--full', help='Bản đầy đủ, không chỉ những gì đã thay đổi. · All, and not only what changed.'),
    ] = False,
    as_json: Json = False,
) -> None:
    """Sao lưu ngay bây giờ. · Makes a backup now."""
    with output.progress() as progress:
        made = run_backup(full=full, progress=progress)
    output.document(made, as_json, _show_run)


@backup_app.command('list')
def list_(as_json: Json = False) -> None:
    """Những gì phục hồi được, từ lúc nào đến lúc nào. · What can be restored, from when to when."""
    output.document(backup_holdings(), as_json, _show_holdings)


@backup_app.command('prove')
def prove(as_json: Json = False) -> None:
    """Phục hồi thử vào một thư mục tạm và đối chiếu với hệ thống đang chạy. ·
    Restores into a scratch folder, and compares that with the instance that runs.
    """
    with output.progress() as progress:
        proof = prove_backup(progress)
    output.document(proof, as_json, _show_proof)


@backup_app.command('off')
def off() -> None:
    """Thôi sao lưu hệ thống này; những bản đã có vẫn còn. · Ends the backups of this instance; those made stay."""
    with output.progress() as progress:
        end_backup(progress)
    output.out.print(pick_words('Không còn sao lưu.', 'No backups are made any more.'))


@backup_app.command('watch')
def watch() -> None:
    """Sao lưu hằng đêm và sau mỗi bản phát hành, cho đến khi bị dừng ("dothi up" chạy lệnh này). ·
    Makes backups each night and after each release, until it is ended ("dothi up" starts it).
    """
    record_foreground('backup')
    watch_backups()


def _show_set_up(made: BackupSetUp) -> None:
    _show_run(made.first)
    output.out.print(f'{pick_words("Sao lưu vào", "Backups go to")}: {made.where}', highlight=False, soft_wrap=True)
    if made.host_key:
        output.out.print(f'{pick_words("Khóa của máy chủ", "Host key of the server")}: {made.host_key}', soft_wrap=True)
    key_text = pick_words(
        f'Không có khóa thì không ai mở được bản sao lưu. Hãy chép tệp này ra nơi khác, ngay hôm nay: {made.key_file}',
        f'Without its key nobody can open the backup. Copy this file to another place too, today: {made.key_file}',
    )
    output.out.print(f'[bold yellow]{key_text}[/]', highlight=False, soft_wrap=True)
    if made.warning:
        err.print(pick_text(made.warning), style='yellow', soft_wrap=True)


def _show_run(made: BackupRun) -> None:
    copy = made.copy_made
    sizes = f'{_megabytes(copy.size_bytes)} → {_megabytes(copy.repository_bytes)}'
    text = pick_words(
        f'Đã sao lưu ({pick_words(*KINDS[copy.kind])}, {sizes}) trong {made.seconds:.0f} giây: {copy.label}',
        f'Backed up ({pick_words(*KINDS[copy.kind])}, {sizes}) in {made.seconds:.0f} s: {copy.label}',
    )
    output.out.print(text, highlight=False, soft_wrap=True)


def _show_holdings(holdings: Holdings) -> None:
    table = Table(
        pick_words('Bản', 'backup'),
        pick_words('Loại', 'kind'),
        pick_words('Xong lúc', 'ended'),
        pick_words('Dữ liệu', 'data'),
        pick_words('Chiếm chỗ', 'takes'),
    )
    zone = locality_zone()
    for copy in holdings.copies:
        kind, ended_at = pick_words(*KINDS[copy.kind]), local_minute(copy.ended_at, zone)
        label = f'[red]{copy.label}[/]' if copy.is_damaged else copy.label
        table.add_row(label, kind, ended_at, _megabytes(copy.size_bytes), _megabytes(copy.repository_bytes))
    output.out.print(table)
    if holdings.restorable_from and holdings.restorable_to:
        # to be typed again: a minute that begins before the first backup ended cannot be restored
        first, last = (local_second(at, zone) for at in (holdings.restorable_from, holdings.restorable_to))
        text = f'Phục hồi được mọi thời điểm từ {first} đến {last}.', f'Every moment from {first} to {last} is there.'
        output.out.print(pick_words(*text), highlight=False, soft_wrap=True)
    if holdings.newest_snapshot_at:
        at, size = local_minute(holdings.newest_snapshot_at, zone), _megabytes(holdings.store_bytes)
        store = (
            f'Kho tệp: {holdings.snapshots} bản, mới nhất {at}, {size}',
            (f'Store: {holdings.snapshots} snapshots, the newest of {at}, {size}'),
        )
        output.out.print(pick_words(*store), highlight=False, soft_wrap=True)
    output.out.print(f'{pick_words("Nơi lưu", "Kept at")}: {holdings.where}', highlight=False, soft_wrap=True)


def _show_proof(proof: BackupProof) -> None:
    layers, rows, files = (pick_number(count) for count in (proof.layers, proof.rows, proof.files))
    outputs = ', '.join(proof.outputs)
    text = pick_words(
        f'Phục hồi được: {layers} lớp, {rows} hàng, {files} tệp giống hệ thống; {outputs}. {proof.seconds:.0f} giây.',
        f'It restores: {layers} layers, {rows} rows, {files} files as in the instance; {outputs}. '
        f'{proof.seconds:.0f} s.',
    )
    output.out.print(text, highlight=False, soft_wrap=True)
    for place in proof.damaged_files:
        damaged = pick_words('Tệp trong kho hỏng, bản sao lưu còn nguyên', 'Damaged in the store, whole in the backup')
        output.out.print(f'[bold red]{damaged}: {place}[/]', highlight=False, soft_wrap=True)
    for left_out in proof.left_out:
        output.out.print(f'[yellow]{pick_text(left_out)}[/]', soft_wrap=True)


def _megabytes(size_bytes: int) -> str:
    return f'{pick_number(round(size_bytes / 2**20))} MB'
