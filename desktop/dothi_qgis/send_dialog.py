"""The window that sends a layer, or its selection, as a delivery."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qgis.core import QgsDataSourceUri, QgsVectorLayer
from qgis.PyQt.QtCore import QRegularExpression
from qgis.PyQt.QtGui import QRegularExpressionValidator
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from dothi_qgis.buttons import ButtonRow
from dothi_qgis.catalogue import plain
from dothi_qgis.columns_table import ColumnsTable
from dothi_qgis.connection import ServiceConnection
from dothi_qgis.deliveries import SuppliedLayer, read_column_titles, send_delivery
from dothi_qgis.delivery_file import delivered_fields, write_delivery_file
from dothi_qgis.delivery_words import mode_title
from dothi_qgis.progress_row import ProgressRow
from dothi_qgis.service import ServiceError
from dothi_qgis.tasks import ServiceTask
from dothi_qgis.words import say

DAY = '[0-9]{4}-[0-9]{2}-[0-9]{2}'


class SendDialog(QDialog):
    """Asks which layer of the service it is, and how it counts; `show_delivery` gets the number of the delivery."""

    def __init__(
        self,
        connection: ServiceConnection,
        layer: QgsVectorLayer,
        supplied: Sequence[SuppliedLayer],
        show_delivery: Callable[[int], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._connection, self._layer, self._show_delivery = connection, layer, show_delivery
        self.setWindowTitle(say('Giao dữ liệu', 'Deliver'))
        self.setMinimumWidth(560)
        # the layer stays while it is sent
        self.setModal(True)
        self._add_fields(supplied)
        self.progress = ProgressRow(self)
        buttons = ButtonRow(self)
        self.progress.rests(buttons.add(say('Gửi', 'Send'), self.send))
        column = QVBoxLayout(self)
        column.addLayout(self._form())
        for widget in (self.explanation, self.match_columns, self.columns, self.progress, buttons):
            column.addWidget(widget)
        self._suggest()

    def _add_fields(self, supplied: Sequence[SuppliedLayer]) -> None:
        self.target, self.mode = QComboBox(self), QComboBox(self)
        self.target.addItem(say('chọn…', 'choose…'), '')
        for offered in supplied:
            self.target.addItem(offered.title, offered.id)
        for mode in ('replace', 'upsert'):
            self.mode.addItem(mode_title(mode), mode)
        count = self._layer.selectedFeatureCount()
        selected = say(f'Chỉ {count} đối tượng đang chọn', f'Only what is selected ({count})')
        nothing = say('Chỉ đối tượng đang chọn (chưa chọn gì)', 'Only what is selected (nothing is)')
        self.only_selection = QCheckBox(selected if count else nothing)
        self.only_selection.setEnabled(count > 0)
        self.unit, self.day, self.note = QLineEdit(self), QLineEdit(self), QLineEdit(self)
        self.unit.setPlaceholderText(say('mã đơn vị; để trống là cả lớp', 'code of a unit; empty for the whole layer'))
        self.day.setPlaceholderText(say('NNNN-TT-NN, để trống là hôm nay', 'YYYY-MM-DD; empty for today'))
        self.day.setValidator(QRegularExpressionValidator(QRegularExpression(DAY), self))
        self.note.setMaxLength(2_000)
        self.match_columns, self.columns = QCheckBox(say('Ghép cột bằng tay', 'Match columns by hand')), ColumnsTable()
        self.columns.hide()
        self.match_columns.toggled.connect(self._show_columns)
        self.target.currentIndexChanged.connect(lambda _row: self._show_columns(self.match_columns.isChecked()))
        self.explanation = QLabel(self)
        self.explanation.setWordWrap(True)
        self.mode.currentIndexChanged.connect(self._explain)
        self.only_selection.toggled.connect(self._fit_mode)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        crs = self._layer.crs().authid() or say('không có hệ tọa độ', 'no coordinate system')
        form.addRow(say('Lớp đang chọn', 'Active layer'), QLabel(f'{self._layer.name()} ({crs})'))
        form.addRow(say('Giao cho lớp', 'Deliver to'), self.target)
        form.addRow('', self.only_selection)
        form.addRow(say('Cách giao', 'Mode'), self.mode)
        form.addRow(say('Chỉ phần của đơn vị', 'Part of a unit'), self.unit)
        form.addRow(say('Ngày của dữ liệu', 'Day of the data'), self.day)
        form.addRow(say('Ghi chú', 'Note'), self.note)
        return form

    def _suggest(self) -> None:
        """Chooses the layer of the service that the layer comes from, or is called like; and the selection."""
        source = QgsDataSourceUri(self._layer.source()).param('typename')
        names = [source, plain(self._layer.name())]
        for row in range(1, self.target.count()):
            if self.target.itemData(row) in names or plain(self.target.itemText(row)) in names:
                self.target.setCurrentIndex(row)
        self.only_selection.setChecked(self.only_selection.isEnabled())
        self._explain()

    def _show_columns(self, are_wanted: bool) -> None:
        """The columns of the layer that is chosen, beside those that the file will have."""
        layer_id = self.target.currentData()
        self.columns.setVisible(are_wanted and bool(layer_id))
        if not (are_wanted and layer_id):
            return
        names = [self._layer.fields()[at].name() for at in delivered_fields(self._layer)]
        try:
            titles = read_column_titles(self._connection, layer_id)
        except ServiceError as error:
            self.progress.fail(str(error))
        else:
            self.columns.offer(titles, names, {name: name for name in names if name in titles})

    def _fit_mode(self, is_selection: bool) -> None:
        """A part of a layer must not close the rest of it."""
        self.mode.setCurrentIndex(self.mode.findData('upsert' if is_selection else 'replace'))

    def _explain(self) -> None:
        whole = say(
            'Những gì lớp không còn có sẽ bị bỏ khỏi dữ liệu.', 'What the layer no longer has is removed from the data.'
        )
        part = say('Chỉ thêm và sửa; không bỏ gì.', 'Only adds and changes; nothing is removed.')
        self.explanation.setText(whole if self.mode.currentData() == 'replace' else part)

    def inputs(self) -> dict[str, Any]:
        """What is said beside the file; raises ServiceError where something is missing."""
        if not self.target.currentData():
            raise ServiceError(say('Chọn lớp để giao.', 'Choose the layer to deliver to.'))
        if self.day.text() and not self.day.hasAcceptableInput():
            raise ServiceError(say('Ngày viết như 2024-08-31.', 'Write the day as 2024-08-31.'))
        unit = self.unit.text().strip()
        values = {
            'layer': self.target.currentData(),
            'mode': self.mode.currentData(),
            'scope': f'unit={unit}' if unit else '',
            'as_of': self.day.text(),
            'note': self.note.text().strip(),
            'columns': self.columns.answers() if self.match_columns.isChecked() else {},
        }
        return {name: value for name, value in values.items() if value}

    def send(self) -> None:
        """Writes the file, sends it, and shows the delivery."""
        try:
            inputs = self.inputs()
            folder = tempfile.TemporaryDirectory(prefix='dothi-')
            file = write_delivery_file(self._layer, Path(folder.name), self.only_selection.isChecked())
        except ServiceError as error:
            self.progress.fail(str(error))
            return

        def deliver(task: ServiceTask) -> int:
            with folder:
                return send_delivery(self._connection, file, inputs, task)

        self.progress.run(say('Đang giao dữ liệu', 'Delivering'), deliver, self._close_with)

    def _close_with(self, number: int) -> None:
        self.accept()
        self._show_delivery(number)
