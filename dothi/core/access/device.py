"""Devices from which somebody has signed in before: failures of strangers do not make them wait.

A device keeps a mark that is good for one name (OWASP, device cookies); the database knows nothing of it.
"""

import hmac

from dothi.core.access.secrets import keyed_hash, new_secret
from dothi.core.errors import EnvironmentMissing


def new_mark(name: str) -> str:
    """The mark of a device from which the person of that name has signed in now; empty while the key is damaged."""
    nonce = new_secret()
    try:
        return f'{nonce}.{_signature(name, nonce)}'
    except EnvironmentMissing:
        return ''


def known_device(mark: str, name: str) -> str:
    """What tells the device from others; empty where the mark is not one that was given for that name."""
    nonce, _, signature = mark.partition('.')
    try:
        is_known = bool(nonce) and hmac.compare_digest(_signature(name, nonce).encode(), signature.encode())
    except EnvironmentMissing:
        return ''
    return nonce if is_known else ''


def _signature(name: str, nonce: str) -> str:
    return keyed_hash(f'device {nonce} {name.strip().lower()}').hex()
