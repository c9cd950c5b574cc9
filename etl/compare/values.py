"""Values of features in the words of a reader."""

from datetime import date
from typing import Any

from dothi.core.clock import day_text
from dothi.core.layer import Column
from dothi.core.text import Text
from dothi.core.units import with_unit

NOTHING = Text(vi='–', en='–')
YES, NO = Text(vi='có', en='yes'), Text(vi='không', en='no')


def value_words(column: Column, value: Any) -> Text:
    """A value of the column as people write it: the domain's title, yes or no, a day, a number with its unit."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int | float):
        return with_unit(value, column.unit)
    if isinstance(value, date):
        return Text(vi=day_text(value, 'vi'), en=day_text(value, 'en'))
    text = str(value)
    return (column.domain or {}).get(text, Text(vi=text, en=text))
