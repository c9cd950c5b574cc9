"""A field for a time of a layer: a day, one of its releases, or now."""

from collections.abc import Sequence

from qgis.PyQt.QtCore import QDate, Qt
from qgis.PyQt.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QSizePolicy, QWidget

from dothi_qgis.past import Moment, moment_of_day, present
from dothi_qgis.words import say


class MomentChooser(QWidget):
    """A day first, then the releases; with `has_present`, now before both."""

    def __init__(self, has_present: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._has_present = has_present
        self.choice, self.day = QComboBox(self), QDateEdit(QDate.currentDate(), self)
        self.choice.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self.choice.setMinimumContentsLength(20)
        self.choice.setSizeAdjustPolicy(QComboBox.AdjustToMinimumContentsLengthWithIcon)
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat('yyyy-MM-dd')
        self.day.setMaximumDate(QDate.currentDate())
        self.choice.currentIndexChanged.connect(lambda _row: self._show_day())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.choice)
        row.addWidget(self.day)
        self.offer([])

    def offer(self, releases: Sequence[tuple[Moment, str]]) -> None:
        """Lists the releases of another layer."""
        self.choice.clear()
        if self._has_present:
            self.choice.addItem(present().words, present())
        self.choice.addItem(say('cuối ngày', 'end of the day'), None)
        for moment, what_changed in releases:
            self.choice.addItem(f'{moment.words}: {what_changed}', moment)
            self.choice.setItemData(self.choice.count() - 1, what_changed, Qt.ToolTipRole)

    def choose_day(self, day: str) -> None:
        """Chooses the end of a day, `2024-08-31`."""
        self.choice.setCurrentIndex(self.choice.findText(say('cuối ngày', 'end of the day')))
        self.day.setDate(QDate.fromString(day, Qt.ISODate))

    def choose_release(self, row: int) -> None:
        """Chooses one of the releases, the newest is 0."""
        self.choice.setCurrentIndex(row + 1 + self._has_present)

    def moment(self) -> Moment:
        """The time that is chosen."""
        return self.choice.currentData() or moment_of_day(self.day.date().toString(Qt.ISODate))

    def _show_day(self) -> None:
        self.day.setVisible(self.choice.currentData() is None)
