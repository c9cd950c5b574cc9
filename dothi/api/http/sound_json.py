"""JSON that the database can hold: it knows neither the character U+0000 nor half of a surrogate pair."""

import json
from typing import Any


def sound_json(content: bytes | str) -> Any:
    """The document; raises ValueError where it is none, or has texts that cannot be kept, and RecursionError."""
    document = json.loads(content)
    text = json.dumps(document, ensure_ascii=False)
    text.encode()
    # the escape may be one of a backslash, which is a text like any other
    if '\\u0000' in text and _has_nul(document):
        raise ValueError('U+0000')
    return document


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return '\x00' in value
    if isinstance(value, dict):
        return any(_has_nul(name) or _has_nul(value_) for name, value_ in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))
