"""Vietnamese text of before Unicode: importing this module registers the codecs `tcvn3`, `vni` and `viscii`.

After that `'Nam Định'.encode('vni')` and `raw.decode('tcvn3')` work everywhere, with the error handlers of Python.
The letters come composed (NFC). Each code keeps ASCII, but for six control characters of VISCII.

- `tcvn3`: TCVN 5712:1993 as the ABC fonts (.VnTime) use it: lower-case letters with their tones, and of the capitals
  only Ă Â Đ Ê Ô Ơ Ư. Capitals with a tone were set in a font of capitals (.VnTimeH) from lower-case bytes.
- `vni`: VNI for Windows: a vowel is followed by a byte for its tone and mark ("Vuï Baûn" in Latin-1).
- `viscii`: VISCII 1.1 (RFC 1456), which has every letter.

Where TCVN3 and VNI leave 0x80-0x9F free, Windows programs wrote their quotes and dashes: those are kept.
"""

import codecs
import re
import unicodedata
from collections.abc import Buffer
from itertools import product

# byte of the first letter: the letters from there on
TCVN3 = {
    0xA1: 'ĂÂÊÔƠƯĐăâêôơưđ',
    0xB5: 'àảãáạ',
    0xBB: 'ằẳẵắ',
    0xC6: 'ặầẩẫấậè',
    0xCE: 'ẻẽéẹềểễếệìỉ',
    0xDC: 'ĩíịò',
    0xE1: 'ỏõóọồổỗốộờởỡớợù',
    0xF1: 'ủũúụừửữứựỳỷỹýỵ',
}
VISCII = {
    0x02: 'Ẳ',
    0x05: 'ẴẪ',
    0x14: 'Ỷ',
    0x19: 'Ỹ',
    0x1E: 'Ỵ',
    0x80: 'ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ',
    0xA0: 'ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ',
    0xC0: 'ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư',
    0xE0: 'àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ',
}
# VNI: the vowels that take a tone as a second byte, as they are and as their first byte
VNI_VOWELS = {'a': 'a', 'e': 'e', 'o': 'o', 'u': 'u', 'y': 'y', 'ơ': 'ô', 'ư': 'ö'}
VNI_TONES = dict(zip('\u0301\u0300\u0309\u0303\u0323', 'ùøûõï', strict=True))
# circumflex and breve, each alone and with the same five tones
VNI_CIRCUMFLEX = dict(zip(['', *VNI_TONES], 'âáàåãä', strict=True))
VNI_BREVE = dict(zip(['', *VNI_TONES], 'êéèúüë', strict=True))
VNI_SINGLE = dict(zip('đíìỉĩịỵ', 'ñíìæóòî', strict=True))
WINDOWS_PUNCTUATION = '‚„…‘’“”•–—'
ALIASES = {
    'tcvn3': 'tcvn3',
    'tcvn': 'tcvn3',
    'abc': 'tcvn3',
    'tcvn5712_1': 'tcvn3',
    'vni': 'vni',
    'vni_windows': 'vni',
    'viscii': 'viscii',
    'viscii1.1': 'viscii',
}
UNDEFINED = '\ufffe'


def _letters_of_vni() -> dict[str, bytes]:
    """Every letter that VNI writes with a byte of its own, or with two."""
    lower = {vowel: code for vowel, code in VNI_VOWELS.items() if vowel != code} | VNI_SINGLE
    lower |= {vowel + tone: code + VNI_TONES[tone] for (vowel, code), tone in product(VNI_VOWELS.items(), VNI_TONES)}
    del lower['y\u0323']  # ỵ has a byte of its own
    for vowels, mark, codes in (('aeo', '\u0302', VNI_CIRCUMFLEX), ('a', '\u0306', VNI_BREVE)):
        lower |= {vowel + mark + tone: vowel + code for vowel, (tone, code) in product(vowels, codes.items())}
    both = lower | {letter.upper(): code.upper() for letter, code in lower.items()}
    return {unicodedata.normalize('NFC', letter): code.encode('latin-1') for letter, code in both.items()}


def _table(runs: dict[int, str], punctuation: bool) -> str:
    """The 256 characters of a code of one byte a letter, UNDEFINED where it has none."""
    table = [chr(byte) if byte < 0x80 else UNDEFINED for byte in range(256)]
    if punctuation:
        table[0xA0] = '\u00a0'
        for character in WINDOWS_PUNCTUATION:
            table[character.encode('cp1252')[0]] = character
    for start, letters in runs.items():
        table[start : start + len(letters)] = letters
    return ''.join(table)


TCVN3_TABLE = _table(TCVN3, punctuation=True)
VISCII_TABLE = _table(VISCII, punctuation=False)
VNI_LETTERS = _letters_of_vni()
# Byte by byte VNI is Latin-1 in its upper half; there are no other letters in it.
VNI_TABLE = _table({byte: chr(byte) for byte in {b for code in VNI_LETTERS.values() for b in code}}, punctuation=True)
_VNI_PAIRS = {code.decode('latin-1'): letter for letter, code in VNI_LETTERS.items()}
# Typists mix cases: in "Aù" and "aÙ" the vowel says which is meant.
_VNI_PAIRS |= {c[0] + c[1].swapcase(): letter for c, letter in _VNI_PAIRS.items() if len(c) == 2}
_VNI_LETTER = re.compile('|'.join(sorted(map(re.escape, _VNI_PAIRS), key=len, reverse=True)))
_VNI_MAP: dict[int, int | bytes] = {ord(c): byte for byte, c in enumerate(VNI_TABLE) if byte < 0xC0 and c != UNDEFINED}
_VNI_MAP |= {ord(letter): code for letter, code in VNI_LETTERS.items()}


def _decode_vni(raw: Buffer, errors: str = 'strict', /) -> tuple[str, int]:
    text, used = codecs.charmap_decode(bytes(raw), errors, VNI_TABLE)
    return _VNI_LETTER.sub(lambda found: _VNI_PAIRS[found[0]], text), used


def _encode_vni(text: str, errors: str = 'strict', /) -> tuple[bytes, int]:
    raw, _ = codecs.charmap_encode(unicodedata.normalize('NFC', text), errors, _VNI_MAP)
    return raw, len(text)


def _one_byte(name: str, table: str) -> codecs.CodecInfo:
    back = codecs.charmap_build(table)

    def decode(raw: Buffer, errors: str = 'strict', /) -> tuple[str, int]:
        return codecs.charmap_decode(bytes(raw), errors, table)

    def encode(text: str, errors: str = 'strict', /) -> tuple[bytes, int]:
        raw, _ = codecs.charmap_encode(unicodedata.normalize('NFC', text), errors, back)
        return raw, len(text)

    return codecs.CodecInfo(encode, decode, name=name)


CODECS = {
    'tcvn3': _one_byte('tcvn3', TCVN3_TABLE),
    'viscii': _one_byte('viscii', VISCII_TABLE),
    'vni': codecs.CodecInfo(_encode_vni, _decode_vni, name='vni'),
}


def _find(name: str) -> codecs.CodecInfo | None:
    return CODECS.get(ALIASES.get(name.replace('-', '_'), ''))


codecs.register(_find)
