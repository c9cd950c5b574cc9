"""`/collections` and `/collections/{id}`: pygeoapi's descriptions, kept up with each release, which they name."""

import json
from typing import Any

from flask import Blueprint, Response, request
from pygeoapi.api import describe_collections

from dothi.api import config, parameters
from dothi.api.address import PLACEHOLDER
from dothi.api.language import wanted_format
from dothi.api.links import localised
from dothi.api.query import COMMON
from dothi.api.service import released, service
from dothi.api.snapshot import snapshot
from dothi.core.catalog import Release

COLLECTIONS = Blueprint('collections', __name__)
FORMATS = ('json', 'html', 'jsonld')


@COLLECTIONS.route('/collections')
def collections() -> Response:
    """All collections."""
    return _described(None)


@COLLECTIONS.route('/collections/<path:collection_id>')
def collection(collection_id: str) -> Response:
    """One collection."""
    service().layer(collection_id)
    return _described(collection_id)


def _described(collection_id: str | None) -> Response:
    parameters.refuse_unknown(COMMON)
    form = wanted_format(FORMATS)
    with snapshot() as db:
        releases = db.releases()
    if collection_id is not None:
        released(service().layer(collection_id), releases)
    keep_up(releases)
    response = localised(service().pygeoapi.execute_from_flask(describe_collections, request, collection_id))
    if form == 'json' and response.status_code == 200:
        document = json.loads(response.get_data())
        for part in document.get('collections', [document]):
            part.update(_about(releases[part['id']]))
            # pygeoapi offers CSV for every collection; the items here do not come as CSV
            part['links'] = [link for link in part['links'] if not link['type'].startswith('text/csv')]
        response.set_data(json.dumps(document, ensure_ascii=False))
    return response


def keep_up(releases: dict[str, Release]) -> None:
    """Extents and marks of demonstration data in pygeoapi's configuration follow the current releases."""
    of = service()
    of.api.config['resources'].update(config.collections(of.locality, of.audience, releases, PLACEHOLDER))


def _about(release: Release) -> dict[str, Any]:
    return {
        'dothi:release': release.number,
        'dothi:demo': release.demo,
        'dothi:rows': release.rows_total,
        'updated': release.released_at.isoformat(),
    }
