"""The window that compares two times of a layer."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QDialog, QFormLayout, QWidget

from dothi_qgis.buttons import ButtonRow
from dothi_qgis.catalogue import Offered
from dothi_qgis.comparison import ComparedColumns, change_title, compare_states, count_changes, read_columns
from dothi_qgis.connection import ServiceConnection
from dothi_qgis.moment_chooser import MomentChooser
from dothi_qgis.past import Moment, PastState, read_past, release_moments
from dothi_qgis.past_dialog import layer_box
from dothi_qgis.progress_row import ProgressRow
from dothi_qgis.service import ServiceError
from dothi_qgis.tasks import ServiceTask
from dothi_qgis.words import say

ComparedStates = tuple[PastState, PastState, ComparedColumns]


class ComparisonDialog(QDialog):
    """Asks for layer and both times. collection: that is chosen at first."""

    def __init__(
        self,
        connection: ServiceConnection,
        layers: Sequence[Offered],
        collection: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._connection = connection
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.setWindowTitle(say('So sánh hai thời điểm', 'Compare two times'))
        self.setMinimumWidth(720)
        self.layer, self.progress = layer_box(layers, collection), ProgressRow(self)
        self.before, self.after = MomentChooser(parent=self), MomentChooser(has_present=True, parent=self)
        buttons = ButtonRow(self)
        self.progress.rests(buttons.add(say('So sánh', 'Compare'), self.compare))
        form = QFormLayout(self)
        form.addRow(say('Lớp', 'Layer'), self.layer)
        form.addRow(say('Trước', 'Before'), self.before)
        form.addRow(say('Sau', 'After'), self.after)
        form.addRow(self.progress)
        form.addRow(buttons)
        self.layer.currentIndexChanged.connect(lambda _row: self.list_releases())
        self.list_releases()

    def list_releases(self) -> None:
        """Offers the releases of the layer that is chosen."""
        try:
            releases = release_moments(self._connection, self.layer.currentData().id)
        except ServiceError as error:
            self.progress.fail(str(error))
            return
        self.before.offer(releases)
        self.after.offer(releases)

    def compare(self) -> None:
        """Reads both states, and adds a layer of what differs."""
        offered, before, after = self.layer.currentData(), self.before.moment(), self.after.moment()
        if before == after:
            self.progress.fail(say('Chọn hai thời điểm khác nhau.', 'Choose two different times.'))
            return
        self._folder = tempfile.TemporaryDirectory(prefix='dothi-')
        folder = Path(self._folder.name)

        def read(task: ServiceTask) -> ComparedStates:
            return self._read_states(offered, (before, after), folder, task)

        self.progress.run(say('Đang đọc dữ liệu', 'Reading the data'), read, self._add_comparison)

    def _read_states(
        self, offered: Offered, moments: tuple[Moment, Moment], folder: Path, task: ServiceTask
    ) -> ComparedStates:
        def half(first: float, words: str) -> object:
            return lambda share, doing: task.report(first + share / 2, f'{words}: {doing}')

        before, after = moments
        old = read_past(self._connection, offered, before, folder, half(0.0, before.words), task)
        new = read_past(self._connection, offered, after, folder, half(0.5, after.words), task)
        return old, new, read_columns(self._connection, offered.id)

    def _add_comparison(self, states: ComparedStates) -> None:
        try:
            layer = compare_states(*states)
        except ServiceError as error:
            self.progress.fail(str(error))
            return
        counts = count_changes(layer)
        if not any(counts.values()):
            self.progress.show_words(say('Không có gì khác nhau.', 'Nothing differs.'))
            return
        QgsProject.instance().addMapLayer(layer)
        self.progress.show_words(', '.join(f'{change_title(change)}: {count}' for change, count in counts.items()))
