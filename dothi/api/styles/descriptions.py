"""What is said of styles: their lists, and the metadata of one."""

from typing import Any

from dothi.api.http.documents import link, own_links
from dothi.api.http.language import GEOJSON, HTML, JSON, language, say
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.maps.links import map_links
from dothi.api.styles.encodings import encodings_for
from dothi.api.styles.links import legend_links
from dothi.api.styles.offered import OF, WHOLE_MAP, Styled, layer_styles, map_styles, title_within
from dothi.api.styles.preview import preview_picture, preview_style
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.layer import Layer
from dothi.core.text import Text

PNG, PREVIEW_PX = 'image/png', 400
WORDS = {
    'page': Text(vi='Kiểu vẽ, chú giải và hình', en='The style with its legend and a picture'),
    'metadata': Text(vi='Siêu dữ liệu của kiểu vẽ', en='Metadata of the style'),
    'picture': Text(vi='Hình xem trước', en='Preview'),
    'data': Text(vi='Dữ liệu', en='The data'),
}
KINDS = {'Point': 'point', 'LineString': 'line', 'Polygon': 'polygon'}
ATTRIBUTES = {
    'integer': 'integer',
    'number': 'number',
    'boolean': 'boolean',
    'date': 'dateTime',
    'timestamp': 'dateTime',
}


def service_styles(db: Snapshot) -> dict[str, Any]:
    """All styles of the service: of the whole map first, then of each layer that has a release."""
    listed = [
        _style_entry(name, title_within(WHOLE_MAP, title), f'/styles/{name}', None)
        for name, title in map_styles().items()
    ]
    releases = db.releases()
    for layer in service().layers.values():
        if layer.id in releases:
            listed += [
                _style_entry(
                    f'{layer.id}{OF}{name}', title_within(layer.title, title), f'/styles/{layer.id}{OF}{name}', layer
                )
                for name, title in layer_styles(layer).items()
            ]
    return {'default': DEFAULT, 'styles': listed, 'links': own_links('/styles')}


def collection_styles(layer: Layer) -> dict[str, Any]:
    """The styles of one layer."""
    path, offered = f'/collections/{layer.id}/styles', layer_styles(layer)
    default = {'default': DEFAULT} if offered else {}
    listed = [_style_entry(name, title, f'{path}/{name}', layer) for name, title in offered.items()]
    return {'title': say(layer.title), **default, 'styles': listed, 'links': own_links(path)}


def metadata(styled: Styled, style_id: str, path: str) -> dict[str, Any]:
    """Metadata of a style, as the draft's style-info has them. style_id, path: as it was asked for."""
    layers = [drawing.layer for drawing in styled.drawings]
    return {
        'id': style_id,
        'title': say(styled.title),
        'keywords': sorted({say(service().locality.theme_title(layer.theme)) for layer in layers}),
        'attribution': say(service().locality.place.attribution),
        'license': ', '.join(sorted({layer.licence for layer in layers})),
        'scope': 'style',
        'resourceLanguages': [{'code': language()}],
        'updated': styled.updated.isoformat(),
        'stylesheets': [
            {
                'title': say(encoding.title),
                'version': encoding.version,
                'specification': encoding.specification,
                'native': False,
                'link': link('stylesheet', encoding.media_type, encoding.title, f'{path}?f={name}'),
            }
            for name, encoding in encodings_for(styled.layer).items()
        ],
        'layers': [_layer_member(layer) for layer in layers],
        'links': [
            link('self', JSON, WORDS['metadata'], f'{path}/metadata?f=json'),
            *_style_links(path, styled.layer),
            link('preview', PNG, WORDS['picture'], preview_style(styled, PREVIEW_PX)),
        ],
    }


def _style_entry(style_id: str, title: Text, path: str, layer: Layer | None) -> dict[str, Any]:
    own = f'/collections/{layer.id}/styles/{style_id.rpartition(OF)[2]}' if layer else path
    return {
        'id': style_id,
        'title': say(title),
        'links': [
            *_style_links(path, layer),
            link('describedby', JSON, WORDS['metadata'], f'{path}/metadata?f=json'),
            link('preview', PNG, WORDS['picture'], preview_picture(own, PREVIEW_PX)),
        ],
    }


def _style_links(path: str, layer: Layer | None) -> list[dict[str, Any]]:
    sheets = [
        link('stylesheet', encoding.media_type, encoding.title, f'{path}?f={name}')
        for name, encoding in encodings_for(layer).items()
    ]
    return [
        *sheets,
        link('alternate', HTML, WORDS['page'], f'{path}?f=html'),
        *legend_links(path),
        *map_links(path),
    ]


def _layer_member(layer: Layer) -> dict[str, Any]:
    """A layer that the style draws, with the attributes that the audience sees of it."""
    columns = layer.columns_for(service().audience)
    return {
        'id': layer.id,
        'description': say(layer.description),
        'type': KINDS[layer.geometry.removeprefix('Multi')],
        'attributes': [
            {'id': name, 'type': ATTRIBUTES.get(column.type, 'string'), 'description': say(column.title)}
            for name, column in columns.items()
        ],
        'sampleData': link('data', GEOJSON, WORDS['data'], f'/collections/{layer.id}/items?f=json'),
    }
