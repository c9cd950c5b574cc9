"""The window of one delivery: what was found, its bad rows, and the answers that it waits for."""

from collections.abc import Mapping

from qgis.PyQt.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from dothi_qgis.answers_form import AnswersForm
from dothi_qgis.bad_rows import add_bad_rows
from dothi_qgis.buttons import ButtonRow
from dothi_qgis.connection import ServiceConnection
from dothi_qgis.deliveries import Account, Delivery, decide, read_column_titles, read_delivery, send_again
from dothi_qgis.delivery_words import delivery_page
from dothi_qgis.progress_row import ProgressRow
from dothi_qgis.service import ServiceError
from dothi_qgis.words import say


class DeliveryDialog(QDialog):
    """Shows a delivery, and answers what it asks; raises ServiceError where it cannot be read."""

    def __init__(
        self, connection: ServiceConnection, account: Account, number: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._connection, self._account, self._form = connection, account, None
        self.resize(720, 680)
        self.page, self.progress = QTextBrowser(self), ProgressRow(self)
        self._column = QVBoxLayout(self)
        for widget in (self.page, self.progress, self._button_row()):
            self._column.addWidget(widget)
        self.show_delivery(number)

    def _button_row(self) -> ButtonRow:
        buttons = ButtonRow(self)
        self.rows_button = buttons.add(say('Nạp hàng lỗi', 'Load bad rows'), self.load_bad_rows)
        self.again_button = buttons.add(say('Gửi lại theo trả lời', 'Send again as answered'), self.send_again)
        self.return_button = buttons.add(say('Trả lại', 'Return'), lambda: self.decide('return'))
        self.accept_button = buttons.add(say('Nhận và phát hành', 'Accept and release'), lambda: self.decide('accept'))
        self.refresh_button = buttons.add(say('Xem lại', 'Refresh'), lambda: self.refresh(self.delivery.number))
        self.progress.rests(self.again_button, self.return_button, self.accept_button, self.refresh_button)
        return buttons

    def show_delivery(self, number: int) -> None:
        """Reads the delivery, and shows it as it is now; raises ServiceError."""
        delivery = read_delivery(self._connection, number)
        titles = read_column_titles(self._connection, delivery.document['layer_id']) if delivery.waits else {}
        self.delivery: Delivery = delivery
        document, rows = self.delivery.document, self.delivery.report.get('rows', {})
        self.setWindowTitle(say(f'Đợt giao {number}', f'Delivery {number}') + f': {document["layer_title"]}')
        self.page.setHtml(delivery_page(self.delivery))
        self.rows_button.setVisible(bool(rows.get('bad_rows') or rows.get('warnings')))
        may_decide = 'decide' in self._account.may
        for button in (self.return_button, self.accept_button):
            button.setVisible(self.delivery.waits and may_decide)
        self.again_button.setVisible(self.delivery.waits and not may_decide)
        self._show_questions(titles)

    def refresh(self, number: int) -> None:
        """The same, and says so where it cannot be read."""
        try:
            self.show_delivery(number)
        except ServiceError as error:
            self.progress.fail(str(error))

    def _show_questions(self, titles: Mapping[str, str]) -> None:
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.deleteLater()
        self._form = None
        if self.delivery.waits:
            self._form = AnswersForm(self.delivery, titles, self)
            self._column.insertWidget(1, self._form)

    @property
    def form(self) -> AnswersForm | None:
        """The questions; None where it waits for nothing."""
        return self._form

    def load_bad_rows(self) -> None:
        """Adds the bad rows to the project."""
        try:
            layers = add_bad_rows(self._connection, self.delivery.number)
        except ServiceError as error:
            self.progress.fail(str(error))
        else:
            self.rows_button.setEnabled(not layers)

    def decide(self, decision: str) -> None:
        """Accepts the delivery as it was answered, or returns it."""
        try:
            members = {'decision': decision, 'reason': self.form.required_reason(), **self.form.answers()}
        except ServiceError as error:
            self.progress.fail(str(error))
            return
        title = say('Đang thực hiện quyết định', 'Carrying out the decision')
        self.progress.run(title, lambda task: decide(self._connection, self.delivery, members, task), self.refresh)

    def send_again(self) -> None:
        """Delivers the same file with the answers, for who may deliver but not decide."""
        answers = self.form.answers()
        if not answers:
            self.progress.fail(say('Chưa có trả lời nào.', 'Nothing is answered yet.'))
            return
        answers |= {'note': self.form.reason.text().strip()} if self.form.reason.text().strip() else {}
        title = say('Đang gửi lại', 'Sending again')
        self.progress.run(title, lambda task: send_again(self._connection, self.delivery, answers, task), self.refresh)
