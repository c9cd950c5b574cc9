"""The OpenAPI document's part on maps: pictures of a collection, of all, in a style, and their tilesets.

Names of operations end as OGC 20-058, table 11, has them. A path stands for every collection: what can be asked for is
the same of each, and a document with a hundred times the same parameters is read by nobody.
"""

from typing import Any

from dothi.api.coverages.systems import systems
from dothi.api.http.served_crs import CRS84
from dothi.api.maps.formats import MEDIA_TYPES, PICTURES, TILES
from dothi.api.maps.read import MOST_PX
from dothi.api.maps.size import DEFAULT_PX, MM_PER_PIXEL
from dothi.api.maps.tilesets import LAST_ZOOM
from dothi.api.openapi.parts import (
    Offer,
    Words,
    both,
    content,
    headers,
    operation,
    path,
    query,
    responses,
    shared,
)
from dothi.api.openapi.tiles import ERRORS as OF_TILES
from dothi.api.openapi.tiles import every_set, place_of
from dothi.api.tiles.matrices import SIDE_PX
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.errors import DothiError
from dothi.core.layer import Layer
from dothi.core.locality import Locality

BINARY = {'type': 'string', 'format': 'binary'}
# forty parameters, of which some are lists
ERRORS = (*OF_TILES, '414')
PLAIN: dict[str, Any] = {'style': 'form', 'explode': False}
COLLECTION, DATASET = both('một lớp dữ liệu', 'a collection'), both('mọi lớp dữ liệu', 'all collections')


def map_paths(offer: Offer) -> dict[str, Any]:
    """Operations on maps; none where nothing is released."""
    names = [source.id for source in (*offer.layers, *offer.coverages)]
    if not names:
        return {}
    collection = path('collectionId', both('Lớp dữ liệu', 'Collection'), {'type': 'string', 'enum': names})
    style = path('styleId', both('Kiểu vẽ', 'Style'), {'type': 'string'}, example=DEFAULT)
    style_parameter = style | {'schema': {'type': 'string', 'enum': _styles(offer)}}
    chosen = [_collections(names)] if offer.layers else []
    paths: dict[str, Any] = {}
    for base, origin, words, within, selection in (
        ('/collections/{collectionId}', 'collection', COLLECTION, [collection], []),
        ('/collections/{collectionId}/styles/{styleId}', 'collection.style', COLLECTION, [collection, style], []),
        ('', 'dataset', DATASET, [], chosen),
        ('/styles/{styleId}', 'dataset.style', DATASET, [style_parameter], chosen),
    ):
        if offer.layers or origin.startswith('collection'):
            paths |= _paths(base, origin, words, within, selection, offer)
    return paths


def _paths(
    base: str, origin: str, words: Words, within: list[Any], selection: list[Any], offer: Offer
) -> dict[str, Any]:
    """The map, the list of its tilesets, one tileset, and a tile."""
    described = responses(content('anyObject'), *ERRORS)
    tiles = f'{base}/map/tiles'
    tileset = f'{tiles}/{{tileMatrixSetId}}'
    z, y, x = place_of(range(LAST_ZOOM + 1), offer.locality.place.extent_wgs84)
    level = {'name': 'tileMatrix', 'schema': {'type': 'string'}, 'example': f'{z["example"]}'}
    matrix_set = every_set(offer.locality)
    place = [matrix_set, z | level, y | {'name': 'tileRow'}, x | {'name': 'tileCol'}]
    forms = query('f', FORM, {'type': 'string', 'enum': ['json', 'tilejson', 'html']})

    def get(name: str, what: Words, parameters: list[Any], answers: dict[str, Any]) -> dict[str, Any]:
        summary = both(f'{what["vi"]} của {words["vi"]}', f'{what["en"]} of {words["en"]}')
        return {'get': operation(f'map.{origin}.{name}', summary, [*within, *parameters], answers, tag='maps')}

    return {
        f'{base}/map': get('getMap', both('Bản đồ', 'Map'), [*_of_map(offer), *selection], _picture(PICTURES)),
        tiles: get('map.getTileSetsList', LISTED, [*shared('f', 'lang'), *selection], described),
        tileset: get('map.getTileSet', TILESET, [matrix_set, forms, *shared('lang'), *selection], described),
        f'{tileset}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}': get(
            'map.getTile', TILE, [*place, *_of_tile(offer), *selection], _picture(TILES)
        ),
    }


FORM = both('Định dạng; nếu không có thì theo đầu đề Accept.', 'Format; without it, by the header Accept.')
LISTED = both('Các bộ ô ảnh bản đồ', 'Map tilesets')
TILESET = both('Bộ ô ảnh bản đồ', 'Map tileset')
TILE = both('Ô ảnh bản đồ', 'Map tile')


def _styles(offer: Offer) -> list[str]:
    """Of all layers, the default one first; a layer whose file is broken has none."""
    style_names: set[str] = set()
    for layer in offer.layers:
        style_names |= set(_offered(layer, offer))
    return [DEFAULT, *sorted(style_names - {DEFAULT})]


def _offered(layer: Layer, offer: Offer) -> list[str]:
    try:
        return styles_of(layer, offer.locality.path).offered(layer, offer.audience)
    except DothiError:
        return []


def _picture(forms: tuple[Any, ...]) -> dict[str, Any]:
    page = {'text/html': {'schema': {'type': 'string'}}} if forms == PICTURES else {}
    header_names = ('ETag', 'Last-Modified', 'Content-Crs', 'Content-Bbox', 'Content-Datetime', 'Dothi-Demo')
    success = {
        'description': both('Ảnh bản đồ', 'Picture'),
        'headers': headers(*header_names),
        'content': {MEDIA_TYPES[form]: {'schema': BINARY} for form in forms} | page,
    }
    return responses(success, *ERRORS)


def _of_map(offer: Offer) -> list[dict[str, Any]]:
    form = query('f', FORM, {'type': 'string', 'enum': [*PICTURES, 'html']})
    place = offer.locality
    return [
        form,
        *shared('lang'),
        *_place(place),
        *_size(DEFAULT_PX),
        *_scale(),
        *_background(),
        *_when(place),
        *FILTER,
    ]


def _of_tile(offer: Offer) -> list[dict[str, Any]]:
    form = query('f', FORM, {'type': 'string', 'enum': [*TILES]})
    subset = query('subset', ON_TIME, ARRAY, example=['time(*)'], style='form', explode=True)
    sizes = [*_size(SIDE_PX), _mm_per_pixel()]
    return [form, *shared('lang'), *sizes, *_background(), *_when(offer.locality), subset, *FILTER]


ARRAY = {'type': 'array', 'items': {'type': 'string'}}
ON_TIME = both('Thời điểm, trên trục time.', 'The time, on the axis time.')
FILTER = shared('filter', 'filter-lang', 'filter-crs')


def _place(locality: Locality) -> list[dict[str, Any]]:
    west, south, east, north = locality.place.extent_wgs84
    across, up = east - west, north - south
    box = [round(west + across * 0.4, 3), round(south + up * 0.4, 3),
           round(west + across * 0.6, 3), round(south + up * 0.6, 3)]  # fmt: skip
    centre = [round(west + across / 2, 3), round(south + up / 2, 3)]
    system = {'type': 'string', 'format': 'uri', 'enum': list(systems(locality.srid, locality)), 'default': CRS84}
    number = {'type': 'array', 'items': {'type': 'number'}}
    texts = {
        'crs': both('Hệ tọa độ của bản đồ.', 'Coordinate system of the map.'),
        'bbox': both('Khung được vẽ, theo `bbox-crs`.', 'The box that is shown, in `bbox-crs`.'),
        'bbox-crs': both('Hệ tọa độ của `bbox`, theo thứ tự trục của nó.', 'System of `bbox`, in its own axis order.'),
        'subset': both(
            'Khoảng theo trục: Lat, Lon, hoặc E, N, và time; a:b là khoảng, * là đầu mở.',
            'Intervals by axis: Lat, Lon, or E, N, and time; a:b is an interval, * an open end.',
        ),
        'subset-crs': both('Hệ tọa độ của `subset`.', 'System of `subset`.'),
        'center': both(
            'Tâm bản đồ; width, height và tỷ lệ cho biết vẽ bao nhiêu quanh đó.',
            'Middle of the map; width, height and the scale say how much around it is shown.',
        ),
        'center-crs': both('Hệ tọa độ của `center`.', 'System of `center`.'),
    }
    axes = [f'Lat({box[1]}:{box[3]})', f'Lon({box[0]}:{box[2]})']
    return [
        query('bbox', texts['bbox'], number | {'minItems': 4, 'maxItems': 6}, example=box, **PLAIN),
        query('subset', texts['subset'], ARRAY, example=axes, style='form', explode=True),
        query('center', texts['center'], number | {'minItems': 2, 'maxItems': 2}, example=centre, **PLAIN),
        *(query(name, texts[name], system) for name in ('crs', 'bbox-crs', 'subset-crs', 'center-crs')),
    ]


def _size(usual: int) -> list[dict[str, Any]]:
    pixels = {'type': 'integer', 'minimum': 1, 'maximum': MOST_PX}
    across, down = both('Số cột điểm ảnh.', 'Columns of pixels.'), both('Số hàng điểm ảnh.', 'Rows of pixels.')
    return [
        query('width', across, pixels, example=usual // 4, **PLAIN),
        query('height', down, pixels, example=usual // 4, **PLAIN),
    ]


def _scale() -> list[dict[str, Any]]:
    words = both(
        'Tỷ lệ: chừng này mét trên thực địa là một mét trên màn hình.',
        'Scale: so many metres on the ground are one on the display.',
    )
    number = {'type': 'number', 'minimum': 0, 'exclusiveMinimum': True}
    return [query('scale-denominator', words, number, example=100_000, **PLAIN), _mm_per_pixel()]


def _mm_per_pixel() -> dict[str, Any]:
    words = both(
        'Cỡ một điểm ảnh trên màn hình hay giấy, mm; nét vẽ giữ bề rộng tính bằng mm.',
        'Size of a pixel of the display or on paper, in mm; lines keep their width in mm.',
    )
    number = {'type': 'number', 'minimum': 0, 'exclusiveMinimum': True, 'default': MM_PER_PIXEL}
    return query('mm-per-pixel', words, number, example=MM_PER_PIXEL / 2, **PLAIN)


def _background() -> list[dict[str, Any]]:
    text, flag = {'type': 'string'}, {'type': 'boolean'}
    return [
        query(
            'bgcolor',
            both('Màu nền, 0xFFFFFF hoặc tên màu.', 'Colour of the background, 0xFFFFFF or the name of a colour.'),
            text,
            example='0xDFE8EB',
            **PLAIN,
        ),
        query(
            'transparent',
            both('Nền trong suốt; mặc định là có, trừ khi có bgcolor.', 'Transparent; it is, unless there is bgcolor.'),
            flag,
            **PLAIN,
        ),
        query('void-color', both('Màu ngoài thế giới.', 'Colour beyond the world.'), text, example='silver', **PLAIN),
        query('void-transparent', both('Ngoài đó trong suốt.', 'Transparent there.'), flag, **PLAIN),
    ]


def _when(locality: Locality) -> list[dict[str, Any]]:
    time = both('Trạng thái vào lúc đó.', 'The state at that time.')
    return [query('datetime', time, {'type': 'string'}, example=f'{locality.place.reference_date}/..', **PLAIN)]


def _collections(names: list[str]) -> dict[str, Any]:
    words = both('Chỉ những lớp này, lớp đầu ở dưới cùng.', 'Only these collections, the first one at the bottom.')
    return query('collections', words, ARRAY, example=names[:2], **PLAIN)
