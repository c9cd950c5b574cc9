"""nginx in front: whether it has the settings that belong to this version."""

import re
from collections.abc import Iterator
from pathlib import Path

from dothi.core.text import Text
from dothi.local.doctor.findings import Finding, ok, warning

# Where docs/how-to/production.md has docker/nginx.conf copied to.
INSTALLED = Path('/etc/nginx/conf.d/dothi.conf')
# Of docker/nginx.conf, where it stands as well: the beginning of SHA-256 of its lines without comments.
REVISION = '2f698337'
STAMP = re.compile(r'^# Revision ([0-9a-f]{8})$', re.MULTILINE)


def check_front(installed: Path = INSTALLED) -> Iterator[Finding]:
    """Whether the settings of nginx are of this version, where it has any; people's own changes do not count."""
    if not installed.exists():
        return
    stamp = STAMP.search(installed.read_text(encoding='utf-8', errors='replace'))
    if stamp is not None and stamp[1] == REVISION:
        yield ok('nginx', Text(vi=f'{installed} thuộc phiên bản này.', en=f'{installed} is of this version.'))
        return
    yield warning(
        'nginx',
        Text(vi=f'{installed} thuộc phiên bản khác của dothi.', en=f'{installed} is of another version of dothi.'),
        Text(
            vi='Chép lại docker/nginx.conf (docs/how-to/production.vi.md, bước 5), thêm lại những gì đã tự sửa, rồi: '
            'nginx -t && systemctl reload nginx',
            en='Copy docker/nginx.conf once more (docs/how-to/production.md, step 5), put your own changes in again, '
            'then: nginx -t && systemctl reload nginx',
        ),
    )
