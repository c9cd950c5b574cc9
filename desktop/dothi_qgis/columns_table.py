"""Which column of a file is which of a layer, to be put right by hand."""

from collections.abc import Iterable, Mapping

from qgis.PyQt.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from dothi_qgis.choice_box import choice_box
from dothi_qgis.words import say

HEIGHT = 170


class ColumnsTable(QTableWidget):
    """For each column of the layer, the column of the file that it comes from."""

    def __init__(self) -> None:
        super().__init__(0, 2)
        self._names: list[str] = []
        self._matched: dict[str, str] = {}
        self.setHorizontalHeaderLabels(
            [say('Cột của lớp', 'Column of the layer'), say('Cột của tệp', 'Column of the file')]
        )
        self.horizontalHeader().setSectionResizeMode(QHeaderView.Stretch)
        self.verticalHeader().hide()
        self.setFixedHeight(HEIGHT)

    def offer(self, titles: Mapping[str, str], file_columns: Iterable[str], matched: Mapping[str, str]) -> None:
        """Shows a layer's columns by name with their titles. matched: of the file to the layer, as far as known."""
        self._names, self._matched = [*titles], {name: column for column, name in matched.items()}
        self.setRowCount(len(titles))
        choices = [(column, column, '') for column in file_columns]
        for row, (name, title) in enumerate(titles.items()):
            self.setItem(row, 0, QTableWidgetItem(title))
            box = choice_box(choices, '')
            box.setCurrentText(self._matched.get(name, ''))
            self.setCellWidget(row, 1, box)

    def answer(self, name: str, file_column: str) -> None:
        """Says from which column of the file a column of the layer comes."""
        self.cellWidget(self._names.index(name), 1).setCurrentText(file_column)

    def answers(self) -> dict[str, str]:
        """By column of the file that of the layer, where it is not as it was matched."""
        texts = {name: self.cellWidget(row, 1).currentText().strip() for row, name in enumerate(self._names)}
        return {text: name for name, text in texts.items() if text and text != self._matched.get(name)}
