"""`/collections/{id}/template`: a file to fill in for the layer, empty or with the rows of the release in force."""

from typing import Any

from flask import Blueprint, Response

from dothi.api.http.documents import link
from dothi.api.http.language import language, unknown_format
from dothi.api.http.parameters import COMMON, F, Parameter, refuse_unknown
from dothi.api.http.parsers import one_of, parse_boolean
from dothi.api.http.service import service
from dothi.core.database import READERS, connection
from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.template.content import template_of
from etl.template.formats import FORMATS

TEMPLATE = Blueprint('template', __name__)
COORDINATES = Parameter(
    'coordinates',
    one_of('plane', 'degrees'),
    {'type': 'string', 'enum': ['plane', 'degrees'], 'default': 'plane'},
    Text(
        vi='Tọa độ trong tệp: `plane` là hệ tọa độ làm việc của địa phương (mét), `degrees` là kinh độ, vĩ độ.',
        en="Coordinates in the file: `plane` is the locality's working system, `degrees` longitude and latitude.",
    ),
)
FILLED = Parameter(
    'filled',
    parse_boolean,
    {'type': 'boolean', 'default': False},
    Text(vi='Kèm các hàng của bản phát hành đang phục vụ.', en='With the rows of the release that is served.'),
)
PARAMETERS = (COORDINATES, FILLED)


@TEMPLATE.route('/collections/<path:collection_id>/template')
def template(collection_id: str) -> Response:
    """The file; an Excel workbook where no format is named."""
    refuse_unknown((*COMMON, *PARAMETERS))
    layer, of, form = service().layer(collection_id), service(), F.text or 'xlsx'
    if form not in FORMATS:
        raise unknown_format(form, FORMATS)
    degrees, filled = COORDINATES.read() == 'degrees', bool(FILLED.read())
    with connection(READERS[of.audience]) as db:
        wanted = template_of(db, layer, of.locality, of.audience, lang=language(), degrees=degrees, filled=filled)
    response = Response(FORMATS[form].write(wanted), mimetype=FORMATS[form].media_type)
    response.headers.set('Content-Disposition', 'attachment', filename=f'{layer.id}-template.{form}')
    return response


def template_links(layer: Layer) -> list[dict[str, Any]]:
    """Links to the empty templates of a layer, one for each form."""
    return [
        link(
            'create-form',
            row.media_type,
            Text(vi=f'Mẫu nhập dữ liệu, {row.title.vi}', en=f'Template to fill in, {row.title.en}'),
            f'/collections/{layer.id}/template?f={form}',
        )
        for form, row in FORMATS.items()
    ]
