"""Who is to deliver what, and when: as a table for the terminal."""

from rich.table import Column, Table

from dothi.core.freshness import STATES, Freshness
from dothi.core.locality import locality_zone
from dothi.core.reader_language import pick_number, pick_text
from dothi.core.text import Text
from dothi.local.status import LayerState, Status

COLOURS = {'current': 'green', 'due': 'yellow', 'late': 'red', 'never': 'dim'}
HEADERS = (
    Text(vi='Cơ quan', en='agency'),
    Text(vi='Lớp', en='layer'),
    Text(vi='Giao lần cuối', en='last'),
    Text(vi='Hạn', en='due'),
    Text(vi='Tình trạng', en='state'),
    Text(vi='Hàng lỗi', en='bad rows'),
)


def updates(status: Status) -> Table:
    """One line per agency and layer, agency by agency."""
    table = Table(*(Column(pick_text(header), overflow='fold') for header in HEADERS))
    lines = [(freshness, layer) for layer in status.layers for freshness in layer.freshness]
    for freshness, layer in sorted(lines, key=lambda line: (line[0].agency, line[1].id)):
        table.add_row(freshness.agency, layer.id, *_cells(freshness), _quality(layer))
    return table


def _cells(freshness: Freshness) -> tuple[str, str, str]:
    last = f'{freshness.last_delivered.astimezone(locality_zone()):%Y-%m-%d}' if freshness.last_delivered else ''
    return last, str(freshness.due or ''), f'[{COLOURS[freshness.state]}]{pick_text(STATES[freshness.state])}[/]'


def _quality(layer: LayerState) -> str:
    """Bad rows of the rows that the served release's delivery had, and its warnings."""
    figures = layer.release.quality if layer.release else None
    if not figures:
        return ''
    warned = f', {pick_number(figures["warnings"])} ⚠' if figures['warnings'] else ''
    return f'{pick_number(figures["bad"])} / {pick_number(figures["read"])}{warned}'
