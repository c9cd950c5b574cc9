"""Colours as a style file writes them, and in the parts that other formats ask for."""

from dataclasses import dataclass
from functools import lru_cache

from tinycss2.color4 import Color, parse_color  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Colour:
    """Red, green and blue from 0 to 255, alpha from 0 (transparent) to 1."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0

    @property
    def hex(self) -> str:
        """`#rrggbb`, without the alpha."""
        return f'#{self.red:02x}{self.green:02x}{self.blue:02x}'

    @property
    def css(self) -> str:
        """`#rrggbb`, or `rgba(r, g, b, a)` where it lets something through."""
        return self.hex if self.alpha == 1 else f'rgba({self.red}, {self.green}, {self.blue}, {self.alpha:g})'

    @property
    def unseen(self) -> bool:
        """Whether the colour is wholly transparent."""
        return self.alpha == 0


@lru_cache(maxsize=4096)
def parse_colour(css: str) -> Colour:
    """The colour that a CSS colour (Color Module 4: names, hex, rgb(), hsl() …) says; raises ValueError."""
    parsed = parse_color(css)
    if not isinstance(parsed, Color):
        raise ValueError(f'"{css}" is no colour; write "#c6403c", "rgba(198, 64, 60, 0.5)" or a name such as "teal"')
    red, green, blue = (round(255 * min(max(part or 0, 0), 1)) for part in parsed.to('srgb').coordinates)
    return Colour(red, green, blue, round(min(max(parsed.alpha, 0), 1), 4))
