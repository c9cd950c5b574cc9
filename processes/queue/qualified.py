"""An output within a document of results, as results.yaml of OGC API - Processes has it."""

import base64
import json
from typing import Any


def in_document(media_type: str, content: bytes) -> Any:
    """A plain value, box or link as it is; any other object, and what is no JSON, with its media type."""
    if 'json' not in media_type and not _is_text(media_type):
        return {'value': base64.b64encode(content).decode(), 'encoding': 'base64', 'mediaType': media_type}
    value = json.loads(content) if 'json' in media_type else content.decode()
    if isinstance(value, dict) and value.keys() != {'bbox', 'crs'} and 'href' not in value:
        return {'value': value, 'mediaType': media_type}
    if isinstance(value, str) and media_type != 'text/plain':
        return {'value': value, 'mediaType': media_type}
    return value


def _is_text(media_type: str) -> bool:
    """Whether it stands in a document as text; a table does not, whose bytes matter to who reads it."""
    bare = media_type.partition(';')[0].strip()
    return bare in ('text/plain', 'text/html') or bare.endswith('xml')
