"""A peer: MapServer as FastCGI behind nginx, on the same table."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import fastcgi
from bench.servers import Server
from dothi.core.database import database_url
from dothi.core.layer import Layer
from dothi.core.ports import free_port


@contextmanager
def mapserver(layer: Layer, folder: Path) -> Iterator[Server]:
    """MapServer for `layer`: OGC API - Features, and vector tiles in its own spelling."""
    port = free_port()
    (folder / 'bench.map').write_text(_map(layer, port), encoding='utf-8')
    config = folder / 'mapserver.conf'
    config.write_text(f'CONFIG MAPS BENCH "{folder / "bench.map"}" END END\n', encoding='utf-8')
    environment = {'MAPSERVER_CONFIG_FILE': str(config)}
    ready = '/BENCH/ogcapi/collections?f=json'
    with fastcgi.served(['mapserv'], environment, folder, ready, port) as base:
        yield Server(
            name=version(),
            base=f'{base}/BENCH',
            items=f'/ogcapi/collections/{layer.id}/items?limit={{limit}}&offset={{offset}}&f=json',
            item=f'/ogcapi/collections/{layer.id}/items/{{id}}?f=json',
            tile=f'?mode=tile&tilemode=gmap&tile={{x}}+{{y}}+{{z}}&layers={layer.id}&map.imagetype=mvt',
        )


def _map(layer: Layer, port: int) -> str:
    url = database_url('owner')
    columns = ', '.join(f'"{name}"' for name in ('id', *layer.columns_for('public')))
    names = ','.join(('id', *layer.columns_for('public')))
    kind = {'Point': 'POINT', 'LineString': 'LINE', 'Polygon': 'POLYGON'}[layer.geometry.removeprefix('Multi')]
    return f"""
MAP
  NAME bench
  EXTENT -180 -90 180 90
  PROJECTION "init=epsg:4326" END
  WEB METADATA
    "ows_onlineresource" "http://127.0.0.1:{port}/BENCH"
    "oga_onlineresource" "http://127.0.0.1:{port}/BENCH/ogcapi"
    "ows_enable_request" "*" "oga_enable_request" "*" "ows_title" "bench" "ows_srs" "EPSG:4326 EPSG:3857"
    "oga_max_limit" "10000"
  END END
  OUTPUTFORMAT NAME mvt DRIVER MVT FORMATOPTION "EXTENT=4096" FORMATOPTION "EDGE_BUFFER=64" END
  LAYER
    NAME {layer.id}
    TYPE {kind}
    STATUS ON TEMPLATE "needed to be queried"
    CONNECTIONTYPE POSTGIS
    CONNECTION "host={url.host} port={url.port} dbname={url.database} user={url.username} password={url.password}"
    DATA 'geom_wgs84 from (select {columns}, geom_wgs84 from layer.{layer.id}) as sub using unique id using srid=4326'
    PROCESSING "CLOSE_CONNECTION=DEFER"
    PROJECTION "init=epsg:4326" END
    METADATA
      "ows_title" "{layer.id}" "gml_include_items" "{names}" "gml_featureid" "id" "ows_extent" "-180 -90 180 90"
      "ows_enable_request" "*" "oga_enable_request" "*"
    END
  END
END
"""


def version() -> str:
    """Name and version of MapServer."""
    output = subprocess.run(['mapserv', '-v'], check=True, capture_output=True, text=True).stdout
    return ' '.join(output.split()[:3]).replace(' version', '')
