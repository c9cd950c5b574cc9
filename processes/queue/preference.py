"""Whether a client waits for a result or comes back for it: by its header `Prefer` (RFC 7240), and by the cost."""

import re
from dataclasses import dataclass
from typing import Literal

Mode = Literal['sync', 'async']


@dataclass(frozen=True)
class Preference:
    """The mode that a client prefers. wait_s: how long it would wait."""

    mode: Mode | None = None
    wait_s: float | None = None


def parse_preference(header: str | None) -> Preference:
    """What the header says; what it does not understand, it leaves out, as RFC 7240 has it."""
    preferences = {
        name.casefold(): value for name, value in re.findall(r'([\w-]+)(?:\s*=\s*"?(\d+(?:\.\d+)?))?', header or '')
    }
    wait_s = float(preferences['wait']) if preferences.get('wait') else None
    if 'respond-async' in preferences:
        return Preference('async', wait_s)
    return Preference('sync' if 'wait' in preferences else None, wait_s)


def mode_of(header: str | None, cost_s: float, longest_s: float) -> Mode:
    """The mode of an execution that is estimated to take `cost_s`, where up to `longest_s` counts as short.

    OGC 18-062r2, requirement 25: without a preference, what can be run either way is run synchronously. So it is, but
    for what takes too long to keep a connection open for: there the request would end with nothing.
    """
    return parse_preference(header).mode or ('sync' if cost_s <= longest_s else 'async')
