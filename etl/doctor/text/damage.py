"""Text that came through a program that harmed it: what is certain is mended, what is lost is told.

Certain are escapes (`\\U+1EBF` of AutoCAD, `&#432;` of web forms), blanks that only look like one, and Cyrillic letters
in a code that is Latin otherwise. `Tr??ng` is lost: a program wrote a question mark for each letter that its code page
lacks.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from dothi.core.text import Text

type Damage = Literal['escaped', 'entity', 'blank', 'lookalike', 'lost']

ESCAPE = re.compile(r'\\U\+([0-9A-Fa-f]{4})')
ENTITY = re.compile(r'&(?:#\d{2,6}|#x[0-9A-Fa-f]{2,5}|[A-Za-z]{2,8});')
# No-break, figure and narrow blanks; what has no width at all: joiners, marks of direction and of byte order.
BLANKS = re.compile('[\u00a0\u2007\u202f\u3000]')
INVISIBLE = re.compile('[\u200b-\u200f\u2060\ufeff]')
# Cyrillic and Greek letters that look like these Latin ones.
LOOKALIKE_LETTERS = str.maketrans('АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYX')
FOREIGN = re.compile('[\u0370-\u03ff\u0400-\u04ff]')
CODE = re.compile(r'[A-Za-z0-9._/-]+')
# A question mark inside a word, or several together; in an address of the web it is at home.
LOST = re.compile(r'\w\?+\w|\?\?')
WEB_ADDRESS = re.compile(r'\w+://|www\.|\w\.\w+/\S*\?')
# Letters that no code page of Windows has: the program that wrote question marks would have lost them too.
NEVER_LEFT = re.compile('[\u1ea0-\u1ef9]')
# No letters: control characters, half of a pair of UTF-16, and the sign of a character that is lost.
NO_LETTER = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd]')
# Bytes of which one is in any text that may be harmed, so that all others are passed over at once.
CYRILLIC_AND_GREEK = tuple(bytes([lead]) for lead in range(0xCD, 0xD4))
SIGNS = (
    b'\\U+',
    b'&',
    b'?',
    b'\xc2\xa0',
    b'\xe2\x80',
    b'\xe2\x81\xa0',
    b'\xe3\x80\x80',
    b'\xef\xbb\xbf',
    *CYRILLIC_AND_GREEK,
)
# More lost values than these are no slip of the pen: a person decides.
FEWEST_LOST, LOST_SHARE = 3, 0.02
EXAMPLES = 3
WORDS: dict[Damage, Text] = {
    'escaped': Text(
        vi='có chữ viết dạng \\U+1EBF, đã đổi thành chữ', en='had letters written as \\U+1EBF, which are letters now'
    ),
    'entity': Text(
        vi='có chữ viết dạng &#432;, đã đổi thành chữ', en='had letters written as &#432;, which are letters now'
    ),
    'blank': Text(
        vi='có dấu cách lạ hoặc ký tự không nhìn thấy, đã thay hoặc bỏ',
        en='had unusual blanks or invisible characters, which were replaced or dropped',
    ),
    'lookalike': Text(
        vi='có chữ Kirin hoặc Hy Lạp giống chữ La-tinh trong mã, đã đổi thành chữ La-tinh',
        en='had Cyrillic or Greek letters in codes that look like Latin ones, which they are now',
    ),
    'lost': Text(
        vi='mất chữ (dấu ? thay cho chữ có dấu), không khôi phục được: cần tệp gốc dạng Unicode',
        en='lost letters (a ? for each accented one), which cannot be restored: the original in Unicode is needed',
    ),
}


@dataclass
class DamageTally:
    """How many values of a column were harmed in which way, with examples: before, and after where it was mended."""

    values: int = 0
    counts: dict[Damage, int] = field(default_factory=dict)
    examples: dict[Damage, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, kind: Damage, before: str, after: str, times: int) -> None:
        """Count a value that came `times` times."""
        self.counts[kind] = self.counts.get(kind, 0) + times
        kind_examples = self.examples.setdefault(kind, [])
        if len(kind_examples) < EXAMPLES:
            kind_examples.append((before, after))

    def is_lost(self) -> bool:
        """Whether so many values lost letters that a person has to decide."""
        lost = self.counts.get('lost', 0)
        return lost >= FEWEST_LOST and lost > LOST_SHARE * self.values

    def notes(self, column: str) -> list[Text]:
        """What the report says of the column."""
        return [self._note(column, kind) for kind in self.counts]

    def _note(self, column: str, kind: Damage) -> Text:
        example_text = '; '.join(
            f'"{_visible(before)}"' + (f' → "{after}"' if before != after else '')
            for before, after in self.examples[kind]
        )
        count, words = self.counts[kind], WORDS[kind]
        return Text(
            vi='Cột {column}: {count:,} giá trị {words}. Ví dụ: {example_text}.',
            en='Column {column}: {count:,} values {words}. For example: {example_text}.',
        ).format(column=column, count=count, words=words, example_text=example_text)


def may_be_harmed(content: bytes) -> bool:
    """Whether UTF-8 text, as many values at once, holds any sign of damage; False for nearly all."""
    return any(sign in content for sign in SIGNS)


def mend(text: str) -> tuple[str, list[Damage]]:
    """The text as it was meant, as far as that is certain, and in which ways it was harmed."""
    kinds: list[Damage] = []
    for kind, repair in REPAIRS.items():
        mended = repair(text)
        if mended != text:
            kinds.append(kind)
            text = mended
    if LOST.search(text) and not (WEB_ADDRESS.search(text) or NEVER_LEFT.search(text)):
        kinds.append('lost')
    return text, kinds


def _unescaped(text: str) -> str:
    return ESCAPE.sub(lambda match: _letter_or_escape(chr(int(match[1], 16)), match[0]), text)


def _without_entities(text: str) -> str:
    return ENTITY.sub(lambda match: _letter_or_escape(html.unescape(match[0]), match[0]), text)


def _letter_or_escape(letter: str, escape: str) -> str:
    """What an escape stands for; the escape itself where that is nothing that text can hold."""
    return letter if letter and not NO_LETTER.search(letter) else escape


def _with_plain_blanks(text: str) -> str:
    return INVISIBLE.sub('', BLANKS.sub(' ', text))


def _latin(text: str) -> str:
    """A code in Latin letters; any other text, such as a name in Russian, stays."""
    if not FOREIGN.search(text):
        return text
    latin = text.translate(LOOKALIKE_LETTERS)
    return latin if CODE.fullmatch(latin) and re.search('[A-Za-z0-9]', FOREIGN.sub('', text)) else text


def _visible(text: str) -> str:
    """The text with what cannot be seen written out."""
    return INVISIBLE.sub(lambda match: f'\\u{ord(match[0]):04x}', BLANKS.sub('·', text))


REPAIRS: dict[Damage, Callable[[str], str]] = {
    'escaped': _unescaped,
    'entity': _without_entities,
    'blank': _with_plain_blanks,
    'lookalike': _latin,
}
