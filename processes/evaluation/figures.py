"""The figures that indicators are made of, by unit: from a query of the set's file, or from another process."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dothi.core.errors import did_you_mean
from dothi.core.indicator_set import FOLDER, BadIndicatorFile, IndicatorSet, Measure
from processes.data import Data
from processes.evaluation.queries import Bound, FormulaFails, Queries, UnitValues
from processes.evaluation.units import WHOLE, Units
from processes.reading.unit_layers import layer_of_level
from processes.reading.validation import validate_inputs
from processes.registry import find_process


@dataclass(frozen=True)
class Figures:
    """A measure: its figure for each unit of the level that it counts by, and the layers that it was read of."""

    by_unit: dict[str, float]
    layers: tuple[str, ...]


class Formulas:
    """Reads the measures of one set. formula_values: those that every formula may name."""

    def __init__(self, definition: IndicatorSet, units: Units, formula_values: Bound, data: Data) -> None:
        self._set, self._units, self._data = definition, units, data
        self._queries = Queries(definition, units, formula_values, data)
        self._results: dict[str, tuple[list[dict[str, Any]], tuple[str, ...]]] = {}

    def groups(self, names: Iterable[str]) -> Iterator[list[str]]:
        """The measures that are read together: queries that share a relation of the set; each other one is alone."""
        for (alone, _, _), group in groupby(sorted(names, key=self._sharing_key), key=self._sharing_key):
            together = list(group)
            yield from ([name] for name in together) if alone else [together]

    def _sharing_key(self, name: str) -> tuple[bool, str, list[str]]:
        measure = self._set.measures[name]
        return not measure.relations, measure.level, sorted(measure.relations)

    def read(self, names: Sequence[str]) -> dict[str, Figures]:
        """The measures of a group; raises BadIndicatorFile that names the one whose formula cannot be computed.

        Of a level without units on the day there is nothing to tell.
        """
        measures = {name: self._set.measures[name] for name in names}
        if measures[names[0]].level not in self._units.levels:
            return {name: Figures({}, ()) for name in names}
        if measures[names[0]].process:
            return {name: self._of_process(name, measure) for name, measure in measures.items()}
        try:
            answers = self._queries.ask(names)
        except FormulaFails as error:
            raise self._bad_formula(error.measure, str(error)) from error
        return {
            name: self._figures_of_measure(name, of_measure, self._layers_of(measures[name]))
            for name, of_measure in answers.items()
        }

    def _layers_of(self, measure: Measure) -> Iterable[str]:
        """What a query reads, the layer of the units included."""
        units = [] if measure.level == WHOLE else [layer_of_level(measure.level, self._data.locality).id]
        return [*self._set.layers_of(measure), *units]

    def _figures_of_measure(self, name: str, unit_values: UnitValues, layers: Iterable[str]) -> Figures:
        unit_codes = [unit.code for unit in self._units.of(self._set.measures[name].level)]
        self._must_be_units(name, unit_values, unit_codes)
        # a unit that is not named has nothing of it; a null is a figure that is not known
        by_unit = dict.fromkeys(unit_codes, 0.0) | {
            code: math.nan if value is None else value for code, value in unit_values
        }
        return Figures(by_unit, tuple(sorted({*layers})))

    def _of_process(self, name: str, measure: Measure) -> Figures:
        """The figures of a measure from another process; not known while a layer that it needs has no release."""
        assert measure.process is not None  # noqa: S101 (a measure is either of the two)
        if not all(map(self._data.current, measure.layers)):
            unknown: UnitValues = [(unit.code, None) for unit in self._units.of(measure.level)]
            return self._figures_of_measure(name, unknown, measure.layers)
        layer = layer_of_level(measure.level, self._data.locality)
        units = {'collection': layer.id, 'datetime': self._units.on.isoformat()}
        features, layers = self._run_process(
            measure.process.id, {**measure.process.inputs, measure.process.units: units}
        )
        answers = [
            (str(feature['id']), self._read_figure(name, feature, measure.process.figure)) for feature in features
        ]
        return self._figures_of_measure(name, answers, [*measure.layers, *layers])

    def _run_process(self, process_id: str, inputs: dict[str, Any]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
        """Features and the layers read; a process is run once for all measures that ask it the same."""
        key = json.dumps([process_id, inputs], sort_keys=True)
        if key not in self._results:
            part = self._data.apart()
            definition = find_process(process_id, part.audience)
            answer = definition.run(validate_inputs(definition.inputs, inputs), part, lambda _share, _doing: None)
            self._data.count(part)
            self._results[key] = features_of(answer), tuple(part.releases)
        return self._results[key]

    def _read_figure(self, name: str, feature: dict[str, Any], figure: str) -> float | None:
        properties = feature['properties']
        if figure not in properties:
            raise self._bad_formula(name, f'no figure "{figure}". {did_you_mean(figure, properties).en}')
        value = properties[figure]
        return None if value is None else float(value)

    def _must_be_units(self, name: str, unit_values: UnitValues, unit_codes: list[str]) -> None:
        times = Counter(code for code, _ in unit_values)
        odd = next((code for code, count in times.items() if count > 1 or code not in unit_codes), None)
        if odd is not None:
            raise self._bad_formula(name, f'unit "{odd}" is told twice, or is no {self._set.measures[name].level}')

    def _bad_formula(self, name: str, why: str) -> BadIndicatorFile:
        used = [key for key, indicator in self._set.indicators.items() if name in self._set.measures_of(indicator)]
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
