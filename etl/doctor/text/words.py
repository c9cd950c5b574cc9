"""Words with more than ASCII letters: what encodings are judged by."""

import re

# Between words there is no letter and no symbol, for in text that was misread symbols stand inside words.
WORD = re.compile('[A-Za-z\u00a1-\u200a\u2020-\u2025\u2027-\uffff]+')


def accented_words(text: str) -> list[str]:
    """The words of `text` that are not plain ASCII."""
    return [word for word in WORD.findall(text) if not word.isascii()]
