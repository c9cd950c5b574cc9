"""The versions of a feature in conflict beside each other: values in a table, places on maps of one extent."""

from collections.abc import Callable, Mapping
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsMapLayer, QgsProject, QgsRectangle
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dothi_qgis.conflict_layers import COLORS, version_layers
from dothi_qgis.conflicts import GEOMETRY, VERSIONS, ConflictRow, differing_rows, version_title
from dothi_qgis.words import say

DISPUTED = QColor('#fff3cd')
# A feature is shown with as much around it as it is large, a point with 100 m.
LEAST_HALF_M = 100.0
MAP_HEIGHT = 170


class VersionsView(QWidget):
    """Shows one conflict. backdrop: tells which layers lie below on its maps; crs: of the maps."""

    def __init__(
        self, backdrop: Callable[[], list[QgsMapLayer]], crs: QgsCoordinateReferenceSystem, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._backdrop, self._crs = backdrop, crs
        self.table = QTableWidget(0, 1 + len(VERSIONS), self)
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.table.setWordWrap(False)
        self.table.setHorizontalHeaderLabels([say('Cột', 'Column'), *map(version_title, VERSIONS)])
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.Stretch)
        self.maps = {version: QgsMapCanvas(self) for version in VERSIONS}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addLayout(self._map_row())
        # the layers of the maps live as long as they are shown
        self._layers: dict[str, Any] = {}

    def _map_row(self) -> QGridLayout:
        grid = QGridLayout()
        for place, (version, canvas) in enumerate(self.maps.items()):
            title = QLabel(f'<b><font color="{COLORS[version]}">■</font> {version_title(version)}</b>', self)
            title.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Fixed)
            canvas.setFixedHeight(MAP_HEIGHT)
            canvas.setDestinationCrs(self._crs)
            canvas.setCanvasColor(QColor('white'))
            grid.addWidget(title, 0, place)
            grid.addWidget(canvas, 1, place)
        return grid

    def show_conflict(self, conflict: Mapping[str, Any]) -> None:
        """Fills the table and the maps."""
        rows = differing_rows(conflict)
        if conflict['geometry_differs']:
            rows.append(_geometry_row(conflict))
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            self._fill_row(number, row)
        self._show_places(conflict)

    def _fill_row(self, number: int, row: ConflictRow) -> None:
        for place, text in enumerate((row.title, *row.values)):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            if row.is_disputed:
                item.setBackground(DISPUTED)
                item.setForeground(Qt.black)
            self.table.setItem(number, place, item)

    def _show_places(self, conflict: Mapping[str, Any]) -> None:
        self._layers = version_layers(conflict)
        extent = self._extent()
        for version, canvas in self.maps.items():
            own = [self._layers[version]] if version in self._layers else []
            canvas.setLayers([*own, *self._backdrop()])
            canvas.setExtent(extent)
            canvas.refresh()

    def _extent(self) -> QgsRectangle:
        """Around all versions, so that the maps can be compared."""
        whole = QgsRectangle()
        for layer in self._layers.values():
            to_map = QgsCoordinateTransform(layer.crs(), self._crs, QgsProject.instance())
            whole.combineExtentWith(to_map.transformBoundingBox(layer.extent()))
        least = LEAST_HALF_M if not self._crs.isGeographic() else LEAST_HALF_M / 111_000
        return whole.buffered(max(least, whole.width() / 2, whole.height() / 2))


def _geometry_row(conflict: Mapping[str, Any]) -> ConflictRow:
    differs = say('xem bản đồ', 'see the maps')
    return ConflictRow(say('Hình học', 'Geometry'), ('', differs, differs), GEOMETRY in conflict['columns'])
