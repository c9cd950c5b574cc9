"""While a disk of the instance is full, a proxy in front of it keeps nothing of the answers.

nginx on the same disk would cut off each answer that it has to write there: those of which it keeps a copy, and those
that are larger than its memory for them. It is told to pass them on as they come.
"""

import time
from contextlib import suppress

from flask import Flask, Response

from dothi.core.readiness import OK, disk_state
from dothi.core.shared_look import NoAnswer, SharedLook, outcome

LOOK_S = 1.0
# For as long a request waits for a disk that does not answer.
PATIENCE_S = 0.2


def _is_full_now() -> bool:
    return disk_state() != OK


class _Disk:
    """The state of the disk, looked at once a second at most: a request asks for it."""

    is_full, looked_at_s = False, float('-inf')
    look = SharedLook(_is_full_now)


def install(app: Flask) -> None:
    """Has answers of `app` say so."""
    app.after_request(_say_whether_to_keep)


def is_disk_full() -> bool:
    """Whether a disk of the instance is full, as of a second ago at most; one that hangs is as it was before that."""
    now_s = time.monotonic()
    if now_s - _Disk.looked_at_s >= LOOK_S:
        _Disk.looked_at_s = now_s
        with suppress(NoAnswer):
            _Disk.is_full = outcome(_Disk.look.begin(), now_s + PATIENCE_S)
    return _Disk.is_full


def _say_whether_to_keep(response: Response) -> Response:
    if is_disk_full():
        response.headers['X-Accel-Expires'] = '0'
        response.headers['X-Accel-Buffering'] = 'no'
    return response
