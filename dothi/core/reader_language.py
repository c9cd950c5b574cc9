"""The language of the person at this computer: `DOTHI_LANG`, else the locale, else Vietnamese.

Only what one person reads is in one language: the command line, its errors and its tables. Receipts, reports and JSON
go to others and hold both.
"""

import os

from dothi.core.numbers import number_vi
from dothi.core.text import Lang, Text

# Our own, then those of the locale in the order of POSIX (IEEE Std 1003.1, 8.2).
LOCALE_VARIABLES = ('DOTHI_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG')


def reader_language() -> Lang:
    """`en` where the first of these variables that is set begins so, else `vi`.

    It never fails, because errors are written by it; hence no ReaderSettings, which document the variable.
    """
    locale = next((os.environ[name] for name in LOCALE_VARIABLES if os.environ.get(name)), '')
    return 'en' if locale.lower().startswith('en') else 'vi'


def pick_words(vi: str, en: str) -> str:
    """Return `vi` or `en`, whichever is in the language of the reader."""
    return en if reader_language() == 'en' else vi


def pick_text(text: Text) -> str:
    """`text` in the language of the reader."""
    return text.pick(reader_language())


def pick_number(value: float, form: str = ',') -> str:
    """`value` in a form of Python such as `,` or `,.1f`, with the signs of the reader's language."""
    return format(value, form) if reader_language() == 'en' else number_vi(value, form)
