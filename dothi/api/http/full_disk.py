"""While a disk of the instance is full, a proxy in front of it keeps nothing of the answers.

nginx on the same disk would cut off each answer that it has to write there: those of which it keeps a copy, and those
that are larger than its memory for them. It is told to pass them on as they come.
"""

import time

from flask import Flask, Response

from dothi.core.readiness import OK, disk_state

LOOK_S = 1.0


class _Disk:
    """The state of the disk, looked at once a second at most: a request asks for it."""

    is_full, looked_at_s = False, float('-inf')


def install(app: Flask) -> None:
    """Has answers of `app` say so."""
    app.after_request(_say_whether_to_keep)


def is_disk_full() -> bool:
    """Whether a disk of the instance is full, as of a second ago at most."""
    if time.monotonic() - _Disk.looked_at_s >= LOOK_S:
        _Disk.is_full, _Disk.looked_at_s = disk_state() != OK, time.monotonic()
    return _Disk.is_full


def _say_whether_to_keep(response: Response) -> Response:
    if is_disk_full():
        response.headers['X-Accel-Expires'] = '0'
        response.headers['X-Accel-Buffering'] = 'no'
    return response
