"""`/collections/{id}/downloads/{name}`: the whole layer as a file that is ready, and the links to it."""

from functools import cache
from typing import Any

from flask import Blueprint, Response
from psycopg2 import sql

from dothi.api.access.layers import require_on_layer_where_signed_in
from dothi.api.http import parameters
from dothi.api.http.documents import link
from dothi.api.http.parameters import COMMON
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot, snapshot
from dothi.api.http.stored_file import stored_file
from dothi.core.access.person import Action
from dothi.core.catalog import Release
from dothi.core.errors import Busy, NotFound
from dothi.core.export.formats import FORMATS
from dothi.core.export.ready import DOWNLOADS as DOWNLOAD_ROWS
from dothi.core.export.ready import Download, definition
from dothi.core.job_settings import JobSettings
from dothi.core.kept_file import is_intact
from dothi.core.layer import Layer
from dothi.core.text import Text
from processes.queue.store import result_store

DOWNLOADS = Blueprint('downloads', __name__)


class NoSuchDownload(NotFound):
    """The layer is not kept ready under this name."""


class BeingPrepared(Busy):
    """The file is not there yet, and will be."""


@DOWNLOADS.route('/collections/<path:collection_id>/downloads/<name>')
def download(collection_id: str, name: str) -> Response:
    """The file, or the range of it that is asked for."""
    parameters.refuse_unknown(COMMON)
    layer = service().layer(collection_id)
    require_on_layer_where_signed_in(Action.DOWNLOAD, layer.id)
    form = _format_of_name(layer, name)
    with snapshot() as db:
        release = db.release(layer)
        match = next(
            (
                candidate
                for candidate in _ready_downloads(db)
                if (candidate.layer_id, candidate.format) == (layer.id, form)
            ),
            None,
        )
        if match is None:
            raise _being_prepared(name, release)
        demo = _was_demo(db, match.release)
    try:
        if not is_intact(result_store() / match.file, match.size_bytes, match.sha256):
            # the worker sees it too, and makes the file again
            raise _being_prepared(name, release)
        response = stored_file(
            result_store() / match.file,
            FORMATS[form].content_type,
            match.kept_as,
            # the address is stable and its content is not: the tag is the content's own
            tag=match.sha256[:32],
            since=match.made_at,
        )
    except FileNotFoundError:
        # replaced a moment ago, or removed by hand: the worker will see it
        raise _being_prepared(name, release) from None
    response.headers['Dothi-Release'] = str(match.release)
    response.headers['Dothi-Demo'] = str(demo).lower()
    return response


def _was_demo(db: Snapshot, release: int) -> bool:
    """Whether any feature of the layer was demonstration data in the release that a file holds."""
    form = sql.SQL('select demo_rows > 0 from catalog.seen_release where number = {}')
    ((demo,),) = db.rows(form.format(sql.Literal(release)))
    return bool(demo)


def _being_prepared(name: str, release: Release) -> BeingPrepared:
    return BeingPrepared(
        vi=f'Tệp {name} đang được chuẩn bị từ bản phát hành {release.number}. Hãy thử lại sau ít phút.',
        en=f'The file {name} is being prepared from release {release.number}. Try again in a moment.',
    )


def download_links(db: Snapshot) -> dict[str, list[dict[str, Any]]]:
    """By layer, links to its files that are ready, each with its size and the release that it holds."""
    by_layer: dict[str, list[dict[str, Any]]] = {}
    for ready_file in _ready_downloads(db):
        by_layer.setdefault(ready_file.layer_id, []).append(_download_link(ready_file))
    return by_layer


def _download_link(ready_file: Download) -> dict[str, Any]:
    chosen = FORMATS[ready_file.format]
    title = Text(
        vi=f'Cả lớp, {chosen.title}, bản phát hành {ready_file.release}',
        en=f'Whole layer, {chosen.title}, release {ready_file.release}',
    )
    href = f'/collections/{ready_file.layer_id}/downloads/{ready_file.layer_id}.{ready_file.format}'
    return link('enclosure', chosen.media_type, title, href, length=ready_file.size_bytes)


def _ready_downloads(db: Snapshot) -> list[Download]:
    """The files of the audience; those written by an older definition of their layer are left out."""
    # settings and definitions once for all files of a layer: the list of collections asks for every one
    of, formats = service(), JobSettings().downloads
    definition_of = cache(lambda layer_id: definition(of.layers[layer_id], of.locality, of.audience))
    downloads = [Download(**document) for (document,) in db.rows(DOWNLOAD_ROWS)]
    return [
        download
        for download in downloads
        if download.layer_id in of.layers
        and download.layer_id not in of.locality.claimed
        and download.format in formats
        and download.definition == definition_of(download.layer_id)
    ]


def _format_of_name(layer: Layer, name: str) -> str:
    """The format of the file `name`; raises NoSuchDownload."""
    prepared = () if layer.id in service().locality.claimed else JobSettings().downloads
    offered = {f'{layer.id}.{form}': form for form in prepared}
    if name not in offered:
        raise NoSuchDownload.with_suggestion(
            name, offered, vi=f'Không có tệp "{name}".', en=f'There is no file "{name}".'
        )
    return offered[name]
