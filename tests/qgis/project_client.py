"""Opens a project in QGIS as a person does, and tells what is in it. Runs under the Python that has QGIS.

Arguments: the project, a folder for pictures, and the names of layouts to print. Writes JSON.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsCoordinateReferenceSystem,
    QgsLayoutExporter,
    QgsLayoutItemMap,
    QgsMapLayer,
    QgsProject,
    QgsVectorLayer,
)

KEY = 'dothi01'

application = QgsApplication([], True)
application.initQgis()
messages: list[str] = []
application.messageLog().messageReceived.connect(lambda message, tag, level: messages.append(f'{tag}: {message}'))


def keep_key(key: str) -> None:
    """An authentication configuration of the type *API Header*, under the id that projects name."""
    header = QgsAuthMethodConfig()
    header.setId(KEY)
    header.setName('dothi')
    header.setMethod('APIHeader')
    header.setConfigMap({'Authorization': f'Bearer {key}'})
    keeper = QgsApplication.authManager()
    keeper.setMasterPassword('of this profile', True)
    assert keeper.storeAuthenticationConfig(header)[0]


def layer_facts(layer: QgsMapLayer) -> dict[str, Any]:
    facts = {
        'valid': layer.isValid(),
        'name': layer.name(),
        'crs': layer.crs().authid(),
        'error': layer.error().message(),
        'provider': layer.providerType(),
        'source': layer.source(),
    }
    if not isinstance(layer, QgsVectorLayer):
        return facts
    times = layer.temporalProperties()
    return {
        **facts,
        'provider': layer.dataProvider().name() if layer.dataProvider() else None,
        'box': [layer.extent().xMinimum(), layer.extent().yMinimum()],
        'features': layer.featureCount() if layer.isValid() else None,
        'renderer': layer.renderer().type() if layer.renderer() else None,
        'aliases': {field.name(): field.alias() for field in layer.fields()},
        'widgets': {field.name(): layer.editorWidgetSetup(at).type() for at, field in enumerate(layer.fields())},
        'smallest_scale': layer.minimumScale() if layer.hasScaleBasedVisibility() else None,
        'times': [times.startField(), times.endField()] if times.isActive() else None,
        'editable': 'Add Features' in layer.dataProvider().capabilitiesString() if layer.isValid() else None,
        'read_only': layer.readOnly(),
    }


def printed(project: QgsProject, name: str, folder: Path) -> str:
    """The file of a layout that was printed."""
    layout = project.layoutManager().layoutByName(name)
    assert layout, name
    file = folder / f'{name}.pdf'
    result = QgsLayoutExporter(layout).exportToPdf(str(file), QgsLayoutExporter.PdfExportSettings())
    assert result == QgsLayoutExporter.Success, result
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 110
    QgsLayoutExporter(layout).exportToImage(str(folder / f'{name}.png'), settings)
    return str(file)


def main(file: str, folder: Path, layouts: list[str]) -> dict[str, Any]:
    project, begun = QgsProject.instance(), time.monotonic()
    well = project.read(file)
    seconds = time.monotonic() - begun
    layers = {layer.id().removeprefix('dothi_'): layer_facts(layer) for layer in project.mapLayers().values()}
    root = project.layerTreeRoot()
    relations = project.relationManager().relations().values()
    bookmarks, span = project.bookmarkManager().bookmarks(), project.timeSettings().temporalRange()
    view = project.viewSettings().defaultViewExtent()
    return {
        'read': well,
        'seconds': seconds,
        'error': project.error(),
        'crs': project.crs().authid(),
        'title': project.title(),
        'backgrounds': [
            project.backgroundColor().name(),
            *{
                item.backgroundColor().name()
                for layout in project.layoutManager().layouts()
                for item in layout.items()
                if isinstance(item, QgsLayoutItemMap)
            },
        ],
        'layers': layers,
        'groups': {group.name(): [entry.name() for entry in group.findLayers()] for group in root.findGroups()},
        'visible': [entry.name() for entry in root.findLayers() if entry.itemVisibilityChecked()],
        'relations': {one.id(): [one.isValid(), one.name()] for one in relations},
        'bookmarks': [[one.group(), one.name(), one.extent().crs().authid()] for one in bookmarks],
        'layouts': [layout.name() for layout in project.layoutManager().layouts()],
        'opens_at': [view.xMinimum(), view.yMinimum(), view.xMaximum(), view.yMaximum(), view.crs().authid()],
        'span': [span.begin().toString('yyyy'), span.end().toString('yyyy')],
        'operations': {
            authid: project.transformContext().calculateCoordinateOperation(
                QgsCoordinateReferenceSystem(authid), project.crs()
            )
            for authid in ('EPSG:4326', 'EPSG:3857')
        },
        'printed': [printed(project, name, folder) for name in layouts],
        'messages': messages,
    }


key = sys.stdin.readline().strip()
if key:
    keep_key(key)
answer = main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
sys.stdout.write(json.dumps(answer))
sys.stdout.flush()
application.exitQgis()
