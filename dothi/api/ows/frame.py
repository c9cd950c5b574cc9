"""What GetMap and GetFeatureInfo have in common: which layers in which styles, of what part of the world, and when."""

from dataclasses import dataclass, field

from dothi.api.client_filter import ClientFilter
from dothi.api.maps.size import FURTHEST, LEAST_SIDE
from dothi.api.ows.asked import OwsParameters
from dothi.api.ows.contents import Contents, Leaf, leaves_in_style, style_of
from dothi.api.ows.dimension import must_have_value, read_time
from dothi.api.ows.errors import InvalidParameterValue
from dothi.api.ows.filters import read_filters
from dothi.api.ows.systems import Box, System, system_named
from dothi.api.parameters import quote_parameter
from dothi.api.service import service
from dothi.core.layer_source import Times
from dothi.core.mapping.view import View

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


def read_frame(asked: OwsParameters, version: str, offered: Contents) -> Frame:
    """The picture that the parameters speak of, in the sense of the version."""
    layers = read_layers(asked, offered)
    locator = 'CRS' if version == '1.3.0' else 'SRS'
    system = system_named(asked.either(locator, 'CRS', 'SRS'), service().locality, version, locator)
    box = _box_in_xy(asked, system)
    view = View(system.srid, box, asked.whole('WIDTH', 1), asked.whole('HEIGHT', 1), pixel_ratio(asked))
    return Frame(layers, view, wanted_times(asked), read_filters(asked, layers))


def read_layers(asked: OwsParameters, offered: Contents) -> tuple[tuple[Leaf, str, str], ...]:
    """The layers of LAYERS in the styles of STYLES, groups taken apart."""
    asked.required('LAYERS')
    names = asked.names('LAYERS')
    styles = asked.names('STYLES') if asked.text('STYLES') else [''] * len(names)
    if len(styles) != len(names):
        raise InvalidParameterValue(
            vi=f'{quote_parameter("STYLES", asked.text("STYLES"))}: có {len(styles)} kiểu vẽ cho {len(names)} lớp. '
            'Mỗi lớp một kiểu, hoặc để trống.',
            en=f'{quote_parameter("STYLES", asked.text("STYLES"))}: {len(styles)} styles for {len(names)} layers. '
            'Give each layer one, or leave it empty.',
            locator='STYLES',
        )
    layers = []
    for name, style in zip(names, styles, strict=True):
        target = offered.named(name, 'LAYERS')
        layers += [(leaf, own, name) for leaf, own in leaves_in_style(target, style_of(target, style, 'STYLES'))]
    return tuple(layers)


def wanted_times(asked: OwsParameters) -> Times | None:
    """TIME; None where it is left out."""
    return read_time(must_have_value(asked.text('TIME'))) if 'TIME' in asked else None


def _box_in_xy(asked: OwsParameters, system: System) -> Box:
    first, second, third, fourth = asked.numbers('BBOX', 4)
    box = west, south, east, north = system.turned((first, second, third, fourth))
    too_far = max(map(abs, box)) > FURTHEST
    if too_far or east - west < LEAST_SIDE or north - south < LEAST_SIDE:
        what = quote_parameter('BBOX', asked.text('BBOX'))
        raise InvalidParameterValue(
            vi=f'{what}: góc nhỏ phải đứng trước góc lớn, khung không được rỗng hay xa hơn trái đất.',
            en=f'{what}: the lower corner comes first, and the box is neither empty nor farther away than the earth.',
            locator='BBOX',
        )
    return box


def pixel_ratio(asked: OwsParameters) -> float:
    """How much finer than on a screen: DPI and MAP_RESOLUTION as QGIS writes it, FORMAT_OPTIONS=dpi:n as GeoServer."""
    options = dict(part.partition(':')[::2] for part in asked.text('FORMAT_OPTIONS').lower().split(';'))
    text = asked.text('DPI') or asked.text('MAP_RESOLUTION') or options.get('dpi', '') or str(SCREEN_DPI)
    try:
        dpi = float(text)
    except ValueError:
        dpi = 0.0
    if not SCREEN_DPI / 4 <= dpi <= FINEST_DPI:
        raise InvalidParameterValue(
            vi=f'{quote_parameter("DPI", text)}: phải là số từ {SCREEN_DPI // 4} đến {FINEST_DPI}.',
            en=f'{quote_parameter("DPI", text)}: must be a number from {SCREEN_DPI // 4} to {FINEST_DPI}.',
            locator='DPI',
        )
    return 1.0 if int(dpi) in USUAL_DPI else dpi / SCREEN_DPI
