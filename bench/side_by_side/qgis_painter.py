"""Pictures by QGIS, from each of the sources that people add layers of the platform from."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from psycopg2 import sql

from bench.side_by_side.frame import BACKGROUND, Frame
from dothi.cartography.fonts import FILES, font_file
from dothi.core.database import connection, database_url
from dothi.core.layer_source import source
from dothi.core.locality import Locality

PAINT_IN_QGIS = Path(__file__).with_name('paint_in_qgis.py')
PATIENCE_S = 300


@dataclass(frozen=True)
class QgisPainter:
    """QGIS without a window, with the letters that the plugin brings; layers are named from the lowest up."""

    service_url: str
    locality: Locality
    folder: Path
    labels: bool = True

    def from_postgis(self, frame: Frame, layers: list[str]) -> bytes:
        """The rows of the database, in the style that the service gives as QML."""
        return self._paint(frame, [self._postgis_layer(name) for name in layers])

    def from_features(self, frame: Frame, layers: list[str]) -> bytes:
        """The layers of the project that the service writes, whose rows come by OGC API - Features."""
        project = self.folder / 'dothi.qgz'
        if not project.exists():
            project.write_bytes(self._download('/api/qgis/project?lang=vi'))
        orders = [{'kind': 'project', 'project': str(project), 'id': f'dothi_{name}'} for name in layers]
        return self._paint(frame, orders)

    def from_wms(self, frame: Frame, layers: list[str]) -> bytes:
        """One layer of WMS with all of them, as QGIS adds what is chosen together."""
        # the topmost comes first in the address, and last in what QGIS asks for
        chosen = ''.join(f'&layers={name}&styles=' for name in reversed(layers))
        address = f'crs=EPSG:3857&format=image/png{chosen}&url={_encoded(f"{self.service_url}/ows")}'
        return self._paint(frame, [{'kind': 'picture', 'id': 'wms', 'address': address}])

    def from_wmts(self, frame: Frame, layers: list[str]) -> bytes:
        """A layer of WMTS for each of them: QGIS can add no more at once."""
        capabilities = _encoded(f'{self.service_url}/ows?SERVICE=WMTS&REQUEST=GetCapabilities')
        tiles = f'crs=EPSG:3857&format=image/png&styles=default&tileMatrixSet=WebMercatorQuad&url={capabilities}'
        return self._paint(
            frame, [{'kind': 'picture', 'id': name, 'address': f'{tiles}&layers={name}'} for name in layers]
        )

    def from_vector_tiles(self, frame: Frame, layers: list[str]) -> bytes:
        """A layer of vector tiles for each of them, in the style that the service gives for MapLibre."""
        return self._paint(frame, [self._tile_layer(name) for name in layers])

    def _paint(self, frame: Frame, layers: list[dict[str, str]]) -> bytes:
        picture = self.folder / 'qgis.png'
        order = {
            'layers': layers, 'box': frame.box, 'size': [frame.width_px, frame.height_px], 'background': BACKGROUND,
            'labels': self.labels, 'file': str(picture), 'fonts': [str(font_file(look)) for look in FILES],
        }  # fmt: skip
        environment = {'PATH': '/usr/bin:/bin', 'HOME': str(self.folder), 'QT_QPA_PLATFORM': 'offscreen'}
        done = subprocess.run(
            ['/usr/bin/python3', str(PAINT_IN_QGIS)], input=json.dumps(order), env=environment,
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return picture.read_bytes()

    def _postgis_layer(self, name: str) -> dict[str, Any]:
        layer, url = self.locality.layer(name), database_url('reader_internal')
        with connection('reader_internal') as db:
            rows = sql.SQL('{}').format(source(layer, self.locality, 'internal')).as_string(db)
        style = self.folder / f'{name}.qml'
        style.write_bytes(self._download(f'/api/collections/{name}/styles/default?f=qml'))
        return {
            'kind': 'postgis', 'id': name, 'rows': rows, 'geometry': layer.geometry, 'style': str(style),
            'connection': [url.host, str(url.port), url.database, url.username, url.password],
        }  # fmt: skip

    def _tile_layer(self, name: str) -> dict[str, str]:
        collection = f'{self.service_url}/api/collections/{name}'
        least, most = self.locality.layer(name).publish.tiles.zooms
        tiles = _encoded(f'{collection}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?f=mvt')
        style = _encoded(f'{collection}/styles/default?f=maplibre')
        address = f'type=xyz&url={tiles}&zmin={least}&zmax={most}&styleUrl={style}'
        return {'kind': 'tiles', 'id': name, 'address': address}

    def _download(self, path: str) -> bytes:
        answer = requests.get(f'{self.service_url}{path}', timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.content


def _encoded(url: str) -> str:
    """An address as one value among others; QGIS leaves an encoded ? as it is."""
    return quote(url, safe=':/?=')
