"""`dothi check` and `dothi deliver`: an agency's file, tried or released."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from dothi.cli.options import (
    AcceptLoss,
    Agency,
    AsOf,
    Columns,
    Crs,
    DryRun,
    Encoding,
    File,
    Html,
    Json,
    LayerId,
    LetterDate,
    LetterFile,
    LetterNumber,
    LetterSignatory,
    Mode,
    Note,
    Scope,
    Sender,
    SourceLayer,
    letter_of,
    pairs,
)
from dothi.core.errors import WrongUse
from dothi.core.patience import be_patient
from etl.closed_room.fork_server import warm_up

if TYPE_CHECKING:
    from etl.desk.options import DeliveryOptions


def check(
    file: File,
    layer: LayerId,
    crs: Crs = None,
    encoding: Encoding = None,
    source_layer: SourceLayer = None,
    column: Columns = None,
    scope: Scope = 'all',
    mode: Mode = 'replace',
    as_of: AsOf = None,
    accept_loss: AcceptLoss = False,
    note: Note = None,
    agency: Agency = None,
    html: Html = None,
    as_json: Json = False,
) -> None:
    """Kiểm tra một tệp: giao tệp này thì kết quả ra sao; không phát hành gì. ·
    Says what a delivery of the file would come to, and releases nothing.
    """
    extra = {'dry_run': True, 'accept_loss': accept_loss, 'note': note, 'agency': agency}
    options = _options(
        layer, crs, encoding, scope, mode, as_of, source_layer=source_layer, columns=pairs(column), **extra
    )
    _deliver(file, options, html, as_json)


def deliver(
    file: File,
    layer: LayerId,
    crs: Crs = None,
    encoding: Encoding = None,
    source_layer: SourceLayer = None,
    column: Columns = None,
    scope: Scope = 'all',
    mode: Mode = 'replace',
    as_of: AsOf = None,
    dry_run: DryRun = False,
    accept_loss: AcceptLoss = False,
    note: Note = None,
    agency: Agency = None,
    sender: Sender = None,
    letter: LetterNumber = None,
    letter_date: LetterDate = None,
    letter_by: LetterSignatory = None,
    letter_file: LetterFile = None,
    html: Html = None,
    as_json: Json = False,
) -> None:
    """Kiểm tra tệp của một cơ quan rồi phát hành, hoặc cho biết vì sao không. ·
    Checks an agency's file and releases it, or says why not.
    """
    extra: dict[str, Any] = {
        'dry_run': dry_run,
        'accept_loss': accept_loss,
        'note': note,
        'agency': agency,
        'sender': sender,
    }
    extra |= {'letter': letter_of(letter, letter_date, letter_by, letter_file)}
    options = _options(
        layer, crs, encoding, scope, mode, as_of, source_layer=source_layer, columns=pairs(column), **extra
    )
    _deliver(file, options, html, as_json)


def _options(
    layer: str, crs: str | None, encoding: str | None, scope: str, mode: str, as_of: datetime | None, **more: Any
) -> 'DeliveryOptions':
    from etl.desk.options import DeliveryOptions

    day: date | None = as_of.date() if as_of else None
    values = {'layer': layer, 'crs': crs, 'encoding': encoding, 'scope': scope, 'mode': mode, 'as_of': day, **more}
    try:
        return DeliveryOptions.model_validate(values)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        option_text = f'--{first["loc"][0]} {first["input"]}'
        raise WrongUse(
            vi=f'{option_text}: phải là all, hoặc unit= và mã đơn vị, chẳng hạn unit=366.',
            en=f'{option_text}: {first["ctx"]["error"]}.',
        ) from None


def _deliver(file: Path, options: 'DeliveryOptions', html: Path | None, as_json: bool) -> None:
    be_patient()
    # the reader's libraries are imported while this process imports its own
    warm_up()
    from dothi.cli import output
    from dothi.core.own_layers import served_locality
    from etl.desk.deliver import deliver as run_delivery
    from etl.pages import must_be_writable
    from etl.report.html import write_page

    if html:
        must_be_writable(html)
    locality = served_locality()
    with output.progress() as progress:
        report = run_delivery(file, options, locality, progress)
    if html:
        write_page(report, html, locality.described(report.layer).title)
    output.document(report, as_json, output.report)
    sys.exit(report.exit_code)
