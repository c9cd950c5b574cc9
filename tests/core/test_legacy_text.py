"""TCVN3, VNI and VISCII: every letter against iconv where it knows the code, and there and back."""

import shutil
import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.legacy_text import TCVN3_TABLE, UNDEFINED, VISCII_TABLE, VNI_LETTERS
from tests.cp1258 import encode_cp1258

LOWER = 'àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ'
LETTERS = LOWER + LOWER.upper()
ASCII = ''.join(map(chr, range(32, 127)))
# what TCVN3 can hold
OF_TCVN3 = LOWER + 'ĂÂĐÊÔƠƯ'
TONES = dict(zip('\u0301\u0300\u0309\u0303\u0323', 'ùøûõï', strict=True))


def iconv(code: str, byte: int) -> str:
    done = subprocess.run(['iconv', '-f', code, '-t', 'UTF-8'], input=bytes([byte]), capture_output=True, check=True)
    return unicodedata.normalize('NFC', done.stdout.decode())


def test_all_67_letters_are_looked_at() -> None:
    assert len(set(LETTERS)) == 2 * 67
    assert set(VNI_LETTERS) == set(LETTERS)
    assert set(VISCII_TABLE) >= set(LETTERS)
    assert set(TCVN3_TABLE) & set(LETTERS) == set(OF_TCVN3)


@pytest.mark.skipif(shutil.which('iconv') is None, reason='needs iconv')
@pytest.mark.parametrize(
    ('code', 'name', 'table'), [('TCVN5712-1', 'tcvn3', TCVN3_TABLE), ('VISCII', 'viscii', VISCII_TABLE)]
)
def test_each_letter_has_the_byte_that_iconv_says(code: str, name: str, table: str) -> None:
    letters = [(byte, letter) for byte, letter in enumerate(table) if letter in LETTERS]
    assert len(letters) == (len(OF_TCVN3) if name == 'tcvn3' else len(LETTERS))
    for byte, letter in letters:
        assert iconv(code, byte) == letter
        assert letter.encode(name) == bytes([byte])


def test_the_names_of_the_province_in_tcvn3_as_they_were_seen() -> None:
    """From a real file. ư is 0xAD, which Latin-1 takes for a soft hyphen."""
    text = 'xã Hải Hậu, huyện Nghĩa Hưng, Nam Định'
    assert text.encode('tcvn3').decode('latin-1') == 'x· H¶i HËu, huyÖn NghÜa H\xadng, Nam §Þnh'
    assert b'H\xadng'.decode('tcvn3') == 'Hưng'


@pytest.mark.parametrize('vowel', 'aeouyơư')
def test_vni_writes_the_five_tones_alike_after_every_vowel(vowel: str) -> None:
    base = {'ơ': 'ô', 'ư': 'ö'}.get(vowel, vowel)
    for tone, sign in TONES.items():
        letter = unicodedata.normalize('NFC', vowel + tone)
        wanted = 'î' if letter == 'ỵ' else base + sign
        assert letter.encode('vni').decode('latin-1') == wanted
        assert letter.upper().encode('vni').decode('latin-1') == wanted.upper()


@pytest.mark.parametrize(
    ('text', 'written'),
    [('ấầẩẫậâ', 'aáaàaåaãaäaâ'), ('ếềểễệê', 'eáeàeåeãeäeâ'), ('ốồổỗộô', 'oáoàoåoãoäoâ'), ('ắằẳẵặă', 'aéaèaúaüaëaê')],
)
def test_vni_joins_mark_and_tone_in_one_byte(text: str, written: str) -> None:
    assert text.encode('vni').decode('latin-1') == written
    assert text.upper().encode('vni').decode('latin-1') == written.upper()


def test_vni_has_letters_of_one_byte() -> None:
    assert 'íìỉĩịỵđơư'.encode('vni').decode('latin-1') == 'íìæóòîñôö'


def test_vni_typed_in_mixed_case_follows_the_vowel() -> None:
    assert 'VUï BAûN Huyeän'.encode('latin-1').decode('vni') == 'VỤ BẢN Huyện'


@pytest.mark.parametrize('name', ['tcvn3', 'TCVN-3', 'abc', 'TCVN5712-1', 'vni', 'VNI Windows', 'viscii'])
def test_the_codecs_come_under_the_names_people_use(name: str) -> None:
    if name == 'TCVN-3':
        with pytest.raises(LookupError):
            'x'.encode(name)
    else:
        assert 'x'.encode(name) == b'x'


def test_bytes_without_a_letter_are_an_error_and_can_be_shown() -> None:
    assert TCVN3_TABLE[0xFF] == UNDEFINED
    with pytest.raises(UnicodeDecodeError):
        b'a\xff'.decode('tcvn3')
    assert b'a\xff'.decode('tcvn3', 'backslashreplace') == 'a\\xff'
    with pytest.raises(UnicodeEncodeError):
        'Á'.encode('tcvn3')


def test_quotes_of_windows_programs_are_kept() -> None:
    assert '“Hải Hậu” – 2'.encode('tcvn3').decode('tcvn3') == '“Hải Hậu” – 2'


@given(st.text(OF_TCVN3 + ASCII))
def test_any_text_survives_tcvn3_as_far_as_it_has_the_letters(text: str) -> None:
    assert text.encode('tcvn3').decode('tcvn3') == text


@given(st.text(LETTERS + ASCII))
def test_any_text_survives_viscii(text: str) -> None:
    assert text.encode('viscii').decode('viscii') == text


@given(st.text(LETTERS + ASCII))
def test_any_text_survives_vni(text: str) -> None:
    """A tone is never a letter of its own in Vietnamese, so no two letters are taken for another one."""
    assert text.encode('vni').decode('vni') == text


@given(st.text(LETTERS + ASCII))
def test_any_text_survives_cp1258(text: str) -> None:
    assert unicodedata.normalize('NFC', encode_cp1258(text).decode('cp1258')) == text


@given(st.text(OF_TCVN3 + ASCII), st.sampled_from(['tcvn3', 'vni', 'viscii']))
def test_decomposed_text_is_written_like_composed_text(text: str, name: str) -> None:
    assert unicodedata.normalize('NFD', text).encode(name) == text.encode(name)
