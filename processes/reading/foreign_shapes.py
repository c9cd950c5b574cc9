"""Geometry of features that came with a request, built in the closed room: GEOS reads nothing from outside here."""

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from dothi.core.arrays import Geometries
from etl.closed_room import frames
from etl.closed_room.reading import Reading
from etl.closed_room.refusals import crashed
from etl.formats.wkb import nested_too_deep
from processes.reading.geojson_layers import read_shapes

# What the sender calls it, in the words of a refusal.
NAME = 'GeoJSON'


def read_shapes_in_room(geometries: Sequence[Any]) -> Geometries:
    """The shapes as by `read_shapes`, read behind walls; raises BadFeatures, or DataRefused where it cannot."""
    reading = Reading(NAME, {}, f'{__name__}:send_shapes', {'geometries': geometries})
    shapes: list[Geometries] = [np.empty(0, dtype=object)]
    try:
        while 'end' not in reading.document():
            shapes.append(_decode_wkb(reading.batch().column('geometry')))
    finally:
        reading.close()
    return np.concatenate(shapes)


def send_shapes(room: socket.socket, folder: Path, name: str, geometries: Sequence[Any]) -> None:
    """What the reader does: the geometries as WKB."""
    del folder, name
    wkb = pa.array(shapely.to_wkb(read_shapes(geometries)), pa.binary())
    for piece in frames.cut_batch(pa.RecordBatch.from_arrays([wkb], names=['geometry'])):
        frames.send_document(room, {'rows': piece.num_rows})
        frames.send_batch(room, piece)


def _decode_wkb(wkb: Any) -> Geometries:
    if nested_too_deep(wkb).size:
        raise crashed(NAME, 0)
    return np.asarray(shapely.from_wkb(wkb.to_numpy(zero_copy_only=False)), dtype=object)
