"""The inbox looked at again and again, until somebody ends it; what is not there now is waited for."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from dothi.core.errors import Defect, DothiError
from dothi.core.locality import Locality, load_locality
from dothi.core.presence import announce_presence
from etl.inbox.looking import Settling
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
    announce_presence('inbox', 'loader')
    settling, announcer = Settling(settle_s), TroubleAnnouncer(tell)
    loaded_locality: tuple[float, Locality] | None = None
    while True:
        try:
            changed = _changed(locality)
            if loaded_locality is None or loaded_locality[0] != changed:
                loaded_locality = changed, load_locality(locality)
            done(work(root, settling, loaded_locality[1], fault))
            announcer.over()
        except DothiError as error:
            announcer.trouble(error)
        except Exception:
            announcer.trouble(fault())
        time.sleep(LOOK_S)


def _changed(locality: Path) -> float:
    """When a file of the locality was last written."""
    return max((file.stat().st_mtime for file in locality.rglob('*.yml')), default=0)
