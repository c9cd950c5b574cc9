"""What a map shows where nothing is drawn: `bgcolor`, `transparent`, and beyond the world `void-color` and the like."""

from dataclasses import dataclass
from typing import Any

from dothi.api.http.parameters import Parameter, bad_value
from dothi.api.http.parsers import parse_boolean
from dothi.cartography.style.colour import Colour, parse_colour
from dothi.core.text import Text

WHITE = Colour(255, 255, 255)
HEX = frozenset('0123456789abcdef')


def parse_map_colour(name: str, text: str) -> Colour:
    """`0xRRGGBB`, `RRGGBB`, `#RRGGBB`, or a colour's name in any case."""
    text = text.lower()
    digits = text.removeprefix('0x').removeprefix('#')
    try:
        colour = parse_colour(f'#{digits}' if len(digits) == 6 and set(digits) <= HEX else text)
    except ValueError:
        raise bad_value(
            name,
            text,
            'không phải là màu. Viết 0xFFFFFF hoặc tên màu như "white".',
            'is no colour. Write 0xFFFFFF or the name of a colour, such as "white".',
        ) from None
    return Colour(colour.red, colour.green, colour.blue)


BGCOLOR = Parameter(
    'bgcolor',
    parse_map_colour,
    {'type': 'string'},
    Text(vi='Màu nền, 0xFFFFFF hoặc tên màu.', en='Colour of the background, 0xFFFFFF or the name of a colour.'),
    example='0xDFE8EB',
)
TRANSPARENT = Parameter(
    'transparent',
    parse_boolean,
    {'type': 'boolean'},
    Text(vi='Nền trong suốt; mặc định là có, trừ khi có bgcolor.', en='Transparent; it is, unless there is bgcolor.'),
)
VOID_COLOR = Parameter(
    'void-color',
    parse_map_colour,
    {'type': 'string'},
    Text(vi='Màu ngoài thế giới.', en='Colour beyond the world.'),
    'silver',
)
VOID_TRANSPARENT = Parameter(
    'void-transparent', parse_boolean, {'type': 'boolean'}, Text(vi='Ngoài đó trong suốt.', en='Transparent there.')
)
BACKGROUND: tuple[Parameter[Any], ...] = (BGCOLOR, TRANSPARENT, VOID_COLOR, VOID_TRANSPARENT)


@dataclass(frozen=True)
class Ground:
    """A colour, and whether it lets everything through: it is then still written, for who paints the map opaque."""

    colour: Colour
    transparent: bool


@dataclass(frozen=True)
class Background:
    """The colour where nothing is drawn, and where the coordinate system has no place.

    is_requested: whether the client asked for a colour.
    """

    ground: Ground
    void: Ground
    is_requested: bool = False

    @property
    def colour(self) -> Colour | None:
        """The colour behind the map; None where the background is transparent."""
        return None if self.ground.transparent else self.ground.colour


def read_background(of_style: Colour | None = None, *, opaque: bool = False) -> Background:
    """What the current request asks for; raises BadParameter.

    of_style: the background that the style has of its own. opaque: the format knows no transparency. (OGC 20-058,
    requirements 6 to 9: without a colour a map is transparent, with one it is not.)
    """
    bgcolor, void_colour = BGCOLOR.read(), VOID_COLOR.read()
    colour = bgcolor or of_style or WHITE
    transparent, void_transparent = TRANSPARENT.read(), VOID_TRANSPARENT.read()
    transparent = bgcolor is None if transparent is None else transparent
    void_transparent = transparent if void_transparent is None else void_transparent
    return Background(
        Ground(colour, transparent and not opaque),
        Ground(void_colour or colour, void_transparent and not opaque),
        is_requested=bgcolor is not None,
    )
