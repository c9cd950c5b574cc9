"""The same extent and styles by three painters: the service's renderer, MapLibre in Chromium, QGIS from the QML."""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import requests
from PIL import Image
from playwright.sync_api import Browser, ViewportSize

from bench.side_by_side.frame import BACKGROUND, Frame
from bench.side_by_side.qgis_painter import QgisPainter
from dothi.cartography.fonts import FACES
from dothi.cartography.mapping.draw import draw
from dothi.cartography.mapping.picture import Picture, PictureLayer
from dothi.cartography.mapping.view import View
from dothi.cartography.style.breaks import class_breaks
from dothi.cartography.style.colour import parse_colour
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.database import connection
from dothi.core.locality import Locality

CHROMIUM = '/usr/bin/chromium'
# Quiet on the network, and WebGL computed by the processor: the same pixels on every machine.
CHROMIUM_ARGUMENTS = [
    '--headless', '--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
    '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync',
]  # fmt: skip
# A map of the portal's own MapLibre, alone on the page, with the layers that are asked for.
PAINT_IN_MAPLIBRE = """async ({url, layers, labels, centre, zoom, width, height}) => {
  const style = await (await fetch(url)).json();
  style.layers = style.layers
    .filter(part => part.type === 'background' || layers.includes(part.source))
    .filter(part => labels || !part.layout?.['text-field'])
    .map(part => part.type === 'background' ? part : {...part, layout: {...part.layout, visibility: 'visible'}})
    // the portal loads no bold letters
    .map(part => part.layout?.['text-font'] ? {...part, layout: {...part.layout, 'text-font': ['LABEL_FONT']}} : part);
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
}""".replace('LABEL_FONT', FACES['text'][0])


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
        return {name: opened(paint(frame, layers)) for name, paint in ways.items()}

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
        return QgisPainter(self.service_url, self.locality, self.folder, self.labels).from_postgis(frame, layers)

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


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert('RGB')
