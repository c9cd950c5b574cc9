"""`dothi diff`: what differs between two releases of a layer."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.database import connection
from dothi.core.own_layers import served_locality
from dothi.core.reader_language import pick_number, pick_words
from etl.compare.changes import changes, neighbours
from etl.compare.comparison import Comparison, counted
from etl.compare.files import write_geopackage
from etl.compare.page import page
from etl.pages import must_be_writable
from etl.reference import released_units


def diff(
    layer: Annotated[str, typer.Argument(help='Mã lớp. · A layer id.')],
    before: Annotated[
        int | None,
        typer.Argument(help='Bản phát hành cũ; mặc định là bản trước bản cuối. · Release A; the one before the last.'),
    ] = None,
    after: Annotated[
        int | None, typer.Argument(help='Bản phát hành mới; mặc định là bản cuối. · Release B; the last.')
    ] = None,
    gpkg: Annotated[
        Path | None,
        typer.Option(
            help='Ghi thêm các thay đổi thành một tệp GeoPackage cho QGIS. · Also writes the changes as a file.'
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help='Ghi thêm một trang có bản đồ. · Also writes a page with a map.')
    ] = None,
    as_json: Json = False,
) -> None:
    """So sánh hai bản phát hành: thêm, bỏ, dời và sửa những gì. ·
    Says what was added, removed, moved and changed between two releases.
    """
    for option, target in (('--gpkg', gpkg), ('--html', html)):
        if target:
            must_be_writable(target, option)
    locality = served_locality()
    layer_model = locality.layer(layer)
    with connection('loader') as db:
        first, last = neighbours(db, layer_model) if before is None or after is None else (before, after)
        first, last = before or first, after or last
        change_list = list(changes(db, layer_model, first, last))
        units = released_units(db, locality, locality.place.reference_date) if html else []
    comparison = counted(layer_model, first, last, change_list)
    if gpkg:
        write_geopackage(gpkg, layer_model, change_list, locality.srid)
    if html:
        outlines = units[0].polygons if units else np.array([], dtype=object)
        html.write_text(page(comparison, layer_model, change_list, outlines), encoding='utf-8')
    output.document(comparison, as_json, _print_comparison)


def _print_comparison(comparison: Comparison) -> None:
    title = f'{comparison.layer} {comparison.before} → {comparison.after}'
    # a title wraps at the table's width, which is that of its numbers
    table = Table(title=title, show_header=False, min_width=len(title))
    table.add_row(pick_words('Thêm', 'added'), pick_number(comparison.added))
    table.add_row(pick_words('Bỏ', 'removed'), pick_number(comparison.removed))
    table.add_row(pick_words('Sửa', 'changed'), pick_number(comparison.changed))
    far = (
        ''
        if comparison.moved_m_max is None
        else f' ({pick_words("xa nhất", "at most")} {pick_number(comparison.moved_m_max, ",.1f")} m)'
    )
    table.add_row(pick_words('  dời chỗ', '  moved'), f'{pick_number(comparison.moved)}{far}')
    for name, count in comparison.by_column.items():
        table.add_row(f'  {name}', pick_number(count))
    output.out.print(table)
