"""`/`, `/catalogue`, …: the portal as it was built, or a page that says how to build it."""

from functools import cache
from pathlib import Path

import brotli
from flask import Blueprint, Response, send_from_directory

from dothi.api.http.compression import packed_before
from dothi.core.settings import PROJECT

PORTAL = Blueprint('portal', __name__)
BUILT = PROJECT / 'web' / 'dist'
NOT_BUILT = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Đô Thị</title>
<h1>Đô Thị</h1>
<p>Bản đồ chưa được dựng. Chạy <code>make up</code>, hoặc trong thư mục web:
<code>npm ci &amp;&amp; npm run build</code>.
API vẫn hoạt động tại <a href="api">api</a>.</p>
<p lang="en">The map has not been built. Run <code>make up</code>, or in the folder web:
<code>npm ci &amp;&amp; npm run build</code>. The API works all the same at <a href="api">api</a>.</p></html>"""


@PORTAL.route('/')
def index() -> Response:
    """The page of the web map."""
    return _page_file('index.html')


@PORTAL.route('/<any(catalogue, planning, dashboard, desk, help):name>')
def page(name: str) -> Response:
    """Another page of the portal."""
    return _page_file(f'{name}.html')


@PORTAL.route('/<path:name>')
def file(name: str) -> Response:
    """A file of the map; those under assets/ have their content's hash in their name and never change."""
    response = send_from_directory(BUILT, name)
    if Path(name).parts[0] != 'assets':
        return _with_caching(response, 'no-cache')
    return _with_caching(packed_before(response, _packed_asset(name)), 'max-age=31536000, immutable')


@cache
def _packed_asset(name: str) -> dict[str, bytes]:
    """The asset in brotli, as the build has packed it, else once for each process.

    MapLibre is 234 kB as packed by the build, 257 kB at level 9 and 328 kB at that of other answers.
    """
    packed = BUILT / f'{name}.br'
    return {'br': packed.read_bytes() if packed.exists() else brotli.compress((BUILT / name).read_bytes(), quality=9)}


def _page_file(name: str) -> Response:
    if not (BUILT / name).exists():
        return Response(NOT_BUILT, 503, mimetype='text/html')
    return _with_caching(send_from_directory(BUILT, name), 'no-cache')


def _with_caching(response: Response, how: str) -> Response:
    response.headers['Cache-Control'] = how
    response.direct_passthrough = False
    return response
