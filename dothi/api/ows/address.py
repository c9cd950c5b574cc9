"""The addresses of the two services; who named a language gets it on in all that follows."""

from flask import g

from dothi.api.address import root_url
from dothi.api.language import language

WMS, WMTS = 'text/xml', 'application/xml'
PATH = '/ows'
REST = f'{PATH}/wmts/1.0.0'


def service_url() -> str:
    """Where requests with parameters go, ending in ? or &."""
    return f'{root_url()}{PATH}?{_mount_name()}'


def wms_url() -> str:
    """Where WMS says what it has."""
    return f'{root_url()}{PATH}?service=WMS&request=GetCapabilities'


def wmts_url() -> str:
    """Where WMTS says what it has."""
    return f'{root_url()}{REST}/WMTSCapabilities.xml'


def rest_url() -> str:
    """Where the tiles of WMTS lie, without a final slash."""
    return f'{root_url()}{REST}'


def url_query() -> str:
    """What follows an address without parameters, if anything."""
    return f'?{_mount_name()}'.rstrip('?&')


def _mount_name() -> str:
    return f'language={language()}&' if 'LANGUAGE' in g.asked or 'LANG' in g.asked else ''
