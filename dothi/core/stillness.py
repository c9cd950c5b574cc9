"""How long things have stayed as they are: what gives no sign of life is still."""

import time
from collections.abc import Hashable, Mapping

# Whoever watches looks so often.
LOOK_S = 3.0
# A look that comes later by this factor counts for nothing: the machine was suspended, or whoever watches stood still
# itself, and so perhaps did all others.
LATE = 3


class Stillness[Name: Hashable]:
    """For how long things have stayed as they are, as far as somebody looked.

    A clock that jumps, a machine that sleeps, and one that is too slow to look make nothing still. look_s: how often it
    is looked.
    """

    def __init__(self, look_s: float = LOOK_S) -> None:
        self._late_s = look_s * LATE
        self._looked_s: float | None = None
        self._seen: dict[Name, tuple[object, float]] = {}

    def look(self, signs: Mapping[Name, object], now_s: float | None = None) -> dict[Name, float]:
        """For how many seconds each sign has not changed; what is not among `signs` is forgotten.

        now_s: by a clock that does not jump.
        """
        now_s = time.monotonic() if now_s is None else now_s
        since_s = 0.0 if self._looked_s is None else now_s - self._looked_s
        gap_s, self._looked_s = (since_s if since_s <= self._late_s else 0.0), now_s
        self._seen = {name: (sign, self._still_s(name, sign, gap_s)) for name, sign in signs.items()}
        return {name: still_s for name, (_, still_s) in self._seen.items()}

    def _still_s(self, name: Name, sign: object, gap_s: float) -> float:
        before, still_s = self._seen.get(name, (None, 0.0))
        return still_s + gap_s if before == sign else 0.0


class Unchanged:
    """For how long a thing has stayed as it is, for whoever looks seldom: the time between two looks counts too.

    By a clock that does not jump. Files have the clock of their file system, which may be another machine's.
    """

    def __init__(self) -> None:
        self._since: tuple[object, float] = (None, 0.0)

    def seconds(self, sign: object) -> float:
        """Since when the sign has been this one, as far as somebody looked; 0 at the first look at it."""
        now_s = time.monotonic()
        before, since_s = self._since
        if before != sign:
            self._since = sign, now_s
            return 0.0
        return now_s - since_s
