"""What the doctor says of coordinates: the evidence for each candidate, and what was decided and why."""

from shlex import quote

from dothi.core.numbers import number_vi, vietnamese_signs
from dothi.core.text import AdvisedText, CountedText, Text


def release(title: Text, number: int, demo: bool) -> Text:
    """A released layer as it is referred to."""
    return Text(
        vi=f'{title.vi} (bản phát hành {number}{", dữ liệu minh họa" if demo else ""})',
        en=f'{title.en} (release {number}{", demonstration data" if demo else ""})',
    )


def in_extent(share: float, rows: int) -> Text:
    return Text(
        vi='{share:.1%} trong {rows:,} hàng nằm trong khung của địa phương; khung không phân biệt được múi chiếu',
        en='{share:.1%} of {rows:,} rows lie in the extent of the locality, which does not tell zones apart',
    ).format(share=share, rows=rows)


def in_units(share: float, rows: int, what: Text) -> Text:
    return Text(
        vi='{share:.1%} trong {rows:,} hàng nằm trong {what}', en='{share:.1%} of {rows:,} rows lie in: {what}'
    ).format(share=share, rows=rows, what=what)


def in_named_units(outside: int, rows: int, what: Text) -> Text:
    return Text(
        vi=f'{number_vi(rows - outside)} trong {number_vi(rows)} hàng nằm trong đơn vị mà mã của hàng chỉ ra: '
        f'{what.vi}',
        en=f'{rows - outside} of {rows} rows lie in the unit that their code names: {what.en}',
    )


def moved(rows: int, median_m: float, most_m: float, overlap: float | None, what: Text) -> Text:
    overlaps = Text(vi='', en='')
    if overlap is not None:
        overlaps = Text(vi=', chồng khớp {overlap:.1%}', en=', overlap {overlap:.1%}').format(overlap=overlap)
    return Text(
        vi='{rows:,} đối tượng cùng mã cách {what}: trung vị {median_m}, 95 % dưới {most_m}{overlaps}',
        en='{rows:,} features with the same key are off from {what}: median {median_m}, 95 % within {most_m}{overlaps}',
    ).format(rows=rows, what=what, median_m=distance_text(median_m), most_m=distance_text(most_m), overlaps=overlaps)


def nearest(rows: int, median_m: float, what: Text) -> Text:
    return Text(
        vi='{rows:,} hàng cách đối tượng gần nhất của {what}: trung vị {median_m}',
        en='{rows:,} rows are off from the nearest feature of {what}: median {median_m}',
    ).format(rows=rows, what=what, median_m=distance_text(median_m))


def distance_text(distance_m: float) -> Text:
    """A distance as people say it: 0.02 m, 224 m, 52.2 km; 52,2 km in Vietnamese."""
    if distance_m >= 10_000:
        en = f'{distance_m / 1000:,.1f} km'
    else:
        en = f'{distance_m:,.0f} m' if distance_m >= 10 else f'{distance_m:.2f} m'
    return Text(vi=vietnamese_signs(en), en=en)


def by_parameters(label: str) -> Text:
    return Text(
        vi=f'Tệp khai báo WGS 84 với tham số chỉ có ở VN-2000, nên hiểu là {label} (nếu không sẽ lệch 224 m).',
        en=f'The file declares WGS 84 with parameters that only VN-2000 has: read as {label} (else 224 m off).',
    )


def by_name(label: str) -> Text:
    return Text(
        vi=f'Tệp khai báo mốc WGS 84 nhưng tên hệ tọa độ là VN-2000, nên hiểu là {label} (nếu không sẽ lệch 224 m).',
        en=f'The file declares the datum WGS 84 under the name of VN-2000: read as {label} (else 224 m off).',
    )


def by_evidence(label: str, evidence: Text) -> CountedText:
    text = Text(
        vi='Tệp không nói hệ tọa độ; đọc theo {label} vì không hệ nào khác khớp: {evidence}.',
        en='The file names no coordinate system; read as {label}, as no other system fits: {evidence}.',
    ).format(label=label, evidence=evidence)
    uncounted = Text(
        vi=f'Tệp không nói hệ tọa độ; đọc theo {label} vì không hệ nào khác khớp.',
        en=f'The file names no coordinate system; read as {label}, as no other system fits.',
    )
    return CountedText.of(text, uncounted)


def northing_first(label: str) -> Text:
    return Text(
        vi=f'Cột X là tọa độ bắc, cột Y là tọa độ đông ({label}): chỉ như vậy các điểm mới nằm đúng chỗ.',
        en=f'The column X is the northing and Y the easting ({label}): only so do the points lie where they must.',
    )


def which(labels: list[str]) -> AdvisedText:
    likely = ', '.join(labels) or '–'
    return AdvisedText(
        vi=f'Tệp không nói hệ tọa độ và bằng chứng chưa đủ để quyết định (có thể: {likely}). '
        'Cho biết tọa độ theo hệ nào.',
        en=f'The file names no coordinate system, and the evidence does not decide (possible: {likely}). '
        'Say which system the coordinates are in.',
        steward=_name_it(labels),
    )


def lost_datum(declared: str, twin: str, off: Text) -> AdvisedText:
    return AdvisedText(
        vi=f'Tệp khai báo {declared} (WGS 84), nhưng ở đây đó gần như luôn là {twin} (VN-2000) bị mất mốc, lệch '
        f'{off.vi}, '
        f'và không có dữ liệu nào đã phát hành cho thấy. Cho biết là {twin} hay {declared}.',
        en=f'The file declares {declared} (WGS 84), which here is nearly always {twin} (VN-2000) that lost its datum, '
        f'{off.en} off, and nothing released tells. Say whether it is {twin} or {declared}.',
        steward=_name_it([twin, declared]),
    )


def unused_zone(declared: str, expected: str, off: Text) -> AdvisedText:
    return AdvisedText(
        vi=f'Tệp khai báo {declared}, múi chiếu không dùng ở đây; lớp này thường theo {expected}, lệch {off.vi}, '
        f'và không có dữ liệu nào đã phát hành cho thấy. Cho biết là {expected} hay {declared}.',
        en=f'The file declares {declared}, a zone that is not used here; the layer usually comes in {expected}, '
        f'{off.en} off, and nothing released tells. Say whether it is {expected} or {declared}.',
        steward=_name_it([expected, declared]),
    )


def overruled(declared: str, decided: str, off: Text) -> AdvisedText:
    return AdvisedText(
        vi=f'CHÚ Ý: tệp khai báo {declared}, nhưng dữ liệu đã phát hành cho thấy đó là {decided} '
        f'(khai báo sai lệch {off.vi}). Đã đọc theo {decided}. Sửa khai báo trong tệp, hoặc cho biết nếu không đúng.',
        en=f'ATTENTION: the file declares {declared}, but what is released shows that it is {decided} '
        f'(the declaration is {off.en} off). Read as {decided}. Correct the declaration in the file, or say if that '
        'is wrong.',
        steward=Text(
            vi=f'Nếu khai báo là đúng: {crs_option(declared)}.',
            en=f'If the declaration is right: {crs_option(declared)}.',
        ),
    )


def contradicted(declared: str, labels: list[str]) -> AdvisedText:
    likely = ', '.join(labels) or '–'
    return AdvisedText(
        vi=f'Tệp khai báo {declared}, nhưng những gì đã biết về nơi này trái với điều đó (khớp hơn: {likely}). '
        'Sửa khai báo trong tệp, hoặc cho biết hệ đúng.',
        en=f'The file declares {declared}, which what is known of the place contradicts (a better fit: {likely}). '
        'Correct the declaration in the file, or say which system is right.',
        steward=_name_it([*labels[:1], declared]),
    )


def against_the_given(named_crs: str, labels: list[str]) -> Text:
    likely = ', '.join(labels) or '–'
    return Text(
        vi=f'Đọc theo {named_crs} như đã yêu cầu, nhưng những gì đã biết về nơi này trái với điều đó '
        f'(khớp hơn: {likely}). Kiểm tra hệ tọa độ.',
        en=f'Read as {named_crs} as asked, but what is known of the place contradicts it (a better fit: {likely}). '
        'Check the coordinate system.',
    )


def crs_option(label: str) -> str:
    """The option that names a coordinate system, as it is to be typed."""
    return f'--crs {quote(label)}'


def _name_it(labels: list[str]) -> Text:
    """How a steward names the system; labels: the likely ones, the best first."""
    options = [crs_option(label) for label in labels[:2]] or ['--crs EPSG:…']
    return Text(
        vi=f'Chỉ định hệ, chẳng hạn {" hoặc ".join(options)}.', en=f'Name the system, such as {" or ".join(options)}.'
    )
