"""What lets clients keep an answer: its release as ETag, and when that was released."""

import hashlib

from flask import Response, request

from dothi.api.address import root_url
from dothi.api.language import language
from dothi.api.service import service
from dothi.core.catalog import Release


def etag(release: Release, form: str) -> str:
    """Weak tag of any list or tile made from `release`: it also changes with form, language, address and software."""
    where = hash_of(root_url())
    return f'{service().fingerprint}-{release.layer_id}-{release.number}-{form}-{language()}-{where}'


def not_modified(tag: str) -> bool:
    """Whether the client has this answer already."""
    return request.if_none_match.contains_weak(tag)


def conditional(response: Response, release: Release, form: str) -> Response:
    """`response` with the headers that let it be kept, but asked for again each time."""
    response.set_etag(etag(release, form), weak=True)
    response.last_modified = release.released_at
    response.headers['Cache-Control'] = 'no-cache'
    response.headers['Content-Language'] = language()
    response.vary.update(['Accept', 'Accept-Language'])
    return response


def hash_of(text: str) -> str:
    """A few letters that differ for different texts."""

    return hashlib.sha256(text.encode()).hexdigest()[:6]
