"""Features of a file from the web, as far as its source takes them; only inside the closed room."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from dothi.core.gdal import pyogrio
from etl.fetch import osm
from etl.fetch.rules import Values, chosen
from etl.fetch.source import Box, OpenDataRequest
from etl.formats.errors import UnreadableFile
from etl.formats.ogr import unreadable
from etl.formats.source import Geometries

ROWS_AT_ONCE = 50_000
# What the drivers may be: a file from the web does not choose its reader.
DRIVERS = {'.pbf': 'OSM', '.geojson': 'GeoJSON', '.json': 'GeoJSON', '.gpkg': 'GPKG', '.shp': 'ESRI Shapefile'}


def read_open_features(file: Path, scratch: Path, request: OpenDataRequest) -> Iterator[tuple[Any, dict[str, Values]]]:
    """Batches of what the mapping takes of each layer of the file, within the box: geometry as WKB, columns as text.

    scratch: a folder for the reader's own notes. Raises UnreadableFile.
    """
    options: dict[str, Any] = {}
    if request.source.kind == 'osm':
        osm.write_configuration(request.source, scratch / 'osmconf.ini')
        options = {'CONFIG_FILE': str(scratch / 'osmconf.ini')}
    try:
        _must_be_its_kind(file)
        for name in request.mapping.layers or [str(row[0]) for row in pyogrio.list_layers(str(file))]:
            yield from _read_layer(file, name, request, options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        raise unreadable(file.name, error) from None


def _read_layer(
    file: Path, name: str, request: OpenDataRequest, options: dict[str, Any]
) -> Iterator[tuple[Any, dict[str, Values]]]:
    reading = pyogrio.raw.open_arrow(
        str(file), layer=name, bbox=request.box, batch_size=ROWS_AT_ONCE, use_pyarrow=True, **options
    )
    with reading as (meta, reader):
        for batch in reader:
            geometry, columns = _batch(batch, meta['geometry_name'] or 'wkb_geometry')
            if request.source.kind == 'osm':
                ids, ways = columns.get('osm_id', []), columns.get('osm_way_id', [None] * len(geometry))
                columns[osm.OSM_CODE] = osm.codes(name, ids, ways)
            selected = chosen(columns, len(geometry), request.mapping) & _inside(geometry, request.box)
            if selected.any():
                shapes = geometry[selected]
                shapes = np.asarray(shapely.point_on_surface(shapes)) if request.mapping.point else shapes
                rows = np.flatnonzero(selected).tolist()
                yield shapely.to_wkb(shapes), {key: [values[row] for row in rows] for key, values in columns.items()}


def _batch(batch: Any, geometry_name: str) -> tuple[Geometries, dict[str, Values]]:
    names = [name for name in batch.schema.names if name != geometry_name]
    texts: dict[str, Values] = {
        name: [None if v is None else str(v) for v in batch.column(name).to_pylist()] for name in names
    }
    return shapely.from_wkb(batch.column(geometry_name).to_numpy(zero_copy_only=False)), texts


def _inside(geometry: Geometries, box: Box) -> Any:
    """Which features lie in the locality: a box that merely touches theirs is a neighbour's."""
    return shapely.intersects(shapely.box(*box), shapely.point_on_surface(geometry))


def _must_be_its_kind(file: Path) -> None:
    """Raises UnreadableFile for a file that is not what its name says: it might read others."""
    expected = DRIVERS.get(file.suffix.lower())
    driver = pyogrio.read_info(str(file), layer=0)['driver'] if expected else '?'
    if driver != expected:
        raise UnreadableFile(
            vi=f'{file.name} không phải là tệp {expected or "đọc được"} (mà là {driver}). Kiểm tra địa chỉ nguồn.',
            en=f'{file.name} is no {expected or "file that is read"} (but {driver}). Check the address of the source.',
        )
