"""What the instance is: rights of its files, its ports, its supervisor."""

import os
import shutil
import socket
import stat
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from dothi.core.errors import DothiError
from dothi.core.process_table import listener_on
from dothi.core.revivals import revivals
from dothi.core.settings import PathSettings, ServerSettings
from dothi.core.text import Text
from dothi.local.doctor.findings import Finding, fault, ok, or_ok, warning
from dothi.local.service_user import why_root
from dothi.local.services import is_supervised, port_taken, service_url, services

STRANGERS = stat.S_IRWXO
MANY_RESTARTS = 5


def check_rights() -> list[Finding]:
    """Nobody but the user of the services, and their group, reads state and passwords."""
    return or_ok(
        _open_paths(),
        'rights',
        Text(vi='Người khác không đọc được dữ liệu và mật khẩu.', en='Strangers read neither data nor passwords.'),
    )


def _open_paths() -> Iterator[Finding]:
    paths = PathSettings()
    secrets = [path for path in (paths.secrets, *paths.secrets.glob('*')) if path.exists()]
    settings = list(Path('/etc/dothi').glob('*.env'))
    for path in (paths.state, *secrets, *settings):
        if not path.exists():
            continue
        status = path.stat()
        closed = STRANGERS | (stat.S_IRWXG if path in secrets and path.is_file() else 0)
        if status.st_mode & closed:
            mode = f'{stat.S_IMODE(status.st_mode):o}'
            wanted = f'{stat.S_IMODE(status.st_mode) & ~closed:o}'
            text = Text(
                vi=f'{path} có quyền {mode}: người khác đọc được.', en=f'{path} has mode {mode}: others read it.'
            )
            advice = f'chmod {wanted} {path}'
            yield fault('rights', text, Text(vi=advice, en=advice))
        if path in secrets and status.st_uid != paths.state.stat().st_uid:
            owner = paths.state.owner()
            text = Text(
                vi=f'{path} không thuộc về {owner}, người chạy dịch vụ.',
                en=f'{path} does not belong to {owner}, who runs.',
            )
            yield fault('rights', text, Text(vi=f'chown {owner} {path}', en=f'chown {owner} {path}'))


def check_user() -> Iterator[Finding]:
    """The services run as a user of their own, and not as root."""
    reason = why_root()
    if reason is None:
        yield ok('user', Text(vi='Các dịch vụ không chạy bằng root.', en='The services do not run as root.'))
    else:
        text = Text(vi='Các dịch vụ chạy bằng root.', en='The services run as root.')
        yield warning('user', text, reason)


def check_ports() -> Iterator[Finding]:
    """Each service answers on its port, or could."""
    server = ServerSettings()
    for name, port, url in (
        ('internal', server.port, service_url('internal')),
        ('public', server.public_port, service_url('public')),
    ):
        if _is_live(url):
            yield ok('ports', Text(vi=f'{name}: {url} trả lời.', en=f'{name}: {url} answers.'))
            continue
        listener = listener_on(port)
        if listener is not None or _is_connectable(server.host, port):
            text = port_taken(name, port, listener).text
            yield fault(
                'ports', Text(vi=text.vi, en=text.en), Text(vi='Đổi cổng, hoặc dừng nó.', en='Change one of both.')
            )
        else:
            yield fault(
                'ports',
                Text(vi=f'{name}: {url} không trả lời.', en=f'{name}: {url} does not answer.'),
                Text(vi='dothi up, hoặc systemctl start dothi.target', en='dothi up, or systemctl start dothi.target'),
            )


def check_supervisor() -> Iterator[Finding]:
    """Somebody starts again what dies: systemd, or the supervisor of `dothi up`."""
    if is_supervised() or _is_run_by_systemd():
        yield ok('supervisor', Text(vi='Cái gì chết sẽ được chạy lại.', en='What dies is started again.'))
    elif any(service.pid() for service in services()):
        yield fault(
            'supervisor',
            Text(vi='Không có tiến trình giám sát.', en='No supervisor runs.'),
            Text(vi='dothi up', en='dothi up'),
        )
    else:
        yield warning(
            'supervisor',
            Text(vi='Các dịch vụ không chạy.', en='The services do not run.'),
            Text(vi='dothi up, hoặc dothi install-service', en='dothi up, or dothi install-service'),
        )
    for name, revival in sorted(revivals().items()):
        if revival.restarts >= MANY_RESTARTS:
            log = PathSettings().run / f'{name}.log'
            yield warning(
                'supervisor',
                Text(vi=f'{name} đã chết {revival.restarts} lần.', en=f'{name} died {revival.restarts} times.'),
                Text(vi=f'Xem {log}.', en=f'See {log}.'),
            )


def _is_live(url: str) -> bool:
    try:
        with urllib.request.urlopen(f'{url}/health/live', timeout=10) as answer:
            return bool(answer.status == 200)
    except (OSError, DothiError):
        return False


def _is_connectable(host: str, port: int) -> bool:
    try:
        with socket.create_connection(('127.0.0.1' if host in {'0.0.0.0', '::'} else host, port), timeout=5):
            return True
    except OSError:
        return False


def _is_run_by_systemd() -> bool:
    if not shutil.which('systemctl') or not os.path.isdir('/run/systemd/system'):  # noqa: PTH112
        return False
    active = subprocess.run(['systemctl', 'is-active', '--quiet', 'dothi.target'], check=False)
    return active.returncode == 0
