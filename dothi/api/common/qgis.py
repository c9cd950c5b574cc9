"""`/qgis/project`: a project of QGIS with every layer that whoever asks may see, read from this service."""

import re

from flask import Blueprint, Response

from dothi.api.http.address import api_url
from dothi.api.http.language import language, unknown_format
from dothi.api.http.parameters import COMMON, F, Parameter, bad_value, refuse_unknown
from dothi.api.http.service import service
from dothi.cartography.qgis_project.contents import ServiceSource
from dothi.cartography.qgis_project.folder import NAME
from dothi.cartography.qgis_project.project_file import MEDIA_TYPES, qgs_of, qgz_of
from dothi.cartography.qgis_project.reading import read_contents
from dothi.core.database import READERS, connection
from dothi.core.text import Text

QGIS = Blueprint('qgis', __name__)
# The id of the configuration in QGIS that has the key; QGIS takes seven letters and digits.
USUAL_ID = 'dothi01'
ID_FORM = r'^[A-Za-z0-9]{7}$'


def _parse_id(name: str, text: str) -> str:
    if not re.match(ID_FORM, text):
        raise bad_value(name, text, 'phải là bảy chữ cái hoặc chữ số.', 'must be seven letters or digits.')
    return text


AUTHCFG = Parameter(
    'authcfg',
    _parse_id,
    {'type': 'string', 'pattern': ID_FORM},
    Text(
        vi=f'Mã cấu hình xác thực trong QGIS có khóa truy cập; dịch vụ nội bộ mặc định `{USUAL_ID}`.',
        en=f'Id of the authentication configuration in QGIS that has the key; `{USUAL_ID}` for the internal service.',
    ),
    example=USUAL_ID,
)


@QGIS.route('/qgis/project')
def project() -> Response:
    """The project as a .qgz, or as the .qgs inside it."""
    refuse_unknown((*COMMON, AUTHCFG))
    form = F.text or 'qgz'
    if form not in MEDIA_TYPES:
        raise unknown_format(form, MEDIA_TYPES)
    usual = USUAL_ID if service().audience == 'internal' else ''
    layers = ServiceSource(api_url(), AUTHCFG.read() or usual)
    with connection(READERS[service().audience]) as db:
        contents = read_contents(db, service().locality, service().audience, language(), layers, {})
    body = qgz_of(contents, NAME) if form == 'qgz' else qgs_of(contents).encode()
    response = Response(body, content_type=MEDIA_TYPES[form])
    response.headers.set('Content-Disposition', 'attachment', filename=f'{NAME}.{form}')
    # it holds what its reader may see
    response.headers['Cache-Control'] = 'private, no-cache'
    return response
