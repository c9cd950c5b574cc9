"""Dates and times of an Excel workbook: numbers of days whose style says how they are shown."""

import re
from datetime import datetime, timedelta

# Formats that a workbook need not describe and that are dates or times.
BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
BUILT_IN_TIMES = frozenset({*range(18, 23), *range(45, 48)})
# What a format says literally: in quotes or brackets, or after a backslash.
LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
LAST_DAY = 2_958_466


def read_moment(days: float, epoch: datetime, *, with_time: bool) -> str:
    """A date, or a date and time; midnight is a time where the cell shows one: observations of every hour have it."""
    if not 0 <= days < LAST_DAY:
        return f'{days:.15g}'
    moment = epoch + timedelta(seconds=round(days * 86_400))
    if days < 1:
        return moment.time().isoformat()
    return moment.isoformat(sep=' ') if with_time or days != int(days) else moment.date().isoformat()


def date_styles(styles: list[tuple[str, dict[str, str]]]) -> list[bool | None]:
    """By cell style: whether it shows the time of day, None where its numbers are no dates."""
    own = {int(a['numFmtId']): a['formatCode'] for tag, a in styles if tag == 'numFmt'}
    tags = [tag for tag, _ in styles]
    if 'cellXfs' not in tags:
        return []
    cells = styles[tags.index('cellXfs') : tags.index('/cellXfs')]
    return [_shows_time(int(a.get('numFmtId', '0')), own) for tag, a in cells if tag == 'xf']


def _shows_time(number: int, own: dict[int, str]) -> bool | None:
    if number not in own:
        return number in BUILT_IN_TIMES if number in BUILT_IN_DATES else None
    code = LITERAL.sub('', own[number].lower().replace('[h', 'h').replace('[m', 'm'))
    return None if 'general' in code or not re.search('[dmyhs]', code) else re.search('[hs]', code) is not None
