"""The words of an address as people write it: in parts, with abbreviations, with or without accents."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from dothi.core.syllables import ONSETS, RHYMES
from dothi.core.text import search_key
from etl.geocode.english import ENGLISH, in_vietnamese_order, with_vietnamese_roads

Kind = Literal['province', 'district', 'commune', 'street', 'number', 'lane', 'hamlet']

# What stands before a name and says what it is a name of.
LABELS_OF: dict[Kind, str] = {
    'province': 'tỉnh t thành_phố tp',
    'district': 'huyện h quận q thị_xã tx thành_phố tp',
    'commune': 'phường p xã x thị_trấn tt',
    'street': 'đường đ phố p đại_lộ',
    'number': 'số sn số_nhà nhà_số',
    'lane': 'ngõ ngách hẻm kiệt',
    'hamlet': 'thôn xóm tổ tdp khu đội ấp bản lô tổ_dân_phố khu_phố',
}
LABELS: dict[tuple[str, ...], frozenset[Kind]] = {
    tuple(search_key(label).split('_')): frozenset(
        kind for kind, labels in LABELS_OF.items() if label in labels.split()
    )
    for label in ' '.join(LABELS_OF.values()).split()
}
# A word with accents is a label only with those of the label: "Tĩnh" is no "tỉnh".
ACCENTED = frozenset(word for labels in LABELS_OF.values() for word in labels.replace('_', ' ').split())
# More letters or words of an address are not read: the work grows with their square.
LONGEST_ADDRESS, MOST_WORDS = 400, 60
LONGEST_LABEL = max(map(len, LABELS))
BETWEEN_PARTS = re.compile(r'[,;|()\n\r\t]+')
# "17 A" is a number, "17 Đ. Trần Phú" and "17 P. Lộc Hạ" are none.
LETTER = r'(?:\s?(?:bis|ter)(?!\w)|[a-zđ]|\s[abc](?![\w.]))?'
NUMBER = rf'\d+{LETTER}(?:\s?[/-]\s?\d+{LETTER})*'
NUMBER_RANGE = re.compile('-')
WORD = re.compile(rf'(?<!\w){NUMBER}(?!\w)|[^\W_]+', re.IGNORECASE)
PHONE = re.compile(r'(?:(?:s?đt|tel|phone|điện thoại)[\s:.]*)?(?:\+84|\b0)\d(?:[ .-]?\d){7,9}\b', re.IGNORECASE)
# A landmark beside which the place is, up to the end of the part: it says less than what is beside it.
BESIDE = re.compile(
    r'\b(?:gần|gan|đối diện|doi dien|cạnh|canh|bên cạnh|ben canh|sau lưng|phía (?:trước|sau)|cách(?!\s+mạng)'
    r'|(?:sau|trước|truoc) (?:nhà|nha|số|so|cửa|cua)|near|opposite|behind|next to|in front of)\s.*',
    re.IGNORECASE,
)
# Workbooks make 12.0 of a number.
DECIMALS = re.compile(r'(?<=\d)\.0(?![\d.])')
LOOKALIKES = str.maketrans({'Ð': 'Đ', 'ð': 'đ', 'Ɖ': 'Đ', '’': "'", '‐': '-', '–': '-', '\u00a0': ' '})
TELEX_TONES = frozenset('sfrxj')
# Circumflexes, breve and horn as Telex types them; a w that follows none of these vowels is the letter ư.
TELEX_MARKS = {'dd': 'd', 'aa': 'a', 'ee': 'e', 'oo': 'o', 'aw': 'a', 'ow': 'o', 'uw': 'u', 'w': 'u'}
BARE_SYLLABLE = re.compile(
    f'(?:{"|".join(sorted({search_key(onset) for onset in ONSETS}, key=len, reverse=True))})?'
    f'(?:{"|".join(sorted({search_key(rhyme) for rhyme in RHYMES}))})'
)


@dataclass(frozen=True)
class Word:
    """A word of an address. key: without accents and case. part: the number of the part between commas.

    label: how many words right before it, in its part, are a label; label_kinds: of what.
    """

    written: str
    key: str
    part: int
    label: int = 0
    label_kinds: frozenset[Kind] = frozenset()

    @property
    def is_number(self) -> bool:
        """Whether it may number a house: `12`, `12a`, `12/5`, `12-14`."""
        return self.key[0].isdigit()


def written_words(address: str) -> list[str]:
    """All words of an address as they are written, in their order."""
    return [re.sub(r'\s', '', match[0]) for match in WORD.finditer(_plain(address))]


def is_too_long(address: str, words: Sequence[Word]) -> bool:
    """Whether the address may have an end that is not among its `words`."""
    return len(address) > LONGEST_ADDRESS or len(words) == MOST_WORDS


def read_words(address: str) -> list[Word]:
    """The words of an address in their order, as far as it is read.

    Telephone numbers and what only tells of a landmark are left out.
    """
    text = _plain(address[:LONGEST_ADDRESS])
    parts = (part for part in BETWEEN_PARTS.split(PHONE.sub(' ', text)) if part.strip())
    words = (word for number, part in enumerate(parts) for word in _words_of(BESIDE.sub(' ', part), number))
    return _labelled(list(islice(words, MOST_WORDS)))


def _plain(address: str) -> str:
    """The address in one way of writing letters, and whole numbers as they are counted."""
    return DECIMALS.sub('', unicodedata.normalize('NFKC', address.translate(LOOKALIKES)))


def _words_of(part: str, number: int) -> Iterator[Word]:
    is_english = ENGLISH.search(part)
    words = [
        re.sub(r'\s', '', match[0]) for match in WORD.finditer(with_vietnamese_roads(part) if is_english else part)
    ]
    for written in in_vietnamese_order(words) if is_english else words:
        yield Word(written, _key(written), number)


def _key(written: str) -> str:
    key = search_key(written)
    return key if key[0].isdigit() or not written.isascii() or BARE_SYLLABLE.fullmatch(key) else without_telex(key)


def without_telex(key: str) -> str:
    """The plain letters of a word with the keys of Telex in it (`ddwowfng` → `duong`); the word where it has none.

    Telex writes đ as dd, circumflexes as double letters, horn and breve as w, and tones as s, f, r, x or j.
    """
    plain = re.sub('|'.join(TELEX_MARKS), lambda match: TELEX_MARKS[match[0]], key)
    tones = [at for at, letter in enumerate(plain) if at and letter in TELEX_TONES]
    toneless = [plain[:at] + plain[at + 1 :] for at in reversed(tones)]
    syllable = next((candidate for candidate in (plain, *toneless) if BARE_SYLLABLE.fullmatch(candidate)), key)
    # no word begins so but with Đ: DDT 488
    return syllable.removeprefix('d') if syllable.startswith('dd') else syllable


def _labelled(words: list[Word]) -> list[Word]:
    return [Word(word.written, word.key, word.part, *_label_before(words, at)) for at, word in enumerate(words)]


def _label_before(words: list[Word], at: int) -> tuple[int, frozenset[Kind]]:
    """How many words right before the word `at`, in its part, are a label, and of what; 0 where none is."""
    for length in range(min(LONGEST_LABEL, at), 0, -1):
        label = words[at - length : at]
        kinds = LABELS.get(tuple(word.key for word in label)) if all(map(_may_be_label, label)) else None
        if kinds and all(word.part == words[at].part for word in label):
            return length, kinds
    return 0, frozenset()


def lane_number(keys: list[str]) -> str:
    """The number of the lane that a name begins with: `12` of `ngo 12 tran phu`; nothing where it is no lane's."""
    is_lane = len(keys) > 2 and 'lane' in LABELS.get((keys[0],), ()) and keys[1][0].isdigit()
    return keys[1] if is_lane else ''


def ends_in_label(words: list[Word], start: int, end: int) -> bool:
    """Whether the last of the words announces what follows them."""
    return end < len(words) and 0 < words[end].label < end - start + 1


def _may_be_label(word: Word) -> bool:
    return word.written.isascii() or word.written.casefold() in ACCENTED
