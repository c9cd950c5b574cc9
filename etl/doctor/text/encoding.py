"""Text encodings by name, and why text is not read."""

import codecs

import dothi.core.legacy_text  # noqa: F401 (registers the codecs tcvn3, vni and viscii)
from dothi.core.errors import DataRefused, HeldForDecision
from dothi.core.text import Text


class UnknownEncoding(DataRefused):
    """The name of a text encoding that is not known."""


class WrongEncoding(DataRefused):
    """The text is not in the encoding in which it was read."""


class UndecidedEncoding(HeldForDecision):
    """The bytes of a column fit several encodings and nothing tells them apart."""


# Composing and taking apart is no matter of bytes: both are UTF-8, and all text is stored composed.
FORMS = {'nfd': 'utf-8', 'nfc': 'utf-8', 'unicode': 'utf-8', 'ansi 1258': 'cp1258'}


def codec_name(name: str) -> str:
    """Python's name of the encoding `name`; raises UnknownEncoding for one that is not known."""
    try:
        codec = codecs.lookup(FORMS.get(name.lower(), name))
        if not getattr(codec, '_is_text_encoding', True):
            raise LookupError(name)
        return codec.name
    except (LookupError, ValueError):  # the latter for a name with a NUL
        name = name.replace('\0', '\\0')
        raise UnknownEncoding(
            vi=f'Không biết bảng mã "{name}". Dùng utf-8, tcvn3 (ABC), vni, viscii, cp1258, utf-16 hoặc latin-1.',
            en=f'The text encoding "{name}" is not known. Use utf-8, tcvn3 (ABC), vni, viscii, cp1258, utf-16 or '
            'latin-1.',
        ) from None


def wrong_encoding(where: Text, encoding: str) -> WrongEncoding:
    """The refusal of text that is not in `encoding`."""
    return WrongEncoding(
        vi=f'{where.vi}: văn bản không phải {encoding}. Cho biết phông hay bảng mã (TCVN3, VNI, VISCII, CP1258), '
        'hoặc lưu lại dạng UTF-8.',
        en=f'{where.en}: the text is not {encoding}. Say which font or encoding it is in (TCVN3, VNI, VISCII, CP1258), '
        'or save it as UTF-8.',
        steward=Text(
            vi='Chỉ định bảng mã, chẳng hạn --encoding tcvn3.', en='Name the encoding, such as --encoding tcvn3.'
        ),
    )
