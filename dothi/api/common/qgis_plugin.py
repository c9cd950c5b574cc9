"""`/qgis/plugins.xml` and the plugin's zip: a repository from which QGIS installs and updates it, without internet."""

import io
import zipfile
from configparser import ConfigParser
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response

from dothi.api.http.address import api_url
from dothi.api.http.caching import hash_of
from dothi.api.http.parameters import LANG, Parameter, plain_text, refuse_unknown
from dothi.cartography.fonts import files_to_hand_on
from dothi.core.settings import PROJECT
from dothi.core.text import Text

QGIS_PLUGIN = Blueprint('qgis_plugin', __name__)
NAME = 'dothi_qgis'
FOLDER = PROJECT / 'desktop' / NAME
# Where the plugin looks for them (map_fonts.py).
FONTS_FOLDER = 'fonts'
XML, ZIP = 'application/xml', 'application/zip'
# A file in a zip has a time; this one makes the same zip of the same files.
ZIP_TIME = (2000, 1, 1, 0, 0, 0)
QGIS_VERSION = Parameter(
    'qgis',
    plain_text,
    {'type': 'string', 'maxLength': 20},
    Text(vi='Phiên bản QGIS, do QGIS tự gửi.', en='The version of QGIS, which QGIS sends by itself.'),
    example='3.40',
)


@QGIS_PLUGIN.route('/qgis/plugins.xml')
def repository() -> Response:
    """The list of plugins, as *Plugins → Manage and Install Plugins… → Settings → Add…* takes it."""
    refuse_unknown((LANG, QGIS_VERSION))
    return Response(tostring(_repository(), encoding='utf-8', xml_declaration=True), content_type=XML)


@QGIS_PLUGIN.route(f'/qgis/{NAME}.zip')
def plugin() -> Response:
    """The plugin, as QGIS installs it; also for *Install from ZIP*."""
    refuse_unknown((LANG, QGIS_VERSION))
    response = Response(plugin_zip(), content_type=ZIP)
    response.headers.set('Content-Disposition', 'attachment', filename=f'{NAME}.zip')
    response.set_etag(hash_of(plugin_zip().hex()))
    return response


@cache
def plugin_zip() -> bytes:
    """All files of the plugin below its name."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, file in plugin_files().items():
            entry = zipfile.ZipInfo(f'{NAME}/{name}', ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return made.getvalue()


def plugin_files() -> dict[str, Path]:
    """The files of the plugin by their names in it, without what Python leaves beside them, and the letters of maps."""
    files = sorted(file for file in FOLDER.rglob('*') if file.suffix in {'.py', '.txt'})
    fonts = {f'{FONTS_FOLDER}/{name}': file for name, file in files_to_hand_on().items()}
    return {file.relative_to(FOLDER).as_posix(): file for file in files} | fonts


def _repository() -> Element:
    metadata = ConfigParser(interpolation=None)
    metadata.read(FOLDER / 'metadata.txt', encoding='utf-8')
    general = metadata['general']
    made = Element('plugins')
    entry = SubElement(made, 'pyqgis_plugin', {'name': general['name'], 'version': general['version']})
    values = {
        'description': general['description'],
        'about': general['about'],
        'version': general['version'],
        'qgis_minimum_version': general['qgisMinimumVersion'],
        'homepage': api_url(),
        'file_name': f'{NAME}.zip',
        'author_name': general['author'],
        'download_url': f'{api_url()}/qgis/{NAME}.zip',
        'experimental': general['experimental'],
        'deprecated': 'False',
    }
    for tag, text in values.items():
        SubElement(entry, tag).text = text
    return made
