"""OpenStreetMap extracts: which tags GDAL is to read, and codes that tell nodes, ways and relations apart."""

from collections.abc import Iterable
from pathlib import Path

from etl.fetch.source import OpenSource

# The column that the reader makes of an object's kind and number, such as W24316401.
OSM_CODE = 'osm'
LAYERS = ('points', 'lines', 'multipolygons')
# A closed way with one of these is an area: the tags that the OSM wiki calls areas by default.
AREAS = (
    'aeroway,amenity,boundary,building,craft,historic,landuse,leisure,man_made,military,natural,office,place,'
    'power,public_transport,shop,sport,tourism'
)


def wanted_tags(source: OpenSource) -> list[str]:
    """The tags that the source's rules speak of."""
    mappings = source.gives.values()
    tags = {tag for mapping in mappings for rule in mapping.columns.values() for tag in rule.tag}
    tags |= {tag for mapping in mappings for tag in mapping.where}
    return sorted(tags - {OSM_CODE})


def write_configuration(source: OpenSource, file: Path) -> None:
    """The configuration of GDAL's OSM driver that gives each wanted tag a column of its own name."""
    tags = ','.join(wanted_tags(source))
    head = [f'closed_ways_are_polygons={AREAS}', 'attribute_name_laundering=no', 'report_all_nodes=no']
    parts = [line for layer in LAYERS for line in (f'[{layer}]', 'osm_id=yes', f'attributes={tags}', 'other_tags=no')]
    file.write_text('\n'.join([*head, *parts, '']), encoding='utf-8')


def codes(layer: str, ids: Iterable[str | None], way_ids: Iterable[str | None]) -> list[str]:
    """N, W or R and the number: nodes, ways and relations are counted apart."""
    if layer != 'multipolygons':
        kind = 'N' if layer == 'points' else 'W'
        return [f'{kind}{number}' for number in ids]
    return [f'R{number}' if number else f'W{way}' for number, way in zip(ids, way_ids, strict=True)]
