"""Items as files: CSV as a stream, the others through a temporary file that is gone before the first byte is sent."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from urllib.parse import urlencode

from flask import Response, request
from psycopg2 import sql
from werkzeug.wsgi import ClosingIterator, FileWrapper

from dothi.api.access.layers import require_on_layer_where_signed_in
from dothi.api.http.address import api_url
from dothi.api.http.caching import etag, make_conditional, not_modified
from dothi.api.http.compression import gzip_packer
from dothi.api.http.language import language
from dothi.api.http.parameters import request_parameters
from dothi.api.http.query_parameters import LIMIT
from dothi.api.http.served_crs import CRS84
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot, snapshot
from dothi.api.items.counting import number_matched
from dothi.api.items.documents import LONGEST_QUERY
from dothi.api.items.features import Page, read_page
from dothi.api.items.offsets import begin_nearby, is_deep, read_milestones
from dothi.api.items.paging import cursor_of
from dothi.api.items.query import HEADERS, SORTBY, Query
from dothi.core.access.person import Action
from dothi.core.catalog import Release
from dothi.core.crs import WGS84
from dothi.core.export.extract import Extract, Headers
from dothi.core.export.formats import PAGED, FileFormat, not_written

# A client that reads nothing for so long loses its place: it holds a connection to the database.
STALLED_S = 300
BLOCK_BYTES = 2**16


def file_response(query: Query, form: str) -> Response:
    """The page of `query` as a file; without `limit`, the page is as large as pages may be.

    What the file leaves out is told by OGC-NumberMatched, OGC-NumberReturned, a link to the next page, and its name.
    """
    require_on_layer_where_signed_in(Action.DOWNLOAD, query.layer.id)
    headers = _file_headers(form)
    query = query if LIMIT.is_present else replace(query, limit=service().limits.max_items)
    with ExitStack() as stack:
        db = stack.enter_context(snapshot())
        release = db.release(query.layer)
        if not_modified(etag(release, form), release.released_at):
            return make_conditional(Response(status=304), release, form)
        begun = begin_nearby(query, read_milestones(db, query, release)) if is_deep(query) else query
        _, page = read_page(db, replace(begun, columns={}, geometry=None))
        matched = number_matched(db, query, release, page)
        extract = _describe_extract(begun, release, headers, None if page.returned == matched else matched)
        if request.method == 'HEAD':
            response = _empty_response(PAGED[form])
        elif PAGED[form].streamer:
            response = _stream_file(db, extract, PAGED[form], stack)
        else:
            response = _write_file(db, extract, PAGED[form])
    _add_page_headers(response, query, extract, form, page, matched)
    return response if request.method == 'POST' else make_conditional(response, release, form)


def _file_headers(form: str) -> Headers:
    """The column headings of a table format."""
    return cast(Headers, HEADERS.read() or PAGED[form].headings)


def _describe_extract(query: Query, release: Release, headers: Headers, matched: int | None) -> Extract:
    return Extract(
        layer=query.layer,
        columns=query.columns,
        release=release,
        tail=sql.SQL('from ({}) as f').format(query.limited_rows(sql.Literal(query.limit), sql.Literal(query.offset))),
        srid=query.crs.srid,
        working_srid=service().locality.srid,
        geometry=query.geometry is not None,
        tolerance=query.tolerance,
        in_order=bool(SORTBY.text),
        lang=language(),
        headers=headers,
        matched=matched,
    )


def _stream_file(db: Snapshot, extract: Extract, chosen: FileFormat, stack: ExitStack) -> Response:
    """The lines as they come from the database, whose connection is given back when the client has them or is gone."""
    db.db.cursor().execute(f"set local idle_in_transaction_session_timeout = '{STALLED_S}s'")
    pieces = chosen.pieces(db.db, extract, _ignore_progress)
    # what is wrong with the query shows now, while it can still be answered with a status of its own
    first = list(islice(pieces, 2))
    whole = chain(first, pieces)
    packed = _takes_gzip()
    body = ClosingIterator(_pack_pieces(whole) if packed else whole, [pieces.close, stack.pop_all().close])
    response = Response(body, content_type=chosen.content_type, direct_passthrough=True)
    if packed:
        response.headers['Content-Encoding'] = 'gzip'
    return response


def _empty_response(chosen: FileFormat) -> Response:
    """What HEAD is told: no length, since that is known once the file is written, and 0 would be believed."""
    response = Response(iter(()), content_type=chosen.content_type, direct_passthrough=True)
    if chosen.streamer and _takes_gzip():
        response.headers['Content-Encoding'] = 'gzip'
    return response


def _takes_gzip() -> bool:
    return request.accept_encodings['gzip'] > 0


def _pack_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces as one gzip stream: a seventh of the size, and not held together for it."""
    packer = gzip_packer()
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def _write_file(db: Snapshot, extract: Extract, chosen: FileFormat) -> Response:
    """The file, written before anything is answered; it has no name any more when it is sent."""
    try:
        with TemporaryDirectory(prefix='dothi-export-') as folder:
            path = Path(folder) / f'{extract.file_name}.{chosen.name}'
            chosen.write(db.db, extract, path, _ignore_progress)
            file = path.open('rb')
    except OSError as error:
        raise not_written(Path(f'{extract.file_name}.{chosen.name}'), error) from error
    response = Response(FileWrapper(file, BLOCK_BYTES), content_type=chosen.content_type, direct_passthrough=True)
    response.content_length = os.fstat(file.fileno()).st_size
    return response


def _add_page_headers(
    response: Response, query: Query, extract: Extract, form: str, page: Page, matched: int | None
) -> None:
    """What a reader of the headers learns: how much of the selection it is, of which release, in which system."""
    part = '' if page.returned == matched else f'-{page.returned}-of-{matched or "more"}'
    name = f'{extract.file_name}{part}.{form}'
    response.headers['Content-Disposition'] = f'attachment; filename="{name}"'
    if matched is not None:
        response.headers['OGC-NumberMatched'] = str(matched)
    response.headers['OGC-NumberReturned'] = str(page.returned)
    # files have longitude first also where the system's own order is another: that is CRS84 by its right name
    response.headers['Content-Crs'] = f'<{CRS84 if extract.srid == WGS84 else query.crs.uri}>'
    response.headers['Dothi-Release'] = str(extract.release.number)
    response.headers['Dothi-Demo'] = str(extract.release.demo).lower()
    if page.last is not None:
        parameters = {key: value for key, value in request_parameters().items() if key != 'offset'}
        arguments = parameters | {'cursor': cursor_of(query.order, page.last), 'f': form}
        question = urlencode(arguments)
        if len(question) <= LONGEST_QUERY:
            address = f'{api_url()}/collections/{query.layer.id}/items?{question}'
            response.headers.add('Link', f'<{address}>; rel="next"; type="{PAGED[form].media_type}"')


def _ignore_progress(_rows: int) -> None:
    """Ignore the progress of the file: the client waits for the whole response."""
