"""Measures in SQL: the queries of a set's file as subqueries of one of ours.

Their relations are rows in force that the audience may see, their values are quoted by the driver, and the transaction
is read-only. So a file of indicators can say what is counted and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import psycopg2
from psycopg2 import sql

from dothi.core.indicator_set import UNITS, IndicatorSet, Measure
from dothi.core.layer import Layer
from dothi.core.layer_source import table_of
from processes.data import Data
from processes.evaluation.units import WHOLE, Units
from processes.inputs import LayerRef
from processes.reading.unit_layers import layer_of_level, unit_outlines

type Bound = Mapping[str, bool | int | float | str | date]
type UnitValues = list[tuple[str, float | None]]
# What a formula can do wrong; a lost connection or a server that stops is none of its faults.
FAULTS = (psycopg2.ProgrammingError, psycopg2.DataError, psycopg2.InternalError, psycopg2.NotSupportedError)


class FormulaFails(Exception):
    """The query of a measure cannot be computed."""

    def __init__(self, measure: str, why: str) -> None:
        super().__init__(why)
        self.measure = measure


class Queries:
    """Asks the measures in SQL of one set. formula_values: those that every query may name."""

    def __init__(self, definition: IndicatorSet, units: Units, formula_values: Bound, data: Data) -> None:
        self._set, self._units, self._formula_values, self._data = definition, units, formula_values, data

    def ask(self, names: Sequence[str]) -> dict[str, UnitValues]:
        """Unit and value by measure, all of one level; raises FormulaFails that names the measure.

        Asked together they share what their relations are computed for: 600,000 homes in their communes, once. Which
        one it is that fails, they are asked one by one for.
        """
        with self._data.db.cursor() as cursor:
            cursor.execute('savepoint formulas')
            try:
                return self._run_queries(names)
            except FAULTS as error:
                cursor.execute('rollback to savepoint formulas')
                if len(names) == 1:
                    raise FormulaFails(names[0], str(error.diag.message_primary)) from error
        return {name: figures for measure in names for name, figures in self.ask([measure]).items()}

    def _run_queries(self, names: Sequence[str]) -> dict[str, UnitValues]:
        figures: dict[str, UnitValues] = {name: [] for name in names}
        for row in self._data.rows(self._union_query(names)):
            figures[row['measure']].append((row['unit'], row['value']))
        return figures

    def _union_query(self, names: Sequence[str]) -> sql.Composed:
        measures = {name: self._set.measures[name] for name in names}
        statement = sql.SQL(' union all ').join(
            self._select_figures(name, measure) for name, measure in measures.items()
        )
        return sql.SQL('with {} {}').format(self._relation_ctes([*measures.values()]), statement)

    def _select_figures(self, name: str, measure: Measure) -> sql.Composed:
        values = {key: sql.Literal(value) for key, value in {**self._formula_values, **measure.values}.items()}
        query = sql.SQL(measure.sql or '').format(**values)
        form = 'select {} as measure, unit::text as unit, value::float8 as value from ({}) figure'
        return sql.SQL(form).format(sql.Literal(name), query)

    def _relation_ctes(self, measures: Sequence[Measure]) -> sql.Composed:
        """Units and what the set makes of them are computed once, the rows of a layer are wanted by its indexes."""
        layers = _distinct_names(layer for measure in measures for layer in self._set.layers_of(measure))
        own = {
            name: sql.SQL(self._set.relations[name].sql).format() for measure in measures for name in measure.relations
        }
        norms = _distinct_names(norm for measure in measures for norm in measure.norms)
        parts = [
            _cte_of_query(UNITS, units_relation(measures[0].level, self._units, self._data), once=True),
            *(_cte_of_query(layer, layer_relation(layer, self._data), once=False) for layer in layers),
            *(_cte_of_query(name, query, once=True) for name, query in own.items()),
            *(
                _cte_of_query(f'norm_{norm}', norm_relation(norm, self._data, self._units.on), once=False)
                for norm in norms
            ),
        ]
        return sql.SQL(', ').join(parts)


def units_relation(level: str, units: Units, data: Data) -> sql.Composed:
    """code, name, parent_code and geom of the units of a level; the whole is one unit."""
    if level == WHOLE:
        (whole,) = units.of(WHOLE)
        query = 'select {}::text as code, {}::text as name, null::text as parent_code, ST_GeomFromWKB({}, {}) as geom'
        values = (whole.code, whole.name, psycopg2.Binary(whole.wkb), data.locality.srid)
        return sql.SQL(query).format(*map(sql.Literal, values))
    rows = unit_outlines(layer_of_level(level, data.locality), units.on, data)
    query = (
        'select version.code, version.name, version.parent_code, outline.geom'
        ' from {} join unit.in_force({}, {}) version using (code)'
    )
    return sql.SQL(query).format(rows, sql.Literal(level), sql.Literal(units.on))


def layer_relation(layer: str, data: Data) -> sql.Composed:
    """The rows of a layer that are in force, or none where it has no release: its evidence is missing then."""
    described = data.locality.layer(layer)
    if data.current(layer) is None:
        return _no_rows(described, data)
    _, rows = data.source(LayerRef(layer))
    return sql.SQL('select here.* from {}').format(rows)


def norm_relation(norm: str, data: Data, on: date) -> sql.Composed:
    """The values of a norm that are in force: subject, condition, class (a range of numbers, in class_unit), value."""
    none = ('', '', 'empty', '', 0.0)
    rows = [
        (norm_row.subject, norm_row.condition, norm_row.class_range, norm_row.class_unit, norm_row.value)
        for norm_row in data.norms(norm, on)
    ]
    values = [sql.SQL('({})').format(sql.SQL(', ').join(map(sql.Literal, row))) for row in [*rows, none]]
    query = (
        'select subject, condition, class::numrange, class_unit, value::float8'
        " from (values {}) norm (subject, condition, class, class_unit, value) where subject <> ''"
    )
    return sql.SQL(query).format(sql.SQL(', ').join(values))


def _cte_of_query(name: str, query: sql.Composed, *, once: bool) -> sql.Composed:
    how = sql.SQL('materialized' if once else 'not materialized')
    return sql.SQL('{} as {} ({})').format(sql.Identifier(name), how, query)


def _no_rows(layer: Layer, data: Data) -> sql.Composed:
    names = ['id', *layer.columns_for(data.audience), 'geom', 'geom_wgs84']
    columns = sql.SQL(', ').join(map(sql.Identifier, names))
    return sql.SQL('select {} from {} where false').format(columns, table_of(layer, data.locality))


def _distinct_names(names: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(names)]
