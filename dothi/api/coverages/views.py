"""`/collections/{id}/coverage`: the values of a raster, whole or in part, on its own cells or on others."""

import json
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, request, send_file

from dothi.api.coverages.document import FORMS, domain_set, range_type, schema
from dothi.api.coverages.formats import (
    BY_TYPE,
    COVERAGEJSON,
    FORMATS,
    GEOTIFF,
    PNG,
    content_bbox,
    content_crs,
    most_cells,
    write_coveragejson,
    write_geotiff,
    write_png,
)
from dothi.api.coverages.read import CoveragePart, TooManyCells, values_at
from dothi.api.coverages.region import SUBSETTING, Region, read_region
from dothi.api.coverages.scale import SCALING, Scale, grid_in, grid_of_part, read_scale
from dothi.api.coverages.stored import StoredCoverage, coverage_of, stored_coverage
from dothi.api.coverages.systems import System, is_geographic, read_system, systems, systems_in
from dothi.api.http import parameters, query_parameters
from dothi.api.http.address import api_url
from dothi.api.http.caching import etag, make_conditional, not_modified
from dothi.api.http.documents import as_json, as_page
from dothi.api.http.language import JSON, language, unknown_format, wanted_format
from dothi.api.http.offer import Offer
from dothi.api.http.parameters import COMMON, BadParameter, F, Parameter, Schema, bad_value, plain_text
from dothi.api.http.problems import problem_response
from dothi.api.http.service import service
from dothi.api.http.stored_file import stored_file
from dothi.api.http.vary import vary_by
from dothi.core.coverage import Coverage
from dothi.core.errors import did_you_mean
from dothi.core.grid import Grid
from dothi.core.numbers import number_vi
from dothi.core.text import Text

COVERAGES = Blueprint('coverages', __name__)
# The standard is a release candidate (1.0.0rc4, September 2026), whose names begin with https; servers and clients of
# today know those of the draft before it.
CONFORMANCE_CLASSES = (
    *(f'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/{name}' for name in (
        'core', 'subsetting-spatial', 'position-query', 'scaling-spatial', 'field-selection', 'crs', 'html', 'geotiff',
        'cog', 'coveragejson', 'api-operations',
    )),
    *(f'http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/{name}' for name in (
        'core', 'subsetting', 'scaling', 'fieldselection', 'crs', 'html', 'geotiff', 'coveragejson', 'oas30',
    )),
)  # fmt: skip
CLOUD_OPTIMIZED = 'http://www.opengis.net/def/profile/geotiff/cloud-optimized'


def _band_names(offer: Offer) -> Schema:
    return {'type': 'array', 'items': {'type': 'string', 'enum': [*offer.coverage.bands]}}


def _answer_systems(offer: Offer) -> Schema:
    uris = [*systems_in(offer)]
    return {'type': 'string', 'format': 'uri', 'enum': uris, 'default': uris[0]}


PROPERTIES = Parameter(
    'properties',
    plain_text,
    _band_names,
    Text(vi='Các dải cần lấy, theo thứ tự này.', en='Bands to answer, in this order.'),
)
EXCLUDE_PROPERTIES = Parameter(
    'exclude-properties',
    plain_text,
    # one has to remain
    lambda offer: _band_names(offer) | {'maxItems': len(offer.coverage.bands) - 1},
    Text(vi='Các dải bỏ ra.', en='Bands to leave out.'),
)
CRS = Parameter(
    'crs',
    plain_text,
    _answer_systems,
    Text(vi='Hệ tọa độ của câu trả lời; mặc định là hệ lưu trữ.', en='System of the answer; else that of storage.'),
)
DATETIME = replace(
    query_parameters.DATETIME,
    description=Text(vi='Phiên bản đã phát hành vào lúc đó.', en='What was released at that time.'),
    example='../..',
)
PARAMETERS = (*COMMON, *SUBSETTING, PROPERTIES, EXCLUDE_PROPERTIES, *SCALING, CRS, DATETIME)
PICTURE = 800


@dataclass(frozen=True)
class CoverageQuery:
    """The parsed request for a coverage. system: the CRS of the answer."""

    stored: StoredCoverage
    system: System
    region: Region
    scale: Scale
    names: list[str]

    @property
    def untouched(self) -> bool:
        """Whether the query selects the whole raster on its own cells."""
        return (
            self.system.native
            and self.region.whole
            and self.scale == Scale()
            and self.names == list(self.stored.coverage.bands)
        )

    @property
    def part(self) -> CoveragePart:
        """The part of the coverage that the query selects."""
        own = self.stored.grid
        base = grid_in(own, self.system.crs.srid)
        return CoveragePart(self.stored, self.names, grid_of_part(base, self.region, own, self.scale))


@COVERAGES.errorhandler(TooManyCells)
def too_many(error: TooManyCells) -> Response:
    """The one error of ours with this status."""
    return problem_response(error, 413)


@COVERAGES.route('/collections/<path:collection_id>/coverage')
def coverage(collection_id: str) -> Response:
    """Answer with the values of the coverage."""
    of = coverage_of(collection_id)
    parameters.refuse_unknown(PARAMETERS)
    _refuse_strict_interpolation()
    form = _requested_form()
    source = stored_coverage(of, DATETIME.read())
    source.must_be_there()
    coverage_query = _read_request(source)
    if form == 'tif' and coverage_query.untouched:
        return _whole_file(coverage_query)
    if form == 'html':
        return _coverage_page(coverage_query)
    if not_modified(etag(source.release, form), source.release.released_at):
        return make_conditional(Response(status=304), source.release, form)
    return make_conditional(_write_part(form, coverage_query), source.release, form)


@COVERAGES.route('/collections/<path:collection_id>/coverage/domainset')
def domainset(collection_id: str) -> Response:
    """The grid, as an earlier draft of the standard has it and GDAL reads it."""
    of = coverage_of(collection_id)
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    return as_json(domain_set(stored_coverage(of)))


@COVERAGES.route('/collections/<path:collection_id>/coverage/rangetype')
def rangetype(collection_id: str) -> Response:
    """The bands, as an earlier draft of the standard has it and GDAL reads it."""
    of = coverage_of(collection_id)
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    stored_coverage(of)
    return as_json(range_type(of))


def coverage_schema(collection_id: str) -> Response:
    """`/collections/{id}/schema` of a coverage."""
    source = stored_coverage(coverage_of(collection_id))
    parameters.refuse_unknown(COMMON)
    form = wanted_format()
    document = schema(source, f'{api_url()}/collections/{collection_id}/schema', language())
    if form == 'html':
        return as_page('collections/schema.html', {'id': collection_id, 'kind': 'schema', **document})
    return as_json(document, 'application/schema+json')


def _requested_form() -> str:
    """One of FORMATS, by `f`, else by Accept, else GeoTIFF."""
    if F.text in FORMATS:
        return F.text
    if F.text:
        raise unknown_format(F.text, FORMATS)
    best = request.accept_mimetypes.best_match(BY_TYPE, default=GEOTIFF)
    return BY_TYPE[best]


def _read_request(stored: StoredCoverage) -> CoverageQuery:
    by_name = systems(stored.grid.srid, service().locality)
    target = read_system(CRS, by_name, default=next(iter(by_name)))
    return CoverageQuery(stored, target, read_region(by_name), read_scale(target), _requested_bands(stored.coverage))


def _requested_bands(of: Coverage) -> list[str]:
    """The bands that are asked for, in the order in which they were."""
    if PROPERTIES.is_present and EXCLUDE_PROPERTIES.is_present:
        raise BadParameter(
            vi='properties và exclude-properties không dùng cùng lúc.',
            en='properties and exclude-properties do not go together.',
        )
    if PROPERTIES.is_present:
        return _read_bands(PROPERTIES, of)
    hidden = _read_bands(EXCLUDE_PROPERTIES, of) if EXCLUDE_PROPERTIES.text else []
    if len(hidden) == len(of.bands):
        raise bad_value(EXCLUDE_PROPERTIES.name, EXCLUDE_PROPERTIES.text, 'không còn dải nào.', 'leaves no band.')
    return [name for name in of.bands if name not in hidden]


def _read_bands(parameter: Parameter[str], of: Coverage) -> list[str]:
    names = [name.strip() for name in parameter.text.split(',')]
    for name in names:
        if name not in of.bands:
            hint = did_you_mean(name, of.bands)
            raise bad_value(
                parameter.name,
                parameter.text,
                f'không có dải "{name}". {hint.vi}',
                f'there is no band "{name}". {hint.en}',
            )
    if len(set(names)) < len(names):
        raise bad_value(parameter.name, parameter.text, 'một dải có hai lần.', 'names a band twice.')
    return names


def _refuse_strict_interpolation() -> None:
    """How cells become others follows from what they mean; who insists on another way is told so."""
    wishes = request.headers.get('Prefer', '').lower()
    if 'handling=strict' in wishes and 'interpolation=' in wishes:
        raise BadParameter(
            vi='Prefer: không chọn được phép nội suy; bỏ handling=strict.',
            en='Prefer: the method of interpolation cannot be chosen; leave handling=strict out.',
        )


def _whole_file(query: CoverageQuery) -> Response:
    """The file that is kept, in parts where a client asks for them: QGIS and GDAL read it in place."""
    source = query.stored
    tag = f'{source.coverage.id}-{source.release.number}'
    response = stored_file(
        source.path, 'image/tiff', f'{source.coverage.id}.tif', tag=tag, since=source.release.released_at
    )
    response.headers['Content-Profile'] = f'<{CLOUD_OPTIMIZED}>'
    vary_by(response, 'Accept')
    return _with_location(response, query, CoveragePart(source, query.names, source.grid), GEOTIFF)


def _write_part(form: str, query: CoverageQuery) -> Response:
    if form == 'json' and all(query.region.slices):
        return _position_response(query)
    part = query.part
    _must_fit(part, most_cells(form))
    if form in {'json', 'covjson'}:
        return _with_location(Response(write_coveragejson(part, query.system)), query, part, COVERAGEJSON)
    if form == 'png':
        return _with_location(Response(write_png(_one_band(part))), query, part, PNG)
    response = send_file(write_geotiff(part), mimetype='image/tiff', download_name=f'{query.stored.coverage.id}.tif')
    return _with_location(response, query, part, GEOTIFF)


def _with_location(response: Response, query: CoverageQuery, part: CoveragePart, media_type: str) -> Response:
    """`response` with the headers that say what it is and where it lies."""
    response.headers['Content-Type'] = media_type
    response.headers['Content-Crs'] = content_crs(query.system)
    response.headers['Content-Bbox'] = content_bbox(part, query.system)
    response.headers.add('Link', f'<{api_url()}/collections/{query.stored.coverage.id}>', rel='collection')
    return response


def _position_response(query: CoverageQuery) -> Response:
    """The value at one place: a number, or one for each band by name."""
    own = query.stored.grid
    x, y, _, _ = query.region.bounds_in(own.srid, own)
    values = values_at(CoveragePart(query.stored, query.names, own), x, y)
    document = values[0] if len(values) == 1 else dict(zip(query.names, values, strict=True))
    return Response(json.dumps(document), mimetype=JSON)


def _one_band(part: CoveragePart) -> CoveragePart:
    """An image shows one band: the only one that is asked for, else that of the coverage file."""
    band_name = part.names[0] if len(part.names) == 1 else part.stored.coverage.publish.band
    return CoveragePart(part.stored, [band_name], part.grid, for_display=True)


def _must_fit(part: CoveragePart, most: int) -> None:
    if part.cells > most:
        raise TooManyCells(
            vi=f'{number_vi(part.cells)} ô là quá nhiều cho một câu trả lời (tối đa {number_vi(most)}). '
            'Thu hẹp bằng bbox hoặc subset, giảm số ô bằng width và height, hoặc tải tệp GeoTIFF nguyên vẹn.',
            en=f'{part.cells:,} cells are too many for one answer (at most {most:,}). '
            'Narrow the area by bbox or subset, ask for fewer cells by width and height, or get the whole GeoTIFF.',
        )


def _coverage_page(coverage_query: CoverageQuery) -> Response:
    """A page that shows the image, the bands with their figures, and the forms in which the values can be had."""
    of = coverage_query.stored.coverage
    query = [(name, value) for name, value in request.args.items(multi=True) if name not in {'f', 'lang'}]
    # the image of a page is as small as a screen, whatever the part
    scaled = [(name, value) for name, value in query if name not in {parameter.name for parameter in SCALING}]
    grid = coverage_query.part.grid
    across, down = _picture_size(grid)
    picture = urlencode([('f', 'png'), *scaled, ('width', str(across)), ('height', str(down))])
    data = {'id': of.id, 'coverage': of, 'stored': coverage_query.stored, 'query': query, 'forms': FORMS}
    data['picture'] = f'{api_url()}/collections/{of.id}/coverage?{picture}'
    data['picture_width'] = round(PICTURE * min(1.0, grid.width / grid.height))
    data['geographic'] = is_geographic(coverage_query.stored.grid.srid)
    return as_page('collections/coverage.html', data)


def _picture_size(grid: Grid) -> tuple[int, int]:
    """Columns and rows of an image with cells as they are, or fewer."""
    share = min(1.0, PICTURE / max(grid.width, grid.height))
    return max(1, round(grid.width * share)), max(1, round(grid.height * share))
