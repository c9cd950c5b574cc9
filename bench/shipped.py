"""The peer from which we come: pygeoapi with its own PostgreSQL and MVT providers, on the same table."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from bench.process import process
from bench.servers import Server
from dothi.core.database import database_url
from dothi.core.layer import Layer
from dothi.core.ports import free_port


@contextmanager
def shipped_pygeoapi(layer: Layer, folder: Path) -> Iterator[Server]:
    """pygeoapi's own server for `layer`, under gunicorn with the same processes and threads."""
    port = free_port()
    config = folder / 'pygeoapi.yml'
    config.write_text(yaml.safe_dump(_config(layer, port)), encoding='utf-8')
    openapi = folder / 'openapi.yml'
    environment = {'PYGEOAPI_CONFIG': str(config), 'PYGEOAPI_OPENAPI': str(openapi)}
    binaries = Path(sys.executable).parent
    with openapi.open('w', encoding='utf-8') as document:
        generate = [str(binaries / 'pygeoapi'), 'openapi', 'generate', str(config)]
        subprocess.run(generate, env={**os.environ, **environment}, stdout=document, check=True)
    options = ['--workers', '2', '--threads', '8', '--bind', f'127.0.0.1:{port}', '--timeout', '600']
    command = [str(binaries / 'gunicorn'), *options, 'pygeoapi.flask_app:APP']
    base = f'http://127.0.0.1:{port}'
    with process(command, environment, f'{base}/conformance?f=json', folder / 'shipped.log'):
        yield Server(
            name=f'pygeoapi {version("pygeoapi")}, shipped providers',
            base=f'{base}/collections/{layer.id}',
            items='/items?limit={limit}&offset={offset}&f=json',
            item='/items/{id}?f=json',
            tile='/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt',
        )


def _config(layer: Layer, port: int) -> dict[str, Any]:
    url = database_url('reader_internal')
    data = {
        'host': url.host,
        'port': url.port,
        'dbname': url.database,
        'user': url.username,
        'password': url.password,
        'search_path': ['layer', 'public'],
    }
    table = {'data': data, 'id_field': 'id', 'table': layer.id, 'geom_field': 'geom_wgs84'}
    # without a list of properties the shipped provider trips over the second geometry column
    feature = {'type': 'feature', 'name': 'PostgreSQL', **table, 'properties': ['id', *layer.columns_for('public')]}
    tile = {
        'type': 'tile',
        'name': 'MVT-postgresql',
        **table,
        'options': {'zoom': {'min': 0, 'max': 16}},
        'format': {'name': 'pbf', 'mimetype': 'application/vnd.mapbox-vector-tile'},
    }
    return {
        'server': {
            'bind': {'host': '127.0.0.1', 'port': port},
            'url': f'http://127.0.0.1:{port}',
            'mimetype': 'application/json; charset=UTF-8',
            'encoding': 'utf-8',
            'languages': ['en-US'],
            'limits': {'default_items': 10, 'max_items': 10_000},
            'map': {'url': 'none', 'attribution': 'none'},
        },
        'logging': {'level': 'ERROR'},
        'metadata': _METADATA,
        'resources': {
            layer.id: {
                'type': 'collection',
                'title': layer.title.en,
                'description': layer.description.en,
                'keywords': [layer.theme],
                'links': [],
                'extents': {'spatial': {'bbox': [-180, -90, 180, 90], 'crs': 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'}},
                'providers': [feature, tile],
            }
        },
    }  # fmt: skip


_METADATA = {
    'identification': {
        'title': 'peer',
        'description': 'peer',
        'keywords': ['peer'],
        'keywords_type': 'theme',
        'terms_of_service': 'none',
        'url': 'none',
    },
    'license': {'name': 'none', 'url': 'none'},
    'provider': {'name': 'none', 'url': 'none'},
    'contact': {'name': 'none', 'url': 'none', 'email': 'none'},
}
