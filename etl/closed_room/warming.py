"""What libraries do slowly the first time, done by the fork server once, so that its readers inherit it."""

import gc
import tempfile
from pathlib import Path

import fiona
import pyproj
from fiona.crs import CRS

from dothi.core.crs import names_file
from dothi.core.gdal import pyogrio

POINT = {'type': 'Feature', 'properties': {'name': ''}, 'geometry': {'type': 'Point', 'coordinates': (0, 0)}}
SCHEMA = {'geometry': 'Point', 'properties': {'name': 'str'}}


def read_once(crs: str) -> None:
    """Read a file of one point in `crs` as readers do: each library opens its PROJ database and looks up the system.

    A reader takes 25 to 45 ms of processor time less for a file in this system, 20 ms less for one in another.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'point.shp'
        with fiona.open(path, 'w', driver='ESRI Shapefile', crs=CRS.from_user_input(crs), schema=SCHEMA) as points:
            points.write(POINT)
        with fiona.open(path, enabled_drivers=['ESRI Shapefile']) as points:
            wkt = points.crs_wkt
        pyogrio.read_info(path)
        with pyogrio.raw.open_arrow(path, use_pyarrow=True) as (_, reader):
            for batch in reader:
                batch.column(0).to_pylist()
    names_file(wkt)
    pyproj.CRS(wkt)
    # the collector would write into every object, and readers would copy the memory that they share
    gc.collect()
    gc.freeze()
