"""A job of the service: awaited with its progress in words, and ended where somebody cancels it."""

import time
from collections.abc import Callable

from dothi_qgis.connection import ServiceConnection
from dothi_qgis.service import ServiceError, dismiss_job, read_json
from dothi_qgis.words import say

# Called with how much is done (0 to 1), and what is being done.
ProgressCallback = Callable[[float, str], None]
WAIT_S, LONGEST_WAIT_S = 0.3, 3.0


class Cancelled(ServiceError):
    """Somebody cancelled it."""


def await_job(
    connection: ServiceConnection, job_id: str, progress: ProgressCallback, is_cancelled: Callable[[], bool]
) -> None:
    """Returns when the job is done; raises ServiceError with its message where it failed, or was cancelled."""
    wait = WAIT_S
    while True:
        status = read_json(connection, f'/jobs/{job_id}')
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
