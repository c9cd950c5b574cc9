"""`/conformance`: pygeoapi's list and what our views add to it."""

import json

from flask import Blueprint, Response
from pygeoapi.api import CONFORMANCE_CLASSES as COMMON_CLASSES
from pygeoapi.api.itemtypes import CONFORMANCE_CLASSES_FEATURES
from pygeoapi.api.processes import CONFORMANCE_CLASSES as PROCESS_CLASSES
from pygeoapi.api.tiles import CONFORMANCE_CLASSES as TILE_CLASSES

from dothi.api import parameters
from dothi.api.language import page, wanted_format
from dothi.api.query import COMMON

CONFORMANCE = Blueprint('conformance', __name__)

# QGIS sends a filter to the server only where all of filter, features-filter, cql2-text and basic-cql2 are declared.
FILTERING = (
    *(f'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}' for name in (
        'filter', 'features-filter', 'queryables', 'queryables-query-parameters',
    )),
    *(f'http://www.opengis.net/spec/cql2/1.0/conf/{name}' for name in (
        'cql2-text', 'cql2-json', 'basic-cql2', 'advanced-comparison-operators', 'case-insensitive-comparison',
        'accent-insensitive-comparison', 'basic-spatial-functions', 'basic-spatial-functions-plus',
        'spatial-functions', 'temporal-functions', 'property-property', 'arithmetic',
        # the name that QGIS asks for
        'basic-spatial-operators',
    )),
)  # fmt: skip
SCHEMAS = tuple(
    f'http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/{name}'
    for name in ('schemas', 'core-roles-features', 'queryables')
)
# pygeoapi declares these for features; editing, sorting by its own rules and open-ended queryables are not ours.
LEFT_OUT = ('ogcapi-features-4/', 'ogcapi-features-3/', 'processes-1/1.0/conf/callback')


def classes() -> list[str]:
    """Every class that works, sorted."""
    theirs = {*COMMON_CLASSES, *CONFORMANCE_CLASSES_FEATURES, *PROCESS_CLASSES, *TILE_CLASSES}
    kept = {name for name in theirs if not any(part in name for part in LEFT_OUT)}
    return sorted({*kept, *FILTERING, *SCHEMAS})


@CONFORMANCE.route('/conformance')
def conformance() -> Response:
    """The classes as JSON or as a page."""
    parameters.refuse_unknown(COMMON)
    document = {'conformsTo': classes()}
    if wanted_format() == 'html':
        return Response(page('conformance.html', document), mimetype='text/html')
    return Response(json.dumps(document), mimetype='application/json')
