"""nginx with the settings of docker/nginx.conf in front of a service, for tests and measuring."""

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dothi.core.ports import free_port
from dothi.core.settings import PROJECT

PATIENCE_S = 60
FRAME = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/dothi.conf;
}}
"""


@contextmanager
def nginx(upstream: str, folder: Path, changes: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of nginx in front of the service at `upstream` (host:port).

    changes: other texts of docker/nginx.conf to be replaced. Each text that is replaced stands in the file.
    """
    for last_try in (False, False, True):
        port = free_port()
        _write_settings(upstream, folder, port, changes or {})
        command = [shutil.which('nginx') or '/usr/sbin/nginx', '-p', str(folder), '-c', str(folder / 'nginx.conf')]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        if _listens(process, folder / 'nginx.pid'):
            break
        # somebody else may have taken the port meanwhile
        if last_try:
            raise ChildProcessError(process.communicate()[1] + (folder / 'error.log').read_text(encoding='utf-8'))
    try:
        yield f'http://localhost:{port}'
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def _write_settings(upstream: str, folder: Path, port: int, changes: Mapping[str, str]) -> None:
    replaced = {
        '127.0.0.1:5001': upstream,
        'listen 80 default_server': f'listen 127.0.0.1:{port} default_server',
        'listen 80;': f'listen 127.0.0.1:{port};',
        'map.example': 'localhost',
        '/var/cache/nginx/dothi': f'{folder}/cache',
        **changes,
    }
    settings = (PROJECT / 'docker' / 'nginx.conf').read_text(encoding='utf-8')
    for text, other in replaced.items():
        if text not in settings:
            raise ValueError(f'{text} does not stand in docker/nginx.conf')
        settings = settings.replace(text, other)
    (folder / 'dothi.conf').write_text(settings, encoding='utf-8')
    (folder / 'nginx.conf').write_text(FRAME.format(folder=folder), encoding='utf-8')


def _listens(process: 'subprocess.Popen[str]', pid_file: Path) -> bool:
    """Whether nginx has its address, which it has once it wrote its process id; False when it has ended."""
    ends = time.monotonic() + PATIENCE_S
    while process.poll() is None:
        if pid_file.exists() and pid_file.read_text(encoding='utf-8').strip() == str(process.pid):
            return True
        if time.monotonic() > ends:
            raise TimeoutError('nginx neither begins nor ends')
        time.sleep(0.02)
    return False
