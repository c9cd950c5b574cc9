"""The letters of the platform's maps: Be Vietnam Pro, which comes with the plugin (SIL Open Font License 1.1)."""

from pathlib import Path

from qgis.PyQt.QtGui import QFontDatabase

FOLDER = Path(__file__).with_name('fonts')


def register_fonts(folder: Path = FOLDER) -> list[str]:
    """The families of the fonts in a folder, with which QGIS can write until it ends; none where there is no folder."""
    numbers = [QFontDatabase.addApplicationFont(str(file)) for file in sorted(folder.glob('*.ttf'))]
    families = [QFontDatabase.applicationFontFamilies(number) for number in numbers if number >= 0]
    return sorted({family for names in families for family in names})
