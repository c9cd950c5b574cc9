"""What a project shows: layers with their drawings and forms, units to go to, and where QGIS finds the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import quote

from dothi.cartography.style.colour import Colour
from dothi.cartography.style.drawing import Drawing
from dothi.cartography.style.qgis_form import LayerForm
from dothi.cartography.style.qml import style_elements
from dothi.core.catalog import Release
from dothi.core.coverage import Coverage
from dothi.core.dashboard_panel import ReadingsPanel
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Lang, Text

# West, south, east, north in the working CRS.
type Box = tuple[float, float, float, float]
WHITE = Colour(255, 255, 255)
# The tiles of pictures that a project asks for.
LAST_TILE_ZOOM = 18


@dataclass(frozen=True)
class TimeColumns:
    """The columns with the beginning and the end of what a feature stands for; without an end it is a moment."""

    begin: str
    end: str | None


@dataclass(frozen=True)
class ProjectLayer:
    """A layer of the project. times: what its moments span, where it has any."""

    drawing: Drawing
    form: LayerForm
    release: Release
    times: tuple[datetime, datetime] | None = None

    @property
    def layer(self) -> Layer:
        return self.drawing.layer

    @property
    def id(self) -> str:
        """The name by which the parts of the project refer to it."""
        return f'dothi_{self.layer.id}'

    @property
    def title(self) -> str:
        return self.layer.title.pick(self.form.lang)

    @property
    def legend_nodes(self) -> list[tuple[int, str]]:
        """Place and title of those rules of the style that the web map's legend has too."""
        renderer = style_elements(self.drawing, 0.0, self.form)[0]
        titles = [rule.get('label', '') for rule in renderer.iterfind('rules//rule')]
        return [(place, title) for place, title in enumerate(titles) if title]


@dataclass(frozen=True)
class UnitPlace:
    """An administrative unit and the box around it. level: what people call its kind."""

    level: Text
    code: str
    name: str
    box: Box


class LayerSource(Protocol):
    """Where QGIS finds the rows of layers, and pictures where there is a service."""

    @property
    def provider(self) -> str:
        """What QGIS calls the kind of the source."""

    def address(self, layer: Layer, srid: int) -> str:
        """What QGIS opens the layer by."""

    def tiles(self, path: str) -> str | None:
        """What QGIS opens tiles of pictures by, whose address is `path` below the API; None where there are none."""


@dataclass(frozen=True)
class ServiceSource:
    """The service at `api_url`. authcfg: the id of the configuration in QGIS that has the key; '' for none."""

    api_url: str
    authcfg: str = ''
    provider: str = 'OAPIF'

    def address(self, layer: Layer, srid: int) -> str:
        """Only what the window shows is read, page by page.

        No progress among the tasks of QGIS: 3.40 crashes where a drawing ends while such a task is being made.
        """
        key = f'authcfg={self.authcfg} ' if self.authcfg else ''
        return (
            f"{key}hideDownloadProgressDialog='1' pageSize='1000' restrictToRequestBBOX='1' srsname='EPSG:{srid}' "
            f"typename='{layer.id}' url='{self.api_url}'"
        )

    def tiles(self, path: str) -> str | None:
        """The braces of the template stand encoded, as QGIS writes them."""
        key = f'authcfg={self.authcfg}&' if self.authcfg else ''
        url = quote(f'{self.api_url}{path}', safe=':/,')
        return f'{key}crs=EPSG:3857&type=xyz&url={url}&zmax={LAST_TILE_ZOOM}&zmin=0'


@dataclass(frozen=True)
class FileSource:
    """A GeoPackage beside the project."""

    file_name: str
    provider: str = 'ogr'

    def address(self, layer: Layer, srid: int) -> str:  # noqa: ARG002  # the file says its system
        """The table of the layer in the file."""
        return f'./{self.file_name}|layername={layer.id}'

    def tiles(self, path: str) -> str | None:  # noqa: ARG002  # no file has pictures
        """None: a folder has no pictures."""
        return None


@dataclass(frozen=True)
class ProjectContents:
    """All that a project is written from; layers: topmost first."""

    locality: Locality
    lang: Lang
    source: LayerSource
    layers: Sequence[ProjectLayer]
    coverages: Sequence[Coverage]
    units: Sequence[UnitPlace]
    box: Box

    @property
    def title(self) -> str:
        return self.locality.place.title.pick(self.lang)

    @property
    def background(self) -> Colour:
        """The ground of the map, where no layer lies: that of the lowest layer that has one, as on the web."""
        lowest_first = (layer.drawing.background for layer in reversed(self.layers))
        return next((colour for colour in lowest_first if colour), WHITE)

    @property
    def has_demo(self) -> bool:
        """Whether any of the layers shows demonstration data."""
        return any(layer.release.demo for layer in self.layers)

    @property
    def latitude(self) -> float:
        """Of the middle of the locality, where a zoom becomes a scale."""
        return self.locality.place.centre_wgs84[1]

    def layer_with_id(self, layer_id: str) -> ProjectLayer | None:
        return next((layer for layer in self.layers if layer.layer.id == layer_id), None)


def time_columns(project_layer: ProjectLayer) -> TimeColumns | None:
    """The columns by which QGIS shows a layer through time, if it has any."""
    layer, columns = project_layer.layer, project_layer.form.columns
    if layer.publish.validity:
        return TimeColumns(*layer.publish.validity)
    if isinstance(layer.dashboard, ReadingsPanel):
        return TimeColumns(layer.dashboard.at, None)
    for kind in ('timestamp', 'date'):
        names = [name for name, column in columns.items() if column.type == kind]
        if names and columns[names[0]].required:
            return TimeColumns(names[0], names[1] if len(names) > 1 else None)
    return None
