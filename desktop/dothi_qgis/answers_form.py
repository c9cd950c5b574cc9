"""The questions that a delivery waits for, to be answered: coordinate system, text, columns, mode."""

import re
from collections.abc import Mapping
from typing import Any

from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QFormLayout, QGroupBox, QLineEdit, QWidget

from dothi_qgis.choice_box import choice_box, chosen_value
from dothi_qgis.columns_table import ColumnsTable
from dothi_qgis.deliveries import Delivery
from dothi_qgis.delivery_words import mode_title, pick
from dothi_qgis.service import ServiceError
from dothi_qgis.words import say

CODE = re.compile(r'^\d{4,6}$')


class AnswersForm(QGroupBox):
    """What is left as it is was answered by the file."""

    def __init__(self, delivery: Delivery, titles: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(say('Trả lời', 'Answer'), parent)
        self._delivery = delivery
        report = delivery.report
        systems = [(_crs_words(each), each['crs'], pick(each['evidence'])) for each in _candidates(report)]
        encodings = [(name, name, evidence) for name, evidence in _encodings(report).items()]
        unchanged = say('giữ nguyên', 'as it is')
        self.crs, self.encoding = choice_box(systems, unchanged), choice_box(encodings, unchanged)
        self.mode, self.reason = _modes(delivery), QLineEdit(self)
        self.reason.setMaxLength(2_000)
        self.columns, matched = ColumnsTable(), report.get('columns', {})
        self.columns.offer(titles, dict.fromkeys([*matched, *report.get('text', {})]), matched)
        self.match_columns = QCheckBox(say('Ghép cột bằng tay', 'Match columns by hand'), self)
        self.match_columns.toggled.connect(self.columns.setVisible)
        self.match_columns.setChecked('columns' in delivery.document['held'])
        self.columns.setVisible(self.match_columns.isChecked())
        form = QFormLayout(self)
        form.addRow(say('Hệ tọa độ', 'Coordinate system'), self.crs)
        if _encodings(report):
            form.addRow(say('Bảng mã', 'Encoding'), self.encoding)
        form.addRow(say('Cách giao', 'Mode'), self.mode)
        form.addRow('', self.match_columns)
        form.addRow(self.columns)
        form.addRow(say('Lý do', 'Reason'), self.reason)

    def answers(self) -> dict[str, Any]:
        """What was answered, as the service takes it."""
        values = {
            'crs': _crs_code(chosen_value(self.crs)),
            'encoding': chosen_value(self.encoding),
            'mode': self.mode.currentData(),
            'columns': self.columns.answers(),
        }
        return {name: value for name, value in values.items() if value}

    def required_reason(self) -> str:
        """The reason of a decision; raises ServiceError without one."""
        reason = self.reason.text().strip()
        if not reason:
            raise ServiceError(say('Ghi lý do: cơ quan sẽ đọc.', 'Give the reason: the agency reads it.'))
        return reason


def _crs_code(text: str) -> str:
    return f'EPSG:{text}' if CODE.match(text) else text


def _candidates(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(report['crs']['candidates']) if report else []


def _crs_words(candidate: Mapping[str, Any]) -> str:
    share = f'{candidate["score"] * 100:.0f}'
    return say(f'{candidate["crs"]}, {share} % khớp', f'{candidate["crs"]}, {share} % fit')


def _encodings(report: Mapping[str, Any]) -> dict[str, str]:
    """The encodings that come into question for any column, with what speaks for each."""
    columns = report.get('text', {}).values()
    return {each['encoding']: pick(each['evidence']) for column in columns for each in column['candidates']}


def _modes(delivery: Delivery) -> QComboBox:
    box = QComboBox()
    current = mode_title(delivery.document['mode'])
    box.addItem(say(f'giữ nguyên ({current})', f'as it is ({current})'), '')
    for mode in ('replace', 'upsert'):
        box.addItem(mode_title(mode), mode)
    return box
