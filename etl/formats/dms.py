"""One coordinate as people write it: a number with signs of thousands, or degrees, minutes and seconds."""

import re

from dothi.core.text import search_key
from etl.values import parse_number

# No longitude is larger: what would be, read with a decimal sign, has a sign of thousands.
LARGEST_DEGREES = 180
# "N" is north also in Vietnamese tables, where south is spelt out as "nam"; keys as `search_key` makes them.
SIDES = dict.fromkeys(('n', 'b', 'bac', 'north', 'e', 'd', 'dong', 'east'), 1)
SIDES |= dict.fromkeys(('s', 'nam', 'south', 'w', 't', 'tay', 'west'), -1)
# Two quotes before one: what is left of them would be minutes.
MARKS = (
    (re.compile(r"''|′′|’’|´´|[″”“\"]|\bgiay\b|\bsec\b"), '″'),
    (re.compile(r"['’‘´`ʹ]|\bphut\b|\bmin\b"), '′'),
    (re.compile(r'[º˚]|\bdo\b|\bdeg\b'), '°'),
)
BLANKS = re.compile(r'[\s\u00a0\u202f]+')
FRACTION = r'\d+(?:[.,]\d+)?'
MARKED = re.compile(rf'({FRACTION})°(?:({FRACTION})(?:′| |$))?(?:({FRACTION})″?)?')
# Two digits at most after the degrees: three would be a group of thousands.
BARE = re.compile(r'(\d{1,3})[ :-](\d{1,2}(?:[.,]\d+)?)(?:[ :-](\d{1,2}(?:[.,]\d+)?))?')
WITH_SIDE = re.compile(r'(?P<before>[a-z]+)?[ .:]*(?P<sign>[+-]?) ?(?P<rest>\d[^a-z]*?)[ .]*(?P<after>[a-z]+)?\.?')
SPACED = re.compile(r'[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?')
GROUPED = re.compile(r'[+-]?\d{1,3}([.,])\d{3}')


def parse_coordinate(text: str) -> float:
    """The coordinate in `text`: degrees as decimal degrees, south and west negative, and any other number as it is.

    20°25'44.4"N, 106°10′06″Đ, 20 25 44,4 and 20°25.74' are degrees; 2.260.342,55 and 2 260 342.55 are metres.
    A lone sign before three digits is decimal as long as degrees may be meant: 106.168, but 569.542 is 569542.
    Raises ValueError for everything else, among it 60 minutes or seconds.
    """
    plain = BLANKS.sub(' ', text.strip())
    return _degrees(plain) if BARE.fullmatch(plain.lstrip('+-')) else _number_or_degrees(plain)


def _number_or_degrees(text: str) -> float:
    try:
        return _number(text.replace(' ', '') if SPACED.fullmatch(text) else text)
    except ValueError:
        return _degrees(text)


def _number(text: str) -> float:
    if ' ' in text:
        raise ValueError(text)
    grouped = GROUPED.fullmatch(text)
    if grouped:
        sign = grouped[1]
        if abs(float(text.replace(sign, '.'))) > LARGEST_DEGREES:
            return float(text.replace(sign, ''))
    return parse_number(text)


def _degrees(text: str) -> float:
    for mark, plain in MARKS:
        text = mark.sub(plain, search_key(text) if plain == '″' else text)
    angle_match = WITH_SIDE.fullmatch(text.strip())
    if not angle_match or (angle_match['before'] and angle_match['after']):
        raise ValueError(text)
    size = _size(angle_match['rest'].strip())
    side = angle_match['before'] or angle_match['after']
    if side not in SIDES and side is not None:
        raise ValueError(text)
    return -size if angle_match['sign'] == '-' or SIDES.get(side or '', 1) < 0 else size


def _size(text: str) -> float:
    """Degrees without sign and side; only the last part given may have a fraction."""
    part_match = MARKED.fullmatch(re.sub(' ?([°′″]) ?', r'\1', text)) or BARE.fullmatch(text)
    if not part_match:
        return abs(_number(text))
    number_texts = [part for part in part_match.groups() if part]
    degrees, minutes, seconds = (float(part.replace(',', '.')) for part in part_match.groups('0'))
    if minutes >= 60 or seconds >= 60 or any(re.search('[.,]', part) for part in number_texts[:-1]):
        raise ValueError(text)
    return degrees + minutes / 60 + seconds / 3600
