"""`dothi deliveries`, `accept`, `return`, `rollback`: what was handed over, what waits for a person, the decision."""

import getpass
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError
from rich.box import SIMPLE
from rich.table import Column, Table
from rich.text import Text as Line

from dothi.cli import output
from dothi.cli.options import Columns, pairs
from dothi.core.clock import local_minute
from dothi.core.errors import WrongUse
from dothi.core.locality import locality_zone
from dothi.core.own_layers import served_locality
from etl.desk.decide import Decision
from etl.desk.delivery import must_be_known
from etl.desk.held import WAITS_FOR
from etl.desk.records import DecisionRecord, DeliveryRecord, DeliveryShown, Status, records, shown
from etl.report.html import write_page
from etl.report.place import put_on_map

Json = Annotated[
    bool, typer.Option('--json', help='Một tài liệu JSON ở đầu ra chuẩn · One JSON document on standard output.')
]
Number = Annotated[int, typer.Argument(help='Số của đợt giao · Number of the delivery.', min=1, max=2**31 - 1)]
Why = Annotated[str, typer.Option('--reason', '-r', help='Lý do · Why; the agency reads it.')]
By = Annotated[str | None, typer.Option(help='Người quyết định · Who decides: a role; the user when left out.')]
Html = Annotated[Path | None, typer.Option(help='Báo cáo HTML · Also writes the report as one HTML page.')]

STATES = {
    'received': 'đang nhận · received',
    'diagnosed': 'chờ quyết định · waits',
    'accepted': 'nhận · accepted',
    'returned': 'trả lại · returned',
    'superseded': 'được thay · superseded',
    'unchanged': 'không đổi · unchanged',
    'failed': 'gián đoạn · failed',
}


class Deliveries(BaseModel):
    """The deliveries that were asked for."""

    deliveries: list[DeliveryRecord]


def deliveries(
    layer: Annotated[str | None, typer.Argument(help='Lớp · A layer id; all layers when left out.')] = None,
    status: Annotated[Status | None, typer.Option(help='Tình trạng · Only those with this status.')] = None,
    agency: Annotated[str | None, typer.Option(help='Cơ quan · Only those of this agency.')] = None,
    every: Annotated[bool, typer.Option('--all', help='Tất cả · However many there are.')] = False,
    limit: Annotated[int, typer.Option(min=1, help='Bao nhiêu · How many.')] = 20,
    as_json: Json = False,
) -> None:
    """Các đợt giao · The deliveries: those that wait for a decision first, then the newest."""
    locality = served_locality()
    if layer:
        locality.described(layer)
    must_be_known(agency, locality)
    delivery_records = records(layer, status=status, agency=agency, limit=None if every else limit)
    if as_json:
        typer.echo(Deliveries(deliveries=delivery_records).model_dump_json(indent=2))
    else:
        _table(delivery_records)


def delivery(number: Number, html: Html = None, as_json: Json = False) -> None:
    """Một đợt giao · One delivery: who, what and when, its decisions, and its report again."""
    delivery_shown = shown(number)
    if html:
        if delivery_shown.report is None:
            raise WrongUse(
                vi=f'Đợt giao {number} ({delivery_shown.delivery.status}) không có báo cáo để ghi.',
                en=f'Delivery {number} ({delivery_shown.delivery.status}) has no report to write.',
            )
        locality = served_locality()
        put_on_map(delivery_shown, locality)
        write_page(delivery_shown.report, html, locality.described(delivery_shown.report.layer).title)
    _show(delivery_shown, as_json)


def accept(
    number: Number,
    reason: Why,
    crs: Annotated[str | None, typer.Option(help='Hệ tọa độ đúng · The CRS that it is in: EPSG:9209.')] = None,
    encoding: Annotated[str | None, typer.Option(help='Bảng mã đúng · The text encoding that it is in.')] = None,
    column: Columns = None,
    scope: Annotated[str | None, typer.Option(help='Phạm vi đúng · What it speaks for: all, or unit=366.')] = None,
    mode: Annotated[str | None, typer.Option(help='replace | upsert.')] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=['%Y-%m-%d', '%d/%m/%Y'], help='Ngày của dữ liệu · The day it is of.')
    ] = None,
    by: By = None,
    html: Html = None,
    as_json: Json = False,
) -> None:
    """Nhận · Releases a delivery that waits: its original is checked again, with what you decide."""
    from etl.desk.decide import accept as accept_delivery

    changed_options = {'crs': crs, 'encoding': encoding, 'columns': pairs(column) or None, 'scope': scope, 'mode': mode}
    decision = _decision(reason, by, **changed_options, as_of=as_of.date() if as_of else None)
    with output.progress() as progress:
        report = accept_delivery(number, decision, served_locality(), progress)
    if html:
        write_page(report, html, served_locality().described(report.layer).title)
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        output.report(report)
    sys.exit(report.exit_code)


def return_(number: Number, reason: Why, by: By = None, as_json: Json = False) -> None:
    """Trả lại · Releases nothing of a delivery that waits, and keeps it with the reason."""
    from etl.desk.decide import return_ as return_delivery

    _show(return_delivery(number, _decision(reason, by)), as_json)


def rollback(
    layer: Annotated[str, typer.Argument(help='Lớp · A layer id.')],
    release: Annotated[int, typer.Argument(help='Bản phát hành · Its release to go back to; see dothi releases.')],
    reason: Why,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Trở về · Serves a layer again as it was after an earlier release; this is a release, too."""
    from etl.desk.rollback import rollback as put_back

    decision = _decision(reason, by)
    with output.progress() as progress:
        outcome = put_back(layer, release, decision.reason, decision.by, served_locality(), progress)
    if as_json:
        typer.echo(outcome.model_dump_json(indent=2))
        return
    diff = outcome.diff
    changes = f'+{diff.added:,} ~{diff.changed:,} −{diff.closed:,}'
    says = 'không có gì khác · nothing differs' if outcome.unchanged else changes
    output.out.print(f'{layer}: bản phát hành · release {outcome.release} = {release}, {says}', markup=False)


def _decision(reason: str, by: str | None, **given: Any) -> Decision:
    try:
        return Decision(by=by or getpass.getuser(), reason=reason, **given)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        option = f'--{str(first["loc"][0]).replace("_", "-")}'
        raise WrongUse(
            vi=f'{option} "{first["input"]}" không hợp lệ: --reason và --by phải có nội dung, --scope là all hoặc '
            'unit=MÃ, --mode là replace hoặc upsert.',
            en=f'{option} "{first["input"]}" will not do: --reason and --by need words, --scope is all or unit=CODE, '
            '--mode is replace or upsert.',
        ) from None


def _show(found: DeliveryShown, as_json: bool) -> None:
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    _table([found.delivery])
    for made in found.decisions:
        output.out.print(Line(_words(made)))
    if found.report:
        output.report(found.report)
    elif found.failure:
        output.out.print(Line(found.failure))


def _words(made: DecisionRecord) -> str:
    options = ' '.join(f'--{name.replace("_", "-")} {value}' for name, value in made.options.items())
    verb = {'accept': 'nhận · accept', 'return': 'trả lại · return'}[made.decision]
    at = local_minute(made.decided_at, locality_zone())
    came_to = 'không đạt, vẫn chờ · not passed, waits on' if _failed(made) else STATES[made.outcome]
    return f'{at} {made.decided_by}: {" ".join([verb, options]).strip()} ("{made.reason}") → {came_to}'


def _failed(made: DecisionRecord) -> bool:
    return made.decision == 'accept' and made.outcome == 'returned'


def _table(found: list[DeliveryRecord]) -> None:
    """Two lines per delivery, so that eighty columns hold it."""
    if not found:
        output.out.print('Không có đợt giao nào · no deliveries')
        return
    headers = (
        'Số\nno.',
        'Lớp, tệp\nlayer, file',
        'Cơ quan, lúc\nagency, at',
        'Tình trạng\nstatus',
        'Bản, quyết định\nrelease, to decide',
    )
    table = Table(*(Column(header, overflow='fold') for header in headers), box=SIMPLE, padding=(0, 1, 0, 0))
    for record in found:
        at = local_minute(record.received_at, locality_zone())
        files, sender = f'{record.layer_id}\n{record.file_name}', f'{record.agency or "–"}\n{at}'
        cells = (str(record.id), files, sender, STATES[record.status].replace(' · ', '\n'), _came_to(record))
        table.add_row(*map(Line, cells))
    output.out.print(table)


def _came_to(one: DeliveryRecord) -> str:
    """What a waiting delivery waits for; of others their release, or the delivery that took their place."""
    if one.status == 'diagnosed':
        return '\n'.join(f'{WAITS_FOR[reason].vi}\n{WAITS_FOR[reason].en}' for reason in one.held)
    if one.superseded_by:
        return f'→ {one.superseded_by}'
    return '' if one.release is None else str(one.release)
