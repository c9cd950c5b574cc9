"""A peer where it is installed: MapServer as FastCGI behind nginx, on the same table (cgi-mapserver, nginx)."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.process import process
from bench.servers import Server
from dothi.core.database import database_url
from dothi.core.layer import Layer
from dothi.core.postgis import free_port

PROCESSES = 2


def installed() -> bool:
    """Whether MapServer and a web server for it are there."""
    return all(map(shutil.which, ('mapserv', 'nginx')))


@contextmanager
def mapserver(layer: Layer, folder: Path) -> Iterator[Server]:
    """MapServer for `layer`: OGC API - Features, and vector tiles in its own spelling."""
    port = free_port()
    (folder / 'bench.map').write_text(_map(layer, port), encoding='utf-8')
    config = folder / 'mapserver.conf'
    config.write_text(f'CONFIG MAPS BENCH "{folder / "bench.map"}" END END\n', encoding='utf-8')
    with ExitStack() as stack:
        fastcgi = stack.enter_context(_fastcgi(folder / 'mapserv.sock', config))
        server = folder / 'nginx.conf'
        server.write_text(_nginx(port, folder, fastcgi), encoding='utf-8')
        base = f'http://127.0.0.1:{port}/BENCH'
        ready = f'{base}/ogcapi/collections?f=json'
        command = ['nginx', '-p', str(folder), '-c', str(server), '-g', 'daemon off;']
        stack.enter_context(process(command, {}, ready, folder / 'nginx.log'))
        yield Server(
            name=_version(),
            base=base,
            items=f'/ogcapi/collections/{layer.id}/items?limit={{limit}}&offset={{offset}}&f=json',
            item=f'/ogcapi/collections/{layer.id}/items/{{id}}?f=json',
            tile=f'?mode=tile&tilemode=gmap&tile={{x}}+{{y}}+{{z}}&layers={layer.id}&map.imagetype=mvt',
        )


@contextmanager
def _fastcgi(address: Path, config: Path) -> Iterator[Path]:
    """MapServer's processes, which find the socket that they share as their standard input."""
    with socket.socket(socket.AF_UNIX) as shared:
        shared.bind(str(address))
        address.chmod(0o666)
        shared.listen(128)
        environment = {'MAPSERVER_CONFIG_FILE': str(config)}
        workers = [subprocess.Popen(['mapserv'], stdin=shared.fileno(), env=environment) for _ in range(PROCESSES)]
        try:
            yield address
        finally:
            for worker in workers:
                # it would end only after one more request
                worker.kill()
                worker.wait(30)


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


def _nginx(port: int, folder: Path, fastcgi: Path) -> str:
    temporary = ' '.join(f'{kind}_temp_path {folder}/{kind};' for kind in ('client_body', 'proxy', 'uwsgi', 'scgi'))
    names = ('QUERY_STRING', 'REQUEST_METHOD', 'SERVER_NAME', 'SERVER_PORT', 'SERVER_PROTOCOL')
    passed = ' '.join(f'fastcgi_param {name} ${name.lower()};' for name in names)
    return f"""
user root;
worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{}}
http {{
  access_log off; {temporary} fastcgi_temp_path {folder}/fastcgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      fastcgi_pass unix:{fastcgi};
      fastcgi_param PATH_INFO $uri; fastcgi_param SCRIPT_NAME ""; {passed}
      fastcgi_buffers 64 64k;
    }}
  }}
}}
"""


def _version() -> str:
    told = subprocess.run(['mapserv', '-v'], check=True, capture_output=True, text=True).stdout
    return ' '.join(told.split()[:3]).replace(' version', '')
