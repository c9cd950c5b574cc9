"""Vietnamese text is found without accents."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from dothi.core.text import Text, search_key


def test_a_name_is_found_without_accents() -> None:
    assert search_key('Xã Nghĩa Đồng') == search_key('xa nghia dong') == 'xa nghia dong'


def test_decomposed_text_is_found_like_composed_text() -> None:
    assert search_key(unicodedata.normalize('NFD', ' Hải Hậu ')) == search_key('Hải Hậu')


def test_vietnamese_is_the_first_language() -> None:
    text = Text(vi='Đường', en='Road')
    assert [text.pick(lang) for lang in ('vi', 'fr', 'en-GB')] == ['Đường', 'Đường', 'Road']


@given(st.text())
def test_a_search_key_is_its_own_search_key(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)


def test_texts_are_joined_in_each_language():
    """The separator stands between them; of none comes an empty text."""
    texts = [Text(vi='một', en='one'), Text(vi='hai', en='two')]
    assert Text.join('; ', iter(texts)) == Text(vi='một; hai', en='one; two')
    assert Text.join('; ', []) == Text(vi='', en='')
