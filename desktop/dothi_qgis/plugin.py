"""The plugin's menu, and its part of Processing."""

from collections.abc import Callable
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsDataSourceUri, QgsProject, QgsVectorLayer
from qgis.PyQt.QtWidgets import QAction, QDialog, QDialogButtonBox, QFormLayout, QInputDialog, QLineEdit, QWidget

from dothi_qgis.catalogue import CatalogueDialog, offered_layers, set_extents
from dothi_qgis.comparison_dialog import ComparisonDialog
from dothi_qgis.conflicts_dialog import ConflictsDialog
from dothi_qgis.connection import ServiceConnection, api_address, current_connection, keep_connection
from dothi_qgis.deliveries import read_account, supplied_layers
from dothi_qgis.deliveries_dialog import DeliveriesDialog
from dothi_qgis.delivery_dialog import DeliveryDialog
from dothi_qgis.map_fonts import register_fonts
from dothi_qgis.past_dialog import PastDialog
from dothi_qgis.provider import DothiProvider
from dothi_qgis.saving import save_together
from dothi_qgis.send_dialog import SendDialog
from dothi_qgis.service import ServiceError, read_title
from dothi_qgis.words import say

MENU = 'Đô Thị'


class ConnectDialog(QDialog):
    """Address and key; the key may be left out where only public layers are wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say('Kết nối dịch vụ', 'Connect to the service'))
        self.address, self.key = QLineEdit(self), QLineEdit(self)
        connection = current_connection()
        self.address.setText(connection.api_url if connection else '')
        self.address.setMinimumWidth(380)
        self.key.setEchoMode(QLineEdit.Password)
        self.key.setPlaceholderText(say('để trống nếu chỉ xem lớp công khai', 'empty for public layers only'))
        buttons = QDialogButtonBox(QDialogButtonBox.Ok | QDialogButtonBox.Cancel, self)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow(say('Địa chỉ', 'Address'), self.address)
        form.addRow(say('Khóa truy cập', 'Key'), self.key)
        form.addRow(buttons)


def set_extents_of_project() -> None:
    """Says of the layers of the project that is open where they lie."""
    set_extents(QgsProject.instance().mapLayers().values())


class DothiPlugin:
    """What QGIS loads; iface: None where there is no window, as in `qgis_process`."""

    def __init__(self, iface: Any) -> None:
        self._iface, self._provider, self._actions = iface, None, []
        # a window that is open, and tasks that it waits for, need somebody who knows it
        self._dialogs: list[QDialog] = []
        # before a project is opened, so that its first picture has them
        register_fonts()
        QgsProject.instance().readProject.connect(set_extents_of_project)

    def initProcessing(self) -> None:  # noqa: N802  # QGIS calls these names
        """Adds the analyses."""
        self._provider = DothiProvider()
        QgsApplication.processingRegistry().addProvider(self._provider)

    def initGui(self) -> None:  # noqa: N802
        """Adds the menu, and the analyses."""
        self.initProcessing()
        self._add_action(say('Kết nối…', 'Connect…'), self.connect)
        self._add_action(say('Danh mục dữ liệu…', 'Catalogue…'), self.show_catalogue)
        self._add_action(say('Lưu thành một bản phát hành…', 'Save as one release…'), self.save_active_layer)
        self._add_action(say('Giao lớp đang chọn…', 'Deliver the active layer…'), self.send_active_layer)
        self._add_action(say('Các đợt giao…', 'Deliveries…'), self.show_deliveries)
        self._add_action(say('Mâu thuẫn…', 'Conflicts…'), self.show_conflicts)
        self._add_action(say('Lớp như trước đây…', 'A layer as it was…'), self.show_past)
        self._add_action(say('So sánh hai thời điểm…', 'Compare two times…'), self.compare)

    def unload(self) -> None:
        """Takes away all that was added."""
        for dialog in [*self._dialogs]:
            dialog.close()
        for action in self._actions:
            self._iface.removePluginWebMenu(MENU, action)
        QgsProject.instance().readProject.disconnect(set_extents_of_project)
        QgsApplication.processingRegistry().removeProvider(self._provider)

    def connect(self) -> None:
        """Asks for address and key, tries them, and keeps them where the service answers."""
        dialog = ConnectDialog(self._iface.mainWindow())
        if dialog.exec():
            try:
                title = self.connect_to(dialog.address.text(), dialog.key.text().strip())
            except ServiceError as error:
                self._tell(str(error), Qgis.Warning)
            else:
                self._tell(say(f'Đã kết nối: {title}', f'Connected: {title}'), Qgis.Success)

    def connect_to(self, address: str, key: str) -> str:
        """The title of the service, which is used from now on; raises ServiceError."""
        # what does not answer, or a key that does not fit, takes the place of nothing
        title = read_title(ServiceConnection(api_address(address)), key)
        keep_connection(address, key)
        self._provider.refreshAlgorithms()
        return title

    def show_catalogue(self) -> None:
        """Shows the layers of the service."""
        self._open(lambda connection, parent: CatalogueDialog(connection, offered_layers(connection), parent))

    def save_active_layer(self) -> None:
        """Asks for a message, and saves all edits of the active layer together."""
        connection, layer = current_connection(), self._iface.activeLayer()
        if connection is None or layer is None:
            self._tell(say('Hãy kết nối và chọn lớp trước.', 'Connect, and choose a layer first.'), Qgis.Warning)
            return
        title, label = say('Lưu thành một bản phát hành', 'Save as one release'), say('Lời ghi', 'Message')
        message, is_accepted = QInputDialog.getText(self._iface.mainWindow(), title, label)
        if not is_accepted:
            return
        try:
            release = save_together(connection, layer, message)
        except ServiceError as error:
            self._tell(str(error), Qgis.Warning)
        else:
            made = say(f'Bản phát hành {release}.', f'Release {release}.')
            waits = say('Đã ghi, chờ duyệt.', 'Kept, and waits for review.')
            self._tell(waits if release is None else made, Qgis.Success)

    def send_active_layer(self) -> None:
        """Asks how the active layer is delivered, and delivers it."""
        layer = self._iface.activeLayer()
        if not isinstance(layer, QgsVectorLayer):
            self._tell(say('Hãy chọn một lớp vectơ.', 'Choose a vector layer.'), Qgis.Warning)
            return
        self._open(lambda connection, parent: SendDialog(
            connection, layer, supplied_layers(connection, read_account(connection)), self.show_delivery, parent
        ))  # fmt: skip

    def show_deliveries(self) -> None:
        """Shows one's deliveries."""
        self._open(lambda connection, parent: DeliveriesDialog(
            connection, read_account(connection), self.show_delivery, parent
        ))  # fmt: skip

    def show_delivery(self, number: int) -> None:
        """Shows one delivery."""
        self._open(lambda connection, parent: DeliveryDialog(connection, read_account(connection), number, parent))

    def show_conflicts(self) -> None:
        """Shows the conflicts of the active layer, or all."""
        canvas = self._iface.mapCanvas()
        crs = canvas.mapSettings().destinationCrs()
        self._open(lambda connection, parent: ConflictsDialog(
            connection, self._active_collection(), canvas.layers, crs, parent
        ))  # fmt: skip

    def show_past(self) -> None:
        """Asks for a layer and a time, and adds the layer as it was."""
        self._open(lambda connection, parent: PastDialog(
            connection, offered_layers(connection), self._active_collection(), parent
        ))  # fmt: skip

    def compare(self) -> None:
        """Asks for a layer and two times, and adds what differs."""
        self._open(lambda connection, parent: ComparisonDialog(
            connection, offered_layers(connection), self._active_collection(), parent
        ))  # fmt: skip

    def _active_collection(self) -> str:
        """The collection that the active layer shows; '' where it is of elsewhere."""
        layer = self._iface.activeLayer()
        return QgsDataSourceUri(layer.source()).param('typename') if isinstance(layer, QgsVectorLayer) else ''

    def _open(self, make: Callable[[ServiceConnection, QWidget], QDialog]) -> None:
        """Shows a window beside the map; where the service does not answer, the message bar says why."""
        connection = current_connection()
        if connection is None:
            self._tell(say('Hãy kết nối trước.', 'Connect first.'), Qgis.Warning)
            return
        try:
            dialog = make(connection, self._iface.mainWindow())
        except ServiceError as error:
            self._tell(str(error), Qgis.Warning)
            return
        # QGIS may have been started where the service was out of reach
        if self._provider is not None and not self._provider.algorithms():
            self._provider.refreshAlgorithms()
        self._dialogs.append(dialog)
        dialog.finished.connect(lambda _result: self._let_go(dialog))
        dialog.show()

    def _let_go(self, dialog: QDialog) -> None:
        """Takes a closed window away, so that its maps draw no more: once what it still runs has ended."""
        if dialog in self._dialogs:
            self._dialogs.remove(dialog)
        if dialog.progress.is_busy:
            dialog.progress.ended.connect(dialog.deleteLater)
        else:
            dialog.deleteLater()

    def _add_action(self, title: str, call: Callable[[], None]) -> None:
        action = QAction(title, self._iface.mainWindow())
        action.triggered.connect(call)
        self._iface.addPluginToWebMenu(MENU, action)
        self._actions.append(action)

    def _tell(self, text: str, level: Any) -> None:
        self._iface.messageBar().pushMessage(MENU, text, level)
