"""The window with one's deliveries and what became of each."""

from collections.abc import Callable, Mapping
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dothi_qgis.buttons import ButtonRow
from dothi_qgis.connection import ServiceConnection
from dothi_qgis.deliveries import Account, read_deliveries
from dothi_qgis.delivery_words import minute_of, status_title
from dothi_qgis.progress_row import ProgressRow
from dothi_qgis.service import ServiceError
from dothi_qgis.words import say


class DeliveriesDialog(QDialog):
    """A table, those that wait first; a double click shows one. Raises ServiceError where they cannot be read."""

    def __init__(
        self,
        connection: ServiceConnection,
        account: Account,
        show_delivery: Callable[[int], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._connection, self._account, self._show_delivery = connection, account, show_delivery
        self.setWindowTitle(say('Các đợt giao', 'Deliveries'))
        self.resize(820, 480)
        self.only_own = QCheckBox(say('Chỉ đợt tôi gửi', 'Only those that I sent'), self)
        self.only_own.setChecked(True)
        self.only_own.toggled.connect(self.show_deliveries)
        self.table = _table()
        self.table.itemDoubleClicked.connect(lambda _item: self.show_chosen())
        self.progress = ProgressRow(self)
        column = QVBoxLayout(self)
        for widget in (self.only_own, self.table, self.progress, self._button_row()):
            column.addWidget(widget)
        self._deliveries = read_deliveries(connection)
        self.show_deliveries()

    def _button_row(self) -> ButtonRow:
        buttons = ButtonRow(self)
        buttons.add(say('Xem', 'Show'), self.show_chosen)
        buttons.add(say('Làm mới', 'Refresh'), self.refresh)
        return buttons

    def refresh(self) -> None:
        """Reads the deliveries again."""
        try:
            self._deliveries = read_deliveries(self._connection)
        except ServiceError as error:
            self.progress.fail(str(error))
        self.show_deliveries()

    def show_deliveries(self) -> None:
        """Fills the table with those that are wanted."""
        own = self._account.name if self.only_own.isChecked() else None
        rows = [each for each in self._deliveries if own in (None, each['sender'])]
        self.table.setRowCount(len(rows))
        for row, delivery in enumerate(rows):
            for place, text in enumerate(_cells(delivery)):
                item = QTableWidgetItem(text)
                item.setData(Qt.UserRole, delivery['id'])
                item.setToolTip(text)
                self.table.setItem(row, place, item)
        self.table.resizeColumnsToContents()
        self.table.horizontalHeader().setSectionResizeMode(5, QHeaderView.Stretch)

    def show_chosen(self) -> None:
        """Shows the delivery that is chosen."""
        item = self.table.currentItem()
        if item is not None:
            self._show_delivery(int(item.data(Qt.UserRole)))


def _table() -> QTableWidget:
    heads = (
        *(say('Số', 'Number'), say('Lớp', 'Layer'), say('Tệp', 'File'), say('Nhận lúc', 'Received')),
        *(say('Tình trạng', 'Status'), say('Chờ trả lời', 'Waits for')),
    )
    table = QTableWidget(0, len(heads))
    table.setHorizontalHeaderLabels([*heads])
    table.verticalHeader().hide()
    table.setSelectionBehavior(QAbstractItemView.SelectRows)
    table.setEditTriggers(QAbstractItemView.NoEditTriggers)
    return table


def _cells(delivery: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        str(delivery['id']), delivery['layer_title'], delivery['file_name'], minute_of(delivery['received_at']),
        status_title(delivery['status']), '; '.join(delivery['waits_for']),
    )  # fmt: skip
