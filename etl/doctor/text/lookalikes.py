"""Letters that look like Đ and are another: Ð of Icelandic, Ɖ of Ewe."""

import re

from dothi.core.syllables import is_syllable

LOOKALIKES = {'\u00d0': 'Đ', '\u0189': 'Đ', '\u00f0': 'đ', '\u0256': 'đ'}
_D = str.maketrans(LOOKALIKES)
_ANY = re.compile('[' + ''.join(LOOKALIKES) + ']')
_WORD = re.compile(r'[^\W\d_]+')


def with_vietnamese_d(text: str) -> str:
    """`text` with Đ (U+0110) and đ for their look-alikes, in words that are Vietnamese then; "Suðurland" stays."""
    return _WORD.sub(_word, text) if _ANY.search(text) else text


def _word(match: re.Match[str]) -> str:
    word = match[0].translate(_D)
    return word if is_syllable(word) else match[0]
