"""Features of an open file as a file that an agency could have sent: chosen, cut to the locality, columns by rule."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely

from dothi.core.crs import WGS84
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.fetch import osm, units
from etl.fetch.rules import Values, chosen, column
from etl.fetch.source import Mapping, OpenSource
from etl.formats.errors import EmptyFile, UnreadableFile
from etl.formats.ogr import unreadable
from etl.formats.source import Geometries
from etl.shape import MAKERS

ROWS_AT_ONCE = 50_000
# What the drivers may be: a file from the web does not choose its reader.
DRIVERS = {'.pbf': 'OSM', '.geojson': 'GeoJSON', '.json': 'GeoJSON', '.gpkg': 'GPKG', '.shp': 'ESRI Shapefile'}


class NothingHere(EmptyFile):
    """The file has no feature for the layer in the locality."""


def write_features(source: OpenSource, file: Path, layer: Layer, locality: Locality, target: Path) -> int:
    """Writes the source's features for `layer` as the GeoPackage `target` in WGS 84, and says how many they are.

    Raises UnreadableFile, and NothingHere where none is left.
    """
    mapping, count = source.gives[layer.id], 0
    code_of = units.by_name(layer, locality, locality.place.reference_date)
    target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as room:
        for geometry, columns in _read(source, file, mapping, locality, Path(room)):
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


def _read(
    source: OpenSource, file: Path, mapping: Mapping, locality: Locality, room: Path
) -> Iterator[tuple[Geometries, dict[str, Values]]]:
    """Batches of what the mapping takes of each layer of the file, within the locality's extent."""
    options: dict[str, Any] = {}
    if source.kind == 'osm':
        osm.write_configuration(source, room / 'osmconf.ini')
        options = {'CONFIG_FILE': str(room / 'osmconf.ini')}
    try:
        _must_be_its_kind(file)
        for name in mapping.layers or [str(row[0]) for row in pyogrio.list_layers(str(file))]:
            yield from _read_layer(source, file, name, mapping, locality, options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        raise unreadable(file.name, error) from None


def _read_layer(
    source: OpenSource, file: Path, name: str, mapping: Mapping, locality: Locality, options: dict[str, Any]
) -> Iterator[tuple[Geometries, dict[str, Values]]]:
    box = locality.place.extent_wgs84
    reading = pyogrio.raw.open_arrow(
        str(file), layer=name, bbox=box, batch_size=ROWS_AT_ONCE, use_pyarrow=True, **options
    )
    with reading as (meta, reader):
        for batch in reader:
            geometry, columns = _batch(batch, meta['geometry_name'] or 'wkb_geometry')
            if source.kind == 'osm':
                ids, ways = columns.get('osm_id', []), columns.get('osm_way_id', [None] * len(geometry))
                columns[osm.OSM_CODE] = osm.codes(name, ids, ways)
            taken = chosen(columns, len(geometry), mapping) & _inside(geometry, box)
            if taken.any():
                shapes = np.asarray(shapely.point_on_surface(geometry[taken])) if mapping.point else geometry[taken]
                rows = np.flatnonzero(taken).tolist()
                yield shapes, {key: [values[row] for row in rows] for key, values in columns.items()}


def _batch(batch: Any, geometry_name: str) -> tuple[Geometries, dict[str, Values]]:
    names = [name for name in batch.schema.names if name != geometry_name]
    texts: dict[str, Values] = {
        name: [None if v is None else str(v) for v in batch.column(name).to_pylist()] for name in names
    }
    return shapely.from_wkb(batch.column(geometry_name).to_numpy(zero_copy_only=False)), texts


def _inside(geometry: Geometries, box: tuple[float, float, float, float]) -> Any:
    """Which features lie in the locality: a box that merely touches theirs is a neighbour's."""
    return shapely.intersects(shapely.box(*box), shapely.point_on_surface(geometry))


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


def _must_be_its_kind(file: Path) -> None:
    """Raises UnreadableFile for a file that is not what its name says: it might read others."""
    wanted = DRIVERS.get(file.suffix.lower())
    found = pyogrio.read_info(str(file), layer=0)['driver'] if wanted else '?'
    if found != wanted:
        raise UnreadableFile(
            vi=f'{file.name} không phải là tệp {wanted or "đọc được"} (mà là {found}). Kiểm tra địa chỉ nguồn.',
            en=f'{file.name} is no {wanted or "file that is read"} (but {found}). Check the address of the source.',
        )
