"""How people travel: the inputs that analyses along the roads share, and the network that follows from them."""

from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
import shapely
from psycopg2 import sql
from pydantic_core import PydanticCustomError

from dothi.core.text import Text
from processes.base import Layer, input_field
from processes.data import Data
from processes.ways.barriers import behind_barriers
from processes.ways.network import Geometries, Ints, Network

# not a `type`, which would be a reference in the inputs' schema
Travel = Literal['walking', 'cycling', 'driving']
# Assumed where nobody says otherwise; no norm states them. A healthy adult walks 5 km/h on the level.
USUAL_KMH = {'walking': 5.0, 'cycling': 15.0, 'driving': 30.0}
LONGEST_M, LONGEST_MINUTES = 50_000.0, 600.0
# Whoever is farther than this from every road is on none: coordinates are wrong, or there is the sea in between.
WALK_M = 10_000.0

DISTANCE_M = input_field(
    Text(vi='Quãng đường tối đa', en='Longest acceptable way'),
    Text(
        vi='Tính bằng mét từ nhà đến cơ sở gần nhất, gồm cả đoạn ra đường.',
        en='In metres from the home to the nearest facility, the way to the road included.',
    ),
    default=None,
    unit='m',
    gt=0,
    le=LONGEST_M,
)
MINUTES = input_field(
    Text(vi='Thời gian tối đa', en='Longest acceptable time'),
    Text(vi='Thay cho quãng đường, theo tốc độ.', en='In place of a distance; the speed makes metres of it.'),
    default=None,
    unit='min',
    gt=0,
    le=LONGEST_MINUTES,
)
TRAVEL = input_field(
    Text(vi='Cách đi', en='Travel'),
    Text(
        vi='Đi bộ 5 km/h, xe đạp 15 km/h, xe máy hoặc ô tô 30 km/h, nếu không cho tốc độ.',
        en='Walking 5 km/h, cycling 15 km/h, driving 30 km/h, unless a speed is given.',
    ),
    default='walking',
)
SPEED_KMH = input_field(
    Text(vi='Tốc độ', en='Speed'),
    Text(vi='Tốc độ trên cả quãng đường.', en='The speed on the whole way.'),
    default=None,
    unit='km/h',
    gt=0,
    le=150,
)
BARRIERS = input_field(
    Text(vi='Vật cản', en='Barriers'),
    Text(
        vi='Lớp sông, kênh: đường cắt qua mà không có cầu ở gần thì không đi được.',
        en='Layer of rivers or the like: a road that crosses one with no bridge near it is cut there.',
    ),
    default=None,
    geometry={'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon'},
)
BRIDGES = input_field(
    Text(vi='Cầu', en='Bridges'),
    Text(vi='Lớp cầu qua các vật cản.', en='Layer of bridges over the barriers.'),
    default=Layer('bridges'),
    geometry={'Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon'},
)


class Travelling(Protocol):
    """Inputs that say how people travel."""

    @property
    def travel(self) -> Travel: ...
    @property
    def speed_kmh(self) -> float | None: ...
    @property
    def barriers(self) -> Layer | None: ...
    @property
    def bridges(self) -> Layer: ...


class Limited(Travelling, Protocol):
    """Inputs with a limit in metres or minutes."""

    @property
    def distance_m(self) -> float | None: ...
    @property
    def minutes(self) -> float | None: ...


@dataclass(frozen=True)
class Roads:
    """The network to travel on, and what a result says of it."""

    network: Network
    summary: dict[str, Any]


def speed_of(inputs: Travelling) -> float:
    """Kilometres an hour."""
    return USUAL_KMH[inputs.travel] if inputs.speed_kmh is None else inputs.speed_kmh


def metres_in(minutes: float, inputs: Travelling) -> float:
    """How far one gets in so many minutes."""
    return minutes * speed_of(inputs) * 1000 / 60


def minutes_for(metres: float, inputs: Travelling) -> float:
    """How long so many metres take."""
    return metres / metres_in(1, inputs)


def limit_of(inputs: Limited) -> float | None:
    """The limit in metres; None where neither metres nor minutes are given."""
    if inputs.minutes is not None:
        return metres_in(inputs.minutes, inputs)
    return inputs.distance_m


def only_one_limit[I: Limited](inputs: I) -> I:
    """Checks that not both limits are given."""
    if inputs.distance_m is not None and inputs.minutes is not None:
        raise PydanticCustomError('two_limits', 'distance_m or minutes, not both')
    return inputs


def one_limit[I: Limited](inputs: I) -> I:
    """Checks that one of the limits is given, and not both."""
    if inputs.distance_m is None and inputs.minutes is None:
        raise PydanticCustomError('no_limit', 'distance_m or minutes')
    return only_one_limit(inputs)


def read_roads(inputs: Travelling, data: Data) -> Roads:
    """The roads, cut at barriers where `inputs` names any."""
    members = {'travel': inputs.travel, 'speed_kmh': speed_of(inputs)}
    network = replace(data.network(), walk_m=WALK_M)
    if inputs.barriers is None:
        return Roads(network, {**members, 'barriers': None})
    network, cut = behind_barriers(network, shapes_of(inputs.barriers, data), shapes_of(inputs.bridges, data))
    network = replace(network, walk_m=WALK_M)
    barriers = {'barriers': inputs.barriers.reference, 'bridges': inputs.bridges.reference, 'roads_cut': cut}
    return Roads(network, {**members, **barriers})


def facilities_off_road(owner: Ints, entrances: Ints) -> int:
    """How many facilities are reached by no road. owner: of each entrance; entrances: numbers of those off the road."""
    on_road = np.delete(owner, entrances)
    return len(np.setdiff1d(owner, on_road))


def off_road_notes(facilities: int, origins: int = 0) -> list[Text]:
    """What a reader has to know of facilities and origins too far from any road for a way to lead there."""
    notes = []
    for count, vi, en in ((facilities, 'cơ sở', 'facilities'), (origins, 'nơi đi', 'origins')):
        if count:
            notes.append(
                Text(
                    vi=f'{count} {vi} cách mọi đường quá {WALK_M / 1000:g} km (hoặc sau vật cản): không có đường đi.',
                    en=f'{count} {en} are over {WALK_M / 1000:g} km from any road (or behind a barrier): '
                    'no way leads there.',
                )
            )
    return notes


def shapes_of(chosen: Layer, data: Data) -> Geometries:
    """The geometries of a layer, in the working CRS, in the order of their ids."""
    _, rows = data.source(chosen)
    wkb_rows = data.rows(sql.SQL('select ST_AsBinary(here.geom) as wkb from {} order by here.id').format(rows))
    return np.asarray(shapely.from_wkb([bytes(row['wkb']) for row in wkb_rows]), dtype=object)
