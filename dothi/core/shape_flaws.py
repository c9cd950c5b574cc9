"""What is wrong with a shape that breaks the rules of simple features (OGC 06-103r4), in words."""

from dothi.core.text import Text

# As GEOS 3.14 says it (TopologyValidationError).
FLAWS_VI = {
    'Self-intersection': 'hình tự cắt',
    'Ring Self-intersection': 'đường bao tự chạm',
    'Too few points in geometry component': 'quá ít điểm',
    'Hole lies outside shell': 'lỗ nằm ngoài đường bao',
    'Holes are nested': 'lỗ nằm trong lỗ',
    'Nested shells': 'vùng nằm trong vùng',
    'Duplicate Rings': 'đường bao trùng nhau',
    'Interior is disconnected': 'phần trong bị chia cắt',
    'Invalid Coordinate': 'tọa độ không hợp lệ',
    'Ring is not closed': 'đường bao không khép kín',
}


def flaw_in_words(reason: str) -> Text:
    """The flaw and its place: `hình tự cắt tại 569542.41 2259884.54`.

    reason: from shapely.is_valid_reason, `Self-intersection[569542.41 2259884.54]`; the place is in the coordinates
    that the shape is in.
    """
    flaw, _, place = reason.partition('[')
    place = place.rstrip(']')
    return Text(
        vi=f'{FLAWS_VI.get(flaw, flaw)}{f" tại {place}" if place else ""}',
        en=f'{flaw.lower()}{f" at {place}" if place else ""}',
    )
