"""What WMS and WMTS say of themselves takes a tenth of a second to write, and stays true until a release."""

from collections.abc import Callable

from flask import current_app

from dothi.api.http.language import language
from dothi.api.http.remembered import Remembered
from dothi.api.ows.address import service_url
from dothi.api.ows.contents import Contents


def remembered_document(offered: Contents, kind: str, write: Callable[[Contents], bytes]) -> bytes:
    """The document of a kind, written anew where it is not kept for this language, address and edition."""
    documents: Remembered[tuple[str, ...], bytes] = current_app.extensions.setdefault(
        'dothi.ows.documents', Remembered(12)
    )
    key = (offered.edition, kind, language(), service_url())
    body = documents.get(key)
    if body is None:
        body = write(offered)
        documents.keep(key, body)
    return body
