"""Several outputs in one answer: multipart/related (RFC 2387), each part named by its output."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response

EMPTY = 'text/plain'


@dataclass(frozen=True)
class MessagePart:
    """One output: its name, and its content or, where that is left out, its address."""

    name: str
    media_type: str
    content: bytes
    location: str | None = None


def multipart_response(parts: Sequence[MessagePart]) -> Response:
    """The answer with these parts; the first is its root."""
    boundary = secrets.token_hex(16)
    body = b''.join(b'--%s\r\n%s\r\n' % (boundary.encode(), _part_bytes(part)) for part in parts)
    root = (parts[0].media_type if parts else EMPTY).replace('"', '')
    return Response(
        body + b'--%s--\r\n' % boundary.encode(),
        content_type=f'multipart/related; type="{root}"; boundary={boundary}',
    )


def _part_bytes(part: MessagePart) -> bytes:
    lines = [f'Content-Type: {part.media_type}', f'Content-ID: <{part.name}>', 'Content-Transfer-Encoding: binary']
    if part.location:
        lines.append(f'Content-Location: {part.location}')
    return '\r\n'.join(lines).encode() + b'\r\n\r\n' + part.content
