"""The services of an instance in one table: what runs, where, and what died and was started again."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.table import Table

from dothi.core.clock import local_minute
from dothi.core.locality import locality_zone
from dothi.core.reader_language import pick_text, pick_words
from dothi.core.revivals import Revival
from dothi.local.status import Status


def service_table(document: Status) -> Table:
    """One row for the database and for each service; a column of faults where there were any."""
    services = Table(
        pick_words('Dịch vụ', 'service'),
        pick_words('Tình trạng', 'state'),
        'pid',
        pick_words('Địa chỉ', 'address'),
        pick_words('Sự cố', 'faults'),
    )
    services.add_row('database', _state(document.database is not None), '', '', _faults(document.database_revival))
    for service in document.services:
        pid = str(service.pid) if service.pid else ''
        services.add_row(service.name, _state(service.running), pid, service.url or '', _faults(service.revival))
    return services


def supervision_lines(document: Status) -> Iterator[str]:
    """A warning where services run that nobody would start again."""
    if not document.supervised and any(service.running for service in document.services):
        text = pick_words(
            'Không có tiến trình giám sát: dịch vụ nào chết sẽ không tự chạy lại. Chạy "dothi up".',
            'No supervisor runs: a service that dies stays dead. Run "dothi up".',
        )
        yield f'[yellow]{text}[/]'


def root_lines(document: Status) -> Iterator[str]:
    """That root runs the services, and what to do about it."""
    if document.root_reason and any(service.running for service in document.services):
        yield f'[yellow]{pick_text(document.root_reason)}[/]'


def _state(is_running: bool) -> str:
    if is_running:
        return f'[green]{pick_words("đang chạy", "running")}[/]'
    return f'[dim]{pick_words("đã dừng", "stopped")}[/]'


def _faults(revival: Revival | None) -> str:
    """How often a part was started again and when it died last; or when it is to be started, and why it was not yet."""
    if revival is None:
        return ''
    died_at = local_minute(revival.died_at, locality_zone())
    if revival.next_start_at is None:
        return pick_words(
            f'chạy lại {revival.restarts} lần, lần cuối {died_at}',
            f'started again {revival.restarts} ×, last {died_at}',
        )
    wait_s = max(0, round((revival.next_start_at - datetime.now(UTC)).total_seconds()))
    reason = f' ({revival.reason})' if revival.reason else ''
    return pick_words(
        f'[red]chết lúc {died_at}{reason}; thử lại sau {wait_s} giây[/]',
        f'[red]died {died_at}{reason}; next try in {wait_s} s[/]',
    )
