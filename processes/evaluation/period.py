"""The period of an evaluation, and the day on which its evidence had to hold."""

from dataclasses import dataclass
from datetime import date, timedelta

from dothi.core.errors import WrongUse


class BadPeriod(WrongUse):
    """A period that cannot be read, or that ends before it begins."""


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both in it."""

    first: date
    last: date

    @property
    def until(self) -> date:
        """The first day after the period."""
        return self.last + timedelta(days=1)

    def evidence_on(self, today: date) -> date:
        """Its last day, or today while it lasts: what is delivered later cannot be asked for yet."""
        return min(self.last, today)


def period_of(first: str | None, last: str | None, today: date) -> Period:
    """The period from `first` to `last`; the calendar year of the other end, or of today, where one is not given."""
    begins, ends = day_of('period_from', first), day_of('period_to', last)
    year = (begins or ends or today).year
    period = Period(begins or date(year, 1, 1), ends or date(year, 12, 31))
    if period.last == date.max:
        raise BadPeriod(
            vi=f'period_to: sau {period.last} không còn ngày nào.', en=f'period_to: no day is after {period.last}.'
        )
    if period.first > period.last:
        raise BadPeriod(
            vi=f'period_from ({period.first}) ở sau period_to ({period.last}).',
            en=f'period_from ({period.first}) is after period_to ({period.last}).',
        )
    if period.first > today:
        raise BadPeriod(
            vi=f'Kỳ bắt đầu ngày {period.first}, sau hôm nay ({today}): chưa có gì để đánh giá.',
            en=f'The period begins on {period.first}, after today ({today}): there is nothing to evaluate yet.',
        )
    return period


def day_of(name: str, text: str | None) -> date | None:
    """The day that the input `name` says; raises BadPeriod for one that the calendar lacks."""
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise BadPeriod(
            vi=f'{name}: không có ngày {text}. Viết năm, tháng, ngày, như 2026-06-30.',
            en=f'{name}: there is no day {text}. Write year, month and day, such as 2026-06-30.',
        ) from None
