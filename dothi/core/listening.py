"""Who may listen beyond this machine."""

import ipaddress

from dothi.core.errors import WrongUse
from dothi.core.settings import ServerSettings


class OpenToAll(WrongUse):
    """A service that speaks plain HTTP would listen for everybody on the network."""


def require_closed(host: str) -> None:
    """Raises OpenToAll for a `host` beyond loopback, unless DOTHI_BEHIND_PROXY says what stands in front."""
    if is_loopback(host) or ServerSettings().behind_proxy == 'yes':
        return
    raise OpenToAll(
        vi=f'DOTHI_HOST={host}: dịch vụ nói HTTP không mã hóa nên chỉ nghe trên máy này (127.0.0.1). '
        'Nếu phía trước có proxy hoặc mạng container chỉ cho người được phép vào, đặt DOTHI_BEHIND_PROXY=yes.',
        en=f'DOTHI_HOST={host}: the services speak plain HTTP and listen on this machine only (127.0.0.1). '
        'If a proxy or a container network that lets only the right people in stands in front, '
        'set DOTHI_BEHIND_PROXY=yes.',
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches who listens on `host`."""
    try:
        return host == 'localhost' or ipaddress.ip_address(host.strip('[]')).is_loopback
    except ValueError:
        return False
