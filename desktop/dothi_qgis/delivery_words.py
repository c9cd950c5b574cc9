"""What became of a delivery, in words: a page for its window."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from dothi_qgis.deliveries import Delivery
from dothi_qgis.words import language, say

# Rows of a table of faults.
MOST_FAULTS = 50


def status_title(status: str) -> str:
    """The status of a delivery."""
    titles = {
        'received': say('đang nhận', 'received'),
        'diagnosed': say('chờ quyết định', 'waits for a decision'),
        'accepted': say('đã nhận', 'accepted'),
        'returned': say('đã trả lại', 'returned'),
        'superseded': say('được đợt sau thay', 'superseded'),
        'unchanged': say('không đổi', 'unchanged'),
        'failed': say('gián đoạn', 'interrupted'),
    }
    return titles.get(status, status)


def delivery_page(delivery: Delivery) -> str:
    """All that is said of a delivery, as HTML."""
    document, report = delivery.document, delivery.report
    parts = [
        _paragraph(
            f'<b>{escape(status_title(document["status"]))}</b>', [escape(each) for each in document['waits_for']]
        ),
        *([_paragraph(escape(document['failure']))] if document['failure'] else []),
        *(_paragraph(escape(pick(note))) for note in report.get('notes', [])),
        _facts(_figures(delivery)),
        _faults(report),
        *(_decision(made) for made in document['decisions']),
    ]
    return ''.join(parts)


def pick(text: Mapping[str, str]) -> str:
    """The text in the language of QGIS."""
    return str(text[language()])


def faults_by_code(rows: Mapping[str, Any]) -> list[tuple[int, bool, str]]:
    """By kind of fault: how many rows have it, whether it keeps them out, and what is wrong with the first of them."""
    kinds = (('bad', 'by_code', True), ('warnings', 'warnings_by_code', False))
    return [
        (count, is_error, _first_message(rows[listed], code))
        for listed, counts, is_error in kinds
        for code, count in sorted(rows[counts].items(), key=lambda each: -each[1])
    ]


def _first_message(listed: list[Mapping[str, Any]], code: str) -> str:
    member = 'message_en' if language() == 'en' else 'message'
    return next((str(row[member]) for row in listed if row['code'] == code), code)


def _figures(delivery: Delivery) -> list[tuple[str, str]]:
    document, report = delivery.document, delivery.report
    figures = [
        (say('Lớp', 'Layer'), document['layer_title']),
        (say('Tệp', 'File'), document['file_name']),
        (say('Người gửi', 'Sender'), document['sender']),
        (say('Nhận lúc', 'Received'), minute_of(document['received_at'])),
        (say('Cách giao', 'Mode'), mode_title(document['mode'])),
        (
            say('Phạm vi', 'Scope'),
            say('cả lớp', 'the whole layer') if document['scope'] == 'all' else document['scope'],
        ),
        *(_findings(report) if report else []),
        (say('Bản phát hành', 'Release'), document['release']),
        (say('Được thay bởi đợt giao', 'Superseded by delivery'), document['superseded_by']),
    ]
    return [(title, str(value)) for title, value in figures if value not in (None, '')]


def _findings(report: Mapping[str, Any]) -> list[tuple[str, Any]]:
    rows, diff = report['rows'], report['diff']
    changes = diff and say(
        f'thêm {diff["added"]}, đổi {diff["changed"]}, bỏ {diff["closed"]}',
        f'{diff["added"]} added, {diff["changed"]} changed, {diff["closed"]} removed',
    )
    return [
        (say('Hệ tọa độ', 'Coordinate system'), report['crs']['decided'] or report['crs']['declared']),
        # of a file that waits before its rows are read there is nothing to count
        (say('Số hàng đã đọc', 'Rows read'), rows['read'] or None),
        (say('Số hàng lỗi', 'Bad rows'), rows['bad_rows'] if rows['read'] else None),
        (say('Thay đổi', 'Changes'), changes),
    ]


def mode_title(mode: str) -> str:
    """What a delivery does with what the file does not have."""
    whole, part = say('thay thế toàn bộ', 'replace all'), say('thêm và cập nhật', 'add and update')
    return whole if mode == 'replace' else part


def minute_of(moment: str) -> str:
    """A moment of the service by the clock of this computer, to the minute."""
    local = datetime.fromisoformat(moment.replace('Z', '+00:00')).astimezone()
    return local.strftime(say('%d/%m/%Y %H:%M', '%Y-%m-%d %H:%M'))


def _paragraph(text: str, more: list[str] | None = None) -> str:
    return f'<p>{": ".join([text, "; ".join(more)]) if more else text}</p>'


def _facts(facts: list[tuple[str, str]]) -> str:
    rows = (f'<tr><td>{escape(title)}:&nbsp;</td><td>{escape(value)}</td></tr>' for title, value in facts)
    return f'<table>{"".join(rows)}</table>'


def _faults(report: Mapping[str, Any]) -> str:
    faults = faults_by_code(report['rows'])[:MOST_FAULTS] if report else []
    if not faults:
        return ''
    heads = say('Số hàng', 'Rows'), '', say('Sai ở đâu, ví dụ', 'What is wrong, for example')
    head = ''.join(f'<th align="left">{each}&nbsp;&nbsp;</th>' for each in heads)
    return f'<h4>{say("Lỗi của các hàng", "Faults of rows")}</h4><table><tr>{head}</tr>{_fault_rows(faults)}</table>'


def _fault_rows(faults: list[tuple[int, bool, str]]) -> str:
    words = {True: say('lỗi', 'error'), False: say('cảnh báo', 'warning')}
    return ''.join(
        f'<tr><td>{count}</td><td>{words[is_error]}&nbsp;&nbsp;</td><td>{escape(message)}</td></tr>'
        for count, is_error, message in faults
    )


def _decision(made: Mapping[str, Any]) -> str:
    words = say('Nhận', 'Accepted') if made['decision'] == 'accept' else say('Trả lại', 'Returned')
    line = f'{minute_of(made["decided_at"])}, {made["decided_by"]}: {words}, “{made["reason"]}”'
    # of a file that was accepted and did not pass; an older service sends no notes
    notes = [escape(note) for note in made.get('notes', [])]
    is_refused = made['decision'] == 'accept' and made['outcome'] == 'returned'
    came_to = say(' → không đạt, vẫn chờ', ' → not passed, waits on') if is_refused else ''
    return _paragraph(escape(line) + came_to, notes)
