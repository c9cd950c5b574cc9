"""`dothi fetch`: open data from its publisher, through the ordinary door."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from dothi.cli import output
from dothi.cli.options import Json
from dothi.core.locality import load_locality
from dothi.core.reader_language import pick_text, pick_words
from dothi.core.settings import PathSettings

if TYPE_CHECKING:
    from etl.fetch.fetch import Outcome
    from etl.fetch.source import OpenSource


def fetch(
    source: Annotated[
        str | None,
        typer.Argument(
            help='Một nguồn trong sources/ của địa phương; bỏ trống thì liệt kê tất cả. · '
            'A source of sources/ of the locality; all are listed when left out.'
        ),
    ] = None,
    layer: Annotated[str | None, typer.Option('--layer', '-l', help='Chỉ lớp này. · Only this layer.')] = None,
    update: Annotated[
        bool,
        typer.Option(
            '--update',
            help='Lấy bản khác của tệp so với lần trước. · Takes another version of the file than last time.',
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option('--dry-run', help='Làm tất cả trừ phát hành. · Does all but release.')
    ] = False,
    as_json: Json = False,
) -> None:
    """Tải dữ liệu mở (OpenStreetMap, geoBoundaries, …) và giao như một cơ quan. ·
    Fetches open data (OpenStreetMap, geoBoundaries, …) and delivers it.
    """
    from etl.fetch.fetch import How, fetch_source
    from etl.fetch.source import Listed, source_with, sources

    folder = PathSettings().locality
    if source is None:
        open_sources = list(sources(folder).values())
        output.document(Listed(sources=open_sources), as_json, lambda listed: _list(listed.sources))
        return
    how = How(layer=layer, update=update, dry_run=dry_run)
    with output.progress() as progress:
        outcome = fetch_source(source_with(source, folder), load_locality(folder), how, progress)
    output.document(outcome, as_json, _print_outcome)
    sys.exit(outcome.exit_code)


def _list(sources: 'list[OpenSource]') -> None:
    table = Table(
        pick_words('Nguồn', 'source'),
        pick_words('Tên', 'title'),
        pick_words('Lớp', 'layers'),
        pick_words('Giấy phép', 'licence'),
    )
    for open_source in sources:
        table.add_row(
            open_source.id,
            pick_text(open_source.title),
            ', '.join(open_source.gives),
            open_source.licence,
        )
    output.out.print(table)


def _print_outcome(outcome: 'Outcome') -> None:
    for file in outcome.files:
        output.out.print(f'{file.url}\n  sha256 {file.sha256}', highlight=False, soft_wrap=True)
    output.out.print(f'{outcome.attribution} ({outcome.licence})', highlight=False)
    for report in outcome.reports:
        output.report(report)
