"""`/geocode`: the places that an address, or the name of a place, may mean; what a search box asks."""

from typing import Any

import numpy as np
import shapely
from flask import Blueprint, Response

from dothi.api.common.coordinates import label_of, typed_point
from dothi.api.http import parameters
from dothi.api.http.documents import as_json
from dothi.api.http.language import GEOJSON, say, wanted_format
from dothi.api.http.offer import Offer
from dothi.api.http.operations import content, get
from dothi.api.http.parameters import COMMON, BadParameter, Parameter, in_formats, plain_text
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.core.text import Text
from etl.geocode.geocode import geocode
from etl.geocode.result import PRECISIONS, Candidate, GeocodedAddress
from etl.geocode.words import LONGEST_ADDRESS
from processes.geojson import feature_collection, geojson_geometries, numbered_features

GEOCODE = Blueprint('geocode', __name__)
ADDRESS = Parameter(
    'q',
    plain_text,
    {'type': 'string', 'minLength': 1, 'maxLength': LONGEST_ADDRESS},
    Text(
        vi='Địa chỉ hoặc tên địa điểm; không cần dấu, viết tắt và tên đơn vị cũ cũng được hiểu. Hoặc tọa độ: độ, hay '
        'mét của hệ VN-2000 địa phương.',
        en='An address or the name of a place; without accents, abbreviated and with former names of units, too. Or '
        'coordinates: degrees, or metres of the local VN-2000 system.',
    ),
    example='P. Loc Vuong',
    required=True,
)
FORMATS = ('json',)
COORDINATES = Text(vi='tọa độ', en='coordinates')


@GEOCODE.route('/geocode')
def geocode_address() -> Response:
    """The places as GeoJSON, the likeliest first; `summary` says whether it is sure, and why not."""
    parameters.refuse_unknown((ADDRESS, *COMMON))
    wanted_format(FORMATS)
    address = ADDRESS.text
    if not address or len(address) > LONGEST_ADDRESS:
        raise BadParameter(
            vi=f'q: cần một địa chỉ, nhiều nhất {LONGEST_ADDRESS} ký tự.',
            en=f'q: an address is wanted, of {LONGEST_ADDRESS} characters at most.',
        )
    if (point := typed_point(address, service().locality)) is not None:
        return as_json(_point_document(*point), GEOJSON)
    with snapshot() as db:
        (answer,) = geocode(db.db, service().locality, [address], audience=service().audience)
    return as_json(_document(answer), GEOJSON)


def geocode_path(offer: Offer) -> dict[str, Any]:
    """The operation as the OpenAPI document has it."""
    title = Text(vi='Tìm địa chỉ', en='Geocode an address')
    success = content('featureCollection', GEOJSON, html=False)
    return {'/geocode': get(offer, 'geocodeAddress', title, [ADDRESS, *in_formats(FORMATS)], success, '400', '503')}


def _document(answer: GeocodedAddress) -> dict[str, Any]:
    places = [place for place in (answer.place, *answer.rivals) if place]
    points = np.asarray(shapely.points(np.array([place.point for place in places]).reshape(-1, 2)))
    shapes = geojson_geometries(points, service().locality.srid)
    summary = {'sure': answer.sure, 'evidence': [say(text) for text in answer.evidence]}
    return feature_collection(numbered_features(shapes, map(_properties, places)), summary)


def _point_document(lon: float, lat: float) -> dict[str, Any]:
    properties = {
        'place': say(label_of(lon, lat)),
        'precision': 'coordinates',
        'precision_title': say(COORDINATES),
        'radius_m': 1,
        'commune': None,
    }
    point = {'type': 'Point', 'coordinates': [lon, lat]}
    summary = {'sure': True, 'evidence': []}
    return feature_collection([{'type': 'Feature', 'id': 1, 'geometry': point, 'properties': properties}], summary)


def _properties(place: Candidate) -> dict[str, Any]:
    return {
        'place': place.label,
        'precision': place.precision,
        'precision_title': say(PRECISIONS[place.precision]),
        'radius_m': round(place.radius_m),
        'commune': place.commune,
    }
