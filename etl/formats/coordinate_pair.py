"""Both coordinates of a place in one cell: `20.429, 106.168`, `X=2260342,55; Y=569542,12`, `20°25'44"B 106°10'06"Đ`."""

import re
from collections.abc import Iterator

from dothi.core.text import search_key
from etl.formats.dms import parse_coordinate

# Signs that stand between two coordinates and within none. A comma does both, and so does a blank.
BETWEEN = re.compile(r'\s*[;|/\n\t]\s*')
COMMA_AND_BLANK, COMMA = re.compile(r',\s+'), re.compile(',')
LABEL = re.compile(r'\s*(?P<axis>[^\W\d_]+(?: [^\W\d_]+)?)\s*[:=]\s*(?P<rest>.*)', re.DOTALL)
SIDE = re.compile(r'^(?P<before>[a-z]+)?\W*\d.*?(?P<after>[a-z]*)\W*$', re.DOTALL)
NORTH = frozenset({'n', 's', 'b', 'bac', 'nam', 'north', 'south', 'lat', 'latitude', 'vi do', 'vido'})
EAST = frozenset({'e', 'w', 'd', 't', 'dong', 'tay', 'east', 'west', 'lon', 'lng', 'long', 'longitude', 'kinh do'})


def parse_pair(text: str, *, north_first: bool) -> tuple[float, float]:
    """Easting and northing, or longitude and latitude, of both coordinates in `text`; raises ValueError.

    north_first: which comes first, where the cell does not say it by a side (20°N) or a name (lat: 20).
    """
    first, second = _split(text.strip().strip('()[]'))
    axis = _axis(first) or {'north': 'east', 'east': 'north', '': ''}[_axis(second)]
    first_value, second_value = _value(first), _value(second)
    is_north_first = axis == 'north' if axis else north_first
    return (second_value, first_value) if is_north_first else (first_value, second_value)


def _split(text: str) -> tuple[str, str]:
    """The texts of the two coordinates; raises ValueError where there are not two, or several ways to part them."""
    for separator in (BETWEEN, COMMA_AND_BLANK, COMMA):
        parts = [part for part in separator.split(text) if part.strip()]
        if len(parts) == 2 and all(map(_is_value, parts)):
            return parts[0], parts[1]
    ways = [parts for parts in _parted_by_blanks(text) if all(map(_is_value, parts))]
    if len(ways) != 1:
        raise ValueError(text)
    return ways[0]


def _parted_by_blanks(text: str) -> Iterator[tuple[str, str]]:
    words = text.split()
    for at in range(1, len(words)):
        yield ' '.join(words[:at]), ' '.join(words[at:])


def _is_value(text: str) -> bool:
    try:
        _value(text)
    except ValueError:
        return False
    return True


def _value(text: str) -> float:
    labelled = LABEL.fullmatch(text)
    return parse_coordinate(labelled['rest'] if labelled else text)


def _axis(text: str) -> str:
    """`north` or `east`, where a side or a name tells it, else ''."""
    labelled = LABEL.fullmatch(text)
    if labelled:
        key = search_key(labelled['axis'])
        return 'north' if key in NORTH else 'east' if key in EAST else ''
    side = SIDE.match(search_key(text))
    key = (side['before'] or side['after']) if side else ''
    return 'north' if key in NORTH else 'east' if key in EAST else ''
