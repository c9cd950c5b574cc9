"""A line that shows what is being done, how far it is, and what went wrong."""

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from dothi_qgis.tasks import ServiceTask, start_task
from dothi_qgis.words import say


class ProgressRow(QWidget):
    """Runs one task at a time; buttons that begin one rest meanwhile."""

    # after what ran, and all that came of it
    ended = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.words, self.bar = QLabel(self), QProgressBar(self)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextSelectableByMouse)
        self._cancel = QPushButton(say('Hủy', 'Cancel'), self)
        self._cancel.clicked.connect(self._cancel_task)
        self._buttons: list[QWidget] = []
        self._task: ServiceTask | None = None
        line = QHBoxLayout()
        line.addWidget(self.bar)
        line.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)
        column.addLayout(line)
        self._show_task(None)

    @property
    def is_busy(self) -> bool:
        """Whether something runs."""
        return self._task is not None

    def rests(self, *buttons: QWidget) -> None:
        """Buttons that cannot be pressed while something runs."""
        self._buttons += buttons

    def run(self, title: str, work: Callable[[ServiceTask], Any], done: Callable[[Any], None]) -> None:
        """Starts the work; `done` gets what it returns."""
        task = ServiceTask(title, work, lambda result: self._finish(done, result), self._fail)
        task.progressChanged.connect(lambda per_cent: self.bar.setValue(int(per_cent)))
        task.described.connect(self.words.setText)
        self.words.setText(title)
        self.bar.setValue(0)
        self._show_task(task)
        start_task(task)

    def fail(self, words: str) -> None:
        """Shows what went wrong."""
        self.words.setText(words)
        self.words.setStyleSheet('color: #b3261e')
        self.words.show()

    def clear(self) -> None:
        """Takes away what it said before."""
        if not self.is_busy:
            self._show_task(None)

    def show_words(self, words: str) -> None:
        """Shows what came of it."""
        self.words.setText(words)
        self.words.setStyleSheet('')
        self.words.show()

    def _finish(self, done: Callable[[Any], None], result: Any) -> None:
        self._show_task(None)
        done(result)
        self.ended.emit()

    def _fail(self, words: str) -> None:
        self._show_task(None)
        self.fail(words or say('Đã hủy.', 'Cancelled.'))
        self.ended.emit()

    def _cancel_task(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _show_task(self, task: ServiceTask | None) -> None:
        self._task = task
        for widget in (self.words, self.bar, self._cancel):
            widget.setVisible(task is not None)
        self.words.setStyleSheet('')
        for button in self._buttons:
            button.setEnabled(task is None)
