"""A field with what comes into question, in which something else can be typed."""

from collections.abc import Iterable

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QComboBox


def choice_box(choices: Iterable[tuple[str, str, str]], when_empty: str) -> QComboBox:
    """The field, empty at first. choices: words, value and evidence of each. when_empty: what stands there then."""
    box = QComboBox()
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.NoInsert)
    box.addItem('', '')
    for number, (words, value, evidence) in enumerate(choices, 1):
        box.addItem(words, value)
        box.setItemData(number, evidence, Qt.ToolTipRole)
    box.lineEdit().setPlaceholderText(when_empty)
    return box


def chosen_value(box: QComboBox) -> str:
    """The value that was chosen, or what was typed."""
    number = box.findText(box.currentText())
    return str(box.itemData(number)) if number >= 0 else box.currentText().strip()
