"""What is seen of the layers of a printed map: its legend explains that, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace

import shapely
from psycopg2 import sql

from dothi.cartography.mapping.document import seen_in
from dothi.cartography.mapping.layer_query import shown_rule_numbers
from dothi.cartography.mapping.view import View
from dothi.cartography.style.drawing import Drawing, Pass, Rule
from dothi.cartography.style.mapnik_xml import Sheet, reach_px
from dothi.core.coverage import Coverage
from dothi.core.layer_source import parse_times
from dothi.core.released_raster import released_raster
from dothi.core.text import Text
from processes.data import Data
from processes.inputs import LayerRef
from processes.printing.drawn import NothingToPrint, PrintedLayer
from processes.printing.place import PrintArea

# What the legend says of features that are drawn in the colour of no value and no class.
OTHER = Text(vi='Khác, hoặc không rõ', en='Other, or not known')


def visible_layers(layers: Sequence[PrintedLayer], view: View, datetime: str | None, data: Data) -> list[PrintedLayer]:
    """Those that draw something within the view's box, each with only the passes and rules that do so there."""
    narrowed = (_narrow(layer, view, datetime, data) for layer in layers)
    return [layer for layer in narrowed if layer is not None]


def must_show_something(visible: Sequence[PrintedLayer], place: PrintArea) -> None:
    """Raises NothingToPrint for a bare sheet of an extent; that of a unit has at least its outline."""
    if not visible and place.outline is None:
        raise NothingToPrint(
            vi='Trong phạm vi này, ở tỷ lệ này, các lớp không có gì để vẽ. Chọn phạm vi, tỷ lệ hoặc lớp khác.',
            en='In this extent and at this scale the layers draw nothing. Choose another extent, scale or layers.',
        )


def _narrow(printed: PrintedLayer, view: View, datetime: str | None, data: Data) -> PrintedLayer | None:
    """The layer with what is seen of it; None for nothing."""
    if isinstance(printed.shows, Coverage):
        return printed if _reaches_into(printed.shows, view, datetime, data) else None
    sheets = seen_in(view, printed.shows)
    numbers = _numbers_of_seen_rules(printed.shows, sheets, view, datetime, data) if sheets else []
    passes = tuple(_narrow_pass(sheet.drawn, own) for sheet, own in zip(sheets, numbers, strict=True) if own)
    return replace(printed, shows=replace(printed.shows, passes=passes)) if passes else None


def _reaches_into(coverage: Coverage, view: View, datetime: str | None, data: Data) -> bool:
    """Whether the coverage's raster has cells within the view's box."""
    raster = released_raster(data.db, coverage, parse_times(datetime) if datetime is not None else None)
    if raster is None:
        return False
    return bool(shapely.box(*raster.grid.bounds_in(view.crs)).intersects(shapely.box(*view.box)))


def _numbers_of_seen_rules(
    drawing: Drawing, sheets: Sequence[Sheet], view: View, datetime: str | None, data: Data
) -> list[set[int]]:
    """For each pass the numbers of its rules that draw a feature within the view's box."""
    times = parse_times(datetime) if datetime is not None else None
    layer, rows = data.source(LayerRef(drawing.layer.id), times=times)
    rules = shown_rule_numbers(layer, sheets, data.locality.srid, data.audience)
    columns = [
        sql.SQL('array_agg(distinct {}) filter (where ST_Intersects({}, {})) as {}').format(
            rule, _drawn_shape(sheet), _frame(view, _margin_px(sheet)), sql.Identifier(sheet.rule_column)
        )
        for sheet, rule in zip(sheets, rules, strict=True)
    ]
    widest = _frame(view, max(map(_margin_px, sheets)))
    query = sql.SQL('select {} from {} where geom && {}').format(sql.SQL(', ').join(columns), rows, widest)
    (row,) = data.rows(query)
    return [{number for number in row[sheet.rule_column] or () if number is not None} for sheet in sheets]


def _drawn_shape(sheet: Sheet) -> sql.SQL:
    """What of a feature a pass draws: of an area whose edge is a line, nothing is seen where only its inside is."""
    is_edge = sheet.drawn.kind == 'line' and sheet.geometry.endswith('Polygon')
    return sql.SQL('ST_Boundary(geom)' if is_edge else 'geom')


def _margin_px(sheet: Sheet) -> float:
    """How far outside of the frame a feature may lie and still be seen in it: half a sign."""
    return reach_px(sheet) if sheet.drawn.kind == 'marker' else 0.0


def _frame(view: View, margin_px: float) -> sql.Composable:
    corners = sql.SQL(', ').join(map(sql.Literal, [*view.grown(margin_px), view.crs]))
    return sql.SQL('ST_MakeEnvelope({})').format(corners)


def _narrow_pass(drawn: Pass, numbers: set[int]) -> Pass:
    """The pass with these of its rules, each with words for the legend."""
    return replace(drawn, rules=tuple(_titled(drawn, drawn.rules[number]) for number in sorted(numbers)))


def _titled(drawn: Pass, rule: Rule) -> Rule:
    """The rule with its title; what no value and no class takes is called OTHER where it has a colour of its own."""
    part = drawn.part
    by_value = part.by is not None or part.classes is not None
    if rule.title is not None or drawn.casing or part.legend is False or not by_value or rule.colour.unseen:
        return rule
    return replace(rule, title=OTHER)
