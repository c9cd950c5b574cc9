"""Which kinds of facilities a request is about, and whether there are norms for them."""

from typing import Protocol

from dothi.core.norms import Norm
from processes.data import Data
from processes.inputs import LayerRef
from processes.reading.layers import column_identifier
from processes.ways.facilities import Facilities, join_facilities, read_facilities
from processes.ways.service_norms import must_have_distance
from processes.ways.unit_norms import UNIT_NORM, norm_per_unit


class WithFacilities(Protocol):
    """Inputs that name facilities of one kind or several."""

    @property
    def facilities(self) -> LayerRef: ...
    @property
    def filter(self) -> str | None: ...
    @property
    def more_facilities(self) -> list[LayerRef]: ...
    @property
    def kind_column(self) -> str | None: ...
    @property
    def norm(self) -> str: ...


def kinds_of(inputs: WithFacilities, data: Data) -> tuple[Facilities, list[str]]:
    """All facilities, and their kinds: values of the kind column, or the layer's name where it has no such column."""
    chosen = [(inputs.facilities, inputs.filter), *((layer, None) for layer in inputs.more_facilities)]
    columns = [_kind_column(layer, inputs, data) for layer, _ in chosen]
    if inputs.kind_column is not None and not any(columns):
        # none has it: the error names the nearest column of the first
        column_identifier(data.source(inputs.facilities)[0], inputs.kind_column, data.audience)
    facilities: list[Facilities] = []
    kinds: list[str] = []
    for (layer, narrowed_by), kind_column in zip(chosen, columns, strict=True):
        name = _distinct_name(layer.collection or layer.reference.partition(':')[0], kinds)
        facilities.append(read_facilities(layer, data, narrowed_by, kind_column, name))
        # a layer without facilities is a kind that nobody has; one whose kinds are all known adds none
        kinds += sorted({*facilities[-1].kinds} - {*kinds}) if facilities[-1].count else [name]
    return join_facilities(facilities), kinds


def _kind_column(layer: LayerRef, inputs: WithFacilities, data: Data) -> str | None:
    has_it = inputs.kind_column in data.source(layer)[0].columns_for(data.audience)
    return inputs.kind_column if has_it else None


def _distinct_name(name: str, used_names: list[str]) -> str:
    """`name`, with a number where it is used_names: the same layer twice, each time with another filter."""
    candidates = (name, *(f'{name}_{number}' for number in range(2, len(used_names) + 3)))
    return next(candidate for candidate in candidates if candidate not in used_names)


def must_have_norms(kinds: list[str], inputs: WithFacilities, data: Data) -> None:
    """Raises NoDistanceNorm or NoUnitNorm, with what to choose, where a kind has no norm."""
    norms = data.norms(inputs.norm)
    for kind in kinds:
        if inputs.norm == UNIT_NORM:
            norm_per_unit(norms, kind)
        else:
            must_have_distance(norms, kind, kind_columns(inputs, norms, data), data.norms(UNIT_NORM))


def kind_columns(inputs: WithFacilities, norms: list[Norm], data: Data) -> list[str]:
    """Columns of the first layer whose values are kinds that have a norm."""
    layer, _ = data.source(inputs.facilities)
    subjects = {norm.subject for norm in norms}
    visible = layer.columns_for(data.audience)
    return [name for name in visible if name in layer.columns and {*(layer.columns[name].domain or ())} & subjects]
