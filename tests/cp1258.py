"""Text in Windows' code page 1258, whose tones are letters of their own; Python's codec takes no composed one."""

import unicodedata

from dothi.core.legacy_text import VNI_TONES


def encode_cp1258(text: str) -> bytes:
    return ''.join(_with_loose_tone(letter) for letter in unicodedata.normalize('NFC', text)).encode('cp1258')


def _with_loose_tone(letter: str) -> str:
    parts = unicodedata.normalize('NFD', letter)
    tone = ''.join(part for part in parts if part in VNI_TONES)
    return unicodedata.normalize('NFC', ''.join(part for part in parts if part not in VNI_TONES)) + tone
