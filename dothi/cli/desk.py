"""`dothi deliveries`, `accept`, `return`, `rollback`: what was handed over, what waits for a person, the decision."""

import getpass
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError
from rich.text import Text as Line

from dothi.cli import output
from dothi.cli.addresses import PointsConfirmed, confirm_points, places_of
from dothi.cli.options import (
    Columns,
    Json,
    LetterDate,
    LetterFile,
    LetterNumber,
    LetterSignatory,
    letter_of,
    pairs,
)
from dothi.core.clock import local_minute
from dothi.core.errors import WrongUse
from dothi.core.locality import locality_zone
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_number, pick_text, pick_words
from dothi.core.text import Text
from etl.desk.decide import Decision
from etl.desk.delivery import must_be_known
from etl.desk.held import WAITS_FOR
from etl.desk.records import DecisionRecord, DeliveryRecord, DeliveryShown, Status, records, shown
from etl.report.html import write_page
from etl.report.place import put_on_map

Number = Annotated[int, typer.Argument(help='Số của đợt giao · Number of the delivery.', min=1, max=2**31 - 1)]
Why = Annotated[str, typer.Option('--reason', '-r', help='Lý do; cơ quan sẽ đọc. · Why; the agency reads it.')]
By = Annotated[
    str | None,
    typer.Option(
        help='Vai trò người quyết định; bỏ trống là người dùng máy này. · Who decides: a role; the user when left out.'
    ),
]
Html = Annotated[
    Path | None, typer.Option(help='Ghi thêm báo cáo thành một trang HTML. · Also writes the report as one HTML page.')
]

STATES = {
    'received': Text(vi='đang nhận', en='received'),
    'diagnosed': Text(vi='chờ quyết định', en='waits'),
    'accepted': Text(vi='nhận', en='accepted'),
    'returned': Text(vi='trả lại', en='returned'),
    'superseded': Text(vi='được thay', en='superseded'),
    'unchanged': Text(vi='không đổi', en='unchanged'),
    'failed': Text(vi='gián đoạn', en='failed'),
}


class Deliveries(BaseModel):
    """The deliveries that were asked for."""

    deliveries: list[DeliveryRecord]


def deliveries(
    layer: Annotated[
        str | None, typer.Argument(help='Mã lớp; bỏ trống là mọi lớp. · A layer id; all layers when left out.')
    ] = None,
    status: Annotated[
        Status | None, typer.Option(help='Chỉ những đợt có tình trạng này. · Only those with this status.')
    ] = None,
    agency: Annotated[
        str | None, typer.Option(help='Chỉ những đợt của cơ quan này. · Only those of this agency.')
    ] = None,
    every: Annotated[bool, typer.Option('--all', help='Tất cả, dù nhiều bao nhiêu. · However many there are.')] = False,
    limit: Annotated[int, typer.Option(min=1, help='Số dòng. · How many.')] = 20,
    as_json: Json = False,
) -> None:
    """Các đợt giao: những đợt chờ quyết định trước, rồi mới nhất. ·
    The deliveries: those that wait for a decision first, then the newest.
    """
    if layer:
        served_locality().described(layer)
    if agency:
        must_be_known(agency, served_locality())
    delivery_records = records(layer, status=status, agency=agency, limit=None if every else limit)
    if as_json:
        typer.echo(Deliveries(deliveries=delivery_records).model_dump_json(indent=2))
    else:
        _table(delivery_records)


def delivery(number: Number, html: Html = None, as_json: Json = False) -> None:
    """Một đợt giao: ai, gì, khi nào, các quyết định và báo cáo của nó. ·
    One delivery: who, what and when, its decisions, and its report again.
    """
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
    crs: Annotated[
        str | None, typer.Option(help='Hệ tọa độ đúng của tệp: EPSG:9209. · The CRS that it is in: EPSG:9209.')
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help='Bảng mã chữ đúng của tệp. · The text encoding that it is in.')
    ] = None,
    column: Columns = None,
    scope: Annotated[
        str | None,
        typer.Option(help='Phạm vi đúng của tệp: all, hoặc unit=366. · What it speaks for: all, or unit=366.'),
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(help='Cách ghép đúng: replace hoặc upsert. · The right way to merge: replace or upsert.'),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=['%Y-%m-%d', '%d/%m/%Y'], help='Ngày mà dữ liệu phản ánh. · The day it is of.'),
    ] = None,
    place: Annotated[
        list[str] | None,
        typer.Option(
            metavar='HÀNG=SỐ · ROW=NUMBER',
            help='Hàng chưa chắc ở đâu: nơi thứ mấy của `dothi places`, hoặc KINH_ĐỘ,VĨ_ĐỘ; lặp lại được và được nhớ. '
            '· Where a row is: which place of `dothi places`, or LON,LAT; repeatable, and remembered.',
        ),
    ] = None,
    places: Annotated[
        Path | None,
        typer.Option(
            help='GeoPackage của `dothi places --output`, đã dời điểm hoặc ghi noi_so. · '
            'The GeoPackage of `dothi places --output` with its points moved, or numbers in noi_so.',
        ),
    ] = None,
    yes: PointsConfirmed = False,
    by: By = None,
    letter: LetterNumber = None,
    letter_date: LetterDate = None,
    letter_by: LetterSignatory = None,
    letter_file: LetterFile = None,
    html: Html = None,
    as_json: Json = False,
) -> None:
    """Phát hành một đợt giao đang chờ: bản gốc được kiểm tra lại theo quyết định của bạn. ·
    Releases a delivery that waits: its original is checked again, with what you decide.
    """
    from etl.desk.decide import accept as accept_delivery

    changed_options = {'crs': crs, 'encoding': encoding, 'columns': pairs(column) or None, 'scope': scope, 'mode': mode}
    official_letter = letter_of(letter, letter_date, letter_by, letter_file)
    chosen_places = places_of(place, places, number)
    confirm_points(chosen_places, number, yes=yes)
    more = {'as_of': as_of.date() if as_of else None, 'letter': official_letter, 'places': chosen_places}
    decision = _decision(reason, by, **changed_options, **more)
    with output.progress() as progress:
        report = accept_delivery(number, decision, served_locality(), progress)
    if html:
        write_page(report, html, served_locality().described(report.layer).title)
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        output.report(report)
    sys.exit(report.exit_code)


def return_(
    number: Number,
    reason: Why,
    by: By = None,
    letter: LetterNumber = None,
    letter_date: LetterDate = None,
    letter_by: LetterSignatory = None,
    letter_file: LetterFile = None,
    as_json: Json = False,
) -> None:
    """Không phát hành đợt giao đang chờ, lưu nó cùng lý do. ·
    Releases nothing of a delivery that waits, and keeps it with the reason.
    """
    from etl.desk.decide import return_ as return_delivery

    decision = _decision(reason, by, letter=letter_of(letter, letter_date, letter_by, letter_file))
    _show(return_delivery(number, decision), as_json)


def rollback(
    layer: Annotated[str, typer.Argument(help='Mã lớp. · A layer id.')],
    release: Annotated[
        int,
        typer.Argument(
            help='Bản phát hành cần trở về; xem dothi releases. · Its release to go back to; see dothi releases.'
        ),
    ],
    reason: Why,
    by: By = None,
    letter: LetterNumber = None,
    letter_date: LetterDate = None,
    letter_by: LetterSignatory = None,
    letter_file: LetterFile = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            '--dry-run',
            help='Chỉ cho biết sẽ thay đổi bao nhiêu. · Only says how much would change.',
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Phục vụ lại một lớp như sau một bản phát hành trước; đây cũng là một bản phát hành. ·
    Serves a layer again as it was after an earlier release; this is a release, too.
    """
    from etl.desk.rollback import rollback as put_back

    decision = _decision(reason, by, letter=letter_of(letter, letter_date, letter_by, letter_file))
    with output.progress() as progress:
        outcome = put_back(
            layer, release, decision.reason_with_letter, decision.by, served_locality(), progress, dry_run=dry_run
        )
    if as_json:
        typer.echo(outcome.model_dump_json(indent=2))
        return
    diff = outcome.diff
    changes = f'+{pick_number(diff.added)} ~{pick_number(diff.changed)} −{pick_number(diff.closed)}'
    says = pick_words('không có gì khác', 'nothing differs') if outcome.unchanged else changes
    line = f'{layer}: {pick_words("bản phát hành", "release")} {outcome.release} = {release}, {says}'
    would = pick_words('sẽ là', 'would be')
    output.out.print(f'{layer}: {would} {release}, {changes}' if dry_run else line, markup=False)


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


def _show(shown_delivery: DeliveryShown, as_json: bool) -> None:
    if as_json:
        typer.echo(shown_delivery.model_dump_json(indent=2))
        return
    _table([shown_delivery.delivery])
    if shown_delivery.delivery.letter:
        output.out.print(Line(pick_text(shown_delivery.delivery.letter.title)))
    for made in shown_delivery.decisions:
        output.out.print(Line(_words(made)))
    if shown_delivery.report:
        output.report(shown_delivery.report)
    elif shown_delivery.failure:
        output.out.print(Line(pick_text(shown_delivery.failure)))


def _words(made: DecisionRecord) -> str:
    options = ' '.join(
        f'--{name.replace("_", "-")} {value}' for name, value in made.options.items() if name != 'letter'
    )
    letter = f' [{pick_text(made.letter.title)}]' if made.letter else ''
    verb = {'accept': pick_words('nhận', 'accept'), 'return': pick_words('trả lại', 'return')}[made.decision]
    at = local_minute(made.decided_at, locality_zone())
    came_to = (
        pick_words('không đạt, vẫn chờ', 'not passed, waits on') if made.is_refused else pick_text(STATES[made.outcome])
    )
    return f'{at} {made.decided_by}: {" ".join([verb, options]).strip()} ("{made.reason}"){letter} → {came_to}'


def _table(records: list[DeliveryRecord]) -> None:
    """Two lines per delivery, so that eighty columns hold it."""
    if not records:
        output.out.print(pick_words('Không có đợt giao nào', 'no deliveries'))
        return
    headers = (
        pick_words('Số', 'no.'),
        pick_words('Lớp\ntệp', 'layer\nfile'),
        pick_words('Cơ quan\nlúc', 'agency\nat'),
        pick_words('Tình trạng', 'status'),
        pick_words('Bản, quyết định', 'release, to decide'),
    )
    table = output.plain_table(*headers)
    for record in records:
        at = local_minute(record.received_at, locality_zone())
        files, sender = f'{record.layer_id}\n{record.file_name}', f'{record.agency or "–"}\n{at}'
        cells = (str(record.id), files, sender, pick_text(STATES[record.status]), _came_to(record))
        table.add_row(*map(Line, cells))
    output.out.print(table)


def _came_to(record: DeliveryRecord) -> str:
    """What a waiting delivery waits for; of others their release, or the delivery that took their place."""
    if record.status == 'diagnosed':
        return '\n'.join(pick_text(WAITS_FOR[reason]) for reason in record.held)
    if record.superseded_by:
        return f'→ {record.superseded_by}'
    return '' if record.release is None else str(record.release)
