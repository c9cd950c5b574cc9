"""The layers of the service: a list to search in, and each added with its style and form."""

import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import QgsMapLayer, QgsProject, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from dothi_qgis.buttons import ButtonRow
from dothi_qgis.connection import ServiceConnection
from dothi_qgis.progress_row import ProgressRow
from dothi_qgis.service import ServiceError, read_bytes, read_json
from dothi_qgis.words import say

# Around all features of a layer, in its own system: kept with the layer in projects.
BOX = 'dothi/box'


@dataclass(frozen=True)
class Offered:
    """A layer of the service. storage_crs: as QGIS writes it. box: around all features in it, if it has any."""

    id: str
    title: str
    description: str
    storage_crs: str
    box: tuple[float, ...] = ()


def offered_layers(connection: ServiceConnection) -> list[Offered]:
    """The collections with features, by title; raises ServiceError."""
    collections = read_json(connection, '/collections')['collections']
    layers = [_offered(one) for one in collections if one.get('itemType') == 'feature' and 'storageCrs' in one]
    return sorted(layers, key=lambda one: plain(one.title))


def _offered(collection: dict[str, Any]) -> Offered:
    boxes = collection.get('extent', {}).get('spatial', {}).get('storageCrsBbox') or [()]
    crs = _short_crs(collection['storageCrs'])
    return Offered(collection['id'], collection['title'], collection.get('description', ''), crs, tuple(boxes[0]))


def styled_layer(connection: ServiceConnection, offered: Offered) -> QgsVectorLayer:
    """The layer with the style and the form that the service has for it; raises ServiceError."""
    # first, since QGIS does not say why it cannot reach a layer
    style = read_style(connection, offered.id)
    key = f'authcfg={connection.authcfg} ' if connection.authcfg else ''
    # without progress among the tasks of QGIS 3.40: it crashes where a drawing ends while one of those is being made
    source = (
        f"{key}hideDownloadProgressDialog='1' pageSize='1000' restrictToRequestBBOX='1' "
        f"srsname='{offered.storage_crs}' typename='{offered.id}' url='{connection.api_url}'"
    )
    layer = QgsVectorLayer(source, offered.title, 'OAPIF')
    if not layer.isValid():
        raise ServiceError(f'{offered.title}: {layer.error().message()}')
    apply_style(layer, style)
    if offered.box:
        layer.setCustomProperty(BOX, list(offered.box))
        set_extents([layer])
    return layer


def set_extents(layers: Iterable[QgsMapLayer]) -> None:
    """Says of layers of the service where they lie, also after their project was opened again.

    QGIS would take their box in degrees for one in metres until all rows are there, and show nothing.
    """
    for layer in layers:
        corners = [float(corner) for corner in layer.customProperty(BOX) or ()]
        if corners:
            layer.setExtent(QgsRectangle(*corners))


def read_style(connection: ServiceConnection, collection_id: str) -> bytes:
    """The style and the form of a layer, as QGIS writes them; raises ServiceError."""
    return read_bytes(connection, f'/collections/{collection_id}/styles/default', f='qml')


def apply_style(layer: QgsVectorLayer, style: bytes) -> None:
    """Gives a layer the style and the form."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / 'style.qml'
        file.write_bytes(style)
        layer.loadNamedStyle(str(file))


def matches(offered: Offered, words: str) -> bool:
    """Whether all words are in title, id or description, with accents or without."""
    text, typed = (
        # macOS writes an accent as a letter of its own
        unicodedata.normalize('NFC', each).casefold()
        for each in (f'{offered.title} {offered.id} {offered.description}', words)
    )
    searched = plain(text) if typed == plain(typed) else text
    return all(word in searched for word in typed.split())


def plain(text: str) -> str:
    """The text without accents, in small letters: Đ is a letter of its own, with no accent to take away."""
    parted = unicodedata.normalize('NFD', text.casefold().replace('đ', 'd'))
    return ''.join(letter for letter in parted if not unicodedata.combining(letter))


def _short_crs(uri: str) -> str:
    """`EPSG:9209` for the URI of OGC."""
    parts = uri.rstrip('/').split('/')
    return f'{parts[-3]}:{parts[-1]}'


class CatalogueDialog(QDialog):
    """A list of the layers, with a line to search in; a double click adds one."""

    def __init__(self, connection: ServiceConnection, layers: list[Offered], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._connection, self._layers = connection, layers
        self.setWindowTitle(say('Danh mục dữ liệu', 'Catalogue'))
        self.resize(460, 520)
        self.search, self.list, self.progress = QLineEdit(self), QListWidget(self), ProgressRow(self)
        self.search.setPlaceholderText(say('Tìm lớp…', 'Find a layer…'))
        self.search.textChanged.connect(self.show_matching)
        self.list.itemDoubleClicked.connect(lambda _item: self.add_chosen())
        buttons = ButtonRow(self)
        self.add_button = buttons.add(say('Thêm vào bản đồ', 'Add to the map'), self.add_chosen)
        column = QVBoxLayout(self)
        for widget in (self.search, self.list, self.progress, buttons):
            column.addWidget(widget)
        self.show_matching('')

    def show_matching(self, words: str) -> None:
        """Lists the layers that have all of the words, those called so first."""
        self.list.clear()
        matching = [offered for offered in self._layers if matches(offered, words)]
        for offered in sorted(matching, key=lambda one: plain(words) not in plain(one.title)):
            item = QListWidgetItem(offered.title)
            item.setToolTip(offered.description)
            item.setData(Qt.UserRole, offered)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def add_chosen(self) -> None:
        """Adds the layer that is chosen to the project, or says why it cannot."""
        item = self.list.currentItem()
        if item is None:
            return
        try:
            layer = styled_layer(self._connection, item.data(Qt.UserRole))
        except ServiceError as error:
            self.progress.fail(str(error))
        else:
            QgsProject.instance().addMapLayer(layer)
            self.progress.show_words(say(f'Đã thêm {layer.name()}.', f'Added {layer.name()}.'))
