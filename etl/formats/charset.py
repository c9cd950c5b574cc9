"""What files of old programs say about their text."""

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress

from etl.formats.item import Item

HEAD_BYTES = 1_000
LONGEST_NAME_BYTES = 10
# Code pages of Windows, as AutoCAD, ArcGIS and others write them.
ANSI = re.compile(r'(?:ANSI[\s_]*)?(125\d)')
# What else a .cpg says in place of a name: Windows' number of UTF-8, and that of a page it does not name.
OTHER_PAGES = {'65001': 'utf-8', 'OEM': None}


def code_page(shapefile: Item) -> str | None:
    """What a shapefile's .cpg says. The language byte of a .dbf is wrong too often to count."""
    beside = shapefile.beside('.cpg')
    text = beside.head(HEAD_BYTES).decode('latin-1').replace('\0', '').strip() if beside else ''
    return OTHER_PAGES.get(text, windows_codec(text) or text or None)


def column_names(raw: Sequence[str], declared: str | None) -> list[str]:
    """Names of a dBASE table, of which GDAL gives the bytes as Latin-1: UTF-8 where they are, else as declared.

    Told the code page 1258, GDAL cuts the last letter off. A table cuts names at ten bytes, perhaps within a letter.
    Names that would become equal stay as they are.
    """
    names = [_column_name(name, declared) for name in raw]
    return [name if names.count(name) == 1 else as_given for name, as_given in zip(names, raw, strict=True)]


def _column_name(raw: str, declared: str | None) -> str:
    content = raw.encode('latin-1', 'replace')
    for end in (len(content), len(content) - 1, len(content) - 2):
        with suppress(UnicodeDecodeError):
            return unicodedata.normalize('NFC', content[:end].decode('utf-8'))
        if end == len(content) and len(content) < LONGEST_NAME_BYTES:
            break
    with suppress(LookupError, UnicodeDecodeError):
        return unicodedata.normalize('NFC', content.decode(declared or 'latin-1'))
    return raw


def windows_codec(name: str) -> str | None:
    """Python's name of the code page that is called "1258", "ANSI 1258" or "ANSI_1258"; None for another name."""
    code_page_match = ANSI.fullmatch(name)
    return f'cp{code_page_match[1]}' if code_page_match else None


def mapinfo_text(item: Item) -> dict[str, str | None]:
    """What the first lines of a MapInfo file say, and the codec through which GDAL passes its text.

    GDAL decodes WindowsLatin1, and leaves the bytes of WindowsVietnamese and Neutral alone.
    """
    charset_match = re.search(r'windows(latin1|vietnamese)', item.head(400).decode('latin-1').lower())
    charset = charset_match[1] if charset_match else None
    return {
        'read_as': 'cp1252' if charset == 'latin1' else None,
        'declared_encoding': 'cp1258' if charset == 'vietnamese' else None,
    }
