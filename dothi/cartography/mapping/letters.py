"""Letters before they are drawn: the fonts that come with Mapnik, to measure and break lines by.

Mapnik itself is only looked up: to import it would point PROJ and GDAL of this process elsewhere.
"""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont


@lru_cache
def font(file: str, size_px: int) -> 'FreeTypeFont':
    """A font by the name of its file, such as `DejaVuSans.ttf`, which has all Vietnamese letters."""
    from PIL import ImageFont

    package = find_spec('mapnik')
    (folder,) = (package.submodule_search_locations if package else None) or ['']
    return ImageFont.truetype(Path(folder) / 'lib/mapnik/fonts' / file, size_px)


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
