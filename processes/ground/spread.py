"""The heavy part of an analysis, piece by piece: on this machine's processors, or on the cluster that is named."""

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from dothi.core.errors import EnvironmentMissing
from dothi.core.job_settings import JobSettings
from dothi.core.text import Text

if TYPE_CHECKING:
    from distributed import Client

# How long a cluster may take to answer, and to show a worker; both are there already or somebody has to see to it.
PATIENCE_S = 10
# Pieces under way for each processor: one is computed while the next one waits and the last one travels.
AHEAD = 2


class ClusterUnreachable(EnvironmentMissing):
    """The cluster that DOTHI_DASK names does not answer, or nobody works there."""


class ClusterLost(EnvironmentMissing):
    """The cluster went away, or its workers kept dying, before the work was done."""


class RunningPiece[R](Protocol):
    """A piece under way."""

    def result(self) -> R: ...

    def cancel(self) -> object: ...


def spread_pieces[P, R](function: Callable[[P], R], pieces: Iterable[P]) -> Iterator[R]:
    """`function(piece)` of every piece, in the order of `pieces`, wherever each of them was computed.

    function: of a module, or a functools.partial of one: a cluster's worker imports it. What it needs comes with it
    and with the piece: arrays, or paths in a store that all machines share; never a connection. It must not
    alter anything that another piece reads. pieces: taken only as fast as they are computed, so they and the results
    need no more memory than a few pieces do. An error of `function` comes up at its piece.

    Runs on threads of this process, or where DOTHI_DASK names a scheduler on its workers; raises ClusterUnreachable
    and ClusterLost.
    """
    address = JobSettings().dask
    return _on_cluster(address, function, pieces) if address else _on_threads(function, pieces)


def count_processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0))


def _on_threads[P, R](function: Callable[[P], R], pieces: Iterable[P]) -> Iterator[R]:
    with ThreadPoolExecutor(count_processors()) as pool:
        yield from _in_order(lambda piece: pool.submit(function, piece), pieces, count_processors() * AHEAD)


def _on_cluster[P, R](address: str, function: Callable[[P], R], pieces: Iterable[P]) -> Iterator[R]:
    with _cluster_client(address) as client:
        # one copy on every worker, however many pieces: a worker that dies takes nothing with it
        (remote_function,) = client.scatter([function], broadcast=True, hash=False)
        places = sum(client.nthreads().values())
        with _keep_cluster(address):
            # each piece is work of its own, even where two are the same
            yield from _in_order(
                lambda piece: client.submit(_call_with_piece, remote_function, piece, pure=False),
                pieces,
                max(places, 1) * AHEAD,
            )


def _call_with_piece[P, R](function: Callable[[P], R], piece: P) -> R:
    return function(piece)


def _in_order[P, R](begin: Callable[[P], RunningPiece[R]], pieces: Iterable[P], ahead: int) -> Iterator[R]:
    """The results in the order of `pieces`, with `ahead` of them under way; those left are cancelled at an end."""
    under_way: deque[RunningPiece[R]] = deque()
    try:
        for piece in pieces:
            under_way.append(begin(piece))
            if len(under_way) >= ahead:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for begun in under_way:
            begun.cancel()


@contextmanager
def _cluster_client(address: str) -> 'Iterator[Client]':
    """A connection to the scheduler, with a worker there at least; raises ClusterUnreachable, and without the extra."""
    try:
        import distributed  # noqa: F401
    except ModuleNotFoundError:
        raise ClusterUnreachable(
            vi="Máy này chưa có thư viện của cụm tính toán. Cài: pip install 'dothi[cluster]'.",
            en="This machine lacks the library of the cluster. Install it: pip install 'dothi[cluster]'.",
        ) from None
    client = _client_or_reason(address)
    if isinstance(client, ClusterUnreachable):
        # one that could not begin closes itself when it is collected as garbage; where that happens while another
        # begins, both wait for the lock of their loops for ever
        gc.collect()
        raise client
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError as error:
            raise _cluster_unreachable(address, error) from None
        yield client


def _client_or_reason(address: str) -> 'Client | ClusterUnreachable':
    """A connection, or why there is none: an error that was raised would keep the client that could not begin."""
    from distributed import Client

    try:
        return Client(address, timeout=PATIENCE_S, set_as_default=False)
    # AssertionError: the thread of its connection did not begin within 10 s, as on a machine under heavy load
    except (OSError, ValueError, AssertionError) as error:
        return _cluster_unreachable(address, error)


@contextmanager
def _keep_cluster(address: str) -> Iterator[None]:
    from distributed import CancelledError, KilledWorker
    from distributed.comm.core import CommClosedError

    try:
        yield
    except (CancelledError, KilledWorker, CommClosedError) as error:
        raise ClusterLost(
            vi=f'Cụm tính toán {address} ngừng giữa chừng ({type(error).__name__}). Xem nhật ký của cụm rồi chạy lại.',
            en=f'The cluster {address} went away at work ({type(error).__name__}). See its log, then run again.',
        ) from None


def _cluster_unreachable(address: str, error: Exception) -> ClusterUnreachable:
    reason = (str(error) or type(error).__name__).splitlines()[0][:200]
    return ClusterUnreachable(
        vi='Các máy tính toán cho phân tích này chưa sẵn sàng. Thử lại sau, hoặc báo cho quản trị viên.',
        en='The machines that compute this analysis are not available. Try again later, or tell the administrator.',
        steward=Text(
            vi=f'Cụm {address}: {reason}. Chạy "dask scheduler" và "dask worker", hoặc bỏ DOTHI_DASK.',
            en=f'Cluster {address}: {reason}. Run "dask scheduler" and "dask worker", or unset DOTHI_DASK.',
        ),
    )
