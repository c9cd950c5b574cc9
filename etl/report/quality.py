"""How grave faults are in a layer, and which elements of data quality they speak against."""

from collections import Counter
from collections.abc import Mapping

from dothi.core.layer import Layer
from dothi.core.row_faults import FAULT_KINDS, FaultCode, Severity


def severity_of(code: FaultCode, layer: Layer) -> Severity:
    """How grave a fault is in this layer."""
    return layer.checks.severity.get(code, FAULT_KINDS[code].severity)


def by_element(counts: Mapping[str, int]) -> dict[str, int]:
    """How often each element of quality was spoken against, from how often each fault was met."""
    counts_by_element: Counter[str] = Counter()
    for code, count in counts.items():
        counts_by_element[FAULT_KINDS[code].element] += count
    return dict(sorted(counts_by_element.items()))
