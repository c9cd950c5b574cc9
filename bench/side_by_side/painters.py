"""The same extent and styles by three painters: the service's renderer, MapLibre in Chromium, QGIS from the QML."""

import base64
import io
import json
import math
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests
from PIL import Image
from playwright.sync_api import Browser, ViewportSize
from psycopg2 import sql

from dothi.cartography.mapping.draw import draw
from dothi.cartography.mapping.picture import Picture, PictureLayer
from dothi.cartography.mapping.view import View
from dothi.cartography.style.breaks import class_breaks
from dothi.cartography.style.colour import parse_colour
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.style_file import DEFAULT
from dothi.cartography.style.zoom import EQUATOR_M, zoom_of
from dothi.core.database import connection, database_url
from dothi.core.layer_source import source
from dothi.core.locality import Locality

CHROMIUM = '/usr/bin/chromium'
# Quiet on the network, and WebGL computed by the processor: the same pixels on every machine.
CHROMIUM_ARGUMENTS = [
    '--headless', '--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
    '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync',
]  # fmt: skip
PAINT_IN_QGIS = Path(__file__).with_name('paint_in_qgis.py')
BACKGROUND = '#dfe8eb'
# A map of the portal's own MapLibre, alone on the page, with the layers that are asked for.
PAINT_IN_MAPLIBRE = """async ({url, layers, labels, centre, zoom, width, height}) => {
  const style = await (await fetch(url)).json();
  style.layers = style.layers
    .filter(part => part.type === 'background' || layers.includes(part.source))
    .filter(part => labels || !part.layout?.['text-field'])
    .map(part => part.type === 'background' ? part : {...part, layout: {...part.layout, visibility: 'visible'}});
  const box = document.createElement('div');
  box.style.cssText = `position: fixed; inset: 0; width: ${width}px; height: ${height}px; z-index: 9999`;
  document.body.append(box);
  const map = new dothiMap.constructor({
    container: box, style, center: centre, zoom, pixelRatio: 1, fadeDuration: 0, attributionControl: false,
    canvasContextAttributes: {preserveDrawingBuffer: true},
  });
  await new Promise(resolve => map.once('idle', resolve));
  const picture = map.getCanvas().toDataURL('image/png');
  map.remove();
  box.remove();
  return picture;
}"""


@dataclass(frozen=True)
class Frame:
    """What is painted: the middle, the ground metres of a pixel there, and how large the picture is."""

    lon: float
    lat: float
    metres_per_px: float
    width_px: int = 512
    height_px: int = 384

    @property
    def zoom(self) -> float:
        return zoom_of(self.metres_per_px, self.lat)

    @property
    def box(self) -> list[float]:
        """West, south, east and north in Web Mercator."""
        x = self.lon / 360 * EQUATOR_M
        y = math.asinh(math.tan(math.radians(self.lat))) * EQUATOR_M / (2 * math.pi)
        half = self.metres_per_px / math.cos(math.radians(self.lat)) / 2
        across, up = half * self.width_px, half * self.height_px
        return [x - across, y - up, x + across, y + up]


@dataclass(frozen=True)
class Painters:
    """Those who paint, each from what the service gives to its like; layers are named from the lowest up."""

    service_url: str
    chromium: Browser
    locality: Locality
    folder: Path
    # letters lie over what they name, and everybody sets them elsewhere: areas are compared without
    labels: bool = True

    def each(self, frame: Frame, layers: list[str]) -> dict[str, Image.Image]:
        """The pictures by painter."""
        ways: dict[str, Callable[[Frame, list[str]], bytes]] = {
            'Mapnik': self.mapnik, 'MapLibre': self.maplibre, 'QGIS': self.qgis,
        }  # fmt: skip
        return {name: _opened(paint(frame, layers)) for name, paint in ways.items()}

    def mapnik(self, frame: Frame, layers: list[str]) -> bytes:
        """By GetMap of WMS; without labels, which no client can leave away, by the renderer itself."""
        if not self.labels:
            return self._without_labels(frame, layers)
        styles = ','.join('default' for _ in layers)
        query: dict[str, str | int] = {
            'service': 'WMS', 'version': '1.3.0', 'request': 'GetMap', 'crs': 'EPSG:3857', 'format': 'image/png',
            'layers': ','.join(layers), 'styles': styles, 'bbox': ','.join(map(str, frame.box)),
            'width': frame.width_px, 'height': frame.height_px, 'bgcolor': BACKGROUND.replace('#', '0x'),
        }  # fmt: skip
        answer = requests.get(f'{self.service_url}/ows', params=query, timeout=60)
        assert answer.headers['content-type'] == 'image/png', answer.text
        return answer.content

    def maplibre(self, frame: Frame, layers: list[str]) -> bytes:
        """The style and the vector tiles, on a page of the portal, whose MapLibre and letters it uses."""
        size = ViewportSize(width=frame.width_px, height=frame.height_px)
        page = self.chromium.new_page(viewport=size, device_scale_factor=1)
        page.goto(self.service_url)
        page.wait_for_selector('body[data-map=idle]', timeout=60_000)
        document = {
            'url': f'{self.service_url}/api/styles/default', 'layers': layers, 'labels': self.labels,
            'centre': [frame.lon, frame.lat],
            'zoom': frame.zoom, **size,
        }  # fmt: skip
        address = page.evaluate(PAINT_IN_MAPLIBRE, document)
        page.close()
        return base64.b64decode(address.partition(',')[2])

    def qgis(self, frame: Frame, layers: list[str]) -> bytes:
        """The rows from the database, in the style that the service gives as QML."""
        url, picture = database_url('reader_internal'), self.folder / 'qgis.png'
        document = {
            'connection': [url.host, str(url.port), url.database, url.username, url.password],
            'layers': [self._qgis_layer(name) for name in layers],
            'box': frame.box, 'size': [frame.width_px, frame.height_px], 'background': BACKGROUND,
            'labels': self.labels,
            'file': str(picture),
        }  # fmt: skip
        environment = {'PATH': '/usr/bin:/bin', 'HOME': str(self.folder), 'QT_QPA_PLATFORM': 'offscreen'}
        command = ['/usr/bin/python3', str(PAINT_IN_QGIS)]
        done = subprocess.run(
            command,
            input=json.dumps(document),
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return picture.read_bytes()

    def _without_labels(self, frame: Frame, layers: list[str]) -> bytes:
        west, south, east, north = frame.box
        view = View(3857, (west, south, east, north), frame.width_px, frame.height_px)
        layers_shown = tuple(PictureLayer(drawing.layer, drawing) for drawing in map(self._shapes, layers))
        return draw(Picture(view, layers_shown, parse_colour(BACKGROUND), 'png'), self.locality, 'internal')

    def _shapes(self, name: str) -> Drawing:
        layer = self.locality.layer(name)
        with connection('reader_internal') as db:
            breaks = class_breaks(db, layer, self.locality, 'internal')
        whole = drawing_of(layer, styles_of(layer, self.locality.path), DEFAULT, 'internal', breaks)
        return replace(
            whole, passes=tuple(rendering_pass for rendering_pass in whole.passes if rendering_pass.kind != 'label')
        )

    def _qgis_layer(self, name: str) -> dict[str, Any]:
        layer = self.locality.layer(name)
        with connection('reader_internal') as db:
            rows = sql.SQL('{}').format(source(layer, self.locality, 'internal')).as_string(db)
        answer = requests.get(f'{self.service_url}/api/collections/{name}/styles/default?f=qml', timeout=60)
        assert answer.status_code == 200, answer.text
        style = self.folder / f'{name}.qml'
        style.write_bytes(answer.content)
        return {'id': name, 'rows': rows, 'geometry': layer.geometry, 'style': str(style)}


def _opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert('RGB')
