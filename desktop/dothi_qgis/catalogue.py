"""The layers of the service: a list to search in, and each added with its style and form."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from dothi_qgis.connection import ServiceConnection
from dothi_qgis.service import ServiceError, read_bytes, read_json
from dothi_qgis.words import say


@dataclass(frozen=True)
class Offered:
    """A layer of the service. storage_crs: as QGIS writes it."""

    id: str
    title: str
    description: str
    storage_crs: str


def offered_layers(connection: ServiceConnection) -> list[Offered]:
    """The collections with features, by title; raises ServiceError."""
    collections = read_json(connection, '/collections')['collections']
    layers = [
        Offered(one['id'], one['title'], one.get('description', ''), _short_crs(one['storageCrs']))
        for one in collections
        if one.get('itemType') == 'feature' and 'storageCrs' in one
    ]
    return sorted(layers, key=lambda one: one.title)


def styled_layer(connection: ServiceConnection, offered: Offered) -> QgsVectorLayer:
    """The layer with the style and the form that the service has for it; raises ServiceError."""
    key = f'authcfg={connection.authcfg} ' if connection.authcfg else ''
    source = (
        f"{key}pageSize='1000' restrictToRequestBBOX='1' srsname='{offered.storage_crs}' "
        f"typename='{offered.id}' url='{connection.api_url}'"
    )
    layer = QgsVectorLayer(source, offered.title, 'OAPIF')
    if not layer.isValid():
        raise ServiceError(f'{offered.title}: {layer.error().message()}')
    style = read_bytes(connection, f'/collections/{offered.id}/styles/default', f='qml')
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / 'style.qml'
        file.write_bytes(style)
        layer.loadNamedStyle(str(file))
    return layer


def matches(offered: Offered, words: str) -> bool:
    """Whether all words are in title, id or description."""
    text = f'{offered.title} {offered.id} {offered.description}'.casefold()
    return all(word in text for word in words.casefold().split())


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
        self.search, self.list = QLineEdit(self), QListWidget(self)
        self.search.setPlaceholderText(say('Tìm lớp…', 'Find a layer…'))
        self.search.textChanged.connect(self.show_matching)
        self.list.itemDoubleClicked.connect(lambda _item: self.add_chosen())
        buttons = QDialogButtonBox(QDialogButtonBox.Close, self)
        self.add_button = buttons.addButton(say('Thêm vào bản đồ', 'Add to the map'), QDialogButtonBox.ActionRole)
        self.add_button.clicked.connect(self.add_chosen)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (self.search, self.list, buttons):
            column.addWidget(widget)
        self.show_matching('')

    def show_matching(self, words: str) -> None:
        """Lists the layers that have all of the words, those called so first."""
        self.list.clear()
        matching = [offered for offered in self._layers if matches(offered, words)]
        for offered in sorted(matching, key=lambda one: words.casefold() not in one.title.casefold()):
            item = QListWidgetItem(offered.title)
            item.setToolTip(offered.description)
            item.setData(Qt.UserRole, offered)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def add_chosen(self) -> None:
        """Adds the layer that is chosen to the project."""
        item = self.list.currentItem()
        if item is not None:
            QgsProject.instance().addMapLayer(styled_layer(self._connection, item.data(Qt.UserRole)))
