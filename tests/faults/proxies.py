"""A way to the database that a test can slow down, cut and block."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BLOCK_BYTES = 1 << 16


class Way:
    """Carries connections to a port of this machine; delay_s, is_blocked and `cut` are for tests to use at any time.

    Blocked, it takes connections and carries nothing, as a network does that loses everything.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port, self.port = target_port, 0
        self.delay_s, self.is_blocked, self.is_closed = 0.0, False, False
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._is_open = threading.Event()

    def cut(self) -> None:
        """Ends all connections at once, without a word."""
        self._loop.call_soon_threadsafe(self._cut)

    def serve(self) -> None:
        """Carries until `end`."""
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._carry, '127.0.0.1', self.port))
        self.port = server.sockets[0].getsockname()[1]
        self._is_open.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def wait(self) -> None:
        """Returns when it can be connected to."""
        self._is_open.wait()

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_closed:
            writer.transport.abort()
            return
        with suppress(OSError):
            there_reader, there_writer = await asyncio.open_connection('127.0.0.1', self.target_port)
            self._writers |= {writer, there_writer}
            await asyncio.gather(self._copy(reader, there_writer), self._copy(there_reader, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while content := await reader.read(BLOCK_BYTES):
                while self.is_blocked:
                    await asyncio.sleep(0.05)
                await asyncio.sleep(self.delay_s)
                writer.write(content)
                await writer.drain()
        self._writers.discard(writer)
        with suppress(OSError):
            writer.close()


@contextmanager
def way_to(target_port: int) -> Iterator[Way]:
    """Within, there is a way to that port."""
    way = Way(target_port)
    thread = threading.Thread(target=way.serve, daemon=True)
    thread.start()
    way.wait()
    try:
        yield way
    finally:
        way.end()
        thread.join()
