"""What GetMap and GetFeatureInfo have in common: which layers in which styles, of what part of the world, and when."""

from dataclasses import dataclass, field

from dothi.api.http.client_filter import ClientFilter
from dothi.api.http.parameters import quote_parameter
from dothi.api.http.parsers import numbers, whole_number
from dothi.api.http.service import service
from dothi.api.maps.size import FURTHEST, LEAST_SIDE
from dothi.api.ows.contents import Contents, Leaf, leaves_in_style, style_of
from dothi.api.ows.dimension import must_have_value, read_time
from dothi.api.ows.errors import InvalidParameterValue, bad_value
from dothi.api.ows.filters import read_filters
from dothi.api.ows.parameters import OwsParameters
from dothi.api.ows.systems import Box, System, system_named
from dothi.cartography.mapping.view import View
from dothi.core.layer_source import Times

# Pixels of a screen for which styles are made, and those of the standard's 0.28 mm: both count as one to one.
USUAL_DPI = range(90, 97)
SCREEN_DPI = 96
FINEST_DPI = 1200


@dataclass(frozen=True)
class Frame:
    """The picture that a request is about. layers: lowest first, each with its style and the name it came under."""

    layers: tuple[tuple[Leaf, str, str], ...]
    view: View
    times: Times | None
    filters: dict[str, ClientFilter] = field(default_factory=dict)


def read_frame(parameters: OwsParameters, version: str, offered: Contents) -> Frame:
    """Read the map frame (layers, box, size, time) from the parameters of a WMS version."""
    layers = read_layers(parameters, offered)
    locator = 'CRS' if version == '1.3.0' else 'SRS'
    system = system_named(parameters.either(locator, 'CRS', 'SRS'), service().locality, version, locator)
    box = _box_in_xy(parameters, system)
    view = View(
        system.srid,
        box,
        parameters.read('WIDTH', whole_number(1)),
        parameters.read('HEIGHT', whole_number(1)),
        pixel_ratio(parameters),
    )
    return Frame(layers, view, wanted_times(parameters), read_filters(parameters, layers))


def read_layers(parameters: OwsParameters, offered: Contents) -> tuple[tuple[Leaf, str, str], ...]:
    """Read the layers of LAYERS in the styles of STYLES; a group is replaced by its layers."""
    names = read_layer_names(parameters, 'LAYERS')
    styles = parameters.names('STYLES') if parameters.text('STYLES') else [''] * len(names)
    if len(styles) != len(names):
        raise InvalidParameterValue(
            vi=f'{quote_parameter("STYLES", parameters.text("STYLES"))}: có {len(styles)} kiểu vẽ cho {len(names)} '
            'lớp. Mỗi lớp một kiểu, hoặc để trống.',
            en=f'{quote_parameter("STYLES", parameters.text("STYLES"))}: {len(styles)} styles for {len(names)} layers. '
            'Give each layer one, or leave it empty.',
            locator='STYLES',
        )
    layers = []
    for name, style in zip(names, styles, strict=True):
        target = offered.layer_or_group(name, 'LAYERS')
        layers += [(leaf, own, name) for leaf, own in leaves_in_style(target, style_of(target, style, 'STYLES'))]
    return _drawn_once(layers)


def read_layer_names(parameters: OwsParameters, locator: str) -> list[str]:
    """The names in LAYERS or QUERY_LAYERS; raises InvalidParameterValue for more than `LayerLimit` announces.

    A group is one name, however many layers it has (OGC 06-042, 7.2.4.3).
    """
    parameters.required(locator)
    names, most = parameters.names(locator), service().maps.map_max_layers
    if len(names) > most:
        raise InvalidParameterValue(
            vi=f'{locator}: có {len(names)} tên lớp, nhiều nhất {most}.',
            en=f'{locator}: {len(names)} names of layers, of {most} at most.',
            locator=locator,
        )
    return names


def _drawn_once(layers: list[tuple[Leaf, str, str]]) -> tuple[tuple[Leaf, str, str], ...]:
    """The layers without those that are drawn in the same style once more, farther up: there they cover themselves."""
    topmost: dict[tuple[str, str], tuple[Leaf, str, str]] = {}
    for leaf, style, name in reversed(layers):
        topmost.setdefault((leaf.name, style), (leaf, style, name))
    return tuple(reversed(topmost.values()))


def wanted_times(parameters: OwsParameters) -> Times | None:
    """Read TIME; None where it is left out."""
    return read_time(must_have_value(parameters.text('TIME'))) if 'TIME' in parameters else None


def _box_in_xy(parameters: OwsParameters, system: System) -> Box:
    first, second, third, fourth = parameters.read('BBOX', numbers(4))
    box = west, south, east, north = system.turned((first, second, third, fourth))
    too_far = max(map(abs, box)) > FURTHEST
    if too_far or east - west < LEAST_SIDE or north - south < LEAST_SIDE:
        what = quote_parameter('BBOX', parameters.text('BBOX'))
        raise InvalidParameterValue(
            vi=f'{what}: góc nhỏ phải đứng trước góc lớn, khung không được rỗng hay xa hơn trái đất.',
            en=f'{what}: the lower corner comes first, and the box is neither empty nor farther away than the earth.',
            locator='BBOX',
        )
    return box


def pixel_ratio(parameters: OwsParameters) -> float:
    """How much finer than on a screen: DPI and MAP_RESOLUTION as QGIS writes it, FORMAT_OPTIONS=dpi:n as GeoServer."""
    options = dict(part.partition(':')[::2] for part in parameters.text('FORMAT_OPTIONS').lower().split(';'))
    text = parameters.text('DPI') or parameters.text('MAP_RESOLUTION') or options.get('dpi', '') or str(SCREEN_DPI)
    try:
        dpi = float(text)
    except ValueError:
        dpi = 0.0
    if not SCREEN_DPI / 4 <= dpi <= FINEST_DPI:
        raise bad_value(
            InvalidParameterValue,
            'DPI',
            text,
            f'phải là số từ {SCREEN_DPI // 4} đến {FINEST_DPI}.',
            f'must be a number from {SCREEN_DPI // 4} to {FINEST_DPI}.',
        )
    return 1.0 if int(dpi) in USUAL_DPI else dpi / SCREEN_DPI
