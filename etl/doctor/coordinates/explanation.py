"""What the doctor says of coordinates: the evidence for each candidate, and what was decided and why."""

from dothi.core.text import Text


def release(title: Text, number: int, demo: bool) -> Text:
    """A released layer as it is referred to."""
    return Text(
        vi=f'{title.vi} (phiên bản {number}{", dữ liệu minh họa" if demo else ""})',
        en=f'{title.en} (release {number}{", demonstration data" if demo else ""})',
    )


def in_extent(share: float, rows: int) -> Text:
    return Text(
        vi=f'{share:.1%} trong {rows} hàng nằm trong khung của địa phương; khung không phân biệt được múi chiếu',
        en=f'{share:.1%} of {rows} rows lie in the extent of the locality, which does not tell zones apart',
    )


def in_units(share: float, rows: int, what: Text) -> Text:
    return Text(
        vi=f'{share:.1%} trong {rows} hàng nằm trong {what.vi}',
        en=f'{share:.1%} of {rows} rows lie in: {what.en}',
    )


def in_named_units(outside: int, rows: int, what: Text) -> Text:
    return Text(
        vi=f'{rows - outside} trong {rows} hàng nằm trong đơn vị mà mã của hàng chỉ ra: {what.vi}',
        en=f'{rows - outside} of {rows} rows lie in the unit that their code names: {what.en}',
    )


def moved(rows: int, median_m: float, most_m: float, overlap: float | None, what: Text) -> Text:
    overlaps = Text(vi='', en='')
    if overlap is not None:
        overlaps = Text(vi=f', chồng khớp {overlap:.1%}', en=f', overlap {overlap:.1%}')
    return Text(
        vi=f'{rows} đối tượng cùng mã cách {what.vi}: trung vị {metres(median_m)}, 95 % dưới {metres(most_m)}'
        f'{overlaps.vi}',
        en=f'{rows} features with the same key are off from {what.en}: median {metres(median_m)}, '
        f'95 % within {metres(most_m)}{overlaps.en}',
    )


def nearest(rows: int, median_m: float, what: Text) -> Text:
    return Text(
        vi=f'{rows} hàng cách đối tượng gần nhất của {what.vi}: trung vị {metres(median_m)}',
        en=f'{rows} rows are off from the nearest feature of {what.en}: median {metres(median_m)}',
    )


def joined(texts: list[Text]) -> Text:
    """Several texts as one."""
    return Text(vi='; '.join(text.vi for text in texts), en='; '.join(text.en for text in texts))


def metres(distance: float) -> str:
    """A distance as people say it: 0.02 m, 224 m, 52.2 km."""
    if distance >= 10_000:
        return f'{distance / 1000:,.1f} km'
    return f'{distance:,.0f} m' if distance >= 10 else f'{distance:.2f} m'


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


def by_evidence(label: str, evidence: Text) -> Text:
    return Text(
        vi=f'Tệp không nói hệ tọa độ; đọc theo {label} vì không hệ nào khác khớp: {evidence.vi}.',
        en=f'The file names no coordinate system; read as {label}, as no other system fits: {evidence.en}.',
    )


def northing_first(label: str) -> Text:
    return Text(
        vi=f'Cột X là tọa độ bắc, cột Y là tọa độ đông ({label}): chỉ như vậy các điểm mới nằm đúng chỗ.',
        en=f'The column X is the northing and Y the easting ({label}): only so do the points lie where they must.',
    )


def which(labels: list[str]) -> Text:
    likely = ', '.join(labels) or '–'
    return Text(
        vi=f'Tệp không nói hệ tọa độ và bằng chứng chưa đủ để quyết định (có thể: {likely}). '
        f'Hỏi nơi gửi rồi cho biết hệ đúng, chẳng hạn --crs{_option(labels).vi}.',
        en=f'The file names no coordinate system, and the evidence does not decide (possible: {likely}). '
        f'Ask the agency and name it, for example --crs{_option(labels).en}.',
    )


def lost_datum(declared: str, twin: str, off: str) -> Text:
    return Text(
        vi=f'Tệp khai báo {declared} (WGS 84), nhưng ở đây đó gần như luôn là {twin} (VN-2000) bị mất mốc, lệch {off}, '
        f'và không có dữ liệu nào đã phát hành cho thấy. Cho biết bằng --crs {twin} hoặc --crs {declared}.',
        en=f'The file declares {declared} (WGS 84), which here is nearly always {twin} (VN-2000) that lost its datum, '
        f'{off} off, and nothing released tells. Say which, with --crs {twin} or --crs {declared}.',
    )


def unused_zone(declared: str, expected: str, off: str) -> Text:
    return Text(
        vi=f'Tệp khai báo {declared}, múi chiếu không dùng ở đây; lớp này thường theo {expected}, lệch {off}, '
        f'và không có dữ liệu nào đã phát hành cho thấy. Cho biết bằng --crs {expected} hoặc --crs {declared}.',
        en=f'The file declares {declared}, a zone that is not used here; the layer usually comes in {expected}, '
        f'{off} off, and nothing released tells. Say which, with --crs {expected} or --crs {declared}.',
    )


def overruled(declared: str, decided: str, off: str) -> Text:
    return Text(
        vi=f'CHÚ Ý: tệp khai báo {declared}, nhưng dữ liệu đã phát hành cho thấy đó là {decided} '
        f'(khai báo sai lệch {off}). Đã đọc theo {decided}. Nếu không đúng: --crs {declared}. Sửa khai báo trong tệp.',
        en=f'ATTENTION: the file declares {declared}, but what is released shows that it is {decided} '
        f'(the declaration is {off} off). Read as {decided}. If that is wrong: --crs {declared}. '
        'Correct the declaration in the file.',
    )


def contradicted(declared: str, labels: list[str]) -> Text:
    likely = ', '.join(labels) or '–'
    return Text(
        vi=f'Tệp khai báo {declared}, nhưng những gì đã biết về nơi này trái với điều đó (khớp hơn: {likely}). '
        f'Sửa tệp, hoặc dùng --crs{_option(labels).vi}; --crs {declared} nếu khai báo là đúng.',
        en=f'The file declares {declared}, which what is known of the place contradicts (a better fit: {likely}). '
        f'Correct the file, or use --crs{_option(labels).en}; --crs {declared} if the declaration is right.',
    )


def against_the_given(given: str, labels: list[str]) -> Text:
    likely = ', '.join(labels) or '–'
    return Text(
        vi=f'Đọc theo --crs {given} như đã yêu cầu, nhưng những gì đã biết về nơi này trái với điều đó '
        f'(khớp hơn: {likely}). Kiểm tra hệ tọa độ.',
        en=f'Read as --crs {given} as asked, but what is known of the place contradicts it (a better fit: {likely}). '
        'Check the coordinate system.',
    )


def _option(labels: list[str]) -> Text:
    """` EPSG:9209`, the best guess as it is to be typed."""
    best = f' {labels[0]}' if labels else ''
    return Text(vi=best, en=best)
