"""A map of the features that a page of the API shows."""

from typing import Any
from urllib.parse import urlencode

import numpy as np
import shapely

from dothi.api.http.address import api_url

WIDTH_PX, HEIGHT_PX = 900, 380
# Of the box of the features, on each side; a point has as much around it as this share of its coordinates' unit.
MARGIN_SHARE = 0.08
AROUND_DEGREES, AROUND_METRES = 0.003, 300.0
MOST_DEGREES = 360.0


def picture_address(collection: str, document: dict[str, Any], crs_uri: str) -> str | None:
    """The address of a map of the document's features, in its own system; None where none of them has a shape."""
    features = document['features'] if document['type'] == 'FeatureCollection' else [document]
    shapes = [shapely.geometry.shape(feature['geometry']) for feature in features if feature['geometry']]
    if not shapes:
        return None
    box = _grown(np.asarray(shapely.total_bounds(shapes)))
    query = {
        'bbox': ','.join(f'{corner:.6f}' for corner in box),
        'bbox-crs': crs_uri,
        'width': WIDTH_PX,
        'height': HEIGHT_PX,
        'f': 'png',
    }
    return f'{api_url()}/collections/{collection}/map?{urlencode(query)}'


def _grown(box: np.ndarray) -> np.ndarray:
    around = AROUND_DEGREES if np.abs(box).max() <= MOST_DEGREES else AROUND_METRES
    margins = np.maximum((box[2:] - box[:2]) * MARGIN_SHARE, around)
    return np.concatenate([box[:2] - margins, box[2:] + margins])
