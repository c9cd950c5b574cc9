"""Records as ISO 19139, ISO 19115-3 and DCAT, written by pygeometa from one description (its "MCF")."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from lxml import etree
from pygeometa import core
from pygeometa.schemas.dcat import DCATOutputSchema

from dothi.api.config import TEMPLATES
from dothi.api.records.mcf import ALTERNATE, LANGUAGE, metadata_control_file
from dothi.api.records.record import Record
from dothi.core.text import LANGUAGES, Text

# pygeometa has none of its own for ISO 19115-3.
ISO19115_3 = TEMPLATES / 'catalogue' / 'iso19115_3'
GMD, GCO = 'http://www.isotc211.org/2005/gmd', 'http://www.isotc211.org/2005/gco'
NAMES = {'gmd': GMD, 'gco': GCO}
# pygeometa's, which its templates call.
FUNCTIONS = {
    function.__name__: function
    for function in (
        core.get_charstring, core.get_distribution_language, core.normalize_datestring,
        core.prune_distribution_formats, core.prune_transfer_option,
    )
}  # fmt: skip
# Parts that mean nothing when they hold nothing, and that the schema does not allow to be empty.
OPTIONAL = ('spatialRepresentationInfo', 'geographicElement', 'EX_Extent', 'extent', 'otherConstraints')


def write_iso19139(record: Record) -> bytes:
    """The record as ISO 19139 (ISO 19115:2003)."""
    root = _render_metadata(record, core.SCHEMAS / 'iso19139')
    _name_the_locale(root)
    _name_the_crs(root, record)
    for name in OPTIONAL:
        _drop_empty(root, name)
    return _xml_bytes(root)


def iso19115_3(record: Record) -> bytes:
    """The record as ISO 19115-3."""
    return _xml_bytes(_render_metadata(record, ISO19115_3))


def _render_metadata(record: Record, folder: Path) -> Any:
    """The root of the record's XML, as `main.j2` of the folder writes it."""
    main = _metadata_templates(folder).get_template('main.j2')
    xml = main.render(record=metadata_control_file(record), pygeometa_version=core.VERSION)
    return etree.fromstring(xml.encode(), etree.XMLParser(remove_blank_text=True))


@cache
def _metadata_templates(folder: Path) -> Environment:
    """The templates of a folder and pygeometa's, which escape texts themselves.

    Compiled once: pygeometa's own function compiles them for each record, 60 ms.
    """
    templates = Environment(loader=FileSystemLoader([folder, core.SCHEMAS]), autoescape=False)  # noqa: S701
    templates.filters |= FUNCTIONS
    templates.globals |= FUNCTIONS | {'zip': zip}
    return templates


def write_dcat(record: Record) -> dict[str, Any]:
    """The record as a dcat:Dataset in JSON-LD."""
    description = metadata_control_file(record)
    written: dict[str, Any] = DCATOutputSchema().write(description, stringify=False)
    # pygeometa knows English and French, passes distributions on as a table, and boxes as a list of numbers
    written['@context'] = {name: to for name, to in written['@context'].items() if not name.endswith(('_en', '_fr'))}
    written |= {'title': _in_both(record.title), 'abstract': _in_both(record.description), '@id': written['dataseturi']}
    written['@context']['abstract'] = 'dct:description'
    written['keywords'] = [value for keyword in record.keywords for value in _in_both(keyword)]
    written['distribution'] = [
        _dcat_distribution(distribution) for distribution in description['distribution'].values()
    ]
    written['spatial'] = _dcat_location(record)
    for left_out in ('keywords_en', 'keywords_fr', 'dataquality', 'dataseturi', 'license'):
        written.pop(left_out, None)
    if record.licence:
        written['dct:license'] = {'@id': description['identification']['license']['url']}
    return written


def dcat_catalog(records: list[Record]) -> dict[str, Any]:
    """A page of records as a dcat:Catalog."""
    written = [write_dcat(record) for record in records]
    context = written[0]['@context'] if written else {'dcat': 'http://www.w3.org/ns/dcat#'}
    members = [{name: value for name, value in dataset.items() if name != '@context'} for dataset in written]
    return {'@context': context, '@type': 'dcat:Catalog', 'dcat:dataset': members}


def _in_both(text: Text) -> list[dict[str, str]]:
    return [{'@value': text.pick(lang), '@language': lang} for lang in LANGUAGES]


def _dcat_distribution(distribution: dict[str, Any]) -> dict[str, Any]:
    return {
        '@type': 'dcat:Distribution',
        'dct:title': [{'@value': distribution['description'][name], '@language': lang} for name, lang in CODES.items()],
        'dcat:accessURL': {'@id': distribution['url']},
        'dcat:mediaType': distribution['media_type'],
    }


CODES = {LANGUAGE: 'vi', ALTERNATE: 'en'}


def _dcat_location(record: Record) -> list[dict[str, Any]]:
    if record.extent is None:
        return []
    west, south, east, north = record.extent
    ring = ', '.join(f'{x} {y}' for x, y in ((west, south), (east, south), (east, north), (west, north), (west, south)))
    box = {'@type': 'gsp:wktLiteral', '@value': f'POLYGON(({ring}))'}
    return [{'@type': 'dct:Location', 'dcat:bbox': box}]


def _name_the_locale(root: Any) -> None:
    """The texts in the second language name their locale by its code; pygeometa calls every locale `locale-fr`."""
    for locale in root.iter(f'{{{GMD}}}PT_Locale'):
        locale.set('id', ALTERNATE)


def _name_the_crs(root: Any, record: Record) -> None:
    """The system of the stored coordinates: pygeometa's template knows that of the bounding box only."""
    (code,) = root.xpath('gmd:referenceSystemInfo//gmd:RS_Identifier/gmd:code/gco:CharacterString', namespaces=NAMES)
    number = str(record.facts.get('storageCrs', 'EPSG:4326')).partition(':')[2]
    code.text = f'urn:ogc:def:crs:EPSG::{number}'


def _drop_empty(root: Any, name: str) -> None:
    for element in list(root.iter(f'{{{GMD}}}{name}')):
        if len(element) == 0 and not (element.text or '').strip() and not element.attrib:
            element.getparent().remove(element)


def _xml_bytes(root: Any) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding='UTF-8', pretty_print=True)
    return written
