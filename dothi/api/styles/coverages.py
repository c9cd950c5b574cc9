"""The one style of a coverage: the colours of its ramp, for QGIS and for map servers."""

from collections.abc import Callable
from typing import Any

from flask import Response

from dothi.api.coverages.stored import coverage_of, stored_coverage
from dothi.api.http import parameters
from dothi.api.http.caching import etag, make_conditional, not_modified
from dothi.api.http.documents import as_json, link, own_links
from dothi.api.http.language import language, say, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.maps.links import map_links
from dothi.api.styles.drawings import UnknownStyle
from dothi.api.styles.encodings import ENCODINGS
from dothi.api.styles.links import legend_links
from dothi.api.styles.offered import USUAL
from dothi.cartography.mapping.legend_image import legend_image
from dothi.cartography.mapping.legend_samples import samples_of
from dothi.cartography.style.coverage_styles import coverage_qml, coverage_sld
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.coverage import Coverage

WRITERS: dict[str, Callable[[Coverage], str]] = {
    'sld': lambda coverage: coverage_sld(coverage, language()),
    'qml': coverage_qml,
}


def styles_of_a_coverage(collection_id: str) -> Response:
    """The list with the one style; raises NoRelease."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    coverage = coverage_of(collection_id)
    stored_coverage(coverage)
    path = f'/collections/{coverage.id}/styles'
    sheets = [_style_sheet(f'{path}/{DEFAULT}', name) for name in WRITERS]
    links = [*sheets, *legend_links(f'{path}/{DEFAULT}'), *map_links(f'{path}/{DEFAULT}')]
    listed = {'id': DEFAULT, 'title': say(USUAL), 'links': links}
    document = {'title': say(coverage.title), 'default': DEFAULT, 'styles': [listed]}
    return as_json({**document, 'links': own_links(path, ('json',))})


def style_of_a_coverage(collection_id: str, style_id: str) -> Response:
    """The style as SLD or QML; raises NoRelease, UnknownStyle, UnknownFormat."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format(tuple(WRITERS))
    coverage = _styled_coverage(collection_id, style_id)
    release = stored_coverage(coverage).release
    if not_modified(etag(release, form), release.released_at):
        return make_conditional(Response(status=304), release, form)
    return make_conditional(Response(WRITERS[form](coverage), content_type=ENCODINGS[form].media_type), release, form)


def legend_of_a_coverage(collection_id: str, style_id: str) -> Response:
    """What the colours of the ramp mean, or that as a picture; raises NoRelease, UnknownStyle, UnknownFormat."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format(('json', 'png'))
    coverage = _styled_coverage(collection_id, style_id)
    release, kind = stored_coverage(coverage).release, f'legend-{form}'
    if not_modified(etag(release, kind), release.released_at):
        return make_conditional(Response(status=304), release, kind)
    if form == 'json':
        return as_json(_coverage_legend(coverage))
    picture = legend_image([coverage], language(), heading=False)
    return make_conditional(Response(picture, mimetype='image/png'), release, kind)


def _styled_coverage(collection_id: str, style_id: str) -> Coverage:
    """The coverage; raises UnknownStyle for another style than its one."""
    if style_id != DEFAULT:
        raise UnknownStyle.with_suggestion(
            style_id, [DEFAULT], vi=f'Không có kiểu vẽ "{style_id}".', en=f'There is no style "{style_id}".'
        )
    return coverage_of(collection_id)


def _coverage_legend(coverage: Coverage) -> dict[str, Any]:
    """The legend: a line for each stop of the ramp, the highest first; the map mixes colours between them."""
    entries = [
        {'label': sample.label.model_dump(), 'kind': 'fill', 'color': sample.passes[-1].rules[0].colour.css}
        for sample in samples_of(coverage)
    ]
    blank = {'outline': None, 'dash': None, 'marker': None}
    layer = {'layer': coverage.id, 'title': coverage.title.model_dump(), 'style': DEFAULT}
    return {
        'title': say(coverage.title),
        'layers': [layer | {'entries': [entry | blank for entry in entries]}],
        'markers': {},
        'links': own_links(f'/collections/{coverage.id}/styles/{DEFAULT}/legend', ('json',)),
    }


def _style_sheet(path: str, name: str) -> dict[str, Any]:
    return link('stylesheet', ENCODINGS[name].media_type, ENCODINGS[name].title, f'{path}?f={name}')
