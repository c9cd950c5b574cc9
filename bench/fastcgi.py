"""Other map servers as they are run in production: FastCGI processes behind nginx."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.process import process
from dothi.core.ports import free_port

PROCESSES = 2
# Some take a minute for a picture of 600,000 buildings.
PATIENCE_S = 600


@contextmanager
def served(command: list[str], environment: dict[str, str], folder: Path, ready: str, port: int = 0) -> Iterator[str]:
    """The base address of `command`, which speaks FastCGI, once `ready` (path and query) is answered.

    folder: takes settings, sockets and logs; the web server's own user must be able to look into it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    with _workers(command, environment, folder) as address:
        settings = folder / 'nginx.conf'
        settings.write_text(_nginx(port, folder, address), encoding='utf-8')
        server = ['nginx', '-p', str(folder), '-c', str(settings), '-g', 'daemon off;']
        with process(server, {}, f'http://127.0.0.1:{port}{ready}', folder / 'nginx.log'):
            yield f'http://127.0.0.1:{port}'


@contextmanager
def _workers(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[Path]:
    """The processes, which find the socket that they share as their standard input."""
    address, log = folder / 'fastcgi.sock', folder / 'fastcgi.log'
    with socket.socket(socket.AF_UNIX) as shared, log.open('wb') as output:
        shared.bind(str(address))
        address.chmod(0o666)
        shared.listen(128)
        workers = [
            subprocess.Popen(command, stdin=shared.fileno(), stdout=output, stderr=output, env=environment)
            for _ in range(PROCESSES)
        ]
        try:
            yield address
        finally:
            for worker in workers:
                # it would end only after one more request
                worker.kill()
                worker.wait(30)
            address.unlink()


def _nginx(port: int, folder: Path, fastcgi: Path) -> str:
    # only root may hand its processes over to another user, and would otherwise do so
    user = 'user root;' if os.geteuid() == 0 else ''
    temporary = ' '.join(f'{kind}_temp_path {folder}/{kind};' for kind in ('client_body', 'proxy', 'uwsgi', 'scgi'))
    names = ('QUERY_STRING', 'REQUEST_METHOD', 'SERVER_NAME', 'SERVER_PORT', 'SERVER_PROTOCOL')
    passed = ' '.join(f'fastcgi_param {name} ${name.lower()};' for name in names)
    return f"""
{user}
worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{}}
http {{
  access_log off; {temporary} fastcgi_temp_path {folder}/fastcgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      fastcgi_pass unix:{fastcgi};
      fastcgi_param PATH_INFO $uri; fastcgi_param SCRIPT_NAME ""; {passed}
      fastcgi_buffers 64 64k; fastcgi_read_timeout {PATIENCE_S};
    }}
  }}
}}
"""
