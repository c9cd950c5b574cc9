"""The page of a receipt: what came, what became of it, what to do."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from dothi.core.clock import local_day, local_moment
from dothi.core.coverage import Coverage
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Lang, Text
from etl.desk.held import WAITS_FOR, Reason
from etl.desk.records import DeliveryShown
from etl.pages import template
from etl.receipt.kept_rows import KeptRow
from etl.report.grouping import Fault, FaultGroup, group_faults, repair_lines
from etl.report.map import svg

SHOWN_LINES = 1_000
STATES = {
    'received': Text(vi='Đang xử lý', en='Being worked on'),
    'diagnosed': Text(vi='Chờ trung tâm quyết định', en='Waits for the centre to decide'),
    'accepted': Text(vi='Đã nhận', en='Accepted'),
    'returned': Text(vi='Trả lại', en='Returned'),
    'superseded': Text(vi='Đã được đợt giao mới thay', en='Superseded by a newer delivery'),
    'unchanged': Text(vi='Đã nhận, không có gì thay đổi', en='Accepted, nothing changed'),
    'failed': Text(vi='Bị gián đoạn', en='Interrupted'),
}


def page(
    shown_delivery: DeliveryShown,
    locality: Locality,
    rows: Sequence[KeptRow],
    rows_file: str | None,
    lang: Lang = 'vi',
) -> str:
    """The receipt as HTML with everything inside, in both languages.

    rows_file: name of the GeoPackage beside it, if there is one. lang: the language that it shows first.
    """
    report, delivery = shown_delivery.report, shown_delivery.delivery
    described = locality.described(delivery.layer_id)
    errors, warnings = (_lines(rows, severity) for severity in ('error', 'warning'))
    return template('receipt.html').render(
        english=lang == 'en',
        delivery=delivery,
        report=report,
        notes=report.notes if report else [],
        layer=described,
        agency=locality.agencies.get(delivery.agency or ''),
        state=STATES[delivery.status],
        waits_for=[WAITS_FOR[reason] for reason in delivery.held] if delivery.status == 'diagnosed' else [],
        decisions=[{'made': made, 'at': _moment(made.decided_at, locality)} for made in shown_delivery.decisions],
        to_do=to_do(shown_delivery, rows, rows_file),
        repairs=repair_lines(report) if report else [],
        errors=errors[:SHOWN_LINES],
        warnings=warnings[:SHOWN_LINES],
        more=max(len(errors), len(warnings)) > SHOWN_LINES,
        titles=_column_titles(described),
        map=Markup(svg(report)) if report else '',  # noqa: S704 (made here from numbers and fixed words)
        received=_moment(delivery.received_at, locality),
        head=locality.place.letterhead,
        dated=_dated(delivery.finished_at or delivery.received_at, locality),
        scope=_scope_title(delivery.scope),
    )


def _moment(at: datetime, locality: Locality) -> Text:
    zone = locality.place.zone
    return Text(vi=local_moment(at, zone, 'vi'), en=local_moment(at, zone, 'en'))


def _dated(at: datetime, locality: Locality) -> Text:
    """`ngày 05 tháng 01 năm 2026`: days and months below ten, as Decree 30/2020 writes them, with a zero."""
    day = local_day(at, locality.place.zone)
    return Text(vi=f'ngày {day:%d} tháng {day:%m} năm {day.year}', en=f'{day}')


def _scope_title(scope: str) -> Text:
    """The unit that a delivery is limited to."""
    code = scope.removeprefix('unit=')
    return Text(vi=f'đơn vị {code}', en=f'the unit {code}')


def _lines(rows: Sequence[KeptRow], severity: str) -> list[FaultGroup]:
    same = (row for row in rows if row.severity == severity)
    return group_faults(Fault(row.row, row.code, row.column, row.value, row.message) for row in same)


def _column_titles(described: Layer | Coverage) -> dict[str, Text]:
    """What people call the layer's columns or the raster's bands."""
    parts = described.columns if isinstance(described, Layer) else described.bands
    return {name: part.title for name, part in parts.items()}


def to_do(shown_delivery: DeliveryShown, rows: Sequence[KeptRow], rows_file: str | None) -> list[Text]:
    """What the focal point is to do now, the most pressing first."""
    status, errors = shown_delivery.delivery.status, len({row.row for row in rows if row.severity == 'error'})
    steps = [_FIRST[status]] if status in _FIRST else []
    if status == 'diagnosed':
        steps += [_ASKED[reason] for reason in shown_delivery.delivery.held if reason in _ASKED]
    if errors:
        steps.append(
            Text(
                vi='Sửa {errors:,} hàng trong danh sách dưới đây (mở {rows_file} bằng QGIS để thấy chỗ và lý do), '
                'rồi giao lại cả tệp.',
                en='Correct the {errors:,} rows listed below (open {rows_file} in QGIS to see where and why), and '
                'deliver the whole file again.',
            ).format(errors=errors, rows_file=rows_file or '')
        )
    if any(row.severity == 'warning' for row in rows):
        steps.append(
            Text(
                vi='Xem các cảnh báo: những hàng đó đã được nhận, nhưng nên kiểm tra.',
                en='Look at the warnings: those rows were accepted, and are worth a check.',
            )
        )
    return steps or [Text(vi='Không cần làm gì.', en='There is nothing to do.')]


# What a focal point can answer before it is rung up.
_ASKED: dict[Reason, Text] = {
    'crs': Text(
        vi='Cho trung tâm biết tọa độ theo hệ nào: VN-2000 hay WGS 84, múi chiếu và kinh tuyến trục, X là hướng bắc '
        'hay hướng đông.',
        en='Tell the centre which system the coordinates are in: VN-2000 or WGS 84, zone and central meridian, whether '
        'X is north or east.',
    ),
    'encoding': Text(
        vi='Cho trung tâm biết tệp được gõ bằng phông hay bảng mã nào, hoặc lưu lại bằng Unicode và giao lại.',
        en='Tell the centre which font or encoding the file was typed in, or save it as Unicode and deliver it again.',
    ),
    'loss': Text(
        vi='Cho trung tâm biết các đối tượng bị bỏ có đúng là không còn nữa, hay tệp chỉ là một phần.',
        en='Tell the centre whether the features that go are really gone, or the file is only a part.',
    ),
    'moved': Text(
        vi='Cho trung tâm biết vì sao nhiều đối tượng dời chỗ: đo lại, hay đổi hệ tọa độ.',
        en='Tell the centre why many features moved: a new survey, or another coordinate system.',
    ),
}
_FIRST = {
    'returned': Text(
        vi='Không có gì được phát hành. Sửa theo các điểm dưới đây và giao lại.',
        en='Nothing was released. Correct what is told below and deliver again.',
    ),
    'diagnosed': Text(
        vi='Trung tâm đang xem xét và có thể hỏi lại; dữ liệu cũ vẫn được phục vụ.',
        en='The centre is looking into it and may ask; the data of before is still served.',
    ),
    'failed': Text(vi='Xử lý bị gián đoạn. Giao lại tệp.', en='The work was interrupted. Deliver the file again.'),
}
