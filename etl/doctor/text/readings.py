"""The ways in which the bytes of a column can be meant."""

import codecs
import unicodedata
from dataclasses import dataclass

import dothi.core.legacy_text  # noqa: F401 (registers the codecs tcvn3, vni and viscii)
from dothi.core.syllables import is_syllable
from etl.doctor.text.lookalikes import with_vietnamese_d
from etl.doctor.text.words import accented_words

DOUBLE = 'double-utf-8'
LEGACY = ('tcvn3', 'vni', 'viscii', 'cp1258')
# What a program that takes bytes for Windows or Latin-1 text makes of each, as Unicode: cp1252 leaves five free.
_CP1252 = {ord(c): byte for byte in range(256) if (c := bytes([byte]).decode('cp1252', 'replace')) != '\ufffd'}
_CP1252 |= {byte: byte for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_LATIN_1 = {byte: byte for byte in range(256)}


@dataclass(frozen=True)
class Reading:
    """One way to read bytes. carried: they stand in UTF-8 text as the characters of this code page."""

    name: str
    carried: str | None = None

    @property
    def codec(self) -> str:
        """Python's name for what the bytes are in."""
        return 'utf-8' if self.name == DOUBLE else self.name

    def text(self, raw: bytes) -> str | None:
        """`raw` as composed text, or None where it cannot be read this way."""
        if self.carried is not None:
            return self._carried_text(raw)
        try:
            return with_vietnamese_d(unicodedata.normalize('NFC', raw.decode(self.codec)))
        except UnicodeError:
            return None

    def meant(self, raw: bytes) -> str | None:
        """What goes on with `raw`: in a column of carried text a value that is good Unicode stays what it is."""
        text = self.text(raw)
        if self.carried is None:
            return text
        as_it_is = UTF_8.text(raw)
        return as_it_is if text is None or (_is_vietnamese(as_it_is) and not _is_vietnamese(text)) else text

    def _carried_text(self, raw: bytes) -> str | None:
        try:
            inner = unwrapped(raw.decode('utf-8'), self.carried or '')
            return with_vietnamese_d(unicodedata.normalize('NFC', inner.decode(self.codec)))
        except UnicodeError:
            return None


UTF_8 = Reading('utf-8')


def unwrapped(text: str, page: str) -> bytes:
    """The bytes that a program took for text of the code page `page`; raises UnicodeError where it did not."""
    if page != 'cp1252':
        return text.encode(page)
    for mapping in (_CP1252, _LATIN_1):
        try:
            return codecs.charmap_encode(text, 'strict', mapping)[0]
        except UnicodeEncodeError as error:
            failed = error
    raise failed


def of_bytes(*more: str) -> list[Reading]:
    """The readings of bytes that are not UTF-8; `more` are encodings that somebody named."""
    return [Reading(name) for name in dict.fromkeys([*LEGACY, *more]) if name not in ('utf-8', DOUBLE)]


def of_unicode(page: str | None) -> list[Reading]:
    """The readings of UTF-8 text that looks like bytes taken for another code page."""
    pages = dict.fromkeys(['cp1252', *([page] if page and page != 'latin-1' else [])])
    names = (*LEGACY, DOUBLE)
    return [Reading(name, carried) for carried in pages for name in names]


def _is_vietnamese(text: str | None) -> bool:
    return text is not None and all(is_syllable(word) for word in accented_words(text))
