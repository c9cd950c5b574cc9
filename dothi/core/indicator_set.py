"""An indicator set: criteria as data, each with its formula, its threshold, its source and the evidence it needs."""

import re
from collections.abc import Iterable
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from dothi.core.errors import NotFound, did_you_mean
from dothi.core.locality import Locality
from dothi.core.locality_file import BadLocalityFile, parse_file
from dothi.core.locality_folder import locality_files
from dothi.core.text import Text

FOLDER = 'indicators'
NAME = r'^[a-z][a-z0-9_]{0,39}$'
# What every formula may name beside its own values: the day of the evidence, the period, and the code of the whole.
GIVEN = ('day', 'period_from', 'period_until', 'province')
# The relation that every formula has beside its layers and norms: code, name, parent_code, geom of the units.
UNITS = 'units'
# Rows of layers come through the names under `layers`, which are in force and visible; a table would bypass that.
TABLES = re.compile(r'\b(layer|history|staging|quarantine|job)\s*\.\s*"?[a-z]', re.IGNORECASE)

# Levels of the locality that a set may name without knowing what they are called there.
LARGEST, SMALLEST = 'largest', 'smallest'

Direction = Literal['higher', 'lower']


class BadIndicatorFile(BadLocalityFile):
    """A file of indicators does not follow its model, or names what is not there."""


class UnknownSet(NotFound):
    """The locality has no indicator set of this id."""


class Part(BaseModel):
    """A part of an indicator file: a key that is not declared here is an error."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class ByProcess(Part):
    """A process whose features are units. units: the input that takes the layer of units; figure: which property."""

    id: str
    inputs: dict[str, Any] = {}
    units: str = 'zones'
    figure: str


def _in_force_only(text: str | None) -> str | None:
    table = TABLES.search(text or '')
    if table:
        raise ValueError(f'"{table[0]}…" names a table; put the layer under layers, and use its name alone')
    return text


type Query = Annotated[str, AfterValidator(_in_force_only)]


class Relation(Part):
    """Rows that several measures of the set read under its name: a query on `units`, and on `layers`."""

    layers: list[str] = []
    sql: Query


class Measure(Part):
    """A figure for each unit of `level`, that of a larger unit being the sum of its parts.

    level: as the locality calls it, or the `largest` or the `smallest` that it has below the whole.

    Either from `sql`, a query with the columns `unit` and `value`, or from a process. The query reads `units`, the
    `layers` under their names, and `norm_<name>` for each of `norms`; it names what stands under `values` in braces.
    `relations` of the set are read under their names too. Of a process, `layers` are those without which it has no
    answer.
    """

    title: Text
    unit: str
    level: str = SMALLEST
    layers: list[str] = []
    relations: list[str] = []
    norms: list[str] = []
    values: dict[str, bool | int | float | str] = {}
    sql: Query | None = None
    process: ByProcess | None = None

    @model_validator(mode='after')
    def _is_one_thing(self) -> Self:
        if (self.sql is None) == (self.process is None):
            raise ValueError('needs either sql or process')
        if self.process and (self.relations or self.norms or self.values):
            raise ValueError('relations, norms and values are for sql; a process takes inputs')
        unknown = sorted(self.placeholders - {*self.values, *GIVEN})
        if unknown:
            raise ValueError(f'sql names {{{unknown[0]}}}, which is not under values; double the braces of plain ones')
        return self

    @property
    def placeholders(self) -> set[str]:
        """The names in braces in the query."""
        return {name for _, name, _, _ in Formatter().parse(self.sql or '') if name is not None}


class Evidence(Part):
    """What there must be for a verdict, beside a release within its update cycle of every layer that is read.

    layers: more such layers. real: no demonstration data. files: of the locality's folder, as records of acceptance.
    """

    layers: list[str] = []
    real: bool = False
    files: list[str] = []


class Indicator(Part):
    """One criterion: `factor` × numerator / denominator, judged against the threshold where it has one.

    decimals: of the value as it is shown and judged. after: indicators of other systems that it follows.
    """

    title: Text
    description: Text | None = None
    numerator: str
    denominator: str | None = None
    factor: float = 1
    unit: str
    decimals: int = Field(2, ge=0, le=6)
    direction: Direction
    threshold: float | None = None
    source: Text
    after: list[str] = []
    evidence: Evidence = Evidence()


class IndicatorSet(Part):
    """A set of criteria: what document it comes from, and in which version."""

    id: str = Field(pattern=NAME)
    title: Text
    source: Text
    version: str
    relations: dict[str, Relation] = {}
    measures: dict[str, Measure] = Field(min_length=1)
    indicators: dict[str, Indicator] = Field(min_length=1)

    @field_validator('relations', 'measures', 'indicators')
    @classmethod
    def _plain_names(cls, by_name: dict[str, Any]) -> dict[str, Any]:
        odd = [name for name in by_name if not re.fullmatch(NAME, name)]
        if odd:
            raise ValueError(f'"{odd[0]}" is no name: lower-case letters, digits and _')
        return by_name

    @model_validator(mode='after')
    def _measures_exist(self) -> Self:
        for name, measure in self.measures.items():
            _must_be_among(measure.relations, self.relations, f'measures.{name}.relations')
        for name, indicator in self.indicators.items():
            _must_be_among(self.measures_of(indicator), self.measures, f'indicators.{name}: numerator, denominator')
        return self

    def measures_of(self, indicator: Indicator) -> list[str]:
        """The names of the measures that the formula uses."""
        return [name for name in (indicator.numerator, indicator.denominator) if name is not None]

    def layers_of(self, measure: Measure) -> list[str]:
        """The layers that a measure reads, those of its relations included."""
        of_relations = (layer for name in measure.relations for layer in self.relations[name].layers)
        return sorted({*measure.layers, *of_relations})


def _must_be_among(names: Iterable[str], known: Iterable[str], key: str) -> None:
    for name in names:
        if name not in known:
            raise ValueError(f'{key}: there is no "{name}". {did_you_mean(name, known).en}')


def indicator_sets(locality: Locality) -> list[str]:
    """The ids of the locality's sets."""
    return [file.stem for file in locality_files(locality.path, FOLDER)]


def indicator_set(set_id: str, locality: Locality) -> IndicatorSet:
    """The set `set_id`; raises UnknownSet with the nearest id, or BadIndicatorFile that names file, key and fix."""
    known_sets = indicator_sets(locality)
    if set_id not in known_sets:
        raise UnknownSet.with_suggestion(
            set_id,
            known_sets,
            vi=f'Không có bộ chỉ tiêu "{set_id}" trong {FOLDER}/.',
            en=f'There is no indicator set "{set_id}" in {FOLDER}/.',
        )
    file = locality.file(f'{FOLDER}/{set_id}.yml')
    parsed_set = parse_file(IndicatorSet, file, BadIndicatorFile)
    if parsed_set.id != set_id:
        raise BadIndicatorFile(
            vi=f'{file}, khóa id: "{parsed_set.id}" khác tên tệp. Đổi thành "{set_id}" hoặc đổi tên tệp.',
            en=f'{file}, key id: "{parsed_set.id}" differs from the file\'s name. Make it "{set_id}", or rename it.',
        )
    _must_know_its_sources(parsed_set, file, locality)
    return _with_levels_of(locality, parsed_set)


def _with_levels_of(locality: Locality, indicator_set: IndicatorSet) -> IndicatorSet:
    levels = [name for name, level in locality.place.levels.items() if level.layer] or ['']
    names = {LARGEST: levels[0], SMALLEST: levels[-1]}
    measures = {
        name: measure.model_copy(update={'level': names.get(measure.level, measure.level)})
        for name, measure in indicator_set.measures.items()
    }
    return indicator_set.model_copy(update={'measures': measures})


def _must_know_its_sources(indicator_set: IndicatorSet, file: Path, locality: Locality) -> None:
    norms = sorted({norm.norm for norm in locality.norm_values})
    every = [*locality.layers, *locality.coverages, *locality.broken]
    for name, relation in indicator_set.relations.items():
        _must_exist(relation.layers, [*locality.layers, *locality.broken], file, f'relations.{name}.layers')
    for name, measure in indicator_set.measures.items():
        _must_exist(measure.layers, [*locality.layers, *locality.broken], file, f'measures.{name}.layers')
        _must_exist(measure.norms, norms, file, f'measures.{name}.norms')
    for name, indicator in indicator_set.indicators.items():
        _must_exist(indicator.evidence.layers, every, file, f'indicators.{name}.evidence.layers')


def _must_exist(names: Iterable[str], known: list[str], file: Path, key: str) -> None:
    for name in names:
        if name not in known:
            raise BadIndicatorFile.with_suggestion(
                name,
                known,
                vi=f'{file}, khóa {key}: không có "{name}".',
                en=f'{file}, key {key}: there is no "{name}".',
            )
