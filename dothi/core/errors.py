"""One tree of errors, and the one table from each family to exit code and HTTP status."""

import difflib
import re
from collections.abc import Iterable
from typing import Self

from dothi.core.text import AdvisedText, Text, steward_advice


class DothiError(Exception):
    """Something that the user should hear about, in both languages: what, where, what to do.

    steward: what can be done with commands and files of the platform, which a receipt does not show.
    """

    def __init__(self, vi: str, en: str, steward: Text | None = None) -> None:
        super().__init__(en)
        self.text = Text(vi=vi, en=en) if steward is None else AdvisedText(vi=vi, en=en, steward=steward)

    @classmethod
    def with_suggestion(cls, name: str, known: Iterable[str], vi: str, en: str) -> Self:
        """The error that `name` is not among the known names: its sentence, and behind it the nearest of them."""
        hint = did_you_mean(name, known)
        return cls(vi=f'{vi} {hint.vi}', en=f'{en} {hint.en}')


class Defect(DothiError):
    """A fault of ours."""


class WrongUse(DothiError):
    """A command or request that cannot be carried out as it was asked."""


class NotFound(WrongUse):
    """What the request names does not exist."""


class NotSignedIn(WrongUse):
    """Whoever asks has not shown who they are, or not rightly."""


class Misdirected(WrongUse):
    """The request is meant for another host."""


class Forbidden(WrongUse):
    """Whoever asks is known, or need not be, and may not do this."""


class WrongMediaType(WrongUse):
    """The body of a request comes in a form that is not taken."""


class ConditionMissing(WrongUse):
    """A change has to name the version that it changes."""


class DataRefused(DothiError):
    """The data does not fit, and nothing was changed."""


class HeldForDecision(DothiError):
    """A person has to decide before anything changes."""


class Outdated(HeldForDecision):
    """What was changed has another version by now."""


class EnvironmentMissing(DothiError):
    """Something that the platform needs is not there: a service, a file, a program."""


class DiskFull(EnvironmentMissing):
    """No room is left where the work is done: in the database, in the store, or where files are read."""


class Busy(EnvironmentMissing):
    """The answer takes longer than allowed, or all places are taken: try again later."""


class TooMany(Busy):
    """Whoever asks has as much underway as is allowed: wait for it, or end some of it."""


# The first family that an error belongs to decides; families stand before their parents.
OUTCOMES: tuple[tuple[type[DothiError], int, int], ...] = (
    (NotFound, 2, 404),
    (NotSignedIn, 2, 401),
    (Misdirected, 2, 421),
    (Forbidden, 2, 403),
    (WrongMediaType, 2, 415),
    (ConditionMissing, 2, 428),
    (WrongUse, 2, 400),
    (DataRefused, 3, 422),
    (Outdated, 4, 412),
    (HeldForDecision, 4, 409),
    (TooMany, 5, 429),
    (EnvironmentMissing, 5, 503),
    (DothiError, 1, 500),
)


def exit_code(error: DothiError) -> int:
    """The exit code of the `dothi` command for `error` (DESIGN: 1 defect, 2 use, 3 data, 4 held, 5 environment)."""
    return next(code for family, code, _ in OUTCOMES if isinstance(error, family))


def http_status(error: DothiError) -> int:
    """The HTTP status for `error`."""
    return next(status for family, _, status in OUTCOMES if isinstance(error, family))


def describe(error: DothiError) -> dict[str, object]:
    """`error` as a document: its class as `code`, its message in both languages, and advice to stewards, if any."""
    message = {'vi': error.text.vi, 'en': error.text.en}
    advice = steward_advice(error.text)
    return {'code': type(error).__name__, 'message': message} | ({'steward': advice.model_dump()} if advice else {})


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The known name most like `name`, or None where none is like it."""
    by_key = {known_name.casefold(): known_name for known_name in names}
    matches = difflib.get_close_matches(name.casefold(), by_key, n=1, cutoff=0.5)
    return by_key[matches[0]] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> Text:
    """The sentence that offers the nearest known name, or lists all of them where none is near."""
    names = sorted(known)
    near = nearest(name, names)
    if near:
        return Text(vi=f'Có phải "{near}"?', en=f'Did you mean "{near}"?')
    listed = ', '.join(names)
    return Text(vi=f'Các tên có sẵn: {listed}.', en=f'Known names: {listed}.')


def without_secrets(message: str) -> str:
    """`message` with the password of every database URL in it masked."""
    return re.sub(r'(\w+://[^:/@\s]+):[^@\s]+@', r'\1:***@', message)
