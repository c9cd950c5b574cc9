"""The row of buttons at the foot of a window."""

from collections.abc import Callable

from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QPushButton

from dothi_qgis.words import say


class ButtonRow(QDialogButtonBox):
    """What the window does, and a button that closes it."""

    def __init__(self, dialog: QDialog) -> None:
        super().__init__(QDialogButtonBox.Close, dialog)
        # QGIS has no translation of its own of this one in every installation
        close = self.button(QDialogButtonBox.Close)
        close.setText(say('Đóng', 'Close'))
        # the Enter key in a field presses no button
        close.setAutoDefault(False)
        self.rejected.connect(dialog.reject)

    def add(self, title: str, call: Callable[[], None]) -> QPushButton:
        """A button that calls."""
        button: QPushButton = self.addButton(title, QDialogButtonBox.ActionRole)
        button.clicked.connect(lambda _checked: call())
        button.setAutoDefault(False)
        return button
