"""The styles that GIS staff find in the database, written anew when a release has moved the breaks between classes."""

from collections.abc import Callable

from dothi.core.database import READERS, connection
from dothi.core.settings import PathSettings
from dothi.core.share_styles import keep, outdated
from processes.queue.cancelling import cancelled_when
from processes.queue.child import locality


def restyle(stopped: Callable[[], bool]) -> int:
    """How many styles were written; the breaks are read on the role of whoever will see them."""
    place = locality(PathSettings().locality)
    with connection('worker') as db:
        waiting = outdated(db, place)
    for one in waiting:
        with (
            connection(READERS[one.view.audience]) as reader,
            connection('worker') as db,
            cancelled_when(stopped, reader),
        ):
            keep(db, one, place, reader)
    return len(waiting)
