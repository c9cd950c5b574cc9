"""The styles that GIS staff find in the database, written anew when a release has moved the breaks between classes."""

import logging
from collections.abc import Callable

import psycopg2

from dothi.cartography.shared_styles import keep, outdated
from dothi.core.database import READERS, connection
from dothi.core.errors import DothiError
from dothi.core.settings import PathSettings
from processes.queue.cancelling import cancelled_when
from processes.queue.child import cached_locality

LOG = logging.getLogger('dothi.share')


def restyle_layers(stopped: Callable[[], bool]) -> int:
    """How many styles were written; the breaks are read on the role of whoever will see them.

    One that cannot be written now does not keep the others waiting.
    """
    place = cached_locality(PathSettings().locality)
    with connection('worker') as db:
        waiting = outdated(db, place)
    written = 0
    for layer in waiting:
        try:
            with (
                connection(READERS[layer.view.audience]) as reader,
                connection('worker') as db,
                cancelled_when(stopped, reader),
            ):
                keep(db, layer, place, reader)
            written += 1
        except (DothiError, psycopg2.Error) as error:
            if stopped():
                raise
            LOG.error('style %s of %s could not be written: %s', layer.id, layer.view.name, error)
    return written
