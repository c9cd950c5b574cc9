"""A server that runs while it is measured."""

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 60


@contextmanager
def process(command: list[str], environment: dict[str, str], url: str, log: Path) -> Iterator[None]:
    """While inside, `command` runs and answers at `url`; raises TimeoutError, with its log, when it never does."""
    with log.open('w', encoding='utf-8') as output:
        server = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)
        try:
            _wait(url, log)
            yield
        finally:
            server.terminate()
            server.wait(30)


def _wait(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f'{url}\n{log.read_text(encoding="utf-8")[-2000:]}')
