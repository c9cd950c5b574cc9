"""The schemas of WMS, WMTS and OWS Common, which MapProxy's package brings along for its own tests."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

PACKAGE = find_spec('mapproxy')
SCHEMAS = Path(PACKAGE.origin if PACKAGE and PACKAGE.origin else '.').parent / 'test' / 'schemas'
LIMITS = ('MinTileRow', 'MaxTileRow', 'MinTileCol', 'MaxTileCol')


@cache
def xml_schema(path: str) -> etree.XMLSchema:
    """The schema in the file `path`, below the folder of OGC's schemas."""
    return etree.XMLSchema(etree.parse(SCHEMAS / path))


@cache
def wmts_schema() -> etree.XMLSchema:
    """The schema of the capabilities of WMTS as OGC has corrected it: tiles are counted from 0.

    MapProxy has the first edition, in which limits are `positiveInteger` though its own text begins at 0.
    """
    tree = etree.parse(SCHEMAS / 'wmts' / '1.0' / 'wmtsGetCapabilities_response.xsd')
    limits = [element for element in tree.iter('{*}element') if element.get('name') in LIMITS]
    for element in limits:
        element.set('type', 'nonNegativeInteger')
    assert len(limits) == len(LIMITS)
    return etree.XMLSchema(tree)


@cache
def dtd(path: str) -> etree.DTD:
    """The DTD in the file `path`, below the folder of OGC's schemas."""
    with (SCHEMAS / path).open('rb') as file:
        return etree.DTD(file)
