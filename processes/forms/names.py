"""What the members of a result are called, where its process does not say so itself."""

from collections.abc import Mapping

from dothi.core.text import Lang, Text
from processes.base import Figure
from processes.forms.numbers import UNITS, unit_of, unit_text

# What several analyses say alike.
COMMON = {
    'code': Text(vi='Mã', en='Code'),
    'name': Text(vi='Tên', en='Name'),
    'id': Text(vi='Mã', en='Id'),
    'feature_id': Text(vi='Mã đối tượng', en='Feature id'),
    'kind': Text(vi='Loại', en='Kind'),
    'parent_code': Text(vi='Mã cấp trên', en='Code of the unit above'),
    'clause': Text(vi='Điều khoản', en='Clause'),
    'norm': Text(vi='Tiêu chuẩn', en='Norm'),
    'value': Text(vi='Giá trị', en='Value'),
    'features': Text(vi='Số đối tượng', en='Features'),
    'estimated': Text(vi='Ước tính', en='Estimated'),
    'population': Text(vi='Dân số', en='Population'),
    'people': Text(vi='Số người', en='People'),
    'buildings': Text(vi='Công trình', en='Buildings'),
    'facilities': Text(vi='Số cơ sở', en='Facilities'),
    'zones': Text(vi='Vùng báo cáo', en='Zones'),
    'reference_date': Text(vi='Ngày tham chiếu', en='Reference date'),
    'norm_date': Text(vi='Tiêu chuẩn có hiệu lực ngày', en='Norms in force on'),
    'distance_m': Text(vi='Khoảng cách', en='Distance'),
    'area_m2': Text(vi='Diện tích', en='Area'),
    'length_m': Text(vi='Chiều dài', en='Length'),
    'score': Text(vi='Điểm', en='Score'),
    'rank': Text(vi='Hạng', en='Rank'),
    'measured_from': Text(vi='Đo từ', en='Measured from'),
    'method': Text(vi='Phương pháp', en='Method'),
    'period': Text(vi='Kỳ', en='Period'),
    'unit': Text(vi='Đơn vị tính', en='Unit'),
    'verdict': Text(vi='Kết luận', en='Verdict'),
}


def title_of(name: str, figures: Mapping[str, Figure], lang: Lang) -> str:
    """What a member is called: as its process says, as several say alike, or its own name without the unit in it."""
    if name in figures:
        return figures[name].title.pick(lang)
    if name in COMMON:
        return COMMON[name].pick(lang)
    ending = max((end for end in UNITS if name.endswith(end)), key=len, default='')
    plain = name.removesuffix(ending).replace('_', ' ')
    return plain[:1].upper() + plain[1:]


def unit_for(name: str, figures: Mapping[str, Figure]) -> str | None:
    """The unit of a member: as its process says, else as its name does."""
    return figures[name].unit if name in figures else unit_of(name)


def heading(name: str, figures: Mapping[str, Figure], lang: Lang) -> str:
    """Title and unit, as a table's column or a legend has them: `Tỷ lệ được phục vụ (%)`."""
    unit = unit_text(unit_for(name, figures), lang)
    return title_of(name, figures, lang) + (f' ({unit})' if unit else '')
