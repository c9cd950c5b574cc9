"""A publisher of open data on a port of its own: it gives parts of files, and can break off or change its mind."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Publisher:
    """What it serves, and what it was asked. breaks_after: bytes after which it hangs up once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.files: dict[str, bytes] = {}
        self.versions: dict[str, str] = {}
        self.breaks_after: int | None = None
        self.asked: list[tuple[str, str | None]] = []

    def publish(self, name: str, content: bytes, version: str = '"1"') -> str:
        """The address of the file."""
        self.files[name], self.versions[name] = content, version
        return f'{self.url}/{name}'


@contextmanager
def publishing() -> Iterator[Publisher]:
    """A publisher that serves while inside."""
    server = ThreadingHTTPServer(('127.0.0.1', 0), _Handler)
    server.publisher = publisher = Publisher(f'http://127.0.0.1:{server.server_port}')  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield publisher
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        publisher: Publisher = self.server.publisher  # type: ignore[attr-defined]
        name, asked = self.path[1:], self.headers.get('Range')
        publisher.asked.append((name, asked))
        content = publisher.files.get(name)
        if content is None:
            self.send_error(404)
            return
        version = publisher.versions[name]
        start = int(asked.removeprefix('bytes=').rstrip('-')) if asked else 0
        if asked and self.headers.get('If-Range') != version:
            start = 0
        if start and start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header('ETag', version)
        self.send_header('Content-Length', str(len(content) - start))
        self.end_headers()
        end = None if publisher.breaks_after is None else start + publisher.breaks_after
        publisher.breaks_after = None
        self.wfile.write(content[start:end])

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""
