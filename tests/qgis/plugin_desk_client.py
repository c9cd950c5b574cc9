"""Uses windows of the plugin in QGIS as somebody at a desk would, and tells what came of it. Runs under QGIS's Python.

Finds the plugin by PYTHONPATH. Arguments: the service's address, and what to do, a function of this file. Reads its
arguments as JSON from standard input, with the key of who is connected; writes JSON. With PICTURES set, a folder gets
a picture of each window.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from dothi_qgis.catalogue import CatalogueDialog, offered_layers, styled_layer
from dothi_qgis.comparison_dialog import ComparisonDialog
from dothi_qgis.conflicts_dialog import ConflictsDialog
from dothi_qgis.connection import ServiceConnection, keep_connection
from dothi_qgis.deliveries import read_account, supplied_layers
from dothi_qgis.deliveries_dialog import DeliveriesDialog
from dothi_qgis.delivery_dialog import DeliveryDialog
from dothi_qgis.delivery_file import delivered_fields
from dothi_qgis.jobs import Cancelled
from dothi_qgis.past_dialog import PastDialog
from dothi_qgis.plugin import DothiPlugin
from dothi_qgis.send_dialog import SendDialog
from dothi_qgis.service import ServiceError
from dothi_qgis.uploading import send_file
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QEvent, QLocale
from qgis.PyQt.QtWidgets import QDialog, QMainWindow, QPushButton

PATIENCE_S = 120
application = QgsApplication([], True)
application.initQgis()
application.authManager().setMasterPassword('of this profile', True)
QgsApplication.setLocale(QLocale(os.environ.get('LANG_OF_QGIS', 'vi')))
connection = ServiceConnection('')


def wait(dialog: Any) -> str:
    """What the window says once nothing runs in it any more."""
    end = time.monotonic() + PATIENCE_S
    while dialog.progress.is_busy:
        assert time.monotonic() < end, 'waited in vain'
        application.processEvents()
        time.sleep(0.01)
    return str(dialog.progress.words.text())


def picture(dialog: QDialog, name: str) -> None:
    """Keeps how the window looks, where somebody wants to see it."""
    if 'PICTURES' in os.environ:
        dialog.show()
        for _ in range(30):
            application.processEvents()
            time.sleep(0.02)
        dialog.grab().save(str(Path(os.environ['PICTURES']) / f'{name}.png'))


def table_of(columns: dict[str, str], rows: list[list[Any]], title: str, crs: str) -> QgsVectorLayer:
    """A layer of points with columns of these types; each row begins with east and north."""
    fields = '&'.join(f'field={name}:{kind}' for name, kind in columns.items())
    layer = QgsVectorLayer(f'Point?{fields}', title, 'memory')
    layer.setCrs(QgsCoordinateReferenceSystem(crs))
    layer.startEditing()
    for east, north, *values in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(values)
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(east, north)))
        layer.addFeature(feature)
    layer.commitChanges()
    return layer


def send(layer: QgsVectorLayer, target: str, mode: str = '', columns: dict[str, str] | None = None) -> dict[str, Any]:
    """What the window of sending offers at first, and the number of the delivery, or what is wrong."""
    numbers: list[int] = []
    supplied = supplied_layers(connection, read_account(connection))
    dialog = SendDialog(connection, layer, supplied, numbers.append)
    offered = {
        'target': dialog.target.currentData(), 'mode': dialog.mode.currentData(),
        'only_selection': dialog.only_selection.isChecked(), 'explanation': dialog.explanation.text(),
    }  # fmt: skip
    dialog.target.setCurrentIndex(dialog.target.findData(target))
    if mode:
        dialog.mode.setCurrentIndex(dialog.mode.findData(mode))
    dialog.send() if columns else None
    refused = wait(dialog)
    for name, column in (columns or {}).items():
        dialog.match_columns.setChecked(True)
        dialog.columns.answer(name, column)
    picture(dialog, 'send')
    dialog.send()
    fault = wait(dialog)
    return {
        'offered': offered, 'number': numbers[0] if numbers else None, 'fault': '' if numbers else fault,
        'refused': refused,
    }  # fmt: skip


def upload(size_bytes: int, cancel_at: float) -> dict[str, Any]:
    """The id of a file that is sent, and how far it was each time; it is cancelled when it is farther than that."""
    shares: list[float] = [0]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / 'truong.bin'
        file.write_bytes(os.urandom(size_bytes))
        try:
            upload_id = send_file(connection, file, shares.append, lambda: shares[-1] > cancel_at)
        except Cancelled as cancelled:
            return {'said': str(cancelled), 'shares': shares}
    return {'upload': upload_id, 'shares': shares}


def window_of(number: int) -> DeliveryDialog:
    """The window of a delivery."""
    return DeliveryDialog(connection, read_account(connection), number)


def shown(dialog: DeliveryDialog) -> dict[str, Any]:
    """What a window of a delivery shows."""
    buttons = [button for button in dialog.findChildren(QPushButton) if not button.isHidden()]
    return {
        'number': dialog.delivery.number, 'status': dialog.delivery.document['status'],
        'text': dialog.page.toPlainText(), 'asks': dialog.form is not None,
        'buttons': [button.text() for button in buttons],
    }  # fmt: skip


def deliver_selection(
    table: dict[str, Any], selected: int, target: str, columns: dict[str, str] | None = None
) -> dict[str, Any]:
    """Sends the first rows of a table, again with its columns where these are named, and loads what is bad in them."""
    layer = table_of(**table)
    layer.selectByIds([feature.id() for feature in layer.getFeatures()][:selected])
    sent = send(layer, target, '', columns)
    if sent['number'] is None:
        return {'sent': sent}
    dialog = window_of(sent['number'])
    picture(dialog, 'delivery')
    if not dialog.rows_button.isHidden():
        dialog.load_bad_rows()
    return {'sent': sent, 'shown': shown(dialog), 'bad': [bad_rows(each) for each in project_layers()]}


def bad_rows(layer: QgsVectorLayer) -> dict[str, Any]:
    names = layer.fields().names()
    rows = [
        dict(zip(names, map(str, feature.attributes()), strict=True))
        | {'place': [feature.geometry().asPoint().x(), feature.geometry().asPoint().y()]}
        for feature in layer.getFeatures()
    ]
    return {'title': layer.name(), 'rows': rows, 'crs': layer.crs().authid()}


def project_layers() -> list[QgsVectorLayer]:
    return list(QgsProject.instance().mapLayers().values())


def answer(table: dict[str, Any], target: str, mode: str, crs: str, reason: str, decision: str) -> dict[str, Any]:
    """Sends a table that raises questions, and answers them: by a decision, or by sending it again."""
    sent = send(table_of(**table), target, mode)
    dialog = window_of(sent['number'])
    before = shown(dialog)
    assert dialog.form is not None, before
    if crs:
        dialog.form.crs.setCurrentText(crs)
    candidates = [dialog.form.crs.itemText(row) for row in range(dialog.form.crs.count())]
    picture(dialog, f'questions-{decision}')
    unanswered = ''
    if decision != 'again':
        dialog.decide(decision)
        unanswered = wait(dialog)
    dialog.form.reason.setText(reason)
    dialog.send_again() if decision == 'again' else dialog.decide(decision)
    said = wait(dialog)
    picture(dialog, f'answered-{decision}')
    return {
        'sent': sent, 'before': before, 'unanswered': unanswered, 'candidates': candidates, 'said': said,
        'after': shown(dialog),
    }  # fmt: skip


def list_deliveries() -> dict[str, Any]:
    """The rows of the window of deliveries, one's own and all."""
    dialog = DeliveriesDialog(connection, read_account(connection), lambda _number: None)
    picture(dialog, 'deliveries')
    own = table_texts(dialog.table)
    dialog.only_own.setChecked(False)
    return {'own': own, 'all': table_texts(dialog.table)}


def table_texts(table: Any) -> list[list[str]]:
    return [
        [table.item(row, column).text() for column in range(table.columnCount())] for row in range(table.rowCount())
    ]


def settle(collection: str, take: str, reason: str) -> dict[str, Any]:
    """What the window of conflicts shows, refuses and settles."""
    backdrop = [styled_layer(connection, one) for one in offered_layers(connection) if one.id == 'communes']
    dialog = ConflictsDialog(connection, collection, lambda: backdrop, QgsCoordinateReferenceSystem('EPSG:9209'))
    dialog.show()
    picture(dialog, 'conflicts')
    listed = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    rows = table_texts(dialog.versions.table)
    places = {
        version: [layer.extent().center().x(), layer.extent().center().y()]
        for version, layer in dialog.versions._layers.items()
    }
    boxes = [canvas.extent() for canvas in dialog.versions.maps.values()]
    extents = [[box.center().x(), box.center().y(), box.width()] for box in boxes]
    dialog.map_button.click()
    added = [layer.name() for layer in project_layers()]
    dialog.settle()
    refused = wait(dialog)
    dialog.reason.setText(reason)
    next(each for each in dialog.findChildren(QPushButton) if each.text() == 'Làm mới').click()
    anew = [dialog.layer.currentData(), dialog.list.count(), dialog.reason.text()]
    dialog.choices[take].setChecked(True)
    dialog.settle()
    said = wait(dialog)
    dialog.refresh()
    picture(dialog, 'settled')
    return {
        'listed': listed, 'rows': rows, 'places': places, 'extents': extents, 'added': added, 'refused': refused,
        'said': said, 'left': dialog.list.count(), 'anew': anew, 'heading': dialog.heading.text(),
    }  # fmt: skip


def lose_service(collection: str) -> dict[str, Any]:
    """What windows say and still offer while the service is away, and once it is back."""
    offered = offered_layers(connection)
    catalogue = CatalogueDialog(connection, offered)
    conflicts = ConflictsDialog(connection, collection, list, QgsCoordinateReferenceSystem('EPSG:9209'))
    item = conflicts.list.currentItem()
    for dialog in (catalogue, conflicts):
        dialog._connection = ServiceConnection('http://127.0.0.1:9/api')
    catalogue.add_chosen()
    conflicts.show_chosen(item)
    away = [catalogue.progress.words.text(), conflicts.progress.words.text(), conflicts.box.isHidden()]
    conflicts._connection = connection
    conflicts.show_chosen(item)
    return {'away': away, 'back': [conflicts.progress.words.isHidden(), conflicts.box.isHidden()]}


def close_windows(collection: str) -> dict[str, Any]:
    """Which windows are still there once they were closed: at rest, and while something ran in them."""
    plugin, added = DothiPlugin(FakeWindow()), len(project_layers())
    plugin.show_past()
    (resting,) = plugin._dialogs
    resting.close()
    plugin.show_past()
    (working,) = plugin._dialogs
    working.add_layer()
    working.close()
    waits = not sip.isdeleted(working)
    wait(working)
    application.sendPostedEvents(None, QEvent.DeferredDelete)
    plugin.unload()
    gone = [sip.isdeleted(each) for each in (resting, working)]
    return {'waits': waits, 'gone': gone, 'added': len(project_layers()) - added, 'open': len(plugin._dialogs)}


class FakeWindow:
    """As much of the window of QGIS as the plugin asks for."""

    def __init__(self) -> None:
        self._window = QMainWindow()

    def mainWindow(self) -> QMainWindow:  # noqa: N802  # QGIS calls these names
        return self._window

    def activeLayer(self) -> None:  # noqa: N802
        return None


def delivered_columns(columns: dict[str, str]) -> list[str]:
    """The columns of a layer that come with a delivery of it."""
    layer = table_of(columns, [], 'Trường học', 'EPSG:9209')
    return [layer.fields()[at].name() for at in delivered_fields(layer)]


def add_past(collection: str, times: list[Any]) -> list[dict[str, Any]]:
    """The layers of a window of the past, by day or by number of releases before the newest, or what is wrong."""
    dialog = PastDialog(connection, offered_layers(connection), collection)
    return [add_past_layer(dialog, at) for at in times]


def add_past_layer(dialog: PastDialog, at: Any) -> dict[str, Any]:
    before = set(QgsProject.instance().mapLayers())
    dialog.moment.choose_day(at) if isinstance(at, str) else dialog.moment.choose_release(at)
    dialog.add_layer()
    said = wait(dialog)
    picture(dialog, 'past')
    (added,) = set(QgsProject.instance().mapLayers()) - before or {None}
    if added is None:
        return {'said': said}
    layer = QgsProject.instance().mapLayer(added)
    return {
        'said': said, 'name': layer.name(), 'renderer': layer.renderer().type(), 'read_only': layer.readOnly(),
        'crs': layer.crs().authid(),
        'values': {feature['code']: feature['places'] for feature in layer.getFeatures()},
    }  # fmt: skip


def compare(collection: str, before: Any, after: Any) -> dict[str, Any]:
    """What the window of comparison says and adds; times as in `add_past`, None for now."""
    dialog = ComparisonDialog(connection, offered_layers(connection), collection)
    for chooser, at in ((dialog.before, before), (dialog.after, after)):
        if at is not None:
            chooser.choose_day(at) if isinstance(at, str) else chooser.choose_release(at)
    dialog.compare()
    said = wait(dialog)
    picture(dialog, 'comparison')
    if not project_layers():
        return {'said': said}
    (layer,) = project_layers()
    rows = [[feature['change'], feature['code'], feature['change_detail']] for feature in layer.getFeatures()]
    widget = layer.editorWidgetSetup(layer.fields().indexOf('change')).type()
    colors = {one.value(): one.symbol().color().name() for one in layer.renderer().categories()}
    if 'PICTURES' in os.environ:
        draw(layer, Path(os.environ['PICTURES']) / 'comparison-map.png')
    return {'said': said, 'name': layer.name(), 'rows': rows, 'colors': colors, 'widget': widget}


def draw(layer: QgsVectorLayer, file: Path) -> None:
    from qgis.core import QgsMapRendererSequentialJob, QgsMapSettings
    from qgis.PyQt.QtCore import QSize

    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent().buffered(500))
    settings.setOutputSize(QSize(800, 600))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(file))


work = json.load(sys.stdin)
connection = keep_connection(sys.argv[1], work.pop('key'))
try:
    result: Any = globals()[sys.argv[2]](**work)
except ServiceError as error:
    result = {'refused': str(error)}
sys.stdout.write('\n' + json.dumps(result))
sys.stdout.flush()
QgsProject.instance().clear()
# windows and layers that outlive QGIS end in a fault
os._exit(0)
