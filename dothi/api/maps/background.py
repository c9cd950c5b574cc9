"""What a map shows where nothing is drawn: `bgcolor`, `transparent`, and beyond the world `void-color` and the like."""

from dataclasses import dataclass

from dothi.api.http import parameters
from dothi.api.http.parameters import BadParameter, quote_parameter, request_parameters
from dothi.cartography.style.colour import Colour, parse_colour

NAMES = ('bgcolor', 'transparent', 'void-color', 'void-transparent')
WHITE = Colour(255, 255, 255)
HEX = frozenset('0123456789abcdef')


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
    bgcolor, asked_void = _read_colour('bgcolor'), _read_colour('void-color')
    colour = bgcolor or of_style or WHITE
    transparent = parameters.yes_or_no('transparent') if request_parameters().get('transparent') else bgcolor is None
    void_transparent = (
        parameters.yes_or_no('void-transparent') if request_parameters().get('void-transparent') else transparent
    )
    return Background(
        Ground(colour, transparent and not opaque),
        Ground(asked_void or colour, void_transparent and not opaque),
        is_requested=bgcolor is not None,
    )


def _read_colour(name: str) -> Colour | None:
    """`0xRRGGBB`, `RRGGBB`, `#RRGGBB`, or a colour's name in any case."""
    text = request_parameters().get(name, '').strip().lower()
    if not text:
        return None
    digits = text.removeprefix('0x').removeprefix('#')
    try:
        colour = parse_colour(f'#{digits}' if len(digits) == 6 and set(digits) <= HEX else text)
    except ValueError:
        raise BadParameter(
            vi=f'{quote_parameter(name, text)}: không phải là màu. Viết 0xFFFFFF hoặc tên màu như "white".',
            en=f'{quote_parameter(name, text)}: is no colour. Write 0xFFFFFF or the name of a colour, such as "white".',
        ) from None
    return Colour(colour.red, colour.green, colour.blue)
