"""Opens layers in QGIS with the styles that the service serves, and tells what their forms show.

Arguments: the service's address and a folder for files. Reads a list of layers with a language each, and what to fill
in, as JSON from standard input; writes what each form shows of the layer's first feature.
"""

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsFeature, QgsVectorLayer, QgsVectorLayerUtils
from qgis.gui import QgsAttributeForm, QgsFilterLineEdit, QgsGui
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QDateTimeEdit, QSpinBox, QWidget

application = QgsApplication([], True)
application.initQgis()
QgsGui.editorWidgetRegistry().initEditors()
messages: list[str] = []
application.messageLog().messageReceived.connect(lambda message, tag, level: messages.append(f'{tag}: {message}'))


def open_layer(url: str, folder: Path, work: dict[str, Any]) -> QgsVectorLayer:
    """The layer as *Add OGC API - Features layer* adds it, with its style loaded from a file."""
    layer = QgsVectorLayer(f"srsname='EPSG:9209' typename='{work['layer']}' url='{url}'", work['layer'], 'OAPIF')
    assert layer.isValid(), layer.error().message()
    sheet = folder / f'{work["layer"]}-{work["lang"]}.qml'
    address = f'{url}/collections/{work["layer"]}/styles/default?f=qml&lang={work["lang"]}'
    with urllib.request.urlopen(address) as response:
        sheet.write_bytes(response.read())
    message, well = layer.loadNamedStyle(str(sheet))
    assert well, message
    return layer


def first_feature(layer: QgsVectorLayer) -> QgsFeature:
    """The first, of all: QGIS 3.40 can crash, or wait for ever, where an iterator ends before its download."""
    first, *_ = layer.getFeatures()
    return first


def words_of(widget: QWidget) -> str | None:
    """What a person reads in an input of the form."""
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, QSpinBox | QDateTimeEdit):
        return widget.text()
    if isinstance(widget, QCheckBox):
        return str(widget.isChecked())
    return widget.text() if isinstance(widget, QgsFilterLineEdit) else None


def form_words(layer: QgsVectorLayer, feature: QgsFeature) -> dict[str, str]:
    """What the form shows, by the label of each input."""
    form = QgsAttributeForm(layer, feature)
    shown = {}
    for index, field in enumerate(layer.fields()):
        label = layer.attributeDisplayName(index)
        for widget in form.findChildren(QWidget, field.name()):
            words = words_of(widget)
            if words is not None:
                shown[label] = words
    return shown


def broken_fields(layer: QgsVectorLayer, values: dict[str, Any]) -> list[str]:
    """The columns in which the form does not let a feature with these values be saved."""
    feature = QgsFeature(layer.fields())
    for name, value in values.items():
        feature[name] = value
    count = layer.fields().count()
    broken = [index for index in range(count) if not QgsVectorLayerUtils.validateAttribute(layer, feature, index)[0]]
    return sorted(layer.fields().at(index).name() for index in broken)


def answer(url: str, folder: Path, work: dict[str, Any]) -> dict[str, Any]:
    layer = open_layer(url, folder, work)
    names = [field.name() for field in layer.fields()]
    table = layer.attributeTableConfig().columns()
    return {
        'fields': names,
        'widgets': {name: layer.editorWidgetSetup(index).type() for index, name in enumerate(names)},
        'form': form_words(layer, first_feature(layer)),
        'broken': [broken_fields(layer, values) for values in work.get('values', [])],
        'table': [column.name for column in table if not column.hidden],
    }


answers = [answer(sys.argv[1], Path(sys.argv[2]), work) for work in json.load(sys.stdin)]
sys.stdout.write(json.dumps({'answers': answers, 'messages': messages}))
sys.stdout.flush()
application.exitQgis()
