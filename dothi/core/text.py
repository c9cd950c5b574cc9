"""Text in two languages, and Vietnamese text made comparable."""

import re
import string
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from dothi.core.numbers import number_vi

Lang = Literal['vi', 'en']
LANGUAGES: tuple[Lang, ...] = ('vi', 'en')
# Between the halves of a text that is one string; a docstring may break its line behind it.
HALVES = re.compile(r'\s·\s+')


class Text(BaseModel):
    """One text in Vietnamese and in English."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    vi: str
    en: str

    def pick(self, lang: str) -> str:
        """The text in `lang`; Vietnamese for any language that is not English."""
        return self.en if lang.lower().startswith('en') else self.vi

    @staticmethod
    def join(separator: str, texts: 'Iterable[Text]') -> 'Text':
        """The texts one after the other, with `separator` between them, in each language."""
        parts = list(texts)
        return Text(vi=separator.join(text.vi for text in parts), en=separator.join(text.en for text in parts))

    def format(self, **values: 'Text | str | float | date') -> 'Text':
        """The text with the values in place of `{name}`, each as its language writes it.

        A text gives its own half; a number with a format, such as `{rows:,}` or `{share:.1%}`, has Vietnamese signs in
        Vietnamese. Without a format a number is a code or a row, and is written as it is.
        """
        in_vi, in_en = ({name: _half(value, lang) for name, value in values.items()} for lang in LANGUAGES)
        return Text(vi=_VietnameseFormatter().format(self.vi, **in_vi), en=self.en.format(**in_en))


def split_halves(text: str) -> Text:
    """The two languages of help and descriptions, which are written `Vietnamese · English` in one string."""
    vi, en = HALVES.split(text, maxsplit=1)
    return Text(vi=vi, en=en)


class _VietnameseFormatter(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec and isinstance(value, int | float):
            return number_vi(value, format_spec)
        return str(super().format_field(value, format_spec))


def _half(value: 'Text | str | float | date', lang: Lang) -> 'str | float | date':
    return value.pick(lang) if isinstance(value, Text) else value


class AdvisedText(Text):
    """A text for every reader, and what only a steward can do about it, with commands and files of the platform.

    The text itself speaks to whoever sent a file: send, correct, ask. Receipts show it alone.
    """

    steward: Text


class CountedText(Text):
    """A text with figures that are counted over rows which not every reader sees.

    uncounted: the same without them, and with the advice to stewards, if there is any.
    """

    uncounted: AdvisedText | Text

    @staticmethod
    def of(text: Text, uncounted: AdvisedText | Text) -> 'CountedText':
        """`text`, which has the figures, with what is said in its place without them."""
        return CountedText(vi=text.vi, en=text.en, uncounted=uncounted)

    @property
    def steward(self) -> Text | None:
        """What only a steward can do about it."""
        return steward_advice(self.uncounted)


def for_steward(text: Text) -> Text:
    """The text with what it says to stewards only behind it."""
    advice = steward_advice(text)
    return Text(vi=f'{text.vi} {advice.vi}', en=f'{text.en} {advice.en}') if advice else text


def steward_advice(text: Text) -> Text | None:
    """What the text says to stewards only, if anything."""
    return text.steward if isinstance(text, AdvisedText | CountedText) else None


def without_advice(text: Text) -> Text:
    """The text as it is for who is no steward."""
    return Text(vi=text.vi, en=text.en)


def without_counts(text: Text) -> Text:
    """The text for who does not see all that its figures are counted over."""
    return text.uncounted if isinstance(text, CountedText) else text


def with_counts(text: Text) -> Text:
    """The text with its figures alone, and with its advice to stewards."""
    if not isinstance(text, CountedText):
        return text
    return (
        Text(vi=text.vi, en=text.en)
        if text.steward is None
        else AdvisedText(vi=text.vi, en=text.en, steward=text.steward)
    )


DEMO = Text(vi='Dữ liệu minh họa', en='Demonstration data')


def search_key(text: str) -> str:
    """`text` without accents and case, so that "nam dinh" equals "Nam Định"."""
    return without_accents(text.strip()).casefold()


def without_accents(text: str) -> str:
    """`Nam Dinh` for `Nam Định`. Đ and đ have no decomposition in Unicode, hence their own replacement."""
    decomposed = unicodedata.normalize('NFD', text.replace('Đ', 'D').replace('đ', 'd'))
    return ''.join(char for char in decomposed if not unicodedata.combining(char))
