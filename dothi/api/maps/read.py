"""The current request as a picture to be drawn, with what its headers say of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dothi.api.coverages.region import SUBSET, read_axes
from dothi.api.coverages.systems import System, systems
from dothi.api.http import parameters
from dothi.api.http.client_filter import FILTERING, ClientFilter, requested_filter
from dothi.api.http.parameters import COMMON, BadParameter, Parameter
from dothi.api.http.query_parameters import COLLECTIONS
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.http.versioned import VERSION
from dothi.api.maps import times
from dothi.api.maps.area import AREA, read_area
from dothi.api.maps.background import BACKGROUND, read_background
from dothi.api.maps.blocks import TilePlace
from dothi.api.maps.edition import MapRequest
from dothi.api.maps.paint import paint_for
from dothi.api.maps.size import (
    HEIGHT,
    MM_PER_PIXEL,
    MOST_PX,
    SCALE_DENOMINATOR,
    SIZE,
    WIDTH,
    frame_view,
    read_wish,
    tile_view,
)
from dothi.api.maps.subject import Subject, subject_at
from dothi.api.maps.times import DATETIME, read_times
from dothi.api.tiles.matrices import SIDE_PX
from dothi.cartography.mapping.picture import Format
from dothi.cartography.mapping.view import View
from dothi.cartography.style.colour import Colour, parse_colour
from dothi.cartography.style.layer_styles import styles_of
from dothi.core.cql2.errors import UnknownProperty
from dothi.core.layer import Layer
from dothi.core.layer_source import Times
from dothi.core.limit_settings import MapSettings
from dothi.core.numbers import number_vi
from dothi.core.text import Text

EVERYWHERE: tuple[Parameter[Any], ...] = (*COMMON, DATETIME, *BACKGROUND)
OF_MAPS = (*EVERYWHERE, *AREA, *SIZE)
OF_TILES = (
    *EVERYWHERE,
    VERSION,
    replace(
        SUBSET, description=Text(vi='Thời điểm, trên trục time.', en='The time, on the axis time.'), example=['time(*)']
    ),
    replace(WIDTH, example=SIDE_PX // 4),
    replace(HEIGHT, example=SIDE_PX // 4),
    MM_PER_PIXEL,
    replace(
        SCALE_DENOMINATOR,
        description=Text(
            vi='Vẽ theo quy tắc của tỷ lệ này; chỗ và cỡ của ô vẫn như cũ.',
            en='The rules of style of this scale apply; place and size of the tile stay.',
        ),
    ),
)


@dataclass(frozen=True)
class MapQuery:
    """What a request asks for. system: of the answer's coordinates. times: None where the newest state is meant."""

    request: MapRequest
    system: System
    times: Times | None

    @property
    def content_bbox(self) -> str:
        """The extent of the map, in the axis order of its system."""
        west, south, east, north = self.request.view.box
        corners = [*self.system.ordered(west, south), *self.system.ordered(east, north)]
        return ','.join(f'{corner:.15g}' for corner in corners)

    def content_datetime(self, now: datetime, subject: Subject) -> str:
        """The time that the map shows; for units, which have a validity, the reference date where none is named."""
        if self.times is not None:
            return times.format_times(self.times, now)
        layers = [source for source in subject.sources if isinstance(source, Layer)]
        if layers and all(source.publish.shows_reference_date for source in layers):
            return service().locality.place.reference_date.isoformat()
        return times.format_rfc3339(now)


def known_parameters(subject: Subject, parameters: tuple[Parameter[Any], ...]) -> tuple[Parameter[Any], ...]:
    """The parameters of a map or a tile: a filter needs one layer, a choice of collections needs several."""
    filtering = FILTERING if any(isinstance(source, Layer) for source in subject.sources) else ()
    return (*parameters, *filtering, *((COLLECTIONS,) if subject.is_dataset else ()))


def read_map(db: Snapshot, subject: Subject, form: Format, *, page: bool = False) -> MapQuery:
    """The map that the current request asks for; `page`: for a person, who has to be told why it is empty.

    Before the first data the answer to `datetime` is an empty map, as that of features is an empty list, and to the
    axis `time` none (requirements 28 and 29 D). Raises UnknownParameter, BadParameter, BadTime, BadFilter,
    UnservedCrs, OutsideMap.
    """
    parameters.refuse_unknown(known_parameters(subject, OF_MAPS))
    of_time, of_space = _subset_axes()
    when = read_times(of_time)
    part = read_area(systems(subject.srid, service().locality), of_space, subject.default_crs)
    subject = subject_at(db, subject, when, needed=page or bool(of_time))
    srid = part.system.crs.srid
    view = frame_view(srid, read_wish(), subject.extent_in(srid), part.box(subject.extent), part.centre)
    _must_fit(view)
    return MapQuery(_map_request(subject, view, form, when), part.system, when)


def read_tile(db: Snapshot, subject: Subject, form: Format, view: View, system: System, place: TilePlace) -> MapQuery:
    """The same for a tile, whose place is settled: `view` says its box and usual size, `place` what lies around it.

    Raises as `read_map`.
    """
    parameters.refuse_unknown(known_parameters(subject, OF_TILES))
    of_time, of_space = _subset_axes()
    if of_space:
        raise BadParameter(
            vi=f'subset: ô bản đồ chỉ nhận trục time, không nhận {of_space[0][0]}.',
            en=f'subset: a tile takes the axis time only, not {of_space[0][0]}.',
        )
    when, wish = read_times(of_time), read_wish()
    view = tile_view(view, wish, wish.pixel_ratio if MM_PER_PIXEL.is_present else view.pixel_ratio)
    _must_fit(view)
    request = _map_request(subject_at(db, subject, when, needed=bool(of_time)), view, form, when)
    return MapQuery(replace(request, block=place.block(view, service().maps.map_max_pixels)), system, when)


def _map_request(subject: Subject, view: View, form: Format, when: Times | None) -> MapRequest:
    ground = read_background(_style_background(subject), opaque=form == 'jpeg')
    return MapRequest(
        subject.layers, view, form, ground.colour, when, _layer_filters(subject), paint_for(view, ground, form)
    )


def _subset_axes() -> tuple[list[str], list[tuple[str, str]]]:
    """The time axis of `subset`, and its spatial axes with their texts."""
    # what is said twice is said once (requirement 29 H)
    axes = list(dict.fromkeys(read_axes()))
    of_time = [text for name, text in axes if name.lower() in times.AXES]
    return of_time, [(name, text) for name, text in axes if name.lower() not in times.AXES]


def _style_background(subject: Subject) -> Colour | None:
    """That of the style which is asked for (requirement 6 C): a map in no style by name has the standard's, white."""
    for source, name in zip(subject.sources, subject.styles, strict=True):
        if isinstance(source, Layer) and name is not None:
            css = styles_of(source, service().locality.path).styles[name].background
            if css:
                return parse_colour(css)
    return None


def _layer_filters(subject: Subject) -> dict[str, ClientFilter]:
    """The filter for each layer that has the columns it names; raises UnknownProperty where none has them."""
    parsed_filter = requested_filter()
    if parsed_filter is None:
        return {}
    by_layer, problem = {}, None
    for layer in (source for source in subject.sources if isinstance(source, Layer)):
        try:
            parsed_filter.check(layer)
            by_layer[layer.id] = parsed_filter
        except UnknownProperty as error:
            problem = error
    if problem is not None and not by_layer:
        raise problem
    return by_layer


def _must_fit(view: View) -> None:
    limits = service().maps
    pixels = view.width_px * view.height_px
    if max(view.width_px, view.height_px) > MOST_PX or pixels > limits.map_max_pixels:
        raise BadParameter(
            vi=f'width × height = {view.width_px} × {view.height_px}: mỗi cạnh nhiều nhất {MOST_PX} điểm ảnh, '
            f'tất cả nhiều nhất {number_vi(limits.map_max_pixels)}.',
            en=f'width × height = {view.width_px} × {view.height_px}: a side has {MOST_PX} pixels at most, all of it '
            f'{limits.map_max_pixels:,}.',
        )


def size_limits() -> dict[str, Any]:
    """The limits of map requests as service metadata `x-OGC-limits.maps`."""
    return {'maxWidth': MOST_PX, 'maxHeight': MOST_PX, 'maxPixels': MapSettings().map_max_pixels}
