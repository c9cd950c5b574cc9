"""The window of conflicts between edits and deliveries: chosen, compared, settled."""

from collections.abc import Callable
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsMapLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from dothi_qgis.buttons import ButtonRow
from dothi_qgis.conflict_layers import add_versions
from dothi_qgis.conflicts import key_words, read_conflict, read_conflicts, settle, version_title
from dothi_qgis.connection import ServiceConnection
from dothi_qgis.progress_row import ProgressRow
from dothi_qgis.service import ServiceError
from dothi_qgis.versions_view import VersionsView
from dothi_qgis.words import say

LIST_WIDTH = 240


class ConflictsDialog(QDialog):
    """Lists the conflicts of a layer, or of all; raises ServiceError where they cannot be read.

    collection: of which they are listed at first, '' for all. backdrop: layers that lie below on its maps, as they are
    when one is shown; crs: of the maps.
    """

    def __init__(
        self,
        connection: ServiceConnection,
        collection: str,
        backdrop: Callable[[], list[QgsMapLayer]],
        crs: QgsCoordinateReferenceSystem,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._connection = connection
        self._conflict: dict[str, Any] | None = None
        self.setWindowTitle(say('Mâu thuẫn giữa bản sửa và đợt giao', 'Conflicts between edits and deliveries'))
        self.resize(980, 640)
        self.layer, self.list = QComboBox(self), QListWidget(self)
        self.list.setFixedWidth(LIST_WIDTH)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.layer.setFixedWidth(LIST_WIDTH)
        self.heading = QLabel(self)
        self.heading.setWordWrap(True)
        self.versions, self.progress = VersionsView(backdrop, crs, self), ProgressRow(self)
        self._lay_out()
        self.layer.currentIndexChanged.connect(lambda _row: self.list_conflicts())
        self.list.currentItemChanged.connect(lambda item, _before: self.show_chosen(item))
        self._conflicts = read_conflicts(connection)
        self._fill_layers(collection)

    def _lay_out(self) -> None:
        left, right, whole = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        for widget in (self.layer, self.list):
            left.addWidget(widget)
        for widget in (self.heading, self.versions, self._settle_box(), self.progress):
            right.addWidget(widget)
        right.setStretchFactor(self.versions, 1)
        buttons = ButtonRow(self)
        self.map_button = buttons.add(say('Thêm vào bản đồ', 'Add to the map'), self.add_to_map)
        self.progress.rests(buttons.add(say('Làm mới', 'Refresh'), self.refresh))
        right.addStretch()
        right.addWidget(buttons)
        whole.addLayout(left)
        whole.addLayout(right, 1)
        self.setLayout(whole)

    def add_to_map(self) -> None:
        """Adds the versions of the conflict that is shown to the project."""
        add_versions(self._conflict)

    def refresh(self) -> None:
        """Reads the conflicts again; the shown one stays if it still waits, with the reason that is written."""
        try:
            self._conflicts = read_conflicts(self._connection)
        except ServiceError as error:
            self.progress.fail(str(error))
            return
        shown, collection, reason = self._conflict, self.layer.currentData(), self.reason.text()
        # each line that is added would show another list
        self.layer.blockSignals(True)
        self.layer.clear()
        self._fill_layers(collection, shown['id'] if shown else None)
        self.layer.blockSignals(False)
        if shown and self._conflict and self._conflict['id'] == shown['id']:
            self.reason.setText(reason)

    def _settle_box(self) -> QGroupBox:
        self.box = QGroupBox(say('Lấy giá trị của', 'Whose values count'), self)
        self.sides, self.reason = QButtonGroup(self.box), QLineEdit(self.box)
        self.reason.setMaxLength(2_000)
        self.reason.setPlaceholderText(say('lý do, giữ cùng bản phát hành', 'reason, kept with the release'))
        self.settle_button = self._button(say('Giải quyết', 'Settle'))
        means = QLabel(say(
            'Chỗ cả hai cùng thay đổi (tô màu) thì lấy theo bên được chọn; những gì chỉ một bên thay đổi đều được giữ.',
            'Where both changed a value (coloured) that of the chosen side counts; what one side alone changed stays.',
        ))  # fmt: skip
        means.setWordWrap(True)
        row = QHBoxLayout()
        self.choices = {side: QRadioButton(version_title(side), self.box) for side in ('edit', 'delivery')}
        for choice in self.choices.values():
            self.sides.addButton(choice)
            row.addWidget(choice)
        row.addWidget(self.reason, 1)
        row.addWidget(self.settle_button)
        column = QVBoxLayout(self.box)
        column.addWidget(means)
        column.addLayout(row)
        return self.box

    def _button(self, title: str) -> QWidget:
        button = QPushButton(title, self.box)
        button.clicked.connect(self.settle)
        self.progress.rests(button)
        return button

    def _fill_layers(self, collection: str, number: int | None = None) -> None:
        """Offers the layers that have conflicts, with the one chosen of which they are listed."""
        titles = {each['layer_id']: each['layer_title'] for each in self._conflicts}
        self.layer.addItem(say('Mọi lớp', 'All layers'), '')
        for layer_id, title in sorted(titles.items(), key=lambda each: each[1].casefold()):
            self.layer.addItem(title, layer_id)
        self.layer.setCurrentIndex(max(0, self.layer.findData(collection)))
        self.list_conflicts(number)

    def list_conflicts(self, number: int | None = None) -> None:
        """Lists those of the layer that is chosen, and shows the one with the number, or else the first."""
        self.list.clear()
        layer = self.layer.currentData()
        for conflict in self._conflicts:
            if layer in ('', conflict['layer_id']):
                title = '' if layer else f'{conflict["layer_title"]}: '
                item = QListWidgetItem(f'{conflict["id"]}. {title}{key_words(conflict)}')
                item.setToolTip(item.text())
                item.setData(Qt.UserRole, conflict['id'])
                self.list.addItem(item)
        numbers = [self.list.item(row).data(Qt.UserRole) for row in range(self.list.count())]
        self.list.setCurrentRow(numbers.index(number) if number in numbers else 0)
        if self.list.count() == 0:
            self.show_chosen(None)

    def show_chosen(self, item: QListWidgetItem | None) -> None:
        """Shows the conflict of the line; None where there is none. What cannot be read is not settled by mistake."""
        self._conflict = None
        self.progress.clear()
        try:
            if item is not None:
                self._conflict = read_conflict(self._connection, item.data(Qt.UserRole))
        except ServiceError as error:
            self.progress.fail(str(error))
        for widget in (self.versions, self.box, self.map_button):
            widget.setVisible(self._conflict is not None)
        if self._conflict is not None:
            self._show_conflict(self._conflict)
        else:
            self.heading.setText(say('Không có mâu thuẫn.', 'There is no conflict.') if item is None else '')

    def _show_conflict(self, conflict: dict[str, Any]) -> None:
        title = f'<b>{conflict["layer_title"]}: {key_words(conflict)}</b>'
        delivery = say(f', đợt giao {conflict["delivery_id"]}', f', delivery {conflict["delivery_id"]}')
        self.heading.setText(title + (delivery if conflict['delivery_id'] is not None else ''))
        self.versions.show_conflict(conflict)
        self.sides.setExclusive(False)
        for choice in self.choices.values():
            choice.setChecked(False)
        self.sides.setExclusive(True)
        self.reason.clear()

    def settle(self) -> None:
        """Settles the conflict that is shown."""
        take = next((side for side, choice in self.choices.items() if choice.isChecked()), None)
        reason = self.reason.text().strip()
        if take is None or not reason:
            self.progress.fail(say('Chọn một bên và ghi lý do.', 'Choose a side, and give the reason.'))
            return
        number = self._conflict['id']
        title = say('Đang giải quyết', 'Settling')
        self.progress.run(title, lambda task: settle(self._connection, number, take, reason, task), self._take_settled)

    def _take_settled(self, settled: dict[str, Any]) -> None:
        """Goes on with the next one, and says what came of this one."""
        release, number = settled['release'], settled['id']
        words = say(f'Đã giải quyết mâu thuẫn {number}: ', f'Conflict {number} is settled: ') + (
            say('lớp giữ nguyên, không có bản phát hành mới.', 'the layer stays as it is, without a new release.')
            if release is None
            else say(f'bản phát hành {release}.', f'release {release}.')
        )
        self._conflicts = [each for each in self._conflicts if each['id'] != number]
        self.list_conflicts()
        self.progress.show_words(words)
