"""The certificates of the addresses under which the services are published."""

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from dothi.core.settings import ServerSettings
from dothi.core.text import Text
from dothi.core.trust import trusting_context
from dothi.local.doctor.findings import Finding, fault, graded, warning

# Where `dothi install-service` keeps the settings of each service; a command that is typed has not read them.
SERVICE_SETTINGS = Path('/etc/dothi')
PUBLIC_URL = re.compile(r"""^\s*DOTHI_PUBLIC_URL\s*=\s*["']?([^"'\s]+)""", re.MULTILINE)
# Of a certificate of 90 days; of a shorter one the same parts, since certbot renews it when a third is left.
RENEWED, LATE, USUAL_LIFE = timedelta(days=21), timedelta(days=7), timedelta(days=90)
UNKNOWN = Text(vi='do một nơi mà máy này không biết cấp', en='is of an issuer that this machine does not know')
# What is the matter, by the codes of OpenSSL (X509_V_ERR); all others are said in its own words.
REASONS = {
    9: Text(vi='chưa có hiệu lực', en='is not valid yet'),
    10: Text(vi='đã hết hạn', en='has expired'),
    18: Text(vi='tự ký, không nơi nào bảo đảm', en='is self-signed: nobody vouches for it'),
    20: UNKNOWN,
    21: UNKNOWN,
    62: Text(vi='cấp cho một tên khác', en='is for another name'),
}
UNKNOWN_ISSUER = {18, 19, 20, 21}
# certbot says that a certificate is not due yet where nginx still has the one before.
RENEWAL = Text(
    vi='certbot renew, hoặc cài chứng thư mới, rồi: nginx -t && systemctl reload nginx',
    en='certbot renew, or install a new one, then: nginx -t && systemctl reload nginx',
)
CHAIN = Text(
    vi='Tệp chứng thư phải gồm cả các chứng thư trung gian (fullchain.pem). Nơi cấp riêng của cơ quan: đặt chứng thư '
    'gốc vào /usr/local/share/ca-certificates/TÊN.crt, rồi update-ca-certificates.',
    en='The file has to hold the certificates between, too (fullchain.pem). For an issuer of your own: its root '
    'into /usr/local/share/ca-certificates/NAME.crt, then update-ca-certificates.',
)


@dataclass(frozen=True)
class Validity:
    """From when until when a certificate is good."""

    begin: datetime
    end: datetime

    def left(self, now: datetime) -> timedelta:
        """How long it is still good."""
        return self.end - now

    def is_short_of(self, margin: timedelta, now: datetime) -> bool:
        """Whether less than `margin` is left, or than the same part of a life shorter than USUAL_LIFE."""
        return self.left(now) < min(margin, (self.end - self.begin) * (margin / USUAL_LIFE))


def check_certificates() -> Iterator[Finding]:
    """Until when the certificate of each address is good under which a service is published by TLS."""
    for address in published_addresses(SERVICE_SETTINGS):
        if address.scheme == 'https' and address.hostname:
            yield certificate_finding(address.hostname, address.port or 443)


def published_addresses(folder: Path) -> list[SplitResult]:
    """The addresses in DOTHI_PUBLIC_URL here, and in the settings of services that lie in `folder`; each once."""
    urls = [ServerSettings().public_url]
    for file in sorted(folder.glob('*.env')):
        urls += PUBLIC_URL.findall(file.read_text(encoding='utf-8', errors='replace'))
    return [urlsplit(url) for url in dict.fromkeys(filter(None, urls))]


def certificate_finding(host: str, port: int) -> Finding:
    """What is to be said of the certificate at `host` and `port`."""
    try:
        return validity_finding(host, certificate_validity(host, port), datetime.now(UTC))
    except ssl.SSLCertVerificationError as error:
        return bad_certificate(host, error)
    except ssl.SSLError as error:
        return _no_tls(host, port, error)
    except OSError as error:
        text = Text(vi=f'Không kết nối được {host}:{port}: {error}', en=f'{host}:{port} is not reached: {error}')
        advice = Text(
            vi='nginx -t; systemctl status nginx; tường lửa; tên miền dẫn đến máy nào.',
            en='nginx -t; systemctl status nginx; the firewall; where the name leads.',
        )
        return warning('certificate', text, advice)


def validity_finding(host: str, validity: Validity, now: datetime) -> Finding:
    """How long the certificate of `host` is good, as grave as what is left of it."""
    days = validity.left(now).days
    return graded(
        'certificate', validity.is_short_of(LATE, now), validity.is_short_of(RENEWED, now),
        Text(vi=f'Chứng thư của {host} còn {days} ngày.', en=f'The certificate of {host} is good for {days} days.'),
        RENEWAL,
    )  # fmt: skip


def bad_certificate(host: str, error: ssl.SSLCertVerificationError) -> Finding:
    """The finding for a certificate that clients do not accept, with the reason."""
    reason = REASONS.get(error.verify_code, Text(vi=error.verify_message, en=error.verify_message))
    return fault(
        'certificate',
        Text(vi=f'Chứng thư của {host} {reason.vi}.', en=f'The certificate of {host} {reason.en}.'),
        CHAIN if error.verify_code in UNKNOWN_ISSUER else RENEWAL,
    )


def _no_tls(host: str, port: int, error: ssl.SSLError) -> Finding:
    """The finding for an address at which a session of TLS is not begun; nginx may run and find nothing wrong."""
    return fault(
        'certificate',
        Text(vi=f'{host}:{port} không mở được TLS: {error}', en=f'{host}:{port} begins no TLS: {error}'),
        Text(
            vi='Xem tên (server_name) và khóa có đúng là của chứng thư không: nginx -t, /var/log/nginx/error.log.',
            en='Look whether nginx has the name (server_name), and the key is that of the certificate: nginx -t, '
            '/var/log/nginx/error.log.',
        ),
    )


def certificate_validity(host: str, port: int, context: ssl.SSLContext | None = None) -> Validity:
    """How long the certificate of `host` is good. Raises OSError; of a bad one ssl.SSLCertVerificationError."""
    context = context or trusting_context()
    with (
        socket.create_connection((host, port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        certificate = secured.getpeercert() or {}
    begin, end = (ssl.cert_time_to_seconds(str(certificate[name])) for name in ('notBefore', 'notAfter'))
    return Validity(datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC))
