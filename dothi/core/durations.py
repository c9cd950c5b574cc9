"""Durations of ISO 8601: `P1Y6M`, `P2D`, `PT12H30M`, `P2W`."""

import calendar
import re
from datetime import datetime, timedelta

FORM = re.compile(
    r'P(?!$)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?'
    r'(?:T(?!$)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})S)?)?'
)


def shifted(moment: datetime, duration: str, sign: int = 1) -> datetime:
    """`moment` so much later (sign 1) or earlier (-1); the 31st plus a month is the last day of that month.

    Raises ValueError for what is no duration, OverflowError where no calendar reaches.
    """
    match = FORM.fullmatch(duration.upper())
    if not match:
        raise ValueError(duration)
    parts = {name: sign * int(text or 0) for name, text in match.groupdict().items()}
    months = moment.month - 1 + parts.pop('months') + 12 * parts.pop('years')
    year, month = moment.year + months // 12, months % 12 + 1
    if not 1 <= year <= 9999:
        raise OverflowError(duration)
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day) + timedelta(**parts)
