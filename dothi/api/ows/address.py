"""The addresses of the two services; who named a language gets it on in all that follows."""

from flask import g

from dothi.api.access.identity import key_path
from dothi.api.http.address import root_url
from dothi.api.http.language import language

WMS, WMTS = 'text/xml', 'application/xml'
PATH = '/ows'
REST_PATH = '/wmts/1.0.0'
REST = f'{PATH}{REST_PATH}'


def service_url() -> str:
    """The address for requests with parameters; it ends in ? or &."""
    return f'{_base_url()}?{_language_parameter()}'


def wms_url() -> str:
    """The address of the WMS capabilities."""
    return f'{_base_url()}?service=WMS&request=GetCapabilities'


def wmts_url() -> str:
    """The address of the WMTS capabilities."""
    return f'{rest_url()}/WMTSCapabilities.xml'


def rest_url() -> str:
    """The base address of the WMTS tiles, without a final slash."""
    return f'{_base_url()}{REST_PATH}'


def url_query() -> str:
    """The query string that follows an address without parameters; empty where there is none."""
    return f'?{_language_parameter()}'.rstrip('?&')


def _base_url() -> str:
    """Clients make their requests from the addresses of the capabilities, and leave out a `key` that these lack."""
    return f'{root_url()}{PATH}{key_path()}'


def _language_parameter() -> str:
    return f'language={language()}&' if 'LANGUAGE' in g.ows_parameters or 'LANG' in g.ows_parameters else ''
