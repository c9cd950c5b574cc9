"""What files of old programs say about their text."""

import re

from etl.formats.item import Item

HEAD_BYTES = 1_000
# Code pages of Windows, as AutoCAD, ArcGIS and others write them.
ANSI = re.compile(r'(?:ANSI[\s_]*)?(125\d)')


def code_page(shapefile: Item) -> str | None:
    """What a shapefile's .cpg says. The language byte of a .dbf is wrong too often to count."""
    beside = shapefile.beside('.cpg')
    text = beside.head(HEAD_BYTES).decode('latin-1').strip() if beside else ''
    return windows_codec(text) or text or None


def windows_codec(name: str) -> str | None:
    """Python's name of the code page that is called "1258", "ANSI 1258" or "ANSI_1258"; None for another name."""
    found = ANSI.fullmatch(name)
    return f'cp{found[1]}' if found else None


def mapinfo_codec(item: Item) -> str | None:
    """The codec through which GDAL passes a MapInfo file's text, or None where it leaves the bytes alone.

    MapInfo names the code page in the first lines; GDAL decodes the Windows ones and leaves "Neutral" alone.
    """
    head = item.head(400).decode('latin-1').lower()
    charset = re.search(r'windows(latin1|vietnamese)', head)
    return {'latin1': 'cp1252', 'vietnamese': 'cp1258'}[charset[1]] if charset else None
