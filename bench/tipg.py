"""The peer with the same aim: tipg, in an environment of its own, on the same table."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.process import process
from bench.servers import Server
from dothi.core.database import database_url
from dothi.core.layer import Layer
from dothi.core.ports import free_port
from dothi.core.settings import PROJECT

LOCK = PROJECT / 'requirements' / 'bench.lock'


@contextmanager
def tipg(layer: Layer, folder: Path, state: Path) -> Iterator[Server]:
    """tipg's server for `layer`, with as many processes as ours; it is installed below `state` at the first run."""
    python = _environment(state / 'tipg')
    port = free_port()
    base = f'http://127.0.0.1:{port}'
    # of its own, tipg looks at the layers once, at its start
    url = database_url('owner').set(drivername='postgresql').render_as_string(hide_password=False)
    settings = {
        'DATABASE_URL': url,
        'TIPG_DB_SCHEMAS': '["layer"]',
        'TIPG_DB_TABLES': f'["layer.{layer.id}"]',
        'TIPG_MAX_FEATURES_PER_QUERY': '10000',
        # as many as there are: a tile with fewer features would not be the same tile
        'TIPG_MAX_FEATURES_PER_TILE': '1000000',
    }
    command = [str(python), '-m', 'uvicorn', 'tipg.main:app', '--port', str(port), '--workers', '2', '--no-access-log']
    with process(command, settings, f'{base}/collections/layer.{layer.id}', folder / 'tipg.log'):
        yield Server(
            name=f'tipg {_version(python)}',
            base=f'{base}/collections/layer.{layer.id}',
            items='/items?limit={limit}&offset={offset}&f=geojson&geom-column=geom_wgs84',
            item='/items/{id}?f=geojson&geom-column=geom_wgs84',
            tile='/tiles/WebMercatorQuad/{z}/{x}/{y}?geom-column=geom_wgs84',
        )


def _environment(folder: Path) -> Path:
    """The Python that has tipg installed, as requirements/bench.lock pins it."""
    python = folder / 'bin' / 'python'
    done = folder / 'installed.lock'
    if not done.exists() or done.read_bytes() != LOCK.read_bytes():
        subprocess.run([sys.executable, '-m', 'venv', '--clear', folder], check=True)
        install = [str(python), '-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', str(LOCK)]
        subprocess.run(install, env={**os.environ, 'PIP_DISABLE_PIP_VERSION_CHECK': '1'}, check=True)
        done.write_bytes(LOCK.read_bytes())
    return python


def _version(python: Path) -> str:
    ask = [str(python), '-c', 'from importlib.metadata import version; print(version("tipg"))']
    return str(subprocess.run(ask, check=True, capture_output=True, text=True).stdout).strip()
