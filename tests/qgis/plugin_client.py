"""Uses the plugin in QGIS as somebody at a desk would, and tells what came of it. Runs under the Python that has QGIS.

Finds the plugin and Processing by PYTHONPATH. Argument: the service's address. Reads a key and analyses with their
inputs as JSON from standard input; writes JSON.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unicodedata import normalize

import processing
from dothi_qgis.catalogue import CatalogueDialog, matches, offered_layers
from dothi_qgis.connection import ADDRESS, current_connection
from dothi_qgis.past import moment_of_day
from dothi_qgis.plugin import DothiPlugin
from dothi_qgis.service import ServiceError
from processing.core.Processing import Processing
from qgis.core import (
    QgsApplication,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsSettings,
    QgsVectorLayer,
)

application = QgsApplication([], True)
application.initQgis()
Processing.initialize()
work = json.load(sys.stdin)
application.authManager().setMasterPassword('of this profile', True)
plugin = DothiPlugin(None)
plugin.initProcessing()


def connect() -> str:
    return plugin.connect_to(sys.argv[1], work['key'])


def refused_address(address: str, key: str = '') -> str:
    try:
        plugin.connect_to(address, key)
    except ServiceError as error:
        return str(error)
    return ''


def analyses() -> dict[str, dict[str, str]]:
    """The parameters of each algorithm of the provider, by name, with their types."""
    provider = QgsApplication.processingRegistry().providerById('dothi')
    return {
        one.name(): {parameter.name(): parameter.type() for parameter in one.parameterDefinitions()}
        for one in provider.algorithms()
    }


def in_toolbox() -> list[str]:
    """The algorithms that the toolbox lists."""
    algorithms = QgsApplication.processingRegistry().providerById('dothi').algorithms()
    return [each.name() for each in algorithms if not each.flags() & each.FlagHideFromToolbox]


def run(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What an algorithm gives, by output, or what is wrong."""
    try:
        made = processing.run(
            f'dothi:{name}', {'OUTPUT': 'TEMPORARY_OUTPUT'} | inputs, feedback=QgsProcessingFeedback()
        )
    except QgsProcessingException as error:
        return {'error': str(error)}
    return {output: content(value) for output, value in made.items()}


def content(made: Any) -> Any:
    """The rows of a layer, the size of a raster, or a file."""
    if isinstance(made, QgsVectorLayer):
        names = made.fields().names()
        return [dict(zip(names, map(str, feature.attributes()), strict=True)) for feature in made.getFeatures()]
    raster = QgsRasterLayer(made) if str(made).endswith('.tif') else None
    return [raster.width(), raster.height()] if raster and raster.isValid() else made


def added_layer(words: str) -> dict[str, Any]:
    """The first layer that a search in the catalogue finds, added to the project."""
    connection = current_connection()
    dialog = CatalogueDialog(connection, offered_layers(connection))
    dialog.search.setText(words)
    titles = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    dialog.add_chosen()
    (layer,) = QgsProject.instance().mapLayers().values()
    widgets = {field.name(): layer.editorWidgetSetup(at).type() for at, field in enumerate(layer.fields())}
    typed = {'unaccented': 'truong hoc', 'capital': 'TRUONG HOC', 'parted': normalize('NFD', 'Trường học')}
    first = {}
    for way, letters in typed.items():
        dialog.search.setText(letters)
        first[way] = dialog.list.item(0).text() if dialog.list.count() else ''
    return {
        **first, 'box': [layer.extent().xMinimum(), layer.extent().yMinimum()],
        'titles': titles, 'valid': layer.isValid(), 'renderer': layer.renderer().type(), 'widgets': widgets,
        'crs': layer.crs().authid(), 'source': layer.source(),
        'editable': 'Add Features' in layer.dataProvider().capabilitiesString(),
    }  # fmt: skip


def started_out_of_reach(address: str) -> dict[str, Any]:
    """How long QGIS waits for the analyses of a service that says nothing, and whether a window brings them later."""
    provider, connection = plugin._provider, current_connection()
    QgsSettings().setValue(ADDRESS, address)
    begin = time.monotonic()
    provider.refreshAlgorithms()
    waited_s, there = time.monotonic() - begin, len(provider.algorithms())
    QgsSettings().setValue(ADDRESS, connection.api_url)
    plugin._iface = SimpleNamespace(mainWindow=lambda: None)
    plugin.show_catalogue()
    return {'waited_s': waited_s, 'there': there, 'later': len(provider.algorithms())}


def opened_elsewhere() -> list[float]:
    """The box of the layer after its project was saved, moved to a folder with another name, and opened there."""
    project = QgsProject.instance()
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / 'ban do.qgz', Path(folder) / 'bản đồ' / 'của tôi.qgz'
        project.write(str(first))
        project.clear()
        second.parent.mkdir()
        first.rename(second)
        project.read(str(second))
    (layer,) = project.mapLayers().values()
    return [layer.extent().xMinimum(), layer.extent().yMinimum()]


answer = {
    'refused': refused_address(f'{sys.argv[1]}/nowhere'),
    'before': analyses(),
    'title': connect(),
    'refused_later': [refused_address(*each) for each in work['refused']],
    'address': current_connection().api_url,
    'analyses': analyses(),
    'results': [run(name, inputs) for name, inputs in work['runs']],
    'layer': added_layer(work['search']),
    'opened': opened_elsewhere(),
    'toolbox': in_toolbox(),
    'end_of_day': moment_of_day('2024-08-31').datetime,
    'all': len([one for one in offered_layers(current_connection()) if matches(one, '')]),
    'out_of_reach': started_out_of_reach(work['silent']),
}
sys.stdout.write(json.dumps(answer))
sys.stdout.flush()
application.exitQgis()
