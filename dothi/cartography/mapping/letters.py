"""Letters before they are drawn: the fonts of maps, to measure and break lines by."""

from functools import lru_cache
from typing import TYPE_CHECKING

from dothi.cartography.fonts import Look, font_file

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont


@lru_cache
def font(look: Look, size_px: int) -> 'FreeTypeFont':
    """The font that maps are written with, which has all Vietnamese letters; raises OSError where it is not there."""
    from PIL import ImageFont

    return ImageFont.truetype(font_file(look), size_px)


def wrapped(text: str, letters: 'FreeTypeFont', width_px: float) -> list[str]:
    """The text in lines that are no wider; a word that is wider alone is broken."""
    lines: list[str] = []
    for word in text.split():
        longer = f'{lines[-1]} {word}' if lines else word
        if lines and letters.getlength(longer) <= width_px:
            lines[-1] = longer
        else:
            lines += _pieces(word, letters, width_px)
    return lines


def _pieces(word: str, letters: 'FreeTypeFont', width_px: float) -> list[str]:
    pieces = ['']
    for letter in word:
        if pieces[-1] and letters.getlength(pieces[-1] + letter) > width_px:
            pieces.append('')
        pieces[-1] += letter
    return pieces
