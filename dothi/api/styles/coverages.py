"""The one style of a coverage: the colours of its ramp, for QGIS and for map servers."""

from collections.abc import Callable
from typing import Any

from flask import Response

from dothi.api import parameters
from dothi.api.caching import conditional, etag, not_modified
from dothi.api.coverages.stored import coverage_of, stored
from dothi.api.documents import as_json, link, own_links
from dothi.api.items.query import COMMON
from dothi.api.language import language, say, wanted_format
from dothi.api.styles.encodings import ENCODINGS
from dothi.api.styles.offered import USUAL, UnknownStyle
from dothi.core.coverage import Coverage
from dothi.core.errors import did_you_mean
from dothi.core.style.coverage_styles import coverage_qml, coverage_sld
from dothi.core.style.style_file import DEFAULT

WRITERS: dict[str, Callable[[Coverage], str]] = {
    'sld': lambda coverage: coverage_sld(coverage, language()),
    'qml': coverage_qml,
}


def styles_of_a_coverage(collection_id: str) -> Response:
    """The list with the one style; raises NoRelease."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    coverage = coverage_of(collection_id)
    stored(coverage)
    path = f'/collections/{coverage.id}/styles'
    sheets = [_sheet(f'{path}/{DEFAULT}', name) for name in WRITERS]
    listed = {'id': DEFAULT, 'title': say(USUAL), 'links': sheets}
    links = own_links(path, ('json',))
    return as_json({'title': say(coverage.title), 'default': DEFAULT, 'styles': [listed], 'links': links})


def style_of_a_coverage(collection_id: str, style_id: str) -> Response:
    """The style as SLD or QML; raises NoRelease, UnknownStyle, UnknownFormat."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format(tuple(WRITERS))
    coverage = coverage_of(collection_id)
    if style_id != DEFAULT:
        hint = did_you_mean(style_id, [DEFAULT])
        raise UnknownStyle(
            vi=f'Không có kiểu vẽ "{style_id}". {hint.vi}', en=f'There is no style "{style_id}". {hint.en}'
        )
    release = stored(coverage).release
    if not_modified(etag(release, form), release.released_at):
        return conditional(Response(status=304), release, form)
    return conditional(Response(WRITERS[form](coverage), content_type=ENCODINGS[form].media_type), release, form)


def _sheet(path: str, name: str) -> dict[str, Any]:
    return link('stylesheet', ENCODINGS[name].media_type, ENCODINGS[name].title, f'{path}?f={name}')
