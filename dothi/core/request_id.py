"""Which request of a client this thread works for: the id that its lines have in the logs of all processes."""

import re
import secrets
from contextvars import ContextVar

# As proxies and clients write them; anything else could forge lines of a log.
SANE = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]{7,63}')
NO_REQUEST = '-'
REQUEST_ID: ContextVar[str] = ContextVar('dothi_request_id', default=NO_REQUEST)


def begin_request(proposed: str | None) -> str:
    """The id of the request that this thread begins with: the proposed one where it is sane, else a new one."""
    request_id = proposed if proposed and SANE.fullmatch(proposed) else secrets.token_hex(8)
    REQUEST_ID.set(request_id)
    return request_id


def current_request_id() -> str:
    """The id of the request that this thread works for; NO_REQUEST where it works for none."""
    return REQUEST_ID.get()
