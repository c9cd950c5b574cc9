"""What each fault is: the element of data quality that it speaks against, how grave it usually is, what to do.

Elements are those of ISO 19157. Its annex of measures places self-intersections (26), slivers (25) and ends that
fall short of a line (23) under topological consistency, doubled items under commission, and overlapping surfaces
of one coverage under conceptual consistency.
"""

from dataclasses import dataclass
from typing import Literal

from dothi.core.text import Text

# An error keeps a row out of the release, a warning only tells of it.
Severity = Literal['error', 'warning']
Element = Literal[
    'completeness_commission',
    'completeness_omission',
    'conceptual_consistency',
    'domain_consistency',
    'format_consistency',
    'topological_consistency',
    'positional_accuracy',
    'thematic_accuracy',
    'temporal_quality',
]
ELEMENTS: dict[Element, Text] = {
    'completeness_commission': Text(vi='Đầy đủ: thừa', en='Completeness: commission'),
    'completeness_omission': Text(vi='Đầy đủ: thiếu', en='Completeness: omission'),
    'conceptual_consistency': Text(vi='Nhất quán khái niệm', en='Conceptual consistency'),
    'domain_consistency': Text(vi='Nhất quán miền giá trị', en='Domain consistency'),
    'format_consistency': Text(vi='Nhất quán định dạng', en='Format consistency'),
    'topological_consistency': Text(vi='Nhất quán topo', en='Topological consistency'),
    'positional_accuracy': Text(vi='Độ chính xác vị trí', en='Positional accuracy'),
    'thematic_accuracy': Text(vi='Độ chính xác thuộc tính', en='Thematic accuracy'),
    'temporal_quality': Text(vi='Chất lượng thời gian', en='Temporal quality'),
}
FaultCode = Literal[
    'geometry_invalid',
    'geometry_empty',
    'geometry_kind',
    'outside_locality',
    'key_missing',
    'key_duplicate',
    'key_too_long',
    'duplicate_row',
    'type',
    'domain',
    'number_ambiguous',
    'range',
    'required',
    'text_encoding',
    'coordinates_missing',
    'place_unsure',
    'unknown_unit',
    'outside_scope',
    'outside_parent',
    'far_from_unit',
    'other_unit_name',
    'key_case',
    'near_duplicate',
    'duplicate_geometry',
    'sliver',
    'overlap',
    'gap',
    'dangle',
    'date_future',
    'date_stale',
    'unit_missing',
    'hidden_row',
]


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault. advice: what the sender does about it. key: of the layer file, where one asks for it.

    adjustable: whether a layer file may set the severity; the other faults make a row unusable and are always errors.
    """

    element: Element
    title: Text
    advice: Text
    severity: Severity = 'error'
    key: str | None = None
    adjustable: bool = False


def _kind(
    element: Element,
    vi: tuple[str, str],
    en: tuple[str, str],
    severity: Severity = 'error',
    key: str | None = None,
    *,
    adjustable: bool = False,
) -> FaultKind:
    return FaultKind(element, Text(vi=vi[0], en=en[0]), Text(vi=vi[1], en=en[1]), severity, key, adjustable)


FAULT_KINDS: dict[str, FaultKind] = {
    'geometry_invalid': _kind(
        'topological_consistency',
        ('Hình học sai', 'Sửa hình tại chỗ được nêu.'),
        ('Invalid geometry', 'Correct the shape at the place named.'),
    ),
    'geometry_empty': _kind(
        'completeness_omission',
        ('Không có hình học', 'Vẽ hình, hoặc xóa hàng.'),
        ('No geometry', 'Draw it, or delete the row.'),
    ),
    'geometry_kind': _kind(
        'conceptual_consistency',
        ('Sai loại hình học', 'Tách hàng hoặc vẽ lại.'),
        ('Another kind of geometry', 'Split the row, or draw it again.'),
    ),
    'coordinates_missing': _kind(
        'completeness_omission',
        ('Thiếu tọa độ', 'Điền đủ tọa độ.'),
        ('Coordinates missing', 'Fill both in.'),
    ),
    'place_unsure': _kind(
        'positional_accuracy',
        ('Địa chỉ chưa chắc ở đâu', 'Cho tọa độ, hoặc ghi rõ địa chỉ hơn.'),
        ('Address that may be elsewhere', 'Give coordinates, or a fuller address.'),
    ),
    'outside_locality': _kind(
        'positional_accuracy',
        ('Ngoài khung địa phương', 'Kiểm tra hệ tọa độ, thứ tự trục và vị trí.'),
        ('Outside the locality', 'Check the coordinate system, the order of axes and the place.'),
    ),
    'outside_scope': _kind(
        'completeness_commission',
        ('Ngoài phạm vi đợt giao', 'Bỏ hàng, hoặc gửi tệp là của cả địa phương.'),
        ("Outside the delivery's scope", 'Remove the row, or send the file as one of the whole locality.'),
    ),
    'outside_parent': _kind(
        'thematic_accuracy',
        ('Nằm ngoài đơn vị ghi trong hàng', 'Sửa mã đơn vị hoặc vị trí.'),
        ('Outside the unit that the row names', 'Correct the code of the unit, or the place.'),
        'warning',
        'parent_tolerance_m',
        adjustable=True,
    ),
    'far_from_unit': _kind(
        'positional_accuracy',
        ('Xa đơn vị ghi trong hàng, có thể ở múi chiếu khác', 'Kiểm tra hệ tọa độ của các hàng này, hoặc mã đơn vị.'),
        (
            'Far from the unit that the row names, perhaps in another zone',
            'Check their coordinate system, or the code.',
        ),
        'warning',
        'unit_layer',
    ),
    'other_unit_name': _kind(
        'thematic_accuracy',
        ('Tên là của đơn vị có mã khác', 'Sửa mã hoặc tên cho khớp với danh mục.'),
        ('The name is that of a unit with another code', 'Make code and name agree with the register.'),
        'warning',
    ),
    'key_case': _kind(
        'thematic_accuracy',
        ('Mã chỉ khác nhau chữ hoa, chữ thường', 'Thống nhất cách viết mã.'),
        ('Keys that differ in case only', 'Write them one way.'),
        'warning',
    ),
    'key_missing': _kind('completeness_omission', ('Thiếu mã khóa', 'Điền mã.'), ('Key missing', 'Fill the key in.')),
    'key_duplicate': _kind(
        'completeness_commission',
        ('Trùng khóa, khác nội dung', 'Giữ một hàng đúng.'),
        ('Key repeated with other contents', 'Keep the right row.'),
    ),
    'key_too_long': _kind('format_consistency', ('Mã khóa quá dài', 'Rút ngắn mã.'), ('Key too long', 'Shorten it.')),
    'duplicate_row': _kind(
        'completeness_commission',
        ('Hàng lặp lại', 'Không phải làm gì: một bản được giữ.'),
        ('Row repeated', 'Nothing: one copy is kept.'),
    ),
    'duplicate_geometry': _kind(
        'completeness_commission',
        ('Trùng hình với hàng khác', 'Xem có phải một đối tượng ghi hai lần không.'),
        ('The same geometry as another row', 'See whether one feature was recorded twice.'),
        'warning',
        'near_duplicate_m',
        adjustable=True,
    ),
    'near_duplicate': _kind(
        'completeness_commission',
        ('Gần như trùng với hàng khác', 'Xem có phải một đối tượng ghi hai lần không.'),
        ('Nearly the same as another row', 'See whether one feature was recorded twice.'),
        'warning',
        'near_duplicate_m',
        adjustable=True,
    ),
    'sliver': _kind(
        'topological_consistency',
        ('Vùng quá hẹp', 'Gộp vào vùng bên cạnh, hoặc vẽ lại.'),
        ('Sliver', 'Join it with its neighbour, or draw it again.'),
        'warning',
        'sliver_width_m',
        adjustable=True,
    ),
    'overlap': _kind(
        'conceptual_consistency',
        ('Chồng lên vùng khác', 'Sửa ranh giới chung.'),
        ('Overlaps another polygon', 'Correct the common boundary.'),
        'warning',
        'coverage',
        adjustable=True,
    ),
    'gap': _kind(
        'topological_consistency',
        ('Khe hở với vùng bên cạnh', 'Khép ranh giới chung.'),
        ('Gap to the neighbour', 'Close the common boundary.'),
        'warning',
        'coverage, gap_width_m',
        adjustable=True,
    ),
    'dangle': _kind(
        'topological_consistency',
        ('Đầu đường chưa chạm đường khác', 'Nối đầu đường, nếu trên thực địa chúng nối nhau.'),
        ('An end that falls short of a line', 'Join them, if they meet on the ground.'),
        'warning',
        'snap_m',
        adjustable=True,
    ),
    'type': _kind('format_consistency', ('Sai kiểu giá trị', 'Sửa giá trị.'), ('Wrong type', 'Correct the value.')),
    'text_encoding': _kind(
        'format_consistency',
        ('Không đọc được chữ', 'Cho biết phông hay bảng mã, hoặc lưu lại dạng UTF-8.'),
        ('Text cannot be read', 'Say which font or encoding, or save the file as UTF-8.'),
    ),
    'domain': _kind(
        'domain_consistency',
        ('Không có trong danh mục', 'Sửa giá trị, hoặc đề nghị trung tâm thêm vào danh mục.'),
        ('Not in the list', 'Correct it, or ask the centre to add it to the list.'),
    ),
    'range': _kind(
        'domain_consistency',
        ('Ngoài khoảng cho phép, có thể do sai đơn vị đo', 'Kiểm tra giá trị và đơn vị.'),
        ('Outside the limits, perhaps in another unit', 'Check the value and its unit.'),
    ),
    'required': _kind(
        'completeness_omission', ('Thiếu giá trị bắt buộc', 'Điền giá trị.'), ('Required value missing', 'Fill it in.')
    ),
    'unknown_unit': _kind(
        'domain_consistency',
        ('Mã đơn vị không có hiệu lực trong ngày đó', 'Sửa mã, hoặc cho biết dữ liệu là của ngày nào.'),
        ('No code of a unit in force on that day', 'Correct it, or say of which day the data is.'),
        key='unit_layer',
        adjustable=True,
    ),
    'number_ambiguous': _kind(
        'format_consistency',
        ('Số có thể hiểu hai cách', 'Bỏ dấu phân cách hàng nghìn, hoặc viết số thập phân không dùng đúng ba chữ số.'),
        ('A number of two meanings', 'Leave signs of thousands out, or write decimals in another number than three.'),
        'warning',
        adjustable=True,
    ),
    'date_future': _kind(
        'temporal_quality',
        ('Ngày khảo sát ở tương lai', 'Sửa ngày.'),
        ('A survey in the future', 'Correct the date.'),
        'error',
        'survey_date',
        adjustable=True,
    ),
    'date_stale': _kind(
        'temporal_quality',
        ('Khảo sát đã cũ', 'Khảo sát lại.'),
        ('A survey out of date', 'Survey it again.'),
        'warning',
        'stale_after',
        adjustable=True,
    ),
    'unit_missing': _kind(
        'completeness_omission',
        ('Đơn vị không có hàng nào', 'Bổ sung, hoặc cho biết vì sao không có.'),
        ('A unit without a row', 'Add it, or say why there is none.'),
        'warning',
        'complete',
    ),
    'hidden_row': _kind(
        'completeness_commission',
        ('Hàng ẩn trong bảng tính', 'Xóa hàng nếu không muốn giao.'),
        ('Row hidden in the spreadsheet', 'Delete it if it is not to be delivered.'),
        'warning',
        adjustable=True,
    ),
}
