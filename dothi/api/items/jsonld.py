"""Features as GeoJSON-LD: each is a place, whose shape is there in the words of GeoSPARQL and schema.org too."""

from typing import Any

PLACE = 'schema:Place'
SCHEMA = {'schema': 'https://schema.org/'}
# `type` is no word of this one: a layer may have a column of that name.
PLACE_WORDS = SCHEMA | {'gsp': 'http://www.opengis.net/ont/geosparql#'}
LIST_WORDS = SCHEMA | {
    'type': '@type',
    'features': 'schema:itemListElement',
    'FeatureCollection': 'schema:itemList',
}


def place_jsonld(feature: dict[str, Any], address: str) -> dict[str, Any]:
    """A GeoJSON feature as a Place with its properties; address: the feature's own, which names it."""
    own = {name: value for name, value in feature.items() if name not in ('type', 'geometry', 'properties')}
    return {
        '@context': [PLACE_WORDS],
        '@type': PLACE,
        '@id': address,
        **feature['properties'],
        **own,
        **_shape_members(feature),
    }


def list_jsonld(page: dict[str, Any], collection: str, items: str) -> dict[str, Any]:
    """A page of GeoJSON features as a list of the places that it names, with the links to the pages around it.

    collection, items: the addresses of the collection and of its items.
    """
    around = {name: value for name, value in page.items() if name not in ('type', 'features')}
    places = [{'@type': PLACE, '@id': f'{items}/{feature["id"]}'} for feature in page['features']]
    return {
        '@context': [LIST_WORDS],
        'type': 'FeatureCollection',
        '@id': collection,
        'features': places,
        **around,
    }


def _shape_members(feature: dict[str, Any]) -> dict[str, Any]:
    """The geometry as GeoJSON, as text of GeoSPARQL and as a shape of schema.org."""
    from pygeoapi.linked_data import jsonldify_geometry

    members = {'id': feature['id'], 'geometry': feature['geometry']}
    if feature['geometry'] is not None:
        jsonldify_geometry(members)
    return {name: value for name, value in members.items() if name not in ('type', 'id')}
