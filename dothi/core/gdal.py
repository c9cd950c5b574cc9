"""pyogrio with only the drivers that the project reads or writes: a sent file may not pose as anything else.

All of the project takes pyogrio from here (an import contract sees to it): GDAL drops drivers when it registers them,
and only then. Some of what is dropped opens other files and addresses (OGR_VRT, WFS, HTTP, GDALG), and OGR_VRT finds
itself anywhere in the head of a file. fiona and rasterio, whose GDAL is another one, are told the driver at each
opening.
"""

import importlib
import os
from types import ModuleType
from typing import Any

NEEDED = frozenset(
    {'CSV', 'DGN', 'DXF', 'ESRI Shapefile', 'FlatGeobuf', 'GML', 'GPKG', 'GeoJSON', 'KML', 'LIBKML', 'MEM'}
    | {'MapInfo File', 'OSM', 'OpenFileGDB'}
)
# All others of the wheel (GDAL 3.12); a test compares, so that a driver that comes with a new version is seen.
DROPPED = (
    'ADBC AIVector AVCBin AVCE00 AmigoCloud CSW Carto EDIGEO EEDA ESRIJSON Elasticsearch GDALG GPSBabel GPX GTFS '
    'GeoJSONSeq GeoRSS HTTP Idrisi JML JSONFG LVBAG MBTiles MVT MapML MiraMonVector NGW OAPIF ODS OGCAPI OGR_GMT '
    'OGR_PDS OGR_VRT PCIDSK PDF PDS4 PGDUMP PLSCENES PMTiles S57 SQLite SXF Selafin TopoJSON VDV VFK VICAR VRT WAsP '
    'WFS XLSX'
)


def _register() -> ModuleType:
    """The module pyogrio, with GDAL's drivers registered."""
    before = os.environ.get('GDAL_SKIP')
    os.environ['GDAL_SKIP'] = DROPPED.replace(' ', ',')
    try:
        module = importlib.import_module('pyogrio')  # registers the drivers
    finally:
        # programs that are started from here, such as QGIS, keep their own
        del os.environ['GDAL_SKIP']
        if before is not None:
            os.environ['GDAL_SKIP'] = before
    # Spatialite brings virtual tables that read any file and address, and nothing here needs it. The index of a large
    # GeoPackage is built in so much memory, and not in a tenth of what the machine has.
    module.set_gdal_config_options({'SPATIALITE_LOAD': 'NO', 'OGR_GPKG_MAX_RAM_USAGE_RTREE': str(64 * 2**20)})
    return module


pyogrio: Any = _register()
