"""Text in an old Vietnamese font encoding, read as if it were a code page: no error, but symbols inside words."""

import re
from collections.abc import Iterable

from dothi.core.text import Text
from etl.doctor.text.encoding import WrongEncoding

# What Latin-1 and its kin make of half of TCVN3's accented letters: "Vụ Bản" comes out as "Vô B¶n".
SYMBOLS = '¡¢£¤¥¦§¨©ª«¬\xad®¯´¶·¸»¿'
# a letter, or one of cp1258's combining marks
LETTER = '(?:[^\\W\\d_]|[\u0300\u0301\u0303\u0309\u0323])'
SYMBOL_IN_WORD = re.compile(f'{LETTER}[{SYMBOLS}]|[{SYMBOLS}]{LETTER}')
# What they make of the others and of VNI ("Vuï Baûn"), and no Vietnamese word has.
FOREIGN_LETTER = re.compile('[äåæçëîïñöøûü]', re.IGNORECASE)
FEWEST_VALUES = 2
SHARE = 0.2


def garbled_example(texts: Iterable[str | None], vietnamese: bool) -> str | None:
    """One of the values that no word looks like, or None where they are less than a fifth of those beyond ASCII.

    vietnamese: whether letters that are foreign to Vietnamese count too.
    """
    accented = [text for text in texts if text is not None and not text.isascii()]
    strange = [text for text in accented if SYMBOL_IN_WORD.search(text) or (vietnamese and FOREIGN_LETTER.search(text))]
    is_garbled = len(strange) >= FEWEST_VALUES and len(strange) > SHARE * len(accented)
    return strange[0] if is_garbled else None


def garbled(column: str, encoding: str, example: str, instead: str | None = None) -> WrongEncoding:
    """The refusal of a column that the encoding does not fit although it can read it. instead: one that does."""
    like = {'vi': 'TCVN3 (ABC) hoặc VNI', 'en': 'TCVN3 (ABC) or VNI'} if instead is None else None
    option = f'--encoding {instead or "tcvn3"}'
    return WrongEncoding(
        vi=f'Cột {column}: đọc theo {encoding} thì ra chữ lạ, chẳng hạn "{example}". '
        f'Có vẻ là {like["vi"] if like else instead}. Cho biết đúng phông hay bảng mã, hoặc lưu lại dạng Unicode.',
        en=f'Column {column}: read as {encoding} it becomes nonsense such as "{example}". '
        f'It looks like {like["en"] if like else instead}. Say which font or encoding it is, or save it as Unicode.',
        steward=Text(vi=f'Dùng {option}, hoặc bỏ --encoding.', en=f'Say {option}, or leave --encoding out.'),
    )
