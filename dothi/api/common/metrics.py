"""`/metrics`: figures of the service and, at the internal one, of the platform, in the format of Prometheus."""

import hmac
import ipaddress

from flask import Blueprint, Response, request
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from dothi.api.common.platform_figures import PlatformFigures
from dothi.api.http.measures import service_registry
from dothi.api.http.service import service
from dothi.core.errors import Forbidden
from dothi.core.text import Text

METRICS = Blueprint('metrics', __name__)
# A proxy on this machine connects from loopback too, and names whom it asks for.
FORWARDED = ('Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Real-Ip', 'Via')


class MetricsClosed(Forbidden):
    """Figures are for this machine, or for whoever has the key."""


@METRICS.route('/metrics')
def metrics() -> Response:
    """Counts of requests by all web processes of the service; state of the platform at the internal service."""
    if not (_has_key() or _is_from_this_machine()):
        raise MetricsClosed(
            vi='/metrics chỉ đọc được từ chính máy này, hoặc với khóa (Authorization: Bearer …).',
            en='/metrics is read from this machine itself, or with a key (Authorization: Bearer …).',
            steward=Text(vi='Đặt khóa trong DOTHI_METRICS_KEY.', en='Set the key in DOTHI_METRICS_KEY.'),
        )
    registry = service_registry()
    if service().audience == 'internal':
        registry.register(PlatformFigures(service().locality))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST, headers={'Cache-Control': 'no-store'})


def _has_key() -> bool:
    key = service().server.metrics_key.get_secret_value()
    scheme, _, credentials = request.headers.get('Authorization', '').partition(' ')
    return bool(key) and scheme.lower() == 'bearer' and hmac.compare_digest(credentials.strip().encode(), key.encode())


def _is_from_this_machine() -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or '').is_loopback
    except ValueError:
        return False
