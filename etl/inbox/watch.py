"""The inbox looked at again and again, until somebody ends it; what is not there now is waited for."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from dothi.core.changes import IDLE_S, ChangeListener
from dothi.core.errors import Defect, DothiError
from dothi.core.locality import Locality, load_locality
from etl.inbox.folders import TAKEN
from etl.inbox.looking import Settling, look
from etl.inbox.outcome import Round
from etl.inbox.round import work

LOOK_S = 3.0


class TroubleAnnouncer:
    """Announces a trouble once, and again only after it was over."""

    def __init__(self, tell: Callable[[DothiError], None]) -> None:
        self.tell, self.last = tell, ''

    def trouble(self, error: DothiError) -> None:
        if str(error) != self.last:
            self.tell(error)
        self.last = str(error)

    def over(self) -> None:
        self.last = ''


def watch(
    root: Path,
    locality: Path,
    settle_s: float,
    done: Callable[[Round], None],
    tell: Callable[[DothiError], None],
    fault: Callable[[], Defect],
) -> NoReturn:
    """Never returns. done: gets every look. tell: gets what keeps the inbox from being looked at."""
    settling, announcer = Settling(settle_s), TroubleAnnouncer(tell)
    seen, last_round_s = -1, 0.0
    loaded_locality: tuple[float, Locality] | None = None
    with ChangeListener('inbox', 'loader') as changes:
        while True:
            try:
                changed = _changed(locality)
                if loaded_locality is None or loaded_locality[0] != changed:
                    loaded_locality, last_round_s = (changed, load_locality(locality)), 0.0
                is_due = changes.changes != seen or time.monotonic() - last_round_s >= IDLE_S
                if is_due or _has_files(root, loaded_locality[1]):
                    seen, last_round_s = changes.changes, time.monotonic()
                    done(work(root, settling, loaded_locality[1], fault))
                    announcer.over()
            except DothiError as error:
                last_round_s = 0.0
                announcer.trouble(error)
            except Exception:
                announcer.trouble(fault())
            changes.wait(seen, LOOK_S)


def _has_files(root: Path, locality: Locality) -> bool:
    """Whether something lies in the inbox, or was begun; asks the file system alone."""
    return any((root / TAKEN).iterdir()) or bool(look(root, locality.agencies))


def _changed(locality: Path) -> float:
    """When a file of the locality was last written."""
    return max((file.stat().st_mtime for file in locality.rglob('*.yml')), default=0)
