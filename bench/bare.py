"""The floor of the services: Flask on gunicorn's threads, with an answer that is always the same."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response

from bench.process import process
from dothi.core.ports import free_port

# What a page of ten buildings has.
ANSWER_BYTES = 4_500

app = Flask(__name__)


@app.route('/')
def answer() -> Response:
    """So many letters."""
    return Response(b'x' * ANSWER_BYTES, mimetype='application/geo+json')


@contextmanager
def bare_server(folder: Path) -> Iterator[str]:
    """Its address while it runs, with as many processes and threads as a service has."""
    port = free_port()
    address = f'127.0.0.1:{port}'
    command = [sys.executable, '-m', 'gunicorn', '-w', '2', '-k', 'gthread', '--threads', '20', '-b', address]
    with process([*command, f'{__name__}:app'], {}, f'http://{address}/', folder / 'bare.log'):
        yield f'http://{address}'
