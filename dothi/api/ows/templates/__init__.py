"""Documents of WMS and WMTS, written by Jinja, which escapes whatever is put into them."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import etree


def render_xml_template(name: str, **data: Any) -> str:
    """Render the template `name` with the data."""
    return _environment().get_template(name).render(**data)


def render_xml(name: str, **data: Any) -> bytes:
    """Render the template as well-formed, indented XML."""
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)
    tree = etree.ElementTree(etree.fromstring(render_xml_template(name, **data).strip().encode(), parser))
    written: bytes = etree.tostring(tree, encoding='UTF-8', xml_declaration=True, pretty_print=True)
    return written


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
