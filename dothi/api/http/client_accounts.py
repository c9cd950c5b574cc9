"""What each client has asked of a service, in memory that all of its web processes share.

gunicorn's master makes it before it forks; without a master it belongs to the one process. Every read and write is made
under a lock of the kernel, which ends with the process that holds it. A query under way is a record with the number of
its process: the master removes those of a process that died.
"""

import fcntl
import hashlib
import mmap
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Clients that are remembered, in sets: a client's account lies in one of the places of its set.
SETS, PLACES = 2_048, 8
# Queries under way at once, of all processes together: far more than they have threads.
MOST_QUERIES = 1_024
WORD_BYTES = 8
NOBODY = 0


class ClientAccounts:
    """Tokens of each client, and its queries under way. per_s: new tokens a second; burst: tokens that it may have."""

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s, self._burst = per_s, burst
        self._lock, self._lock_file = threading.Lock(), os.memfd_create('dothi-clients', os.MFD_CLOEXEC)
        count = SETS * PLACES
        memory = memoryview(mmap.mmap(-1, (3 * count + 2 * MOST_QUERIES + 1) * WORD_BYTES))
        self._keys = memory[: count * WORD_BYTES].cast('Q')
        self._tokens = memory[count * WORD_BYTES : 2 * count * WORD_BYTES].cast('d')
        self._seen_s = memory[2 * count * WORD_BYTES : 3 * count * WORD_BYTES].cast('d')
        queries = memory[3 * count * WORD_BYTES :].cast('Q')
        self._askers, self._processes = queries[:MOST_QUERIES], queries[MOST_QUERIES : 2 * MOST_QUERIES]
        # how many of the first places were ever taken: as many as there were queries at once
        self._ever_taken = queries[2 * MOST_QUERIES :]

    def take_token(self, address: str, now_s: float | None = None) -> bool:
        """Whether a request of the client may pass now; it takes a token if so.

        now_s: of the machine's monotonic clock, which all processes share.
        """
        now = time.monotonic() if now_s is None else now_s
        with self._locked():
            place = self._account(client_key(address), now)
            passed_s = max(now - self._seen_s[place], 0.0)
            tokens = min(self._burst, self._tokens[place] + passed_s * self._per_s)
            allowed = tokens >= 1
            self._tokens[place], self._seen_s[place] = tokens - allowed, now
        return allowed

    def begin_query(self, address: str, most: int) -> int | None:
        """The number of a place for a query of the client; None while it has `most` under way."""
        key = client_key(address)
        with self._locked():
            askers = self._askers[: self._ever_taken[0]].tolist()
            place = askers.index(NOBODY) if NOBODY in askers else len(askers)
            if askers.count(key) >= most or place == MOST_QUERIES:
                return None
            self._processes[place], self._askers[place] = os.getpid(), key
            self._ever_taken[0] = max(place + 1, len(askers))
        return place

    def end_query(self, place: int) -> None:
        """Gives a place back that this process took."""
        with self._locked():
            if self._processes[place] == os.getpid():
                self._askers[place] = NOBODY

    def forget_process(self, pid: int) -> None:
        """Ends the queries of a process that is gone."""
        with self._locked():
            for place, process in enumerate(self._processes[: self._ever_taken[0]]):
                if process == pid:
                    self._askers[place] = NOBODY

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Nobody else, in this process or another one, reads or writes while inside."""
        with self._lock:
            fcntl.lockf(self._lock_file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._lock_file, fcntl.LOCK_UN)

    def _account(self, key: int, now_s: float) -> int:
        """The place of a client's account; a new client gets a full one in place of who was not seen for longest."""
        first = (key >> 1) % SETS * PLACES
        places = range(first, first + PLACES)
        for place in places:
            if self._keys[place] == key:
                return place
        oldest = min(places, key=self._seen_s.__getitem__)
        self._keys[oldest], self._tokens[oldest], self._seen_s[oldest] = key, self._burst, now_s
        return oldest


def client_key(address: str) -> int:
    """A number for a client's address, never NOBODY; who wants to share another one's has to find it for hours."""
    digest = hashlib.blake2b(address.encode(), digest_size=WORD_BYTES, key=_SECRET).digest()
    return int.from_bytes(digest) | 1


# Of this start of the service: processes are forked after it was drawn.
_SECRET = os.urandom(16)
