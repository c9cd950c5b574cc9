"""How far people get at their speed, and the roads that they travel on, as the inputs of an analysis say."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dothi.core.arrays import Ints
from dothi.core.text import Text
from processes.data import Data
from processes.inputs import LimitedTravelInputs, TravelInputs
from processes.ways.network import Network, behind_barriers

# Assumed where nobody says otherwise; no norm states them. A healthy adult walks 5 km/h on the level.
USUAL_KMH = {'walking': 5.0, 'cycling': 15.0, 'driving': 30.0}
# Whoever is farther than this from every road is on none: coordinates are wrong, or there is the sea in between.
WALK_M = 10_000.0


@dataclass(frozen=True)
class Roads:
    """The network to travel on, and what a result says of it."""

    network: Network
    summary: dict[str, Any]


def speed_of(inputs: TravelInputs) -> float:
    """The speed of travel in kilometres an hour: the one that was given, or the usual one of the mode."""
    return USUAL_KMH[inputs.travel] if inputs.speed_kmh is None else inputs.speed_kmh


def metres_in(minutes: float, inputs: TravelInputs) -> float:
    """How far one gets in so many minutes."""
    return minutes * speed_of(inputs) * 1000 / 60


def minutes_for(metres: float, inputs: TravelInputs) -> float:
    """How long so many metres take."""
    return metres / metres_in(1, inputs)


def limit_of(inputs: LimitedTravelInputs) -> float | None:
    """The limit in metres; None where neither metres nor minutes are given."""
    if inputs.minutes is not None:
        return metres_in(inputs.minutes, inputs)
    return inputs.distance_m


def read_roads(inputs: TravelInputs, data: Data) -> Roads:
    """The roads, cut at barriers where `inputs` names any."""
    members = {'travel': inputs.travel, 'speed_kmh': speed_of(inputs)}
    network = replace(data.network(), walk_m=WALK_M)
    if inputs.barriers is None:
        return Roads(network, {**members, 'barriers': None})
    network, cut = behind_barriers(network, data.shapes(inputs.barriers), data.shapes(inputs.bridges))
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
