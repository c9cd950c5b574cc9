"""The certificates of the addresses under which the services are published."""

import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from dothi.core.settings import ServerSettings
from dothi.core.text import Text
from dothi.local.doctor.findings import Finding, fault, graded, warning

# Where `dothi install-service` keeps the settings of each service; a command that is typed has not read them.
SERVICE_SETTINGS = Path('/etc/dothi')
PUBLIC_URL = re.compile(r"""^\s*DOTHI_PUBLIC_URL\s*=\s*["']?([^"'\s]+)""", re.MULTILINE)
RENEWED, LATE = timedelta(days=21), timedelta(days=7)
# What is the matter, by the codes of OpenSSL (X509_V_ERR); all others are said in its own words.
REASONS = {
    9: Text(vi='chưa có hiệu lực', en='is not valid yet'),
    10: Text(vi='đã hết hạn', en='has expired'),
    18: Text(vi='tự ký, không nơi nào bảo đảm', en='is self-signed: nobody vouches for it'),
    20: Text(vi='do một nơi mà máy này không biết cấp', en='is of an issuer that this machine does not know'),
    62: Text(vi='cấp cho một tên khác', en='is for another name'),
}


def check_certificates() -> Iterator[Finding]:
    """Until when the certificate of each address is good under which a service is published by TLS."""
    for address in published_addresses(SERVICE_SETTINGS):
        if address.scheme == 'https' and address.hostname:
            yield _certificate_finding(address.hostname, address.port or 443)


def published_addresses(folder: Path) -> list[SplitResult]:
    """The addresses in DOTHI_PUBLIC_URL here, and in the settings of services that lie in `folder`; each once."""
    urls = [ServerSettings().public_url]
    for file in sorted(folder.glob('*.env')):
        urls += PUBLIC_URL.findall(file.read_text(encoding='utf-8', errors='replace'))
    return [urlsplit(url) for url in dict.fromkeys(filter(None, urls))]


def _certificate_finding(host: str, port: int) -> Finding:
    try:
        left = certificate_end(host, port) - datetime.now(UTC)
    except ssl.SSLCertVerificationError as error:
        return bad_certificate(host, error)
    except OSError as error:
        text = Text(vi=f'Không kết nối được {host}:{port}: {error}', en=f'{host}:{port} is not reached: {error}')
        return warning('certificate', text, Text(vi='Xem nginx và tường lửa.', en='Look at nginx and the firewall.'))
    return graded(
        'certificate', left < LATE, left < RENEWED,
        Text(vi=f'Chứng thư của {host} còn {left.days} ngày.', en=f'The one of {host} is good for {left.days} days.'),
        Text(vi='Gia hạn chứng thư: certbot renew.', en='Renew it: certbot renew.'),
    )  # fmt: skip


def bad_certificate(host: str, error: ssl.SSLCertVerificationError) -> Finding:
    """The finding for a certificate that clients do not accept, with the reason."""
    reason = REASONS.get(error.verify_code, Text(vi=error.verify_message, en=error.verify_message))
    return fault(
        'certificate',
        Text(vi=f'Chứng thư của {host} {reason.vi}.', en=f'The certificate of {host} {reason.en}.'),
        Text(
            vi='certbot renew, hoặc cài chứng thư mới, rồi: systemctl reload nginx',
            en='certbot renew, or install a new one, then: systemctl reload nginx',
        ),
    )


def certificate_end(host: str, port: int, context: ssl.SSLContext | None = None) -> datetime:
    """Until when the certificate of `host` is good. Raises OSError; of a bad one ssl.SSLCertVerificationError."""
    context = context or ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        certificate = secured.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate['notAfter'])), UTC)
