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


def test_texts_are_joined_in_each_language() -> None:
    """The separator stands between them; of none comes an empty text."""
    texts = [Text(vi='một', en='one'), Text(vi='hai', en='two')]
    assert Text.join('; ', iter(texts)) == Text(vi='một; hai', en='one; two')
    assert Text.join('; ', []) == Text(vi='', en='')


def test_values_are_written_in_the_language_of_each_half() -> None:
    layer = Text(vi='Trường học', en='Schools')
    text = Text(
        vi='{rows:,} hàng ({share:.1%}) của {layer}, hàng {row}', en='{rows:,} rows ({share:.1%}) of {layer}, row {row}'
    )
    filled = text.format(rows=12_345, share=0.125, layer=layer, row=1_000)
    assert filled.vi == '12.345 hàng (12,5\N{NO-BREAK SPACE}%) của Trường học, hàng 1000'
    assert filled.en == '12,345 rows (12.5%) of Schools, row 1000'


def test_braces_in_a_value_are_no_place_for_another() -> None:
    """A file may have a column called `{layer}`."""
    filled = Text(vi='cột {column}', en='column {column}').format(column='{0.__class__}')
    assert (filled.vi, filled.en) == ('cột {0.__class__}', 'column {0.__class__}')
