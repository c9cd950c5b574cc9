"""What people see of a running instance: where it is, what runs, which release of each layer is served."""

from collections.abc import Iterator

from rich.table import Column, Table

from dothi.cli import output
from dothi.cli.backup_lines import backup_lines
from dothi.cli.fault_lines import download_fault_lines, refused_demo_lines
from dothi.cli.freshness_table import updates
from dothi.cli.service_table import root_lines, service_table, supervision_lines
from dothi.cli.standby_lines import standby_status_lines
from dothi.core.edit_token import token_file
from dothi.core.locality import locality_zone
from dothi.core.reader_language import pick_number, pick_text, pick_words
from dothi.core.settings import IN_REPOSITORY, EditSettings, PathSettings, default_state
from dothi.core.store_mark import store_away
from dothi.core.text import Text, for_steward
from dothi.local.status import LayerState, Status

DAMAGE = {
    'missing': Text(vi='Tệp mất trong kho', en='missing in the store'),
    'changed': Text(vi='Tệp trong kho bị thay đổi', en='changed in the store'),
}


def addresses(status: Status) -> None:
    """Print the addresses of a running instance, and what waits for a person; of a standby, how it follows."""
    if status.standby and status.standby.role == 'standby':
        for line in standby_status_lines(status.standby):
            output.out.print(line, highlight=False, soft_wrap=True)
        return
    urls = {service.name: service.url for service in status.services}
    demo = any(layer.demo for layer in status.layers)
    output.out.print()
    if demo:
        demo_text = pick_words('Dữ liệu minh họa, không phải số liệu thật', 'Demonstration data, not real figures')
        output.out.print(f'[yellow]{demo_text}[/]')
    for title, value in (
        (pick_words('Bản đồ', 'Map'), f'[bold]{urls["public"]}[/]'),
        ('OGC API', f'{urls["public"]}/api'),
        (pick_words('Nội bộ', 'Internal'), urls['internal']),
        *_first_administrator(status, urls['internal']),
        (pick_words('Sửa dữ liệu', 'Edit'), _where_token()),
        (pick_words('Dừng', 'Stop'), _stop_command()),
    ):
        output.out.print(f'{title:<14} {value}', highlight=False, soft_wrap=True)
    waiting(status)
    _refused(status)
    for layer in status.layers:
        if layer.error:
            output.show_broken(layer.error)


def _first_administrator(status: Status, internal_url: str | None) -> Iterator[tuple[str, str]]:
    """Where the first administrator sets a password; nothing once there is one."""
    if status.first_administrator:
        title = pick_words('Quản trị', 'Administrator')
        advice = pick_words('đặt mật khẩu, trong 7 ngày', 'set your password, within 7 days')
        yield title, f'{internal_url}{status.first_administrator} ({advice})'


def _where_token() -> str:
    """The setting or file that holds the token for editing."""
    if EditSettings().edit_token.get_secret_value():
        return 'DOTHI_EDIT_TOKEN'
    return f'{pick_words("mã trong", "token in")} {token_file()}'


def _stop_command() -> str:
    """The command that ends this instance: that of its checkout, or of its wheel."""
    state = PathSettings().state
    is_usual = state == default_state()
    if IN_REPOSITORY:
        return 'make down' if is_usual else f'make down DOTHI_STATE={state}'
    return 'dothi down' if is_usual else f'DOTHI_STATE={state} dothi down'


def status(document: Status) -> None:
    output.out.print(service_table(document))
    for line in (*supervision_lines(document), *root_lines(document)):
        output.out.print(line, soft_wrap=True)
    if document.database is None:
        text = pick_words(
            'Không đọc được cơ sở dữ liệu: không rõ đang phục vụ gì, ai đã giao gì.',
            'The database cannot be read: what is served, and who delivered what, is not known.',
        )
        output.out.print(f'[bold red]{text}[/]', soft_wrap=True)
    else:
        _show_layers(document)
    waiting(document)
    for wall in document.missing_walls:
        output.out.print(f'[yellow]{pick_words("Phòng kín", "Closed room")}: {pick_text(wall)}[/]')
    if document.store.is_away:
        _show_store_away()
    for damaged in document.store.damaged:
        output.out.print(
            f'[bold red]{pick_text(DAMAGE[damaged.damage])}: {damaged.file}[/]\n  {pick_text(damaged.advice)}'
        )
    if document.store.unread:
        unread = pick_words('tệp trong kho chưa kịp đọc lại', 'files of the store not read yet')
        output.out.print(f'[yellow]{document.store.unread} {unread}[/]')
    for line in standby_status_lines(document.standby):
        output.out.print(line, highlight=False, soft_wrap=True)
    for line in (*download_fault_lines(document.download_faults), *_backup_lines(document)):
        output.out.print(line, soft_wrap=True)
    _refused(document)
    _wrong_files(document)


def _show_layers(document: Status) -> None:
    """Print which release of each layer is served, and who is to deliver it when."""
    names = (
        pick_words('Lớp', 'layer'),
        pick_words('Bản phát hành', 'release'),
        pick_words('Nguồn', 'origin'),
        pick_words('Số đối tượng', 'rows'),
        pick_words('Ngày', 'date'),
    )
    layers = Table(*(Column(name, overflow='fold') for name in names))
    for layer in document.layers:
        layers.add_row(layer.id, *_layer_cells(layer))
    output.out.print(layers)
    output.out.print(updates(document))


def _show_store_away() -> None:
    """Print that the store is not there, and what to do."""
    output.out.print(pick_text(for_steward(store_away().text)), style='bold red', highlight=False, soft_wrap=True)


def _backup_lines(document: Status) -> Iterator[str]:
    """How far the backups are; of a standby nothing, as its primary makes them."""
    if document.standby is None or document.standby.role == 'primary':
        yield from backup_lines(document.backup)


def waiting(document: Status) -> None:
    """How many deliveries wait for a person, and where to see them."""
    if document.waiting:
        waits = pick_words('đợt giao chờ quyết định', 'deliveries wait for a decision')
        output.out.print(f'[yellow]{document.waiting} {waits}: dothi deliveries[/]')


def _refused(document: Status) -> None:
    for line in refused_demo_lines(document.refused_demo):
        output.out.print(line, soft_wrap=True, highlight=False)


def _wrong_files(document: Status) -> None:
    """What is wrong with files of the locality: its own, and those of layers and styles."""
    errors = [error for layer in document.layers for error in (layer.error, layer.style_error)]
    for error in (document.locality_error, *errors):
        if error:
            output.show_broken(error)


def _layer_cells(layer: LayerState) -> tuple[str, str, str, str]:
    if layer.error:
        return f'[red]{pick_words("lỗi", "error")}[/]', '', '', ''
    if layer.release is None:
        return f'[dim]{pick_words("chưa có", "none")}[/]', '', '', ''
    release = layer.release
    # after one unit's own delivery the rest of the layer may be demonstration data still
    part = f'{pick_number(release.demo_rows)} ' if release.demo_rows < release.rows_total else ''
    origin = f'{release.origin} [yellow]({part}{pick_words("minh họa", "demo")})[/]' if layer.demo else release.origin
    return (
        str(release.number),
        origin,
        pick_number(release.rows_total),
        f'{release.released_at.astimezone(locality_zone()):%Y-%m-%d}',
    )
