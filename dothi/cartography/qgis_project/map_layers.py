"""The layers of a project: where QGIS reads each, how it is drawn, and how it is filled in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.qgis_project.contents import ProjectContents, ProjectLayer, time_columns
from dothi.cartography.qgis_project.elements import crs_element, text_element
from dothi.cartography.style.qgis_expressions import scale_of
from dothi.cartography.style.qml import style_elements
from dothi.core.basemaps import WmsBasemap
from dothi.core.crs import WEB_MERCATOR
from dothi.core.layer import Tiles
from dothi.core.text import DEMO, Text

WHOLE_MAP = Text(vi='Bản đồ chung (ảnh)', en='Whole map (pictures)')
WHOLE_MAP_TILES = '/styles/default/map/tiles/WebMercatorQuad/{z}/{y}/{x}?f=png'
# From so many rows on a layer is shown only where the web map shows its single features.
MANY_ROWS = 2_000
# QgsVectorLayerTemporalProperties: a moment from a field, or a span from two.
INSTANT, SPAN = '1', '2'


@dataclass(frozen=True)
class PictureLayer:
    """A layer of pictures. theme: None for a basemap."""

    id: str
    title: str
    address: str
    theme: str | None = None


def vector_layer(contents: ProjectContents, project_layer: ProjectLayer) -> Element:
    """A layer with its rows, style and form."""
    layer = project_layer.layer
    made = Element('maplayer', _attributes(contents, project_layer))
    _describe(made, project_layer.id, contents.source.address(layer, contents.locality.srid), project_layer.title)
    crs_element(made, 'srs', contents.locality.srid)
    _add_extent(made, project_layer.release.extent)
    _add_metadata(made, contents, project_layer)
    text_element(made, 'provider', contents.source.provider).set('encoding', 'UTF-8')
    _add_flags(made)
    _add_times(made, project_layer)
    made.extend(style_elements(project_layer.drawing, contents.latitude, project_layer.form))
    return made


def picture_layers(contents: ProjectContents) -> Iterator[PictureLayer]:
    """The rasters, the whole map, and the maps of others that the locality names; none without a service."""
    for coverage in contents.coverages:
        path = f'/collections/{coverage.id}/map/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?f=png'
        if address := contents.source.tiles(path):
            yield PictureLayer(f'dothi_{coverage.id}', coverage.title.pick(contents.lang), address, coverage.theme)
    if address := contents.source.tiles(WHOLE_MAP_TILES):
        yield PictureLayer('dothi_whole_map', WHOLE_MAP.pick(contents.lang), address)
        yield from _basemaps(contents)


def picture_element(picture: PictureLayer) -> Element:
    """A layer of pictures as QGIS has it."""
    made = Element('maplayer', {'type': 'raster', 'hasScaleBasedVisibilityFlag': '0'})
    _describe(made, picture.id, picture.address, picture.title)
    crs_element(made, 'srs', WEB_MERCATOR)
    text_element(made, 'provider', 'wms')
    _add_flags(made)
    pipe = SubElement(made, 'pipe')
    SubElement(pipe, 'rasterrenderer', {'type': 'singlebandcolordata', 'band': '1', 'opacity': '1', 'alphaBand': '-1'})
    text_element(made, 'blendMode', '0')
    return made


def _basemaps(contents: ProjectContents) -> Iterator[PictureLayer]:
    for basemap in contents.locality.place.basemaps:
        title, name = basemap.title.pick(contents.lang), f'dothi_basemap_{basemap.id}'
        if isinstance(basemap, WmsBasemap):
            query = f'crs=EPSG:3857&format={basemap.format}&layers={basemap.layers}&styles={basemap.styles}'
            yield PictureLayer(name, title, f'{query}&url={_encoded(basemap.url)}')
        else:
            template = basemap.template
            if basemap.kind == 'xyz' and basemap.tms:
                template = template.replace('{y}', '{-y}')
            least, most = basemap.zooms
            yield PictureLayer(name, title, f'type=xyz&url={_encoded(template)}&zmax={most}&zmin={least}')


def _encoded(url: str) -> str:
    """An address as a value among others that & parts."""
    return url.replace('%', '%25').replace('&', '%26').replace('{', '%7B').replace('}', '%7D')


def _attributes(contents: ProjectContents, project_layer: ProjectLayer) -> dict[str, str]:
    layer = project_layer.layer
    kind = layer.geometry.removeprefix('Multi')
    return {
        'type': 'vector',
        'geometry': 'Line' if kind == 'LineString' else kind,
        'wkbType': layer.geometry,
        'labelsEnabled': '1',
        'readOnly': '1' if layer.made_by else '0',
        'simplifyDrawingHints': '0' if kind == 'Point' else '1',
        'simplifyDrawingTol': '1',
        'hasScaleBasedVisibilityFlag': '1',
        'minScale': f'{smallest_scale(layer.publish.tiles, project_layer.release.rows_total, contents.latitude):.0f}',
        'maxScale': '0',
        'styleCategories': 'AllStyleCategories',
    }


def smallest_scale(tiles: Tiles, rows: int, latitude: float) -> float:
    """The denominator of the smallest scale at which a layer with so many rows is shown."""
    zoom = tiles.zooms[0]
    if tiles.merge_below and rows > MANY_ROWS:
        # beyond their last zoom tiles show nothing more
        zoom = max(zoom, min(tiles.merge_below, tiles.zooms[1]))
    return scale_of(zoom, latitude)


def _describe(made: Element, layer_id: str, address: str, title: str) -> None:
    for tag, text in (('id', layer_id), ('datasource', address), ('layername', title)):
        text_element(made, tag, text)


def _add_metadata(made: Element, contents: ProjectContents, project_layer: ProjectLayer) -> None:
    layer, lang = project_layer.layer, contents.lang
    mark = f' {DEMO.pick(lang)}.' if project_layer.release.demo else ''
    metadata = SubElement(made, 'resourceMetadata')
    text_element(metadata, 'identifier', layer.id)
    text_element(metadata, 'language', lang)
    text_element(metadata, 'type', 'dataset')
    text_element(metadata, 'title', project_layer.title)
    text_element(metadata, 'abstract', layer.description.pick(lang) + mark)
    text_element(metadata, 'license', layer.licence)
    text_element(metadata, 'rights', contents.locality.agencies[layer.agency].title.pick(lang))


def _add_extent(made: Element, extent: Sequence[float] | None) -> None:
    """Where *Zoom to Layer* leads."""
    if extent is not None:
        sides = SubElement(made, 'extent')
        for name, side in zip(('xmin', 'ymin', 'xmax', 'ymax'), extent, strict=True):
            text_element(sides, name, f'{side:.12g}')


def _add_flags(made: Element) -> None:
    flags = SubElement(made, 'flags')
    for name, value in (('Identifiable', '1'), ('Removable', '1'), ('Searchable', '1'), ('Private', '0')):
        text_element(flags, name, value)


def _add_times(made: Element, project_layer: ProjectLayer) -> None:
    """How the temporal controller of QGIS filters the layer, where it has columns with times."""
    columns = time_columns(project_layer)
    if columns is None:
        return
    values = {
        'enabled': '1',
        'mode': SPAN if columns.end else INSTANT,
        'startField': project_layer.form.field_name(columns.begin),
        'endField': project_layer.form.field_name(columns.end) if columns.end else '',
        'limitMode': '0',
        'accumulate': '0',
        'fixedDuration': '0',
        'durationUnit': 'min',
    }
    SubElement(made, 'temporal', values)
