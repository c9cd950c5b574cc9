"""What Mapnik reads of a layer: the rows in the box, and for each pass of its drawing the rule that takes a row."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.cartography.generalised.source import Chosen, Generalised, SourceQuery, chosen, may_be_generalised, rows_of
from dothi.cartography.mapping.picture import PictureLayer
from dothi.cartography.mapping.view import View
from dothi.cartography.mapping.written_styles import SameDrawing
from dothi.cartography.style.mapnik_xml import Sheet
from dothi.core.cql2.geometry import IN_CRS84
from dothi.core.cql2.where import Translator
from dothi.core.crs import WEB_MERCATOR, WGS84
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality

# A text with escapes, a plain one, or a name in a statement, as psycopg2 quotes them.
QUOTED = re.compile(r"""\bE'(?P<escaped>(?:[^'\\]|''|\\.)*)'|'(?P<plain>(?:[^']|'')*)'|"(?P<name>(?:[^"]|"")*)\"""")


@dataclass(frozen=True)
class Rows:
    """A layer's rows for some passes. srid: of the geometry that is read. statement: in Mapnik's form.

    may_be_all: whether these may be all rows of a large layer, as in a picture of the province.
    """

    srid: int
    geometry: str
    statement: str
    may_be_all: bool = False


@dataclass(frozen=True)
class Reader:
    """Whose rows are read, and what is there of generalised layers.

    db: as the reader of the audience; it quotes names and values, nothing is read from it.
    """

    db: Connection
    locality: Locality
    audience: Audience
    generalised: dict[str, Generalised]


def rows(reader: Reader, picture_layer: PictureLayer, sheets: list[Sheet], view: View, turn: float = 0.0) -> Rows:
    """The rows that `sheets` draw, in the system from which the view's is near: stored degrees or the working CRS.

    turn: of `view.turns`; it is where the rows are drawn, beside where they are.
    """
    assert isinstance(picture_layer.layer, Layer)  # noqa: S101
    geometry, srid = ('geom_wgs84', WGS84) if view.crs in (WGS84, WEB_MERCATOR) else ('geom', reader.locality.srid)
    columns = {name for sheet in sheets for name in sheet.drawn.columns}
    source_query = SourceQuery(
        picture_layer.layer,
        view.turned(turn),
        columns,
        picture_layer.times,
        picture_layer.condition,
    )
    generalised = reader.generalised.get(picture_layer.layer.id)
    how = chosen(source_query, generalised, reader.locality)
    may_be_all = how.form == 'rows' and (generalised is None or generalised.form != 'rows')
    may_be_all = may_be_all and may_be_generalised(picture_layer.layer, view, reader.locality)
    read = _Read(source_query, how, geometry, turn)
    if turn or picture_layer.times is not None or picture_layer.condition is not None or how.form == 'blocks':
        return Rows(srid, geometry, _statement(reader, sheets, read), may_be_all)
    key = (
        SameDrawing(picture_layer.drawing),
        tuple(sheet.number for sheet in sheets),
        geometry,
        reader.audience,
        how,
        reader.locality.access_class,
    )
    if key not in _STATEMENTS:
        if len(_STATEMENTS) >= MOST_STATEMENTS:
            _STATEMENTS.clear()
        _STATEMENTS[key] = _statement(reader, sheets, read)
    return Rows(srid, geometry, _STATEMENTS[key], may_be_all)


# Statements that depend neither on the place nor on the scale. Writing one takes 0.2 ms, and a picture has fifteen.
_STATEMENTS: dict[tuple[SameDrawing, tuple[int, ...], str, Audience, Chosen, str], str] = {}
MOST_STATEMENTS = 1_000


@dataclass(frozen=True)
class _Read:
    """What is read of a layer, and how."""

    asked: SourceQuery
    how: Chosen
    geometry: str
    turn: float = 0.0


def _statement(reader: Reader, sheets: list[Sheet], read: _Read) -> str:
    locality, audience, geometry = reader.locality, reader.audience, read.geometry
    columns = [
        _moved(sql.Identifier(geometry), read.turn, geometry),
        *_columns(read.asked.layer, sheets, locality.srid, audience),
    ]
    box = _moved(sql.SQL('!bbox!'), -read.turn)
    picked = sql.SQL('select {} from {} as stored where {} && {}').format(
        sql.SQL(', ').join(columns),
        rows_of(read.asked, read.how, locality, audience),
        sql.Identifier(geometry),
        box,
    )
    statement = sql.SQL('(select * from ({}) as picked{}{}) as rows').format(
        picked, _drawn_by_any(sheets), _in_order(sheets, geometry)
    )
    return unmistakable(statement.as_string(reader.db))


def _in_order(sheets: list[Sheet], geometry: str) -> sql.Composable:
    """Of two names in each other's way the first stays: which it is must not depend on how the rows are looked up."""
    texts = [sql.Identifier(sheet.text_column) for sheet in sheets if sheet.drawn.part.text is not None]
    if not texts:
        return sql.SQL('')
    return sql.SQL(' order by {}').format(sql.SQL(', ').join([*texts, sql.Identifier(geometry)]))


def _moved(shape: sql.Composable, turn: float, name: str | None = None) -> sql.Composable:
    """The shape so many degrees to the east, under its name."""
    if not turn:
        return shape
    moved = sql.SQL('ST_Translate({}, {}, 0)').format(shape, sql.Literal(turn))
    return sql.SQL('{} as {}').format(moved, sql.Identifier(name)) if name else moved


def _columns(layer: Layer, sheets: list[Sheet], srid: int, audience: Audience) -> list[sql.Composable]:
    translator = Translator(layer, srid, audience, IN_CRS84)
    made: list[sql.Composable] = []
    for sheet in sheets:
        if not sheet.takes_all:
            made.append(_rule(translator, sheet))
        if sheet.drawn.part.text is not None:
            text = sql.Identifier(sheet.drawn.part.text)
            made.append(sql.SQL('{}::text as {}').format(text, sql.Identifier(sheet.text_column)))
    return made


def drawn_by(layer: Layer, sheets: list[Sheet], srid: int, audience: Audience) -> sql.Composable | None:
    """The condition that some pass draws the row, that is, in a colour that is seen; None where one draws all."""
    if any(sheet.takes_all for sheet in sheets):
        return None
    translator = Translator(layer, srid, audience, IN_CRS84)
    conditions = [
        _first(translator, sheet, [sheet.drawn.shows(rule) for rule in sheet.drawn.rules]) for sheet in sheets
    ]
    return sql.SQL('({})').format(sql.SQL(' or ').join(conditions))


def shown_rule_numbers(layer: Layer, sheets: Sequence[Sheet], srid: int, audience: Audience) -> list[sql.Composable]:
    """For each pass SQL of the number of the rule that draws the row; null where none does in a colour that is seen."""
    translator = Translator(layer, srid, audience, IN_CRS84)
    return [
        _first(
            translator,
            sheet,
            [number if sheet.drawn.shows(rule) else None for number, rule in enumerate(sheet.drawn.rules)],
        )
        for sheet in sheets
    ]


def _rule(translator: Translator, sheet: Sheet) -> sql.Composable:
    """The number of the first rule that takes the row."""
    number = _first(translator, sheet, range(len(sheet.drawn.rules)))
    return sql.SQL('{} as {}').format(number, sql.Identifier(sheet.rule_column))


def _first(translator: Translator, sheet: Sheet, values: Iterable[int | None]) -> sql.Composable:
    """SQL of the value of the first rule that takes the row; null where none does. values: one for each rule."""
    cases = [
        sql.SQL('when {} then {}').format(
            sql.SQL('true') if rule.condition is None else translator.condition(rule.condition), sql.Literal(value)
        )
        for rule, value in zip(sheet.drawn.rules, values, strict=True)
    ]
    return sql.SQL('case {} end').format(sql.SQL(' ').join(cases))


def _drawn_by_any(sheets: list[Sheet]) -> sql.Composable:
    """The condition that some pass draws the row; none where one draws all."""
    if any(sheet.takes_all for sheet in sheets):
        return sql.SQL('')
    ruled = [sql.SQL('{} is not null').format(sql.Identifier(sheet.rule_column)) for sheet in sheets]
    return sql.SQL(' where {}').format(sql.SQL(' or ').join(ruled))


def unmistakable(statement: str) -> str:
    """The same statement without an exclamation mark inside a text or a name.

    Mapnik replaces `!bbox!` and whatever else stands so between two of them, also within quotes: the text of a filter
    could leave its quotes that way.
    """
    return QUOTED.sub(_without_marks, statement)


def _without_marks(match: re.Match[str]) -> str:
    if '!' not in match[0]:
        return match[0]
    if match['name'] is not None:
        return 'U&"{}"'.format(match['name'].replace('\\', r'\\').replace('!', r'\0021'))
    escaped = match['escaped'] if match['plain'] is None else match['plain'].replace('\\', r'\\')
    return "E'{}'".format(escaped.replace('!', r'\x21'))
