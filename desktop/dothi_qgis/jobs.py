"""A job of the service: awaited with its progress in words, and ended where somebody cancels it."""

import time
from collections.abc import Callable

from dothi_qgis.connection import ServiceConnection
from dothi_qgis.service import ServiceError, Unavailable, dismiss_job, read_json
from dothi_qgis.words import say

# Called with how much is done (0 to 1), and what is being done.
ProgressCallback = Callable[[float, str], None]
WAIT_S, LONGEST_WAIT_S = 0.3, 3.0
# 36 seconds together, in which a service starts again.
PAUSES_S = (0, 1, 3, 5, 7, 10, 10)


class Cancelled(ServiceError):
    """Somebody cancelled it."""


def await_job(
    connection: ServiceConnection, job_id: str, progress: ProgressCallback, is_cancelled: Callable[[], bool]
) -> None:
    """Returns when the job is done; raises ServiceError with its message where it failed, or was cancelled."""
    wait, pauses_s = WAIT_S, list(PAUSES_S)
    while True:
        try:
            status = read_json(connection, f'/jobs/{job_id}')
        # the job goes on meanwhile
        except Unavailable:
            if not pauses_s or is_cancelled():
                raise
            time.sleep(pauses_s.pop(0))
            continue
        pauses_s = list(PAUSES_S)
        progress(status.get('progress', 0) / 100, status.get('message') or '')
        if status['status'] == 'successful':
            return
        if status['status'] in ('failed', 'dismissed'):
            raise ServiceError(status.get('message') or status['status'])
        if is_cancelled():
            dismiss_job(connection, job_id)
            raise Cancelled(say('Đã hủy.', 'Cancelled.'))
        time.sleep(wait)
        wait = min(wait * 1.5, LONGEST_WAIT_S)
