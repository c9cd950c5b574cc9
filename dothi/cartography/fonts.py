"""The letters of maps and sheets: Be Vietnam Pro, which the portal has too, and DejaVu Sans for what it lacks."""

from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import Element, SubElement

type Look = Literal['text', 'heading']

FAMILY = 'Be Vietnam Pro'
FILES: dict[Look, str] = {'text': 'BeVietnamPro-Medium.ttf', 'heading': 'BeVietnamPro-Bold.ttf'}
# As QGIS calls the faces of the family.
FACE_STYLES: dict[Look, str] = {'text': 'Medium', 'heading': 'Bold'}
WEIGHTS: dict[Look, int] = {'text': 500, 'heading': 700}
# As Mapnik calls them: the first face that has a letter draws it. Arrows are in the second.
FACES: dict[Look, tuple[str, str]] = {
    'text': ('Be Vietnam Pro Medium', 'DejaVu Sans Book'),
    'heading': ('Be Vietnam Pro Bold', 'DejaVu Sans Bold'),
}


def font_file(look: Look) -> Path:
    """The file of a font; it need not be there where the package is not."""
    return _package_folder() / 'files' / FILES[look]


def files_to_hand_on() -> dict[str, Path]:
    """The fonts and their licence by the names under which clients get them; none where the package is not there."""
    files = {name: font_file(look) for look, name in FILES.items()} | {'OFL.txt': _package_folder() / 'LICENSE'}
    return {name: file for name, file in files.items() if file.exists()}


def _package_folder() -> Path:
    package = find_spec('fontpkg_be_vietnam_pro')
    (folder,) = (package.submodule_search_locations if package else None) or ['']
    return Path(folder)


def font_sets() -> list[Element]:
    """Mapnik's `<FontSet>` of each look, by which styles name their letters."""
    return [_font_set(look) for look in FILES]


def _font_set(look: Look) -> Element:
    made = Element('FontSet', {'name': look})
    for face in FACES[look]:
        SubElement(made, 'Font', {'face-name': face})
    return made
