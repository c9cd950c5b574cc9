"""The project as a file: the XML of a .qgs, and the .qgz that has it inside."""

import io
import zipfile
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from dothi.cartography.qgis_project.bookmarks import bookmarks
from dothi.cartography.qgis_project.contents import ProjectContents
from dothi.cartography.qgis_project.elements import add_crs, box_element, crs_element, text_element
from dothi.cartography.qgis_project.layouts import layouts
from dothi.cartography.qgis_project.map_layers import picture_element, picture_layers, vector_layer
from dothi.cartography.qgis_project.relations import relations
from dothi.cartography.qgis_project.transformations import transformations
from dothi.cartography.qgis_project.tree import layer_tree
from dothi.cartography.style.colour import Colour
from dothi.cartography.style.qml import DOCTYPE, VERSION
from dothi.core.text import DEMO

MEDIA_TYPES = {'qgz': 'application/vnd.qgis.qgz', 'qgs': 'application/vnd.qgis.qgs+xml'}
# The steps of the scale in the window of QGIS: those of Vietnamese map series, and round ones between.
SCALES = (500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000)
# A file in a zip has a time; this one is the same for the same project.
ZIP_TIME = (2000, 1, 1, 0, 0, 0)


def qgs_of(contents: ProjectContents) -> str:
    """The project as XML."""
    pictures = list(picture_layers(contents))
    made = Element('qgis', {'version': VERSION, 'projectname': contents.title})
    SubElement(made, 'homePath', {'path': ''})
    text_element(made, 'title', contents.title)
    # QGIS takes the box that a collection names in degrees for metres, until all rows are there
    SubElement(made, 'projectFlags', {'set': 'TrustStoredLayerStatistics'})
    crs_element(made, 'projectCrs', contents.locality.srid)
    made.append(layer_tree(contents, pictures))
    made.append(relations(contents))
    layers = SubElement(made, 'projectlayers')
    layers.extend(vector_layer(contents, layer) for layer in contents.layers)
    layers.extend(picture_element(picture) for picture in pictures)
    made.append(transformations(contents.locality.srid, contents.locality.place.centre_wgs84))
    made.extend(
        (_properties(contents.background), _metadata(contents), layouts(contents), bookmarks(contents), _view(contents))
    )
    _add_times(made, contents)
    return DOCTYPE + tostring(made, encoding='unicode')


def qgz_of(contents: ProjectContents, name: str) -> bytes:
    """The project as QGIS saves it by default: a zip with `name`.qgs."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, 'w', zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(f'{name}.qgs', ZIP_TIME)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, qgs_of(contents))
    return made.getvalue()


def _properties(background: Colour) -> Element:
    """Lengths in metres, areas in square metres, on the plane; paths beside the project; the ground of the map."""
    made = Element('properties')
    window = SubElement(made, 'Gui')
    for name, part in (('Red', background.red), ('Green', background.green), ('Blue', background.blue)):
        text_element(window, f'CanvasColor{name}Part', str(part)).set('type', 'int')
    measurement = SubElement(made, 'Measurement')
    text_element(measurement, 'DistanceUnits', 'meters').set('type', 'QString')
    text_element(measurement, 'AreaUnits', 'm2').set('type', 'QString')
    text_element(SubElement(made, 'Paths'), 'Absolute', 'false').set('type', 'bool')
    text_element(SubElement(made, 'SpatialRefSys'), 'ProjectionsEnabled', '1').set('type', 'int')
    precision = SubElement(made, 'PositionPrecision')
    text_element(precision, 'Automatic', 'false').set('type', 'bool')
    text_element(precision, 'DecimalPlaces', '2').set('type', 'int')
    return made


def _metadata(contents: ProjectContents) -> Element:
    made, place = Element('projectMetadata'), contents.locality.place
    text_element(made, 'language', contents.lang)
    text_element(made, 'title', contents.title)
    text_element(made, 'abstract', DEMO.pick(contents.lang) if contents.has_demo else '')
    text_element(made, 'author', place.attribution.pick(contents.lang))
    return made


def _view(contents: ProjectContents) -> Element:
    """Where a project opens, and the scales that its list offers."""
    made = Element('ProjectViewSettings', {'UseProjectScales': '1', 'rotation': '0'})
    scales = SubElement(made, 'Scales')
    for scale in sorted(SCALES, reverse=True):
        SubElement(scales, 'Scale', {'Value': str(scale)})
    for purpose in ('DefaultViewExtent', 'PresetFullExtent'):
        add_crs(box_element(made, purpose, contents.box), contents.locality.srid)
    return made


def _add_times(made: Element, contents: ProjectContents) -> None:
    """What the temporal controller begins with: all that the layers' times span."""
    spans = [layer.times for layer in contents.layers if layer.times]
    if not spans:
        return
    attributes = {'timeStep': '1', 'timeStepUnit': 'mo', 'frameRate': '1', 'cumulativeTemporalRange': '0'}
    span = SubElement(SubElement(made, 'ProjectTimeSettings', attributes), 'TemporalRange')
    text_element(span, 'start', _moment(min(begin for begin, _ in spans)))
    text_element(span, 'end', _moment(max(end for _, end in spans)))


def _moment(at: datetime) -> str:
    return at.strftime('%Y-%m-%dT%H:%M:%SZ')
