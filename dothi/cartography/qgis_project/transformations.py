"""How a project moves coordinates between WGS 84 and the working system, so that QGIS need not ask a person."""

from xml.etree.ElementTree import Element, SubElement

from pyproj.transformer import TransformerGroup

from dothi.cartography.qgis_project.elements import crs_element
from dothi.core.crs import WEB_MERCATOR, WGS84, proj_string, transformer

# Two ways are the same if a point of the locality is moved to the same millimetre.
NEAR = 1e-3


def transformations(srid: int, point: tuple[float, float]) -> Element:
    """The way that the platform goes itself, from both systems of the web. point: in the locality, as WGS 84."""
    made = Element('transformContext')
    for web_srid in (WGS84, WEB_MERCATOR):
        operation = operation_between(web_srid, srid, point)
        if operation is not None:
            entry = SubElement(made, 'srcDest', {'coordinateOp': operation, 'allowFallback': '1'})
            crs_element(entry, 'src', web_srid)
            crs_element(entry, 'dest', srid)
    return made


def operation_between(source: int, target: int, point: tuple[float, float]) -> str | None:
    """The operation as QGIS writes it; None where there are not several, of which a person would have to choose."""
    ways = TransformerGroup(f'EPSG:{source}', f'EPSG:{target}', always_xy=True).transformers
    at = transformer(proj_string(WGS84), proj_string(source)).transform(*point)
    x, y = transformer(proj_string(source), proj_string(target)).transform(*at)
    for way in ways if len(ways) > 1 else []:
        there = way.transform(*at)
        if max(abs(there[0] - x), abs(there[1] - y)) < NEAR:
            return ' '.join(f'+{word}' for word in way.definition.split())
    return None
