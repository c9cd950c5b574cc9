"""A real browser for the courses, and the material of the training room."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from docs.training.__main__ import write_pages


class QuietFiles(SimpleHTTPRequestHandler):
    """A folder over HTTP, as `python -m http.server` does it, without a line for each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope='session')
def pages_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the web course with their libraries, as the trainer hands them out."""
    folder = tmp_path_factory.mktemp('training') / 'pages'
    write_pages(folder)
    return folder


@pytest.fixture(scope='session')
def pages_url(pages_folder: Path) -> Iterator[str]:
    """Where a participant serves them: another origin than that of the platform."""
    with ThreadingHTTPServer(('127.0.0.1', 0), partial(QuietFiles, directory=str(pages_folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_port}'
        server.shutdown()
