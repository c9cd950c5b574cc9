"""`dothi migrate` and `dothi releases`: the database's schema, and what was released into it."""

from typing import Annotated

import typer

from dothi.cartography.shared_styles import sync_styles
from dothi.cli import output
from dothi.cli.messages import err, show_error
from dothi.cli.options import Json
from dothi.core.catalog import releases as catalog_releases
from dothi.core.database import connection
from dothi.core.migrate import migrate as apply_migrations
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_text
from dothi.core.store_mark import store_away
from dothi.core.text import Text
from dothi.local.services import hold_old_names
from dothi.local.store_adoption import adopt_store

OLD_NAMES = Text(
    vi='Các dịch vụ đang chạy còn giữ tên cơ quan và locality.yml cũ; để hiện tên mới: dothi up.',
    en='Services that run hold the former names of offices and locality.yml; to show the new ones: dothi up.',
)


def migrate(
    dry_run: Annotated[
        bool,
        typer.Option(
            '--dry-run',
            help='Chỉ cho biết sẽ thay đổi gì, không thay đổi gì. · Says what would change, and changes nothing.',
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Cập nhật cơ sở dữ liệu theo các tệp lược đồ và tệp lớp. · Applies migrations and layer files to the database."""
    locality = served_locality()
    report = apply_migrations(locality, dry_run=dry_run)
    if not dry_run:
        sync_styles(locality)
    output.document(report, as_json, output.migrated)
    if not dry_run and not adopt_store():
        # the database is up to date all the same, and what needs no files can be served
        show_error(store_away())
    if hold_old_names():
        err.print(pick_text(OLD_NAMES), style='yellow', soft_wrap=True)


def releases(
    layer: Annotated[
        str | None, typer.Argument(help='Mã lớp; bỏ trống là mọi lớp. · A layer id; all layers when left out.')
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help='Số dòng, mới nhất trước. · How many, newest first.')] = 20,
    as_json: Json = False,
) -> None:
    """Các bản phát hành, mới nhất trước: thay đổi những gì, từ đâu. ·
    The releases, newest first: what each changed and where it came from.
    """
    if layer:
        served_locality().described(layer)
    with connection('loader') as db:
        release_list = catalog_releases(db, layer, limit)
    output.document(output.Releases(releases=release_list), as_json, output.releases)
