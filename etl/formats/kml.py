"""KML and KMZ: each folder a layer, extended data as columns, always WGS 84."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from dothi.core.gdal import pyogrio
from dothi.core.limit_settings import LimitSettings
from etl.formats import zipped
from etl.formats.errors import must_have_few_layers
from etl.formats.item import Item
from etl.formats.ogr import OgrSource, unreadable
from etl.formats.xml_guard import must_fit_in_memory, must_stand_alone

SUFFIXES = frozenset({'.kml', '.kmz'})
DRIVER = 'LIBKML'
# How Google Earth draws a placemark, and nothing about what it stands for.
DRAWING = frozenset({'altitudeMode', 'tessellate', 'extrude', 'visibility', 'drawOrder', 'icon', 'snippet', 'camera'})
# What GDAL gives every placemark whether the file says it or not.
ALWAYS_THERE = frozenset({'id', 'Name', 'description', 'timestamp', 'begin', 'end'})


def kml_sources(item: Item) -> list[OgrSource]:
    """The layers of a KML file, or of the documents that a KMZ archive holds; without those that are empty."""
    must_fit_in_memory(item)
    path, folder = item.unpacked() if item.suffix == '.kmz' else (item.gdal_path, None)
    if item.suffix == '.kmz':
        _look_into(Path(path), item.name)
    else:
        must_stand_alone(item, root='kml')
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
        must_have_few_layers(item.name, len(names))
        described = [_describe(str(path), item.name, name, folder) for name in names]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise unreadable(item.name, error) from None
    return [source for source in described if source.rows] or described


def _look_into(archive: Path, name: str) -> None:
    """Refuses a KMZ that is a bomb, or one of whose documents points elsewhere."""
    zipped.must_not_be_huge(name, zipped.infos(archive, name), LimitSettings().max_document_mb)
    for member in zipped.names(archive):
        if PurePosixPath(member).suffix.lower() == '.kml':
            must_stand_alone(Item(archive, member), root='kml', packed=True)


def _describe(path: str, name: str, layer: str, folder: object) -> OgrSource:
    info = pyogrio.read_info(path, layer=layer)
    if info['driver'] != DRIVER:
        raise unreadable(name, pyogrio.errors.DataSourceError(info['driver']))
    kind, field_names = info['geometry_type'], [str(name) for name in info['fields'] if name not in DRAWING]
    empty = _empty(path, layer, ALWAYS_THERE.intersection(field_names))
    return OgrSource(
        name=f'{name}:{layer}',
        path=path,
        layer=layer,
        columns=[name for name in field_names if name not in empty],
        kind=None if kind in ('Unknown', 'GeometryCollection') else kind,
        rows=info['features'] if info['features'] >= 0 else None,
        implied_crs='OGC:CRS84',
        unicode=True,
        unpacked=folder,
    )


def _empty(path: str, layer: str, columns: Iterable[str]) -> set[str]:
    """Those of `columns` without a value in any row: an empty `Name` must not pass for the agency's column of names."""
    names = sorted(columns)
    _, table = pyogrio.read_arrow(path, layer=layer, columns=names, read_geometry=False)
    return {name for name in names if not any(str(value or '').strip() for value in table.column(name).to_pylist())}
