"""The encoding of a column: told by its words, decided only where they leave no doubt, and Unicode left alone."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.syllables import ONSETS, RHYMES, is_syllable
from etl.doctor.text.garbled import garbled_example
from etl.doctor.text.judging import Judgement, judge
from etl.doctor.text.lookalikes import with_vietnamese_d
from etl.doctor.text.readings import DOUBLE, UTF_8, Reading
from tests.cp1258 import encode_cp1258
from tests.present import present

NAMES = ['Thành phố Nam Định', 'Huyện Mỹ Lộc', 'Huyện Vụ Bản', 'Huyện Nghĩa Hưng', 'Trường tiểu học Giao Thủy']
ENCODERS = {
    'tcvn3': lambda text: text.encode('tcvn3'),
    'vni': lambda text: text.encode('vni'),
    'viscii': lambda text: text.encode('viscii'),
    'cp1258': encode_cp1258,
}


def found(raw: list[bytes], unicode: bool = False, hint: Reading = UTF_8, page: str | None = None) -> Judgement | None:
    return judge(raw, hint, page, unicode)


@pytest.mark.parametrize('name', ENCODERS)
def test_each_code_is_told_by_the_words_it_makes(name: str) -> None:
    raw = [ENCODERS[name](text) for text in NAMES]
    judged = present(found(raw))
    assert judged.name == name
    assert [present(judged.reading).text(one) for one in raw] == NAMES
    assert present(judged.example)[1] == NAMES[0]
    assert 'âm tiết tiếng Việt' in judged.why.vi


@pytest.mark.parametrize('name', ['tcvn3', 'vni', 'viscii'])
def test_a_code_that_was_stored_as_unicode_letters_is_told_too(name: str) -> None:
    """The old file was opened as Latin-1 and saved as a GeoPackage."""
    raw = [text.encode(name).decode('latin-1').encode() for text in NAMES]
    judged = present(found(raw, unicode=True))
    assert (judged.name, [present(judged.reading).meant(one) for one in raw]) == (name, NAMES)


@pytest.mark.parametrize('page', ['latin-1', 'cp1252'])
def test_utf8_that_was_encoded_twice(page: str) -> None:
    # five bytes have no letter in cp1252, and programs let them pass
    raw = [''.join(_letter(byte, page) for byte in text.encode()).encode() for text in NAMES]
    judged = present(found(raw, unicode=True))
    assert (judged.name, [present(judged.reading).meant(one) for one in raw]) == (DOUBLE, NAMES)


def _letter(byte: int, page: str) -> str:
    try:
        return bytes([byte]).decode(page)
    except UnicodeDecodeError:
        return chr(byte)


def test_decomposed_unicode_is_called_so_and_composed() -> None:
    raw = [unicodedata.normalize('NFD', text).encode() for text in NAMES]
    judged = present(found(raw))
    assert (judged.name, present(judged.reading).text(raw[0])) == ('nfd', NAMES[0])


def test_plain_ascii_is_not_judged() -> None:
    assert found([b'Nam Dinh', b'']) is None


@pytest.mark.parametrize('encoding', ['tcvn3', 'viscii'])
def test_two_encodings_that_make_as_many_words_are_a_person_s_matter(encoding: str) -> None:
    """Bồ is Bă, Bå in Latin-1: one word of sense in either."""
    judged = present(found([b'B\xb6n']))
    assert judged.reading is None
    assert encoding in [score.reading.name for score in judged.scores if score.valid]


def test_what_the_file_says_decides_between_encodings_that_fit_alike() -> None:
    judged = present(found([b'B\xe0'], hint=Reading('cp1258')))
    assert judged.reading == Reading('cp1258')


def test_words_decide_against_what_the_file_says() -> None:
    judged = present(found([text.encode('tcvn3') for text in NAMES], hint=Reading('cp1258')))
    assert judged.name == 'tcvn3'


@pytest.mark.parametrize('names', [['Curaçao', "Côte d'Ivoire", 'São Tomé'], ['Ελλάδα', 'Κύπρος'], ['Łódź', 'Kraków']])
def test_unicode_of_other_languages_stays(names: list[str]) -> None:
    assert present(found([name.encode() for name in names], unicode=True)).reading == UTF_8


def test_a_good_value_in_a_garbled_column_stays() -> None:
    raw = [text.encode('tcvn3').decode('latin-1').encode() for text in NAMES]
    reading = present(found(raw, unicode=True)).reading
    assert present(reading).meant('Đường Trần Hưng Đạo'.encode()) == 'Đường Trần Hưng Đạo'
    assert present(reading).meant('Cát'.encode()) == 'Cát'


def test_icelandic_and_african_d_become_vietnamese_in_vietnamese_words() -> None:
    assert with_vietnamese_d('Nam \u00d0ịnh, \u0110ường \u0189ông, suối \u00f0á') == 'Nam Định, Đường Đông, suối đá'
    assert with_vietnamese_d('Su\u00f0urland') == 'Su\u00f0urland'


def test_symbols_between_words_are_no_font() -> None:
    names = ['Trường A · Hải Hậu', 'Khu 5 m² «B»', '© Sở GD', 'Đường 1°']
    assert garbled_example(names, vietnamese=True) is None


BARE = [onset + rhyme for onset in ONSETS for rhyme in RHYMES]
TONES = '\u0301\u0300\u0309\u0303\u0323'
SYLLABLES = [
    word
    for bare in random.Random(5).sample(BARE, 900)
    for at in range(len(bare))
    for tone in TONES
    if is_syllable(word := unicodedata.normalize('NFC', bare[: at + 1] + tone + bare[at + 1 :]))
]
VALUES = st.lists(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=6).map(' '.join), min_size=1, max_size=30)


@given(VALUES)
def test_vietnamese_in_unicode_is_never_converted(values: list[str]) -> None:
    judged = present(found([value.encode() for value in values]))
    assert judged.reading == UTF_8
    assert [present(judged.reading).text(value.encode()) for value in values] == values


@given(VALUES, st.sampled_from(['tcvn3', 'vni', 'viscii', 'cp1258']))
def test_a_legacy_column_is_read_right_or_not_decided(values: list[str], name: str) -> None:
    """Syllables drawn evenly are the hard case: most of them are rare, and wrong readings make rare ones."""
    raw = [ENCODERS[name](value) for value in values]
    judged = present(found(raw))
    assert judged.reading is None or [present(judged.reading).text(one) for one in raw] == values
