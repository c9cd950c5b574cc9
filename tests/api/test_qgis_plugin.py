"""The repository from which QGIS installs the plugin, and the plugin's zip."""

import io
import zipfile
from collections.abc import Callable
from xml.etree.ElementTree import fromstring

from flask.testing import FlaskClient

from dothi.api.common.qgis_plugin import FOLDER
from dothi.cartography.fonts import files_to_hand_on
from tests.api.conftest import Desk


def test_the_repository_leads_to_the_zip_whatever_version_of_qgis_asks(
    desk: Desk, client: Callable[..., FlaskClient]
) -> None:
    answer = client('public').get('/api/qgis/plugins.xml?qgis=3.40')
    assert (answer.status_code, answer.mimetype) == (200, 'application/xml')
    (plugin,) = fromstring(answer.get_data())
    assert plugin.get('version') == plugin.findtext('version')
    assert plugin.findtext('qgis_minimum_version') == '3.34'
    address = plugin.findtext('download_url') or ''
    zipped = client('public').get(address[address.index('/api/') :])
    names = zipfile.ZipFile(io.BytesIO(zipped.get_data())).namelist()
    assert {'dothi_qgis/__init__.py', 'dothi_qgis/metadata.txt'} <= set(names)
    own = {f'dothi_qgis/{file.name}' for file in FOLDER.iterdir() if file.suffix in {'.py', '.txt'}}
    assert set(names) == own | {f'dothi_qgis/fonts/{name}' for name in files_to_hand_on()}


def test_other_parameters_are_refused(desk: Desk, client: Callable[..., FlaskClient]) -> None:
    assert client('public').get('/api/qgis/plugins.xml?version=3.40').status_code == 400
