"""The time that a map shows: the parameter `datetime`, or the axis `time` of `subset`."""

import re
from calendar import monthrange
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dothi.api.http import query_parameters
from dothi.api.http.parameters import BadParameter, bad_value
from dothi.core.layer_source import BadTime, Times, parse_times
from dothi.core.text import Text

DATETIME = replace(
    query_parameters.DATETIME, description=Text(vi='Trạng thái vào lúc đó.', en='The state at that time.')
)
AXES = ('time', 't')
# Of RFC 3339, section 5.6, the first parts of a date or time: 2024, 2024-06, 2024-06-08T12Z, 2024-06-08T12:00Z.
PARTIAL = re.compile(
    r'(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:\d{2}))?)?)?'
)  # fmt: skip
POINT = r"""("[^"]*"|'[^']*'|\*|[^:"'*]+)"""
ON_AXIS = re.compile(rf'\s*{POINT}\s*(?::\s*{POINT}\s*)?')


def read_times(on_axis: list[str]) -> Times | None:
    """The time that the current request asks for, None where it names none; raises BadParameter, BadTime.

    on_axis: what stands in the brackets of each `time(…)` in `subset`.
    """
    text = DATETIME.text
    if len(on_axis) > 1 or (text and on_axis):
        raise BadParameter(
            vi='Thời gian được nêu hai lần. Dùng datetime, hoặc subset=time(…) một lần.',
            en='The time is given twice. Use datetime, or subset=time(…) once.',
        )
    if on_axis:
        return from_axis(on_axis[0])
    return from_datetime(text) if text else None


def from_datetime(text: str) -> Times:
    """The value of `datetime`, whose dates and times may leave their last parts out."""
    begin, slash, end = text.partition('/')
    if not slash:
        return parse_moments(begin) or parse_times(text)
    first, last = parse_moments(begin), parse_moments(end)
    if first is None or last is None:
        return parse_times(text)
    return _in_order(text, Times(first.begin, last.end))


def from_axis(text: str) -> Times | None:
    """`"2024-08-31"`, `"2024-01":"2024-06"`, `"2024":*`; None for `*` and `*:*`, which stand for the newest state."""
    match = ON_AXIS.fullmatch(text)
    if match is None:
        raise _unreadable_datetime(text)
    low, high = (part and part.strip().strip('"\'') for part in match.groups())
    if high is None:
        return None if low == '*' else _parse_interval(low, text)
    if low == high == '*':
        return None
    begin = None if low == '*' else _parse_interval(low, text).begin
    end = None if high == '*' else _parse_interval(high, text).end
    return _in_order(text, Times(begin, end))


def parse_moments(text: str) -> Times | None:
    """First and last moment of a whole or partial date or time; None for what is neither."""
    match = PARTIAL.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, zone = match.groups()
    try:
        begin = datetime.fromisoformat(
            f'{year}-{month or "01"}-{day or "01"}T{hour or "00"}:{minute or "00"}:00{zone or "Z"}'
        ).astimezone(UTC)
        if minute:
            return Times(begin, begin)
        if hour:
            return Times(begin, begin + timedelta(minutes=59, seconds=59, microseconds=999_999))
    except (ValueError, OverflowError):
        return None
    last = begin.replace(month=begin.month if month else 12)
    last = last.replace(day=last.day if day else monthrange(last.year, last.month)[1])
    return Times(begin, last.replace(hour=23, minute=59, second=59, microsecond=999_999, tzinfo=UTC))


def format_times(times: Times, now: datetime) -> str:
    """The value of the header Content-Datetime: an instant, or an interval whose open end is `now`."""
    begin, end = times.begin, times.end or now
    if begin is None or begin == end:
        return format_rfc3339(end)
    return f'{format_rfc3339(begin)}/{format_rfc3339(end)}'


def format_rfc3339(moment: datetime) -> str:
    """Format a time as RFC 3339, in UTC, to the second."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace('+00:00', 'Z')


def _parse_interval(text: str, whole: str) -> Times:
    interval = parse_moments(text)
    if interval is None:
        try:
            interval = parse_times(text)
        except BadTime:
            raise _unreadable_datetime(whole) from None
    return interval


def _in_order(text: str, times: Times) -> Times:
    if times.begin and times.end and times.begin > times.end:
        raise bad_value('time', text, 'đầu khoảng ở sau cuối khoảng.', 'it begins after its end.')
    return times


def _unreadable_datetime(text: str) -> BadParameter:
    return BadParameter(
        vi=f'subset: không đọc được time({text[:100]}). Viết như time("2024-08-31") hoặc time("2024-01":"2024-06").',
        en=f'subset: time({text[:100]}) cannot be read. Write it like time("2024-08-31") or time("2024-01":"2024-06").',
    )
