"""Values of a result in words: codes as people say them, a norm as it is cited, parts under their titles."""

from collections.abc import Mapping
from typing import Any

from dothi.core.text import LANGUAGES, Lang, Text
from processes.base import Figure
from processes.forms.names import COMMON, title_of, unit_for
from processes.forms.numbers import value_text

UNVERIFIED = Text(vi='chưa kiểm chứng với văn bản', en='not verified against the text')
# Members whose values are codes of ours; what agencies write stands as they wrote it.
CODED = (
    'mode',
    'measured',
    'travel',
    'method',
    'connected_to',
    'event',
    'level',
    'weight',
    'kind',
    'condition',
    'trend',
    'statistic',
    'statistics',
)
YEARS = ('census', 'laid_year')
CODES = {
    'network': Text(vi='theo đường đi', en='along the roads'),
    'straight-line': Text(vi='theo đường thẳng', en='in a straight line'),
    'straight-line, between centres of cells': Text(
        vi='theo đường thẳng, giữa tâm các ô', en='in a straight line between centres of cells'
    ),
    'walking': Text(vi='đi bộ', en='walking'),
    'cycling': Text(vi='xe đạp', en='cycling'),
    'driving': Text(vi='lái xe', en='driving'),
    'sea': Text(vi='biển', en='the sea'),
    'close-valve': Text(vi='đóng van', en='a closed valve'),
    'burst-pipe': Text(vi='vỡ ống', en='a burst pipe'),
    'lose-substation': Text(vi='mất trạm biến áp', en='a lost substation'),
    'commune': Text(vi='cấp xã', en='commune'),
    'district': Text(vi='cấp huyện', en='district'),
    'province': Text(vi='cấp tỉnh', en='province'),
    'area': Text(vi='diện tích', en='area'),
    'population': Text(vi='dân số', en='population'),
    'crosswalk': Text(vi='bảng quy đổi', en='the crosswalk'),
    'whole': Text(vi='nguyên đơn vị', en='whole units'),
    'exact': Text(vi='chính xác', en='exact'),
    'greedy': Text(vi='tham lam', en='greedy'),
    'auto': Text(vi='tự chọn', en='automatic'),
    'insulated': Text(vi='dây bọc', en='insulated'),
    'bare': Text(vi='dây trần', en='bare'),
    'open': Text(vi='hở', en='open'),
    'enclosed': Text(vi='kín', en='enclosed'),
    'treated': Text(vi='đã xử lý', en='treated'),
    'untreated': Text(vi='chưa xử lý', en='untreated'),
    'any': Text(vi='mọi trường hợp', en='any'),
    'power_line': Text(vi='đường dây điện', en='power line'),
    'road': Text(vi='đường bộ', en='road'),
    'dike': Text(vi='đê', en='dike'),
    'canal': Text(vi='kênh', en='canal'),
    'wastewater_works': Text(vi='công trình xử lý nước thải', en='wastewater works'),
    'landfills': Text(vi='bãi chôn lấp rác', en='landfills'),
    'cemeteries': Text(vi='nghĩa trang', en='cemeteries'),
    'met': Text(vi='đạt', en='met'),
    'not_met': Text(vi='không đạt', en='not met'),
    'not_shown': Text(vi='không chứng minh được', en='not shown'),
    'hot': Text(vi='điểm nóng', en='hot'),
    'cold': Text(vi='điểm lạnh', en='cold'),
    'none': Text(vi='không có ý nghĩa thống kê', en='not significant'),
    'rising': Text(vi='tăng', en='rising'),
    'falling': Text(vi='giảm', en='falling'),
    'count': Text(vi='số lượng', en='count'),
    'sum': Text(vi='tổng', en='sum'),
    'mean': Text(vi='trung bình', en='mean'),
    'min': Text(vi='nhỏ nhất', en='least'),
    'max': Text(vi='lớn nhất', en='largest'),
    'median': Text(vi='trung vị', en='median'),
    'stdev': Text(vi='độ lệch chuẩn', en='standard deviation'),
    'majority': Text(vi='giá trị phổ biến nhất', en='most frequent value'),
    'minority': Text(vi='giá trị hiếm nhất', en='rarest value'),
    'variety': Text(vi='số giá trị khác nhau', en='number of different values'),
    'length_m': Text(vi='chiều dài', en='length'),
    'area_m2': Text(vi='diện tích', en='area'),
    'replace': Text(vi='thay thế', en='replace'),
    'upsert': Text(vi='thêm và cập nhật', en='add and update'),
    'from': Text(vi='từ', en='from'),
    'to': Text(vi='đến', en='to'),
}


def in_words(name: str, value: Any, figures: Mapping[str, Figure], lang: Lang, unit: str | None = None) -> str:
    """The value of the member `name` as one line."""
    if isinstance(value, int) and name in YEARS:
        return str(value)
    if isinstance(value, str) and (name in CODED or name.endswith('verdict')):
        return CODES[value].pick(lang) if value in CODES else value_text(value, lang)
    if isinstance(value, list) and name in CODED:
        return '; '.join(in_words(name, part, figures, lang) for part in value) or value_text(None, lang)
    if not isinstance(value, dict) or value.keys() == set(LANGUAGES):
        return value_text(value, lang, unit)
    if value.get('clause'):
        return cite_norm(value, lang)
    return ', '.join(_member_in_words(key, part, figures, lang) for key, part in value.items()) or value_text(
        None, lang
    )


def _member_in_words(name: str, value: Any, figures: Mapping[str, Figure], lang: Lang) -> str:
    """A part of a value: its title, and what it is; in brackets where that has parts of its own."""
    ours = name in CODES and name not in COMMON and name not in figures
    title = CODES[name].pick(lang) if ours else title_of(name, figures, lang)
    phrase = in_words(name, value, figures, lang, unit_for(name, figures))
    return f'{title} ({phrase})' if isinstance(value, dict) else f'{title}: {phrase}'


def cite_norm(norm: Mapping[str, Any], lang: Lang) -> str:
    """`Decree 14/2014/ND-CP, art. 11: power_line, (35,110] kV, bare: 4 m`, and whether anybody has verified it."""
    of = [str(norm[name]) for name in ('subject', 'class', 'condition') if norm.get(name) not in (None, 'any')]
    value = value_text(norm.get('value'), lang, norm.get('unit'))
    doubt = f' ({UNVERIFIED.pick(lang)})' if norm.get('verified') is False else ''
    return f'{norm["clause"]}: {", ".join(of)}: {value}{doubt}' if of else f'{norm["clause"]}: {value}{doubt}'
