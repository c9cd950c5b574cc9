"""The window that adds a layer as it was."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsProcessingUtils, QgsProject
from qgis.PyQt.QtWidgets import QComboBox, QDialog, QFormLayout, QLabel, QWidget

from dothi_qgis.buttons import ButtonRow
from dothi_qgis.catalogue import Offered
from dothi_qgis.connection import ServiceConnection
from dothi_qgis.moment_chooser import MomentChooser
from dothi_qgis.past import PastState, past_layer, read_past, release_moments
from dothi_qgis.progress_row import ProgressRow
from dothi_qgis.service import ServiceError
from dothi_qgis.words import say


class PastDialog(QDialog):
    """Asks for layer and time. collection: that is chosen at first."""

    def __init__(
        self,
        connection: ServiceConnection,
        layers: Sequence[Offered],
        collection: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._connection = connection
        self.setWindowTitle(say('Lớp như trước đây', 'A layer as it was'))
        self.setMinimumWidth(720)
        self.layer, self.progress = layer_box(layers, collection), ProgressRow(self)
        self.moment = MomentChooser(parent=self)
        buttons = ButtonRow(self)
        self.progress.rests(buttons.add(say('Thêm vào bản đồ', 'Add to the map'), self.add_layer))
        form = QFormLayout(self)
        form.addRow(say('Lớp', 'Layer'), self.layer)
        form.addRow(say('Thời điểm', 'Time'), self.moment)
        form.addRow(_explanation())
        form.addRow(self.progress)
        form.addRow(buttons)
        self.layer.currentIndexChanged.connect(lambda _row: self.list_releases())
        self.list_releases()

    def list_releases(self) -> None:
        """Offers the releases of the layer that is chosen."""
        try:
            self.moment.offer(release_moments(self._connection, self.layer.currentData().id))
        except ServiceError as error:
            self.progress.fail(str(error))

    def add_layer(self) -> None:
        """Adds the layer as it was at the time that is chosen."""
        offered, moment = self.layer.currentData(), self.moment.moment()
        # QGIS takes it away when it ends; a folder of its own: the same state may be added twice
        folder = Path(tempfile.mkdtemp(dir=QgsProcessingUtils.tempFolder()))
        self.progress.run(
            say('Đang đọc dữ liệu', 'Reading the data'),
            lambda task: read_past(self._connection, offered, moment, folder, task.report, task),
            self._add_state,
        )

    def _add_state(self, state: PastState) -> None:
        layer = past_layer(state)
        count = layer.featureCount()
        if count == 0:
            self.progress.fail(say('Khi ấy lớp chưa có đối tượng nào.', 'The layer had no features then.'))
            return
        QgsProject.instance().addMapLayer(layer)
        self.progress.show_words(
            say(f'Đã thêm {layer.name()}: {count} đối tượng.', f'Added {layer.name()}: {count} features.')
        )


def layer_box(layers: Sequence[Offered], collection: str) -> QComboBox:
    """A choice among layers, with that of the collection chosen."""
    box = QComboBox()
    for number, offered in enumerate(layers):
        box.addItem(offered.title, offered)
        if offered.id == collection:
            box.setCurrentIndex(number)
    return box


def _explanation() -> QLabel:
    label = QLabel(say(
        'Dữ liệu như đã phát hành vào thời điểm đó, với kiểu vẽ hiện nay. Lớp có thời hạn hiệu lực (đơn vị hành chính) '
        'cho thấy những gì có hiệu lực khi ấy. Tệp là tạm thời: muốn giữ thì xuất lớp ra tệp của bạn.',
        'The data as it was released then, in the style of today. A layer with validity (administrative units) shows '
        'what was valid. The file is a temporary one: to keep it, export the layer to a file of yours.',
    ))  # fmt: skip
    label.setWordWrap(True)
    return label
