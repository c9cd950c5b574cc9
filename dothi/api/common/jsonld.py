"""Collections as schema.org data sets, which search engines for data read."""

from typing import Any

from dothi.api.http.address import api_url
from dothi.api.http.language import language

CONTEXT = {'@vocab': 'https://schema.org/'}


def catalogue_jsonld(landing_page: dict[str, Any], collections: list[dict[str, Any]]) -> dict[str, Any]:
    """The service as a DataCatalog of its data sets."""
    return {
        '@context': CONTEXT,
        '@type': 'DataCatalog',
        '@id': api_url(),
        'url': api_url(),
        'inLanguage': language(),
        'name': landing_page['title'],
        'description': landing_page['description'],
        'dataset': [_dataset_members(collection) for collection in collections],
    }


def dataset_jsonld(collection: dict[str, Any]) -> dict[str, Any]:
    """One collection as a Dataset."""
    return {'@context': CONTEXT, **_dataset_members(collection)}


def _dataset_members(collection: dict[str, Any]) -> dict[str, Any]:
    address = f'{api_url()}/collections/{collection["id"]}'
    dataset = {
        '@type': 'Dataset',
        '@id': address,
        'url': address,
        'inLanguage': language(),
        'includedInDataCatalog': {'@id': api_url()},
        'distribution': [
            {'@type': 'DataDownload', 'name': link['title'], 'encodingFormat': link['type'], 'contentUrl': link['href']}
            for link in _links_with(collection, 'items', 'enclosure')
        ],
        'license': [link['href'] for link in _links_with(collection, 'license')],
        'creator': {'@type': 'Organization', 'name': collection.get('attribution')},
        **{ours: collection.get(theirs) for ours, theirs in SAME.items()},
        **_coverage_members(collection.get('extent', {})),
    }
    return {name: value for name, value in dataset.items() if value}


SAME = {'name': 'title', 'description': 'description', 'keywords': 'keywords', 'dateModified': 'updated'}


def _links_with(collection: dict[str, Any], *rels: str) -> list[dict[str, Any]]:
    return [link for link in collection['links'] if link['rel'] in rels]


def _coverage_members(extent: dict[str, Any]) -> dict[str, Any]:
    """Where and when. schema.org writes a box as south, west, north, east."""
    coverage: dict[str, Any] = {}
    if 'spatial' in extent:
        west, south, east, north = extent['spatial']['bbox'][0]
        shape = {'@type': 'GeoShape', 'box': f'{south} {west} {north} {east}'}
        coverage['spatialCoverage'] = {'@type': 'Place', 'geo': shape}
    if 'temporal' in extent:
        begin, end = (moment or '..' for moment in extent['temporal']['interval'][0])
        coverage['temporalCoverage'] = f'{begin}/{end}'
    return coverage
