"""Norms with other values: which row of a norm a change means, and the norm's rows with it."""

from collections.abc import Iterable, Sequence

from dothi.core.norms import Norm
from processes.scenario.changes import NormValue


def rows_meant(norms: Iterable[Norm], change: NormValue) -> list[Norm]:
    """The rows of a norm that the change means; it means one of them, or nothing that there is."""
    return [norm for norm in norms if _is_meant(norm, change)]


def with_values(norms: Sequence[Norm], changes: Sequence[NormValue]) -> list[Norm]:
    """The rows, those that a change means with its value. What nobody has decided is not verified."""
    return [_with_value(norm, changes) for norm in norms]


def _with_value(norm: Norm, changes: Sequence[NormValue]) -> Norm:
    value = next((change.value for change in reversed(changes) if _is_meant(norm, change)), None)
    return norm if value is None else norm.model_copy(update={'value': value, 'verified': False})


def _is_meant(norm: Norm, change: NormValue) -> bool:
    same = (norm.norm, norm.subject, norm.condition) == (change.norm, change.subject, change.condition)
    classes = {norm.class_range, f'{norm.class_range} {norm.class_unit}'} if norm.classed else {None}
    return same and (change.of_class in classes)
