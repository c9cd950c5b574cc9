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
# The addresses of this machine, where its kernel has IPv6.
IPV6 = Path('/proc/net/if_inet6')
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


# What makes the TLS of the file plain HTTP, for measuring and for clients that need no certificate.
PLAIN = {
    'listen 443 ssl': 'listen 443',
    'listen [::]:443 ssl': 'listen [::]:443',
    '    ssl_reject_handshake on;\n': '',
    '    ssl_certificate /etc/dothi/tls/public.pem;\n': '',
    '    ssl_certificate_key /etc/dothi/tls/public.key;\n': '',
    '    ssl_certificate /etc/dothi/tls/internal.pem;\n': '',
    '    ssl_certificate_key /etc/dothi/tls/internal.key;\n': '',
}


@contextmanager
def nginx(upstream: str, folder: Path, changes: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of nginx in front of the service at `upstream` (host:port), without TLS.

    changes: other texts of docker/nginx.conf to be replaced. Each text that is replaced stands in the file.
    """
    with _running(upstream, folder, PLAIN | dict(changes or {})) as (port, _):
        yield f'http://localhost:{port}'


@contextmanager
def nginx_with_tls(upstream: str, folder: Path, certificate: Path, key: Path) -> Iterator[tuple[str, str]]:
    """The addresses of nginx with TLS, and of what it answers without, as docker/nginx.conf has both."""
    changes = {f'/etc/dothi/tls/{name}.pem': str(certificate) for name in ('public', 'internal')}
    changes |= {f'/etc/dothi/tls/{name}.key': str(key) for name in ('public', 'internal')}
    with _running(upstream, folder, changes) as (port, plain_port):
        yield f'https://localhost:{port}', f'http://localhost:{plain_port}'


@contextmanager
def _running(upstream: str, folder: Path, changes: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """nginx's ports for TLS and for plain HTTP."""
    for last_try in (False, False, True):
        port, plain_port = free_port(), free_port()
        _write_settings(upstream, folder, (port, plain_port), changes)
        command = [shutil.which('nginx') or '/usr/sbin/nginx', '-p', str(folder), '-c', str(folder / 'nginx.conf')]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        if _listens(process, folder / 'nginx.pid'):
            break
        # somebody else may have taken the port meanwhile
        if last_try:
            raise ChildProcessError(process.communicate()[1] + (folder / 'error.log').read_text(encoding='utf-8'))
    try:
        yield port, plain_port
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def _write_settings(upstream: str, folder: Path, ports: tuple[int, int], changes: Mapping[str, str]) -> None:
    # nginx's workers may run as another user
    folder.chmod(0o755)
    port, plain_port = ports
    replaced = {
        **changes,
        '127.0.0.1:5001': upstream,
        'listen 80 default_server': f'listen 127.0.0.1:{plain_port} default_server',
        'listen 443': f'listen 127.0.0.1:{port}',
        **_ipv6_addresses(port, plain_port),
        'map.example;': 'localhost;',
        '/var/cache/nginx/dothi': f'{folder}/cache',
        '/var/www/dothi': f'{folder}/www',
        '/var/log/nginx/dothi.log': f'{folder}/dothi.log',
    }
    settings = (PROJECT / 'docker' / 'nginx.conf').read_text(encoding='utf-8')
    for text, other in replaced.items():
        if text not in settings:
            raise ValueError(f'{text} does not stand in docker/nginx.conf')
        settings = settings.replace(text, other)
    (folder / 'dothi.conf').write_text(settings, encoding='utf-8')
    (folder / 'nginx.conf').write_text(FRAME.format(folder=folder), encoding='utf-8')


def _ipv6_addresses(port: int, plain_port: int) -> dict[str, str]:
    """What replaces the lines for IPv6; on a machine without it they go, as docs/how-to/production.md says."""
    if IPV6.exists():
        return {'listen [::]:80': f'listen [::1]:{plain_port}', 'listen [::]:443': f'listen [::1]:{port}'}
    return {'listen [::]:80': '#', 'listen [::]:443': '#'}


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
