"""QGIS Server's picture of the same layers: a project, served by Debian's qgis-server as FastCGI behind nginx."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import fastcgi
from bench.like_style import Label, Sheet, Stroke
from bench.painter import ALL_FEATURES, Painter
from dothi.cartography.style.colour import Colour
from dothi.core.database import connection, database_url

PROGRAM = '/usr/lib/cgi-bin/qgis_mapserv.fcgi'
WRITE_PROJECT = Path(__file__).with_name('qgis_project.py')


@contextmanager
def qgis_server(sheets: dict[str, list[Sheet]], background: Colour, folder: Path) -> Iterator[Painter]:
    """QGIS Server with a project for each name, in which the first sheet is the lowest."""
    folder.mkdir(parents=True, exist_ok=True)
    projects = {name: folder / f'{name}.qgs' for name in sheets}
    for name, of_map in sheets.items():
        _write(projects[name], of_map, background, folder)
    environment = _environment(folder) | {
        # as its manual advises for speed: layers in parallel, no query about what the project says already
        'QGIS_SERVER_PARALLEL_RENDERING': '1',
        'QGIS_SERVER_TRUST_LAYER_METADATA': '1',
        'QGIS_SERVER_LOG_STDERR': '1',
        'QGIS_SERVER_LOG_LEVEL': '2',
    }
    ready = f'/?MAP={projects[next(iter(sheets))]}&SERVICE=WMS&REQUEST=GetCapabilities'
    with fastcgi.served([PROGRAM], environment, folder, ready) as base:
        yield Painter(
            _version(), {name: (f'{base}/?MAP={file}&', ALL_FEATURES) for name, file in projects.items()}, background
        )


def _write(file: Path, sheets: list[Sheet], background: Colour, folder: Path) -> None:
    """The project, by PyQGIS."""
    url = database_url('reader_internal')
    document = {
        'file': str(file),
        'group': ALL_FEATURES,
        'background': background.hex,
        'connection': {
            'host': url.host, 'port': str(url.port), 'database': url.database, 'user': url.username,
            'password': url.password,
        },
        'sheets': [_plain(sheet) for sheet in sheets],
    }  # fmt: skip
    done = subprocess.run(
        ['/usr/bin/python3', str(WRITE_PROJECT)], input=json.dumps(document), env=_environment(folder),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])


def _environment(folder: Path) -> dict[str, str]:
    """No screen, and no settings but its own."""
    return {
        'PATH': os.environ['PATH'], 'HOME': str(folder), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8',
        'XDG_RUNTIME_DIR': str(folder),
    }  # fmt: skip


def _plain(sheet: Sheet) -> dict[str, Any]:
    with connection('reader_internal') as db:
        rows = sheet.rows.as_string(db)
    looks = {look: [_stroke(stroke) for stroke in strokes] for look, strokes in sheet.looks.items()}
    label = sheet.label and _label(sheet.label)
    return {'id': sheet.id, 'geometry': sheet.geometry, 'rows': rows, 'looks': looks, 'label': label}


def _stroke(stroke: Stroke) -> dict[str, Any]:
    return asdict(stroke) | {'colour': _rgba(stroke.colour), 'outline': stroke.outline and _rgba(stroke.outline)}


def _label(label: Label) -> dict[str, Any]:
    return {'colour': _rgba(label.colour), 'halo': label.halo and _rgba(label.halo), 'size': label.size}


def _rgba(colour: Colour) -> list[int]:
    return [colour.red, colour.green, colour.blue, round(colour.alpha * 255)]


def _version() -> str:
    ask = 'from qgis.core import Qgis; print(Qgis.version())'
    output = subprocess.run(['/usr/bin/python3', '-c', ask], check=True, capture_output=True, text=True).stdout
    return f'QGIS Server {output.split("-")[0].strip()}'
