"""The body of an edit: a GeoJSON feature or a merge patch of one, in the coordinate system that the client names."""

import json
from collections.abc import Sequence
from typing import Any, NoReturn

import shapely
from flask import request

from dothi.api.http.served_crs import ServedCrs, default_crs, parse_served_crs
from dothi.api.http.service import service
from dothi.core.crs import parse_crs
from dothi.core.errors import WrongMediaType, WrongUse
from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.doctor.coordinates import Reading
from etl.editing.checks import GEOMETRY, Fault, Submitted, Unfit, unknown_properties
from etl.editing.edit import Version

GEOJSON, MERGE_PATCH = 'application/geo+json', 'application/merge-patch+json'
# What POST and PUT take, and what PATCH takes.
FEATURES = (GEOJSON, 'application/json')
PATCHES = (MERGE_PATCH, GEOJSON)
# The boundary of a province with all its vertices has 5 MB.
MOST_BYTES = 16 * 2**20


class NoMediaType(WrongUse):
    """The request does not say what its body is."""


class OtherMediaType(WrongMediaType):
    """The body is not GeoJSON."""


class BadBody(WrongUse):
    """The body cannot be read as JSON."""


def sent_feature(layer: Layer, before: Version | None = None) -> tuple[Submitted, Reading]:
    """The feature in the body as a whole, and how its coordinates are to be read; raises what is wrong with it.

    before: the version that it replaces, whose columns that the client does not see stay.
    """
    document = read_document(FEATURES)
    _must_be_same(document, before)
    return feature_in(document, layer, before), reading_of_crs()


def feature_in(document: dict[str, Any], layer: Layer, before: Version | None = None) -> Submitted:
    """The feature that a document is; raises Unfit. before: as in `sent_feature`."""
    _must_be_feature(document, required=True)
    hidden = _hidden_values(layer, before) if before else {}
    properties = _read_properties(document.get('properties'), layer)
    return Submitted(hidden | properties, _read_geometry(document.get('geometry')))


def patched_feature(layer: Layer, before: Version) -> tuple[Submitted, Reading]:
    """The feature `before` with the body's changes (RFC 7396), and how its coordinates are to be read."""
    document = read_document(PATCHES)
    _must_be_same(document, before)
    return patch_in(document, layer, before), reading_of_crs() if 'geometry' in document else stored_reading()


def patch_in(document: dict[str, Any], layer: Layer, before: Version) -> Submitted:
    """The feature `before` with the changes of a document; its geometry as it is stored where that does not change."""
    _must_be_feature(document, required=False)
    hidden = _hidden_values(layer, before)
    changes = document.get('properties', {})
    visible_values = {name: value for name, value in before.properties.items() if name not in hidden}
    merged = merge_patch(visible_values, _read_properties(changes, layer) if isinstance(changes, dict) else changes)
    properties = hidden | _read_properties(merged, layer)
    if 'geometry' not in document:
        return Submitted(properties, before.geometry)
    old = {'type': before.geometry.geom_type}
    return Submitted(properties, _read_geometry(merge_patch(old, document['geometry'])))


def merge_patch(target: Any, patch: Any) -> Any:
    """`target` changed as RFC 7396 says: null removes a member, an object goes on inside, all else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def content_crs() -> ServedCrs:
    """The system of the body's coordinates: what Content-Crs says, else CRS84. Raises UnservedCrs."""
    name = request.headers.get('Content-Crs', '').strip(' <>')
    return parse_served_crs('Content-Crs', name) if name else default_crs()


def read_document(types: Sequence[str]) -> dict[str, Any]:
    """The object in the body, of one of these media types; raises BadBody, NoMediaType, OtherMediaType."""
    request.max_content_length = MOST_BYTES
    _must_be_one_of(types)
    try:
        document = json.loads(request.get_data(), parse_constant=_no_number)
        # half of a surrogate pair, which JSON can write as \ud800, is no text
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        reason = str(error)[:100]
        raise BadBody(vi=f'Nội dung không phải JSON: {reason}.', en=f'The body is not JSON: {reason}.') from None
    if not isinstance(document, dict):
        raise BadBody(vi='Nội dung phải là một đối tượng JSON.', en='The body must be a JSON object.')
    return document


def _must_be_one_of(types: Sequence[str]) -> None:
    listed = ', '.join(types)
    if not request.content_type:
        raise NoMediaType(
            vi=f'Thiếu đầu mục Content-Type. Các dạng nhận được: {listed}.',
            en=f'The header Content-Type is missing. Bodies are taken as {listed}.',
        )
    if request.mimetype not in types:
        raise OtherMediaType(
            vi=f'Không nhận nội dung dạng {request.mimetype}. Các dạng nhận được: {listed}.',
            en=f'Bodies of the type {request.mimetype} are not taken. Those that are: {listed}.',
        )


def _must_be_feature(document: dict[str, Any], *, required: bool) -> None:
    type_ = document.get('type', None if required else 'Feature')
    if type_ != 'Feature':
        says = Text(vi='phải là "Feature": mỗi lần một đối tượng.', en='must be "Feature": one feature at a time.')
        raise Unfit([Fault('/type', 'type', says)])


def _must_be_same(document: dict[str, Any], before: Version | None) -> None:
    """QGIS writes an id as text."""
    if before is not None and str(document.get('id', before.id)) != str(before.id):
        says = Text(vi=f'phải là {before.id}, như trong địa chỉ.', en=f'must be {before.id}, as in the address.')
        raise Unfit([Fault('/id', 'id', says)])


def _hidden_values(layer: Layer, before: Version) -> dict[str, Any]:
    visible = layer.columns_for(service().audience)
    return {name: value for name, value in before.properties.items() if name not in visible}


def _read_properties(value: Any, layer: Layer) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        says = Text(vi='phải là một đối tượng JSON.', en='must be a JSON object.')
        raise Unfit([Fault('/properties', 'type', says)])
    faults = unknown_properties(list(value), list(layer.columns_for(service().audience)))
    if faults:
        raise Unfit(faults)
    return value


def _read_geometry(value: Any) -> Any:
    if value is None:
        return None
    try:
        return shapely.from_geojson(json.dumps(value))
    except shapely.errors.GEOSException as error:
        # GEOS: "ParseException: Error parsing JSON: '[json.exception.type_error.302] type must be number, ...'"
        reason = str(error).strip().rpartition('] ')[2].removeprefix('ParseException: ').rstrip("'")[:120]
        says = Text(
            vi=f'không phải hình học GeoJSON ({reason}). Sửa "type" và "coordinates".',
            en=f'is not a GeoJSON geometry ({reason}). Correct "type" and "coordinates".',
        )
        raise Unfit([Fault(GEOMETRY, 'geometry_invalid', says)]) from None


def reading_of_crs() -> Reading:
    """How coordinates in the system that the request names are read; raises UnservedCrs."""
    crs = content_crs()
    return Reading(parse_crs(f'EPSG:{crs.srid}'), crs.yx)


def stored_reading() -> Reading:
    """How coordinates that are stored are read."""
    return Reading(parse_crs(f'EPSG:{service().locality.srid}'))


def _no_number(text: str) -> NoReturn:
    raise ValueError(f'{text} is not a JSON value')
