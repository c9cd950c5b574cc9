"""Many edits of a layer as one release: prepared together, each fault with the edit that it is in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.doctor.coordinates import Reading
from etl.editing.checks import Fault, Submitted, Unfit, pointer_to, prepared
from etl.editing.edit import row_of
from etl.prepare import Prepared


@dataclass(frozen=True)
class NewContent:
    """What a feature is to be. pointer: of the edit in the body. feature_id: None for a new one."""

    pointer: str
    content: Submitted
    reading: Reading
    feature_id: int | None = None


def prepared_together(
    contents: Sequence[NewContent], layer: Layer, locality: Locality
) -> tuple[Prepared, list[NewContent]] | None:
    """All as rows of the layer, with their contents in the order of the rows; None where there are none.

    Raises Unfit with the faults of all.
    """
    parts: list[Prepared] = []
    in_order: list[NewContent] = []
    faults: list[Fault] = []
    for reading in dict.fromkeys(content.reading for content in contents):
        alike = [content for content in contents if content.reading == reading]
        try:
            parts.append(prepared([content.content for content in alike], reading, layer, locality))
        except Unfit as error:
            faults += [
                replace(fault, pointer=f'{alike[fault.row].pointer}{fault.pointer}', row=0) for fault in error.faults
            ]
        in_order += alike
    if faults:
        raise Unfit(faults)
    return (_joined(parts), in_order) if parts else None


def keys_must_differ(rows: Prepared, contents: Sequence[NewContent], layer: Layer) -> None:
    """Raises Unfit where two of the rows have one key."""
    seen_keys: set[tuple[object, ...]] = set()
    faults: list[Fault] = []
    for position, content in enumerate(contents if layer.key else []):
        values = row_of(rows, position, layer)
        key = tuple(values[name] for name in layer.key)
        if key in seen_keys:
            faults += [Fault(content.pointer + pointer_to(name), 'key_duplicate', _TWICE) for name in layer.key]
        seen_keys.add(key)
    if faults:
        raise Unfit(faults)


def _joined(parts: Sequence[Prepared]) -> Prepared:
    if len(parts) == 1:
        return parts[0]
    columns = {
        name: pa.chunked_array([_chunk for part in parts for _chunk in _chunks(part.columns[name])]).combine_chunks()
        for name in parts[0].columns
    }
    geometry = np.concatenate([part.geometry for part in parts])
    flattened = sum(part.flattened for part in parts)
    return Prepared(pa.array(np.arange(1, len(geometry) + 1)), columns, geometry, [], 0, flattened)


def _chunks(values: pa.Array | pa.ChunkedArray) -> list[pa.Array]:
    return list(values.chunks) if isinstance(values, pa.ChunkedArray) else [values]


_TWICE = Text(
    vi='mã này có hai lần trong lần lưu này. Dùng mã khác.', en='this key is twice among these edits. Take another one.'
)
