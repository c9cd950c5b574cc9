"""Text in two languages, and Vietnamese text made comparable."""

import unicodedata
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

Lang = Literal['vi', 'en']
LANGUAGES: tuple[Lang, ...] = ('vi', 'en')


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


class AdvisedText(Text):
    """A text for every reader, and what only a steward can do about it, with commands and files of the platform.

    The text itself speaks to whoever sent a file: send, correct, ask. Receipts show it alone.
    """

    steward: Text


def for_steward(text: Text) -> Text:
    """The text with what it says to stewards only behind it."""
    advice = steward_advice(text)
    return Text(vi=f'{text.vi} {advice.vi}', en=f'{text.en} {advice.en}') if advice else text


def steward_advice(text: Text) -> Text | None:
    """What the text says to stewards only, if anything."""
    return text.steward if isinstance(text, AdvisedText) else None


DEMO = Text(vi='Dữ liệu minh họa', en='Demonstration data')


def search_key(text: str) -> str:
    """`text` without accents and case, so that "nam dinh" equals "Nam Định"."""
    return without_accents(text.strip()).casefold()


def without_accents(text: str) -> str:
    """`Nam Dinh` for `Nam Định`. Đ and đ have no decomposition in Unicode, hence their own replacement."""
    decomposed = unicodedata.normalize('NFD', text.replace('Đ', 'D').replace('đ', 'd'))
    return ''.join(char for char in decomposed if not unicodedata.combining(char))
