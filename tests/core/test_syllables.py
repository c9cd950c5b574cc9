"""What is a Vietnamese syllable, and what only looks like one."""

import pytest

from dothi.core.syllables import is_syllable

WORDS = (
    'Hải Hậu huyện Nghĩa Hưng Nam Định ĐỊNH Yên Ý quyển giếng gì nghiêng khuỷu thuở huệ xoong Quốc Tuyên già giặt '
    'hoà hòa thuỷ thủy khuya rượu hươu chuối Oánh uống ướt yêu qua quá được gia'
)


@pytest.mark.parametrize('word', WORDS.split())
def test_words_of_the_language_are_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize(
    ('word', 'why'),
    [
        ('HuyÖn', 'a capital inside'),
        ('B¶n', 'a symbol inside'),
        ('Vuï', 'a letter that is foreign'),
        ('àá', 'two tones'),
        ('càc', 'c at the end takes sắc and nặng only'),
        ('haù', 'the tone is not on the main vowel'),
        ('Viũ', 'the tone is not on the main vowel'),
        ('strà', 'no such onset'),
        ('hảng2', 'a digit'),
        ('NamĐịnh', 'two syllables'),
        ('b\u0301a', 'a tone on a consonant'),
        ('', 'nothing'),
    ],
)
def test_what_a_wrong_encoding_makes_is_none(word: str, why: str) -> None:
    assert not is_syllable(word), why


def test_capitals_typed_in_tcvn3_keep_small_letters_with_tones() -> None:
    assert is_syllable('ĐịNH')
    assert is_syllable('HUYệN')
    assert not is_syllable('HUYêN')
