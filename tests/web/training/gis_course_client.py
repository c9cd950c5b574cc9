"""Does in QGIS what the course for GIS staff tells, and says what came of it. Runs under the Python that has QGIS.

Finds the plugin and Processing by PYTHONPATH. Arguments: the address of the internal service, the project of the public
one, and that of the internal one. Reads a key and the words of the course from standard input; writes JSON.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import processing
from dothi_qgis.connection import current_connection
from dothi_qgis.plugin import DothiPlugin
from dothi_qgis.saving import save_together
from processing.core.Processing import Processing
from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsLayoutExporter,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QLocale

application = QgsApplication([], True)
application.initQgis()
QgsApplication.setLocale(QLocale(os.environ['LANG_OF_QGIS']))
Processing.initialize()
work = json.load(sys.stdin)
application.authManager().setMasterPassword('of this profile', True)
plugin = DothiPlugin(None)
plugin.initProcessing()


def layer(name: str) -> QgsVectorLayer:
    """The layer of the project that is called so."""
    (found,) = QgsProject.instance().mapLayersByName(name)
    return found


def count(name: str, condition: str) -> int:
    """How many features a layer has under *Filter…*; the filter is taken away again."""
    chosen = layer(name)
    assert chosen.setSubsetString(condition), condition
    number = sum(1 for _ in chosen.getFeatures())
    assert chosen.setSubsetString('')
    return number


def form(name: str) -> dict[str, Any]:
    """By field the widget of the form, with its settings."""
    chosen = layer(name)
    setups = {field.name(): chosen.editorWidgetSetup(at) for at, field in enumerate(chosen.fields())}
    return {field: [setup.type(), setup.config()] for field, setup in setups.items()}


def edit(name: str, selection: str, column: str, formula: str) -> int:
    """Selects by an expression, and fills a column of what is selected by the field calculator; how many there are."""
    chosen = layer(name)
    chosen.startEditing()
    expression, context = QgsExpression(formula), QgsExpressionContext()
    context.appendScopes(QgsExpressionContextUtils.globalProjectLayerScopes(chosen))
    chosen.selectByExpression(selection)
    features = chosen.selectedFeatures()
    for feature in features:
        context.setFeature(feature)
        assert chosen.changeAttributeValue(feature.id(), chosen.fields().indexOf(column), expression.evaluate(context))
    return len(features)


def save(name: str, message: str) -> int | None:
    release = save_together(current_connection(), layer(name), message)
    layer(name).rollBack()
    return release


def analysis(name: str, inputs: dict[str, Any]) -> list[list[Any]]:
    """Name and number of each unit."""
    result = processing.run(f'dothi:{name}', {'OUTPUT': 'TEMPORARY_OUTPUT'} | inputs)['OUTPUT']
    return [[feature['name'], int(feature['features'])] for feature in result.getFeatures()]


def printed(name: str) -> int:
    """The size of a sheet as PDF."""
    layout = QgsProject.instance().layoutManager().layoutByName(name)
    file = Path(sys.argv[3]).with_suffix('.pdf')
    done = QgsLayoutExporter(layout).exportToPdf(str(file), QgsLayoutExporter.PdfExportSettings())
    assert done == QgsLayoutExporter.Success, done
    return file.stat().st_size


def opened(file: str) -> QgsProject:
    """The project, in which every layer is valid."""
    project = QgsProject.instance()
    assert project.read(file), project.error()
    assert [each.name() for each in project.mapLayers().values() if not each.isValid()] == []
    return project


def public_part() -> dict[str, Any]:
    """Parts 1 and 2: groups, bookmarks and filters of the project that everybody may open."""
    project = opened(sys.argv[2])
    return {
        'groups': [group.name() for group in project.layerTreeRoot().findGroups()],
        'bookmarks': [bookmark.name() for bookmark in project.bookmarkManager().bookmarks()],
        'counts': [count(*each) for each in work['filters']],
    }


def staff_part() -> dict[str, Any]:
    """Parts 3 to 5: connected with a key, the form, edits as one release, an analysis, a sheet."""
    title = plugin.connect_to(sys.argv[1], work['key'])
    project = opened(sys.argv[3])
    provider = QgsApplication.processingRegistry().providerById('dothi')
    return {
        'title': title,
        'form': form(work['edited'][0]),
        'edited': edit(*work['edited']),
        'release': save(work['edited'][0], work['message']),
        'algorithms': [each.displayName() for each in provider.algorithms()],
        'units': analysis(*work['analysis']),
        'layouts': [layout.name() for layout in project.layoutManager().layouts()],
        'sheet': printed(work['sheet']),
    }


answer = public_part() | staff_part()
sys.stdout.write('\n' + json.dumps(answer))
sys.stdout.flush()
QgsProject.instance().clear()
application.exitQgis()
