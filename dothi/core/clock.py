"""Days and times as the locality's people count them, whatever time zone the machine is set to."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dothi.core.text import Lang


def today(zone: ZoneInfo, now: datetime | None = None) -> date:
    """The day that it is in `zone`; now: the moment, for which the present is taken where there is none."""
    return local_day(now or datetime.now(UTC), zone)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day on which `moment` is in `zone`."""
    return moment.astimezone(zone).date()


def local_minute(moment: datetime, zone: ZoneInfo) -> str:
    """`2026-11-28 07:05` on the clocks in `zone`, for tables that are sorted."""
    return f'{moment.astimezone(zone):%Y-%m-%d %H:%M}'


def local_second(moment: datetime, zone: ZoneInfo) -> str:
    """`2026-11-28 07:05:09 +0700` on the clocks in `zone`, for moments that are typed again."""
    return f'{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %z}'


def local_moment(moment: datetime, zone: ZoneInfo, lang: Lang = 'vi') -> str:
    """`07:05 28/11/2026` on the clocks in `zone`, or `07:05 28 November 2026`."""
    local = moment.astimezone(zone)
    return f'{local:%H:%M} {day_text(local, lang)}'


def day_text(day: date, lang: Lang) -> str:
    """`28/11/2026`, or `28 November 2026`."""
    return f'{day:%d/%m/%Y}' if lang == 'vi' else f'{day.day} {day:%B %Y}'
