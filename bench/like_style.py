"""The layers' styles as another map server can draw them: at one zoom, in plain pixels, over rows that know their look.

Every server gets the same rows with the same column `look`, so that each draws the same with as little as it can.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.cartography.style.colour import Colour, parse_colour
from dothi.cartography.style.drawing import Drawing, Pass
from dothi.cartography.style.sizes import size_of
from dothi.cartography.style.zoom import at_zoom
from dothi.core.cql2.geometry import IN_CRS84
from dothi.core.cql2.where import Translator
from dothi.core.layer import Audience

AUDIENCE: Audience = 'internal'
WGS84 = 4326


@dataclass(frozen=True)
class Stroke:
    """One drawing of a feature: its area in `colour`, its line or edge in `outline` or `colour`; sizes in pixels."""

    kind: str
    colour: Colour
    outline: Colour | None = None
    width: float = 1.0
    dash: tuple[float, ...] = ()
    size: float = 0.0


@dataclass(frozen=True)
class Label:
    """How the column `label` of the rows is written; letters `size` pixels high."""

    colour: Colour
    halo: Colour | None
    size: float


@dataclass(frozen=True)
class Rows:
    """What is read of a layer, by the columns that are asked for: a subquery. merged: it may have no `id`."""

    of: Callable[[set[str]], sql.Composable]
    merged: bool = False


@dataclass(frozen=True)
class Sheet:
    """A layer, or a pass over it: rows with `id`, `geom_wgs84`, `look`, `label`; a look has strokes, lowest first."""

    id: str
    geometry: str
    rows: sql.Composable
    looks: dict[str, tuple[Stroke, ...]]
    label: Label | None


def sheets(drawing: Drawing, zoom: float, db: Connection, rows: Rows) -> list[Sheet]:
    """The drawing at the zoom, lowest sheet first. rows: what has the columns that are read, and `geom_wgs84`.

    Passes over lines share a sheet, since the others too draw all casings of a layer before its lines. Over areas
    they do so for each area by itself, so there each pass is a sheet: edges of neighbours lie below all areas.
    """
    passes = list(_passes(drawing, zoom))
    shapes = [item for item in passes if item.kind != 'label']
    labels = [item for item in passes if item.kind == 'label']
    groups = [[item] for item in shapes] if drawing.layer.geometry.endswith('Polygon') else [shapes]
    made = [_sheet(drawing, group, [], zoom, db, rows) for group in groups]
    sheets_made = [item for item in made if item.looks]
    return [*sheets_made, _sheet(drawing, [], labels, zoom, db, rows)] if labels else sheets_made


def _sheet(drawing: Drawing, shapes: list[Pass], labels: list[Pass], zoom: float, db: Connection, rows: Rows) -> Sheet:
    """Only the rows that are drawn, with their looks."""
    translator = Translator(drawing.layer, WGS84, AUDIENCE, IN_CRS84)
    look = sql.SQL(" || '-' || ").join(
        [*(_choice(rendering_pass, translator) for rendering_pass in shapes), sql.SQL("''")]
    )
    read = {name for rendering_pass in (*shapes, *labels) for name in rendering_pass.columns}
    looking = sql.SQL('(select {}, geom_wgs84, {} as look, {} as label from {} as f)').format(
        sql.SQL('0 as id' if rows.merged else 'id'), look, _text(labels, translator), rows.of(read)
    )
    with db.cursor() as cursor:
        cursor.execute(sql.SQL('select distinct look from {} as f').format(looking))
        strokes = {name: tuple(_strokes(name, shapes, zoom)) for (name,) in sorted(cursor.fetchall())}
    looks = {name: strokes_of_look for name, strokes_of_look in strokes.items() if strokes_of_look or labels}
    if looks.keys() < strokes.keys():
        looking = sql.SQL('(select * from {} as f where look = any({}))').format(looking, sql.Literal(sorted(looks)))
    number = ''.join(str(drawing.passes.index(rendering_pass)) for rendering_pass in (shapes or labels)[:1])
    return Sheet(
        f'{drawing.layer.id}_{number}', drawing.layer.geometry.removeprefix('Multi'), looking, looks,
        _label(labels, zoom),
    )  # fmt: skip


def _passes(drawing: Drawing, zoom: float) -> Iterable[Pass]:
    """What is drawn at the zoom; what stands for several features only where the features themselves are not drawn."""
    visible = [rendering_pass for rendering_pass in drawing.passes if rendering_pass.seen_at(zoom)]
    single = {rendering_pass.kind for rendering_pass in visible if rendering_pass.part.merged is False}
    return [
        rendering_pass
        for rendering_pass in visible
        if not (rendering_pass.part.merged and rendering_pass.kind in single)
    ]


def _choice(rendering_pass: Pass, translator: Translator) -> sql.Composable:
    """The number of the rule that draws a row, or `x` where none does."""
    whens: list[sql.Composable] = []
    for number, rule in enumerate(rendering_pass.rules):
        if rule.condition is None:
            return sql.SQL('case {} else {} end').format(sql.SQL(' ').join([*whens, _NEVER]), sql.Literal(str(number)))
        condition = translator.condition(rule.condition)
        whens.append(sql.SQL('when {} then {}').format(condition, sql.Literal(str(number))))
    return sql.SQL("case {} else 'x' end").format(sql.SQL(' ').join(whens))


_NEVER = sql.SQL("when false then ''")


def _text(labels: list[Pass], translator: Translator) -> sql.Composable:
    """What a row's label says, or null."""
    for label in labels:
        column, condition = sql.Identifier(label.part.text or ''), label.rules[0].condition
        if condition is None:
            return column
        return sql.SQL('case when {} then {} end').format(translator.condition(condition), column)
    return sql.SQL('null::text')


def _strokes(look: str, shapes: list[Pass], zoom: float) -> Iterable[Stroke]:
    for shape, number in zip(shapes, look.split('-'), strict=False):
        if number == 'x' or ((colour := shape.rules[int(number)].colour).unseen and not shape.part.outline):
            continue
        outline = parse_colour(shape.part.outline) if shape.part.outline else None
        yield Stroke(
            kind=shape.kind,
            colour=colour,
            outline=None if outline is None or outline.unseen else outline,
            width=at_zoom(shape.width if shape.width is not None else 1.0, zoom),
            dash=tuple(shape.part.dash or ()),
            size=at_zoom(size_of(shape.part), zoom),
        )


def _label(labels: list[Pass], zoom: float) -> Label | None:
    for label in labels:
        halo = label.part.halo
        return Label(
            colour=label.rules[0].colour,
            halo=parse_colour(halo) if halo else None,
            size=at_zoom(size_of(label.part), zoom),
        )
    return None
