"""When a layer is due again, from its update cycle."""

import calendar
import re
from datetime import date, timedelta

DAYS = {'W': 7, 'D': 1}
MONTHS = {'Y': 12, 'M': 1}


def next_update_due(cycle: str, last: date) -> date:
    """The day one `cycle` (ISO 8601, as P6M) after `last`; in a shorter month its last day, as 31 August + P6M.

    A day beyond the calendar's end becomes its last one.
    """
    parts = [(int(number), unit) for number, unit in re.findall(r'(\d+)([YMWD])', cycle)]
    months = sum(number * MONTHS[unit] for number, unit in parts if unit in MONTHS)
    days = sum(number * DAYS[unit] for number, unit in parts if unit in DAYS)
    try:
        return _months_later(last, months) + timedelta(days=days)
    except (OverflowError, ValueError):
        return date.max


def _months_later(start: date, months: int) -> date:
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
