"""What lets clients keep an answer: the release or version that it was made from as ETag, and since when it is so."""

import hashlib
from datetime import datetime
from functools import lru_cache

from flask import Response, request
from werkzeug.datastructures import ETags
from werkzeug.http import http_date

from dothi.api.http.address import root_url
from dothi.api.http.compression import without_encoding
from dothi.api.http.language import language
from dothi.api.http.service import service
from dothi.core.catalog import Release

# Headers by which a client says what it has.
CONDITIONS = frozenset(('HTTP_IF_NONE_MATCH', 'HTTP_IF_MODIFIED_SINCE'))


def etag(release: Release, form: str) -> str:
    """Weak tag of any list or tile made from `release`: it also changes with form, language, address and software.

    A database that was made anew counts its releases from 1 again, hence their time.
    """
    where = _hash_of_address(root_url())
    which = f'{release.number}-{int(release.released_at.timestamp() * 1000):x}'
    return f'{service().fingerprint}-{release.layer_id}-{which}-{form}-{language()}-{where}'


def feature_etag(version: int, *shape: str) -> str:
    """Strong tag of one feature: the release that made this version (`release_from`), and a hash of its bytes' shape.

    shape: format, coordinate system, whatever else changes the bytes; software, language and address are added here.
    An editor's If-Match is about the version alone, see `names_version`.
    """
    return f'{version}-{hash_of(service().fingerprint, language(), root_url(), *shape)}'


def names_version(tags: ETags, version: int) -> bool:
    """Whether If-Match `tags` name this version of a feature, got in whatever form; * names every version."""
    strong = tags.as_set()
    return tags.star_tag or any(tag.partition('-')[0] == str(version) for tag in strong)


def is_conditional() -> bool:
    """Whether the client says which answer it has already."""
    # most say nothing, and parsing that takes as long as parsing something
    if CONDITIONS.isdisjoint(request.environ):
        return False
    return bool(request.if_none_match) or request.if_modified_since is not None


def not_modified(tag: str, since: datetime | None = None) -> bool:
    """Whether the client has this answer already: it holds `tag` or, where it sends no tag, a copy made after `since`.

    since: when what is served became so.
    """
    if request.method not in ('GET', 'HEAD') or not is_conditional():
        return False
    if request.if_none_match:
        client_tags = request.if_none_match
        return client_tags.star_tag or any(
            without_encoding(client_tag) == tag for client_tag in client_tags.as_set(include_weak=True)
        )
    copied = request.if_modified_since
    return since is not None and copied is not None and since.replace(microsecond=0) <= copied


def named_tags(tags: ETags) -> set[str]:
    """The strong tags that If-Match `tags` name. A client sends them as they came, with the encoding of that answer."""
    return {without_encoding(tag) for tag in tags.as_set()}


def names_another(tag: str) -> bool:
    """Whether If-Match of the current request names other states than this one."""
    tags = named_tags(request.if_match)
    return bool(tags) and not request.if_match.star_tag and tag not in tags


def tagged(response: Response, tag: str | None = None) -> Response:
    """`response` with an ETag, by default a hash of its bytes; 304 where the client has it, in whatever encoding."""
    if tag is None:
        response.add_etag()
    else:
        response.set_etag(tag)
    own_tag = response.get_etag()[0] or ''
    return Response(status=304, headers=dict(response.headers)) if not_modified(own_tag) else response


def make_conditional(response: Response, release: Release, form: str) -> Response:
    """`response`, a list or tile, with the headers that let it be kept, but asked for again each time."""
    response.set_etag(etag(release, form), weak=True)
    return add_last_modified(response, release.released_at)


def add_last_modified(response: Response, since: datetime) -> Response:
    """`response` with what caches need to know beside its ETag."""
    response.headers['Last-Modified'] = _http_date(since)
    response.headers['Cache-Control'] = 'no-cache'
    response.headers['Content-Language'] = language()
    response.headers['Vary'] = 'Accept, Accept-Language'
    return response


@lru_cache(maxsize=1_000)
def _http_date(moment: datetime) -> str:
    return http_date(moment)


@lru_cache(maxsize=100)
def _hash_of_address(url: str) -> str:
    return hash_of(url)


def hash_of(*texts: str) -> str:
    """A few letters that differ for different texts."""
    return hashlib.sha256('\0'.join(texts).encode()).hexdigest()[:8]
