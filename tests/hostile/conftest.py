"""What tests of hostile files share: a folder of an agency, a secret beside it, and a server that must not be asked."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

SECRET = 'mat-khau-cua-may-chu-7f3a'


@dataclass
class Target:
    """What hostile files are after. secret: a file that no delivery may read. url: a server that counts visits."""

    folder: Path
    secret: Path
    url: str
    visits: list[str] = field(default_factory=list)


@pytest.fixture(scope='session')
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    root = tmp_path_factory.mktemp('hostile')
    secret = root / 'elsewhere' / 'secret.csv'
    secret.parent.mkdir()
    secret.write_text(f'MA_TRUONG,TEN,lon,lat\n{SECRET},{SECRET},106.2,20.3\n', encoding='utf-8')
    visits: list[str] = []

    class Visited(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # GDAL asks by GET where HEAD is not there
            visits.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    server = HTTPServer(('127.0.0.1', 0), Visited)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    folder = root / 'delivery'
    folder.mkdir()
    yield Target(folder, secret, f'http://127.0.0.1:{server.server_port}', visits)
    server.shutdown()
