"""Errors as the standards' documents, or as pictures where a client of WMS asks for it.

The status of WMS's own errors is 200, as MapServer and GeoServer have it: QGIS 3.40 and GDAL 3.10 show what the
document says only then, and from 400 on nothing but the address. What the standard has no code for (too large, too
busy, a fault of ours) keeps its status. WMTS names the status of each code: OGC 07-057r7, tables 21, 25 and 28.
"""

import re

from flask import Response
from lxml import etree

from dothi.api.http.language import language
from dothi.api.http.parsers import parse_boolean
from dothi.api.http.problems import RETRY_AFTER_S
from dothi.api.maps.background import parse_map_colour
from dothi.api.ows.error_image import error_image, sensible_size
from dothi.api.ows.errors import InvalidCRS, NotAcceptable, OperationNotSupported, OwsError
from dothi.api.ows.parameters import OwsParameters
from dothi.core.errors import DothiError, EnvironmentMissing, http_status

OGC = 'http://www.opengis.net/ogc'
OWS = 'http://www.opengis.net/ows/1.1'
XSI = 'http://www.w3.org/2001/XMLSchema-instance'
XML_LANG = '{http://www.w3.org/XML/1998/namespace}lang'
SCHEMAS = 'http://schemas.opengis.net'
DOCTYPE = f'<!DOCTYPE ServiceExceptionReport SYSTEM "{SCHEMAS}/wms/1.1.1/exception_1_1_1.dtd">'
# Codes of WMS as WMTS has them.
WMTS_CODES = {
    'InvalidPoint': 'PointIJOutOfRange',
    **dict.fromkeys(
        ('InvalidFormat', 'InvalidCRS', 'LayerNotDefined', 'StyleNotDefined', 'LayerNotQueryable',
         'InvalidDimensionValue', 'MissingDimensionValue', 'NotAcceptable'), 'InvalidParameterValue'
    ),
}  # fmt: skip
WMTS_STATUSES: dict[type[DothiError], int] = {OperationNotSupported: 501, NotAcceptable: 406}
# What XML 1.0 has no place for, not even escaped; a client's own words are repeated to it.
UNWRITABLE = re.compile(r'[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')
IN_IMAGE = ('INIMAGE', 'APPLICATION/VND.OGC.SE_INIMAGE')
BLANK = ('BLANK', 'APPLICATION/VND.OGC.SE_BLANK')


def wms_report(error: DothiError, version: str, parameters: OwsParameters) -> Response:
    """The error as `EXCEPTIONS` wants it: a document, a picture that says it, or an empty picture."""
    requested = parameters.text('EXCEPTIONS').upper()
    if requested in IN_IMAGE + BLANK:
        message = _bilingual_message(error) if requested in IN_IMAGE else ''
        return _kept_by_nobody(_report_picture(message, parameters), error)
    status = 200 if isinstance(error, OwsError) else http_status(error)
    body, media_type = _old_document(error) if version == '1.1.1' else _report_document(error)
    return _kept_by_nobody(Response(body, status, content_type=media_type), error)


def wmts_report(error: DothiError) -> Response:
    """The error as a report of OWS Common 1.1."""
    root = etree.Element(f'{{{OWS}}}ExceptionReport', nsmap={None: OWS, 'xsi': XSI})
    root.set('version', '1.1.0')
    root.set(XML_LANG, language())
    root.set(f'{{{XSI}}}schemaLocation', f'{OWS} {SCHEMAS}/ows/1.1.0/owsExceptionReport.xsd')
    code = WMTS_CODES.get(_error_code(error), _error_code(error)) or 'NoApplicableCode'
    exception = etree.SubElement(root, f'{{{OWS}}}Exception', exceptionCode=code)
    if isinstance(error, OwsError) and error.locator:
        exception.set('locator', _xml_text(error.locator))
    etree.SubElement(exception, f'{{{OWS}}}ExceptionText').text = _bilingual_message(error)
    body = etree.tostring(root, xml_declaration=True, encoding='UTF-8', pretty_print=True)
    status = WMTS_STATUSES.get(type(error)) or http_status(error)
    return _kept_by_nobody(Response(body, status, content_type='text/xml; charset=utf-8'), error)


def _report_document(error: DothiError) -> tuple[bytes, str]:
    root = etree.Element(f'{{{OGC}}}ServiceExceptionReport', nsmap={None: OGC, 'xsi': XSI})
    root.set('version', '1.3.0')
    root.set(f'{{{XSI}}}schemaLocation', f'{OGC} {SCHEMAS}/wms/1.3.0/exceptions_1_3_0.xsd')
    exception = etree.SubElement(root, f'{{{OGC}}}ServiceException')
    exception.text = _bilingual_message(error)
    for name, value in (('code', _error_code(error)), ('locator', _xml_text(getattr(error, 'locator', '')))):
        if value:
            exception.set(name, value)
    return etree.tostring(root, xml_declaration=True, encoding='UTF-8', pretty_print=True), 'text/xml; charset=utf-8'


def _old_document(error: DothiError) -> tuple[bytes, str]:
    """The error as WMS 1.1.1 writes it; its DTD has no attribute `locator`."""
    root = etree.Element('ServiceExceptionReport', version='1.1.1')
    exception = etree.SubElement(root, 'ServiceException')
    exception.text = _bilingual_message(error)
    if code := _error_code(error):
        exception.set('code', 'InvalidSRS' if isinstance(error, InvalidCRS) else code)
    body = etree.tostring(root, xml_declaration=True, encoding='UTF-8', doctype=DOCTYPE, pretty_print=True)
    return body, 'application/vnd.ogc.se_xml; charset=utf-8'


def _report_picture(message: str, parameters: OwsParameters) -> Response:
    size = sensible_size(parameters.text('WIDTH'), parameters.text('HEIGHT'))
    try:
        background = (
            None
            if parameters.read('TRANSPARENT', parse_boolean, 'FALSE')
            else parameters.read('BGCOLOR', parse_map_colour, 'white').css
        )
    except OwsError:
        background = '#ffffff'
    body, media_type = error_image(message, size, parameters.text('FORMAT').lower(), background)
    return Response(body, mimetype=media_type)


def _bilingual_message(error: DothiError) -> str:
    return _xml_text(error.text.pick(language()))


def _xml_text(text: str) -> str:
    return UNWRITABLE.sub('\ufffd', text)


def _error_code(error: DothiError) -> str:
    return type(error).__name__ if isinstance(error, OwsError) else ''


def _kept_by_nobody(response: Response, error: DothiError) -> Response:
    response.headers['Cache-Control'] = 'no-store'
    response.headers['Content-Language'] = language()
    if isinstance(error, EnvironmentMissing):
        response.headers['Retry-After'] = str(RETRY_AFTER_S)
    return response
