"""Collections as schema.org data sets, which search engines for data read."""

from typing import Any

from dothi.api.address import api_url
from dothi.api.language import language

CONTEXT = {'@vocab': 'https://schema.org/'}


def catalogue(landing_page: dict[str, Any], collections: list[dict[str, Any]]) -> dict[str, Any]:
    """The service as a DataCatalog of its data sets."""
    return {
        '@context': CONTEXT,
        '@type': 'DataCatalog',
        '@id': api_url(),
        'url': api_url(),
        'inLanguage': language(),
        'name': landing_page['title'],
        'description': landing_page['description'],
        'dataset': [_dataset(one) for one in collections],
    }


def dataset(collection: dict[str, Any]) -> dict[str, Any]:
    """One collection as a Dataset."""
    return {'@context': CONTEXT, **_dataset(collection)}


def _dataset(collection: dict[str, Any]) -> dict[str, Any]:
    address = f'{api_url()}/collections/{collection["id"]}'
    found = {
        '@type': 'Dataset',
        '@id': address,
        'url': address,
        'inLanguage': language(),
        'includedInDataCatalog': {'@id': api_url()},
        'distribution': [
            {'@type': 'DataDownload', 'name': one['title'], 'encodingFormat': one['type'], 'contentUrl': one['href']}
            for one in _of(collection, 'items', 'enclosure')
        ],
        'license': [one['href'] for one in _of(collection, 'license')],
        'creator': {'@type': 'Organization', 'name': collection.get('attribution')},
        **{ours: collection.get(theirs) for ours, theirs in SAME.items()},
        **_coverage(collection.get('extent', {})),
    }
    return {name: value for name, value in found.items() if value}


SAME = {'name': 'title', 'description': 'description', 'keywords': 'keywords', 'dateModified': 'updated'}


def _of(collection: dict[str, Any], *rels: str) -> list[dict[str, Any]]:
    return [one for one in collection['links'] if one['rel'] in rels]


def _coverage(extent: dict[str, Any]) -> dict[str, Any]:
    """Where and when. schema.org writes a box as south, west, north, east."""
    found: dict[str, Any] = {}
    if 'spatial' in extent:
        west, south, east, north = extent['spatial']['bbox'][0]
        shape = {'@type': 'GeoShape', 'box': f'{south} {west} {north} {east}'}
        found['spatialCoverage'] = {'@type': 'Place', 'geo': shape}
    if 'temporal' in extent:
        begin, end = (moment or '..' for moment in extent['temporal']['interval'][0])
        found['temporalCoverage'] = f'{begin}/{end}'
    return found
