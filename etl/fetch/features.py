"""Features of an open file as a file that an agency could have sent: chosen, cut to the locality, columns by rule."""

from pathlib import Path

import numpy as np
import shapely

from dothi.core.crs import WGS84
from dothi.core.gdal import pyogrio
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.closed_room.open_data import open_features
from etl.fetch import units
from etl.fetch.rules import column
from etl.fetch.source import OpenDataRequest, OpenSource
from etl.formats.errors import EmptyFile
from etl.formats.source import Geometries
from etl.shape import MAKERS


class NothingHere(EmptyFile):
    """The file has no feature for the layer in the locality."""


def write_features(source: OpenSource, file: Path, layer: Layer, locality: Locality, target: Path) -> int:
    """Writes the source's features for `layer` as the GeoPackage `target` in WGS 84, and says how many they are.

    Raises UnreadableFile, and NothingHere where none is left.
    """
    mapping, count = source.gives[layer.id], 0
    code_of = units.by_name(layer, locality, locality.place.reference_date)
    target.unlink(missing_ok=True)
    request = OpenDataRequest(source, mapping, locality.place.extent_wgs84)
    for geometry, columns in open_features(file, request):
        rows = len(geometry)
        values = {name: column(rule, columns, rows, code_of) for name, rule in mapping.columns.items()}
        _append(target, layer, geometry, values)
        count += rows
    if not count:
        raise NothingHere(
            vi=f'{file.name} không có đối tượng nào của lớp {layer.id} trong phạm vi {locality.place.title.vi}.',
            en=f'{file.name} has no feature for the layer {layer.id} within {locality.place.title.en}.',
        )
    return count


def _append(target: Path, layer: Layer, geometry: Geometries, values: dict[str, list[object]]) -> None:
    fitting = _promoted(geometry, layer)
    pyogrio.raw.write(
        str(target),
        shapely.to_wkb(fitting),
        [np.array(column, dtype=object) for column in values.values()],
        np.array(list(values), dtype=object),
        driver='GPKG',
        layer=layer.id,
        geometry_type=layer.geometry,
        crs=f'EPSG:{WGS84}',
        append=target.exists(),
    )


def _promoted(geometry: Geometries, layer: Layer) -> Geometries:
    """Single parts as multi parts where the layer has these: a GeoPackage's table holds one type."""
    if not layer.geometry.startswith('Multi'):
        return geometry
    parts, owner = shapely.get_parts(geometry, return_index=True)
    return np.asarray(MAKERS[layer.geometry](parts, indices=owner))
