"""The `dothi` command: reads options, calls the room that does the work, shows what came of it."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from pydantic import BaseModel, ValidationError

from dothi import local, show
from dothi.column_option import Columns, pairs
from dothi.conflicts_cli import conflicts_app
from dothi.core.errors import WrongUse
from dothi.core.layer import Audience
from dothi.core.settings import ServerSettings
from dothi.desk_cli import desk
from dothi.diff_cli import diff
from dothi.edits_cli import edits
from dothi.ending import run
from dothi.export_cli import export
from dothi.fetch_cli import fetch
from dothi.inbox_cli import inbox
from dothi.indicators_cli import indicators
from dothi.map_cli import map_
from dothi.own_cli import own
from dothi.receipt_cli import receipt
from dothi.units_cli import units
from etl.desk.options import DeliveryOptions

if TYPE_CHECKING:
    from dothi.core.locality import Locality

app = typer.Typer(
    name='dothi',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode='rich',
    help='Nền tảng dữ liệu không gian đô thị. · A geospatial data platform for a province.',
)

Json = Annotated[
    bool,
    typer.Option(
        '--json',
        help='Một tài liệu JSON ở đầu ra chuẩn · One JSON document on standard output, and nothing else there.',
    ),
]
File = Annotated[Path, typer.Argument(help="Tệp của cơ quan · The agency's file: .zip .shp .gpkg .csv .tab .tif …")]
LayerId = Annotated[str, typer.Option('--layer', '-l', help='Lớp dữ liệu · Layer id, for example schools.')]
Crs = Annotated[str | None, typer.Option(help='Hệ tọa độ của tệp · CRS of the file where it says none: EPSG:9209.')]
Encoding = Annotated[
    str | None,
    typer.Option(
        help='Bảng mã chữ, cho cả tệp hoặc từng cột · Text encoding of the file or of a column: '
        'utf-8, tcvn3, vni, viscii, cp1258; TEN=tcvn3,DIA_CHI=vni.'
    ),
]
SourceLayer = Annotated[
    str | None,
    typer.Option('--source-layer', help='Lớp trong tệp · Which layer, sheet or folder of a file that holds several.'),
]
Scope = Annotated[str, typer.Option(help='Phạm vi · What the file speaks for: all, or unit=366.')]
Mode = Annotated[
    Literal['replace', 'upsert'],
    typer.Option(
        help='replace bỏ những gì tệp không còn có, upsert chỉ thêm và sửa · '
        'replace closes what the file no longer has, upsert only adds and changes.'
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=['%Y-%m-%d', '%d/%m/%Y'],
        metavar='YYYY-MM-DD',
        help='Ngày của dữ liệu · The day the data is of; 31/08/2024 will do too.',
    ),
]
DryRun = Annotated[bool, typer.Option('--dry-run', help='Chỉ thử, không phát hành · Does all but release.')]
AcceptLoss = Annotated[
    bool,
    typer.Option(
        '--accept-loss',
        help='Chấp nhận bỏ hoặc dời nhiều hơn ngưỡng · Releases although more rows go or move than the layer allows.',
    ),
]
Note = Annotated[str | None, typer.Option(help='Ghi chú · A note that is kept with the delivery.')]
Agency = Annotated[str | None, typer.Option(help='Cơ quan gửi · Who sends it, an id of agencies.yml.')]
Sender = Annotated[str | None, typer.Option(help='Vai trò người gửi · Role of whoever hands it over, never a name.')]
Html = Annotated[Path | None, typer.Option(help='Báo cáo HTML · Also writes the report as one HTML page.')]


@app.command()
def up(
    demo: Annotated[
        local.DemoSize, typer.Option(envvar='DEMO', help='Cỡ tỉnh minh họa · Size of the demo province.')
    ] = 'small',
    as_json: Json = False,
) -> None:
    """Khởi động tất cả · Starts database, demo province, worker and services, and says where the map is."""
    with show.progress() as progress:
        status = local.up(_locality(), demo, progress)
    show.document(status, as_json, show.addresses)


@app.command()
def down(as_json: Json = False) -> None:
    """Dừng tất cả · Ends what `up` started; the data stays."""
    show.document(Ended(ended=local.down()), as_json, show.ended)


@app.command()
def status(as_json: Json = False) -> None:
    """Tình trạng · What runs, and which release of each layer is served."""
    from etl.closed_room.fork_server import missing_walls

    document = local.status(_locality()).model_copy(update={'missing_walls': missing_walls()})
    show.document(document, as_json, show.status)


@app.command()
def migrate(
    dry_run: Annotated[
        bool, typer.Option('--dry-run', help='Chỉ cho biết · Says what would change, and changes nothing.')
    ] = False,
    as_json: Json = False,
) -> None:
    """Cập nhật cơ sở dữ liệu · Applies migrations and layer files to the database."""
    from dothi.core.migrate import migrate as apply_migrations

    show.document(apply_migrations(_locality(), dry_run=dry_run), as_json, show.migrated)


@app.command()
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
    """Kiểm tra một tệp · Says what a delivery of the file would come to, and releases nothing."""
    extra = {'dry_run': True, 'accept_loss': accept_loss, 'note': note, 'agency': agency}
    options = _options(
        layer, crs, encoding, scope, mode, as_of, source_layer=source_layer, columns=pairs(column), **extra
    )
    _deliver(file, options, html, as_json)


@app.command()
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
    html: Html = None,
    as_json: Json = False,
) -> None:
    """Nhận dữ liệu · Checks an agency's file and releases it, or says why not."""
    extra = {'dry_run': dry_run, 'accept_loss': accept_loss, 'note': note, 'agency': agency, 'sender': sender}
    options = _options(
        layer, crs, encoding, scope, mode, as_of, source_layer=source_layer, columns=pairs(column), **extra
    )
    _deliver(file, options, html, as_json)


@app.command()
def releases(
    layer: Annotated[str | None, typer.Argument(help='Lớp · A layer id; all layers when left out.')] = None,
    limit: Annotated[int, typer.Option(min=1, help='Bao nhiêu, mới nhất trước · How many, newest first.')] = 20,
    as_json: Json = False,
) -> None:
    """Lịch sử phát hành · The releases, newest first: what each changed and where it came from."""
    from dothi.core.catalog import releases as catalog_releases
    from dothi.core.database import connection

    if layer:
        _locality().described(layer)
    with connection('loader') as db:
        found = catalog_releases(db, layer, limit)
    show.document(show.Releases(releases=found), as_json, show.releases)


@app.command()
def serve(
    audience: Annotated[
        Audience, typer.Option(help='Phục vụ ai · Who is served: public, or internal with everything.')
    ] = 'internal',
    host: Annotated[str | None, typer.Option(help='Địa chỉ · Address to listen on; DOTHI_HOST.')] = None,
    port: Annotated[int | None, typer.Option(help='Cổng · Port to listen on; DOTHI_PORT.')] = None,
) -> None:
    """Chạy dịch vụ · Serves portal and OGC API in the foreground, until it is ended."""
    from dothi.api.server import serve as run_server

    server = ServerSettings()
    run_server(audience, host or server.host, port or (server.port if audience == 'internal' else server.public_port))


@app.command()
def worker(
    concurrency: Annotated[
        int, typer.Option('--concurrency', '-c', min=1, help='Số việc cùng lúc · Jobs at a time.')
    ] = 2,
) -> None:
    """Chạy phân tích · Works through the queue of analyses in the foreground, until it is ended."""
    from processes.queue.worker import run_worker

    run_worker(concurrency)


@app.command()
def config(
    rendered: Annotated[
        Audience | None,
        typer.Option(help='Cấu hình pygeoapi của dịch vụ · Shows the pygeoapi configuration of this service.'),
    ] = None,
    as_json: Json = False,
) -> None:
    """Cấu hình · Every setting with its value and meaning; passwords are masked."""
    if rendered:
        from dothi.api.config import render

        typer.echo(json.dumps(render(rendered), ensure_ascii=False, indent=2, default=str))
        return
    show.document(show.Settings.current(), as_json, show.settings)


@app.command()
def demo(
    size: Annotated[
        Literal['small', 'full'], typer.Option(help='60.000 hoặc 600.000 nhà · 60,000 or 600,000 buildings.')
    ] = 'small',
    as_json: Json = False,
) -> None:
    """Tỉnh minh họa · Writes the demo province as agencies' files and delivers those not delivered yet."""
    with show.progress() as progress:
        reports = local.deliver_demo(_locality(), local.demo_buildings(size), progress)
    show.document(show.Reports(reports=reports), as_json, show.reports)


# In the order of the list of commands: those above come first.
app.add_typer(conflicts_app, name='conflicts')
app.add_typer(desk)
app.add_typer(edits, name='edits')
app.add_typer(export, name='export')
app.command()(fetch)
app.command()(diff)
app.command()(receipt)
app.command()(inbox)
app.add_typer(indicators, name='indicators')
app.command('map')(map_)
app.add_typer(own, name='own')
app.add_typer(units, name='units')


class Ended(BaseModel):
    """What `down` ended."""

    ended: list[str]


def main() -> None:
    """Runs the command; every error ends in a message for its reader and the exit code of its family."""
    run(app)


def _locality() -> 'Locality':
    from dothi.core.own_layers import served_locality

    return served_locality()


def _options(
    layer: str, crs: str | None, encoding: str | None, scope: str, mode: str, as_of: datetime | None, **more: Any
) -> DeliveryOptions:
    day: date | None = as_of.date() if as_of else None
    values = {'layer': layer, 'crs': crs, 'encoding': encoding, 'scope': scope, 'mode': mode, 'as_of': day, **more}
    try:
        return DeliveryOptions.model_validate(values)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        given = f'--{first["loc"][0]} {first["input"]}'
        raise WrongUse(
            vi=f'{given}: phải là all, hoặc unit= và mã đơn vị, chẳng hạn unit=366.',
            en=f'{given}: {first["ctx"]["error"]}.',
        ) from None


def _deliver(file: Path, options: DeliveryOptions, html: Path | None, as_json: bool) -> None:
    from etl.closed_room.fork_server import warm_up

    # the reader's libraries are imported while this process imports its own
    warm_up()
    from etl.desk.deliver import deliver as run_delivery
    from etl.pages import must_be_writable
    from etl.report.html import write_page

    if html:
        must_be_writable(html)
    with show.progress() as progress:
        report = run_delivery(file, options, _locality(), progress)
    if html:
        write_page(report, html, _locality().described(report.layer).title)
    show.document(report, as_json, show.report)
    sys.exit(report.exit_code)


if __name__ == '__main__':
    main()
