"""Work with the service that takes time: beside the window, with its progress, and cancelled by whoever wants to."""

from collections.abc import Callable
from typing import Any

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from dothi_qgis.service import ServiceError


class ServiceTask(QgsTask):
    """Calls `work` with itself in a thread, then `done` with what that returned, or `failed` with what went wrong.

    `done` and `failed` are called where windows live; `work` touches neither windows nor layers.
    """

    described = pyqtSignal(str)

    def __init__(
        self,
        title: str,
        work: Callable[['ServiceTask'], Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        super().__init__(title, QgsTask.CanCancel)
        self._work, self._done, self._failed = work, done, failed
        self._result: Any = None
        self._fault = ''

    def run(self) -> bool:
        """Whether it was done."""
        try:
            self._result = self._work(self)
        except (ServiceError, OSError) as error:
            self._fault = str(error)
            return False
        return True

    def finished(self, is_done: bool) -> None:
        """Hands on what came of it."""
        if is_done:
            self._done(self._result)
        else:
            self._failed(self._fault)

    def report(self, share: float, words: str) -> None:
        """Shows how much is done (0 to 1), and what is being done."""
        self.setProgress(share * 100)
        self.described.emit(words)


def start_task(task: ServiceTask) -> ServiceTask:
    """The task, which runs from now on."""
    QgsApplication.taskManager().addTask(task)
    return task
