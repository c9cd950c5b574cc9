"""Text encodings by name, and bytes back from what a reader made of them."""

import codecs

from dothi.core.text import Text
from etl.formats.errors import UnknownEncoding, WrongEncoding


def codec_name(name: str) -> str:
    """Python's name of the encoding `name`; raises UnknownEncoding for one that is not known."""
    try:
        found = codecs.lookup(name)
        if not getattr(found, '_is_text_encoding', True):
            raise LookupError(name)
        return found.name
    except LookupError:
        raise UnknownEncoding(
            vi=f'Không biết bảng mã "{name}". Dùng utf-8, cp1258, utf-16 hoặc latin-1; '
            'văn bản TCVN3, VNI, VISCII hãy chuyển sang Unicode trước khi gửi.',
            en=f'The text encoding "{name}" is not known. Use utf-8, cp1258, utf-16 or latin-1; '
            'convert TCVN3, VNI and VISCII text to Unicode before sending.',
        ) from None


def decode_or_refuse(text: str, encoding: str, name: str) -> str:
    """Text that was read as Latin-1, decoded; raises WrongEncoding that tells what to do."""
    try:
        return text.encode('latin-1').decode(encoding)
    except UnicodeDecodeError:
        raise wrong_encoding(Text(vi=name, en=name), encoding) from None


def wrong_encoding(where: Text, encoding: str) -> WrongEncoding:
    """The refusal of text that is not in `encoding`."""
    return WrongEncoding(
        vi=f'{where.vi}: văn bản không phải {encoding}. Cho biết bảng mã bằng --encoding (ví dụ cp1258), '
        'hoặc lưu lại dạng UTF-8.',
        en=f'{where.en}: the text is not {encoding}. Name its encoding with --encoding (such as cp1258), '
        'or save it as UTF-8.',
    )
