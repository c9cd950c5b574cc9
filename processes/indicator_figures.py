"""The figures that indicators are made of, by unit: from a query of the set's file, or from another process.

A query is a subquery of ours: its relations are rows in force that the audience may see, its values are quoted by the
driver, and the transaction is read-only. So a file of indicators can say what is counted and nothing else.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg2
from psycopg2 import sql

from dothi.core.errors import did_you_mean
from dothi.core.indicator_set import FOLDER, UNITS, BadIndicatorFile, IndicatorSet, Measure
from dothi.core.layer import Layer as LayerModel
from processes.base import Layer
from processes.data import Data
from processes.indicator_units import WHOLE, Units, outlines
from processes.registry import process
from processes.validation import validated

type Bound = Mapping[str, bool | int | float | str | date]


@dataclass(frozen=True)
class Figures:
    """A measure: its figure by unit, of the level that it counts by and of all above; and the layers it was read of."""

    level: str
    by_unit: dict[str, float]
    layers: tuple[str, ...]


class Formulas:
    """Reads the measures of one set. given: the values that every formula may name."""

    def __init__(self, chosen: IndicatorSet, units: Units, given: Bound, data: Data) -> None:
        self._set, self._units, self._given, self._data = chosen, units, given, data
        self._results: dict[str, tuple[list[dict[str, Any]], tuple[str, ...]]] = {}

    def read(self, name: str) -> Figures:
        """The measure `name`; raises BadIndicatorFile that names it where its formula cannot be computed."""
        measure = self._set.measures[name]
        if measure.level not in self._units.levels:
            return Figures(measure.level, {}, ())
        found, layers = self._of_process(name, measure) if measure.process else self._of_query(name, measure)
        known = [unit.code for unit in self._units.of(measure.level)]
        self._must_be_units(name, found, known)
        # a unit that the query does not name has nothing of it; a null is a figure that is not known
        by_unit = dict.fromkeys(known, 0.0) | {code: math.nan if value is None else value for code, value in found}
        return Figures(measure.level, by_unit, layers)

    def _of_query(self, name: str, measure: Measure) -> tuple[list[tuple[str, float | None]], tuple[str, ...]]:
        data = self._data.apart()
        query = self._query(measure, data)
        try:
            rows = data.rows(query)
        except (psycopg2.ProgrammingError, psycopg2.DataError, psycopg2.InternalError, psycopg2.NotSupportedError) as e:
            raise self._bad(name, str(e.diag.message_primary)) from e
        self._data.count(data)
        layers = sorted({*self._set.layers_of(measure), *data.releases})
        return [(row['unit'], row['value']) for row in rows], tuple(layers)

    def _query(self, measure: Measure, data: Data) -> sql.Composed:
        """The set's query, after the relations that it may read."""
        relations = {UNITS: units_relation(measure.level, self._units, data)}
        relations |= {name: layer_relation(name, data) for name in self._set.layers_of(measure)}
        relations |= {name: sql.SQL(self._set.relations[name].sql).format() for name in measure.relations}
        relations |= {f'norm_{name}': norm_relation(name, data, self._units.on) for name in measure.norms}
        ctes = sql.SQL(', ').join(
            # units and what the set makes of them are computed once, the rows of a layer are wanted by its indexes
            sql.SQL('{} as {} materialized ({})').format(
                sql.Identifier(name), sql.SQL('' if name == UNITS or name in measure.relations else 'not'), relation
            )
            for name, relation in relations.items()
        )
        values = {name: sql.Literal(value) for name, value in {**self._given, **measure.values}.items()}
        asked = sql.SQL(measure.sql or '').format(**values)
        return sql.SQL('with {} select unit::text as unit, value::float8 as value from ({}) figure').format(ctes, asked)

    def _of_process(self, name: str, measure: Measure) -> tuple[list[tuple[str, float | None]], tuple[str, ...]]:
        """A process is run once for all measures that ask it the same."""
        asked = measure.process
        assert asked is not None  # noqa: S101 (a measure is either of the two)
        layer, _ = outlines(measure.level, self._units.on, self._data)
        units = {'collection': layer.id, 'datetime': self._units.on.isoformat()}
        inputs = {**asked.inputs, asked.units: units}
        key = json.dumps([asked.id, inputs], sort_keys=True)
        if not all(map(self._data.current, measure.layers)):
            return [(unit.code, None) for unit in self._units.of(measure.level)], tuple(measure.layers)
        if key not in self._results:
            data = self._data.apart()
            chosen = process(asked.id, data.audience)
            answer = chosen.run(validated(chosen.inputs, inputs), data, lambda _share, _doing: None)
            self._data.count(data)
            self._results[key] = features_of(answer), tuple(data.releases)
        features, layers = self._results[key]
        told = [(str(one['id']), self._figure(name, one, asked.figure)) for one in features]
        return told, tuple(sorted({*measure.layers, *layers}))

    def _figure(self, name: str, feature: dict[str, Any], figure: str) -> float | None:
        properties = feature['properties']
        if figure not in properties:
            raise self._bad(name, f'no figure "{figure}". {did_you_mean(figure, properties).en}')
        value = properties[figure]
        return None if value is None else float(value)

    def _must_be_units(self, name: str, found: Iterable[tuple[str, Any]], known: list[str]) -> None:
        times = Counter(code for code, _ in found)
        odd = next((code for code, count in times.items() if count > 1 or code not in known), None)
        if odd is not None:
            raise self._bad(name, f'unit "{odd}" is told twice, or is no {self._set.measures[name].level}')

    def _bad(self, name: str, why: str) -> BadIndicatorFile:
        used = [key for key, one in self._set.indicators.items() if name in self._set.measures_of(one)]
        where = f'{FOLDER}/{self._set.id}.yml, measures.{name} ({", ".join(used)})'
        return BadIndicatorFile(
            vi=f'{where}: không tính được công thức: {why}. Sửa công thức rồi chạy "dothi indicators check".',
            en=f'{where}: the formula cannot be computed: {why}. Correct it, then "dothi indicators check".',
        )


def features_of(answer: Any) -> list[dict[str, Any]]:
    """The features of a process's result, which is a FeatureCollection or has one under `result`."""
    collection = answer if 'features' in answer else answer['result']
    features: list[dict[str, Any]] = collection['features']
    return features


def units_relation(level: str, units: Units, data: Data) -> sql.Composed:
    """code, name, parent_code and geom of the units of a level; the whole is one unit."""
    if level == WHOLE:
        (whole,) = units.of(WHOLE)
        query = 'select {}::text as code, {}::text as name, null::text as parent_code, ST_GeomFromWKB({}, {}) as geom'
        values = (whole.code, whole.name, psycopg2.Binary(whole.wkb), data.locality.srid)
        return sql.SQL(query).format(*map(sql.Literal, values))
    _, rows = outlines(level, units.on, data)
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
    _, rows = data.source(Layer(layer))
    return sql.SQL('select here.* from {}').format(rows)


def norm_relation(norm: str, data: Data, on: date) -> sql.Composed:
    """The values of a norm that are in force: subject, condition, class (a range of numbers, in class_unit), value."""
    rows = [
        sql.SQL('({})').format(
            sql.SQL(', ').join(
                map(sql.Literal, (one.subject, one.condition, one.class_range, one.class_unit, one.value))
            )
        )
        for one in data.norms(norm, on)
    ]
    query = 'select subject, condition, class::numrange, class_unit, value::float8 from (values {}) norm ({})'
    names = map(sql.Identifier, ('subject', 'condition', 'class', 'class_unit', 'value'))
    return sql.SQL(query).format(sql.SQL(', ').join(rows), sql.SQL(', ').join(names))


def _no_rows(layer: LayerModel, data: Data) -> sql.Composed:
    names = ['id', *layer.columns_for(data.audience), 'geom', 'geom_wgs84']
    columns = sql.SQL(', ').join(map(sql.Identifier, names))
    return sql.SQL('select {} from {} where false').format(columns, sql.Identifier('layer', layer.id))
