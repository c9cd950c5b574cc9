"""What each fault is: the element of data quality that it speaks against, how grave it usually is, what to do.

Elements are those of ISO 19157. Its annex of measures places self-intersections (26), slivers (25) and ends that
fall short of a line (23) under topological consistency, doubled items under commission, and overlapping surfaces
of one coverage under conceptual consistency.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dothi.core.layer import Layer, Severity
from dothi.core.text import Text

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


@dataclass(frozen=True)
class Kind:
    """One kind of fault. advice: what the sender does about it. key: of the layer file, where one asks for it."""

    element: Element
    title: Text
    advice: Text
    severity: Severity = 'error'
    key: str | None = None


def severity_of(code: str, layer: Layer) -> Severity:
    """How grave a fault is in this layer."""
    chosen = {str(name): severity for name, severity in layer.checks.severity.items()}
    return chosen.get(code, KINDS[code].severity)


def by_element(counts: Mapping[str, int]) -> dict[str, int]:
    """How often each element of quality was spoken against, from how often each fault was met."""
    counts_by_element: Counter[str] = Counter()
    for code, count in counts.items():
        counts_by_element[KINDS[code].element] += count
    return dict(sorted(counts_by_element.items()))


def _kind(
    element: Element,
    vi: tuple[str, str],
    en: tuple[str, str],
    severity: Severity = 'error',
    key: str | None = None,
) -> Kind:
    return Kind(element, Text(vi=vi[0], en=en[0]), Text(vi=vi[1], en=en[1]), severity, key)


KINDS: dict[str, Kind] = {
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
    ),
    'near_duplicate': _kind(
        'completeness_commission',
        ('Gần như trùng với hàng khác', 'Xem có phải một đối tượng ghi hai lần không.'),
        ('Nearly the same as another row', 'See whether one feature was recorded twice.'),
        'warning',
        'near_duplicate_m',
    ),
    'sliver': _kind(
        'topological_consistency',
        ('Vùng quá hẹp', 'Gộp vào vùng bên cạnh, hoặc vẽ lại.'),
        ('Sliver', 'Join it with its neighbour, or draw it again.'),
        'warning',
        'sliver_width_m',
    ),
    'overlap': _kind(
        'conceptual_consistency',
        ('Chồng lên vùng khác', 'Sửa ranh giới chung.'),
        ('Overlaps another polygon', 'Correct the common boundary.'),
        'warning',
        'coverage',
    ),
    'gap': _kind(
        'topological_consistency',
        ('Khe hở với vùng bên cạnh', 'Khép ranh giới chung.'),
        ('Gap to the neighbour', 'Close the common boundary.'),
        'warning',
        'coverage, gap_width_m',
    ),
    'dangle': _kind(
        'topological_consistency',
        ('Đầu đường chưa chạm đường khác', 'Nối đầu đường, nếu trên thực địa chúng nối nhau.'),
        ('An end that falls short of a line', 'Join them, if they meet on the ground.'),
        'warning',
        'snap_m',
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
    ),
    'number_ambiguous': _kind(
        'format_consistency',
        ('Số có thể hiểu hai cách', 'Bỏ dấu phân cách hàng nghìn, hoặc viết số thập phân không dùng đúng ba chữ số.'),
        ('A number of two meanings', 'Leave signs of thousands out, or write decimals in another number than three.'),
        'warning',
    ),
    'date_future': _kind(
        'temporal_quality',
        ('Ngày khảo sát ở tương lai', 'Sửa ngày.'),
        ('A survey in the future', 'Correct the date.'),
        'error',
        'survey_date',
    ),
    'date_stale': _kind(
        'temporal_quality',
        ('Khảo sát đã cũ', 'Khảo sát lại.'),
        ('A survey out of date', 'Survey it again.'),
        'warning',
        'stale_after',
    ),
    'unit_missing': _kind(
        'completeness_omission',
        ('Đơn vị không có hàng nào', 'Bổ sung, hoặc cho biết vì sao không có.'),
        ('A unit without a row', 'Add it, or say why there is none.'),
        'warning',
        'complete',
    ),
}
