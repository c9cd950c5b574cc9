"""In which unit each feature of a result lies: what a planner looks for in a table of sites, buildings or lines."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from dothi.core.text import Text
from etl.formats.source import Geometries
from processes.data import Data, Zones
from processes.forms.stored import StoredResult
from processes.forms.tables import Feature, properties_of
from processes.forms.words import MemberWords
from processes.inputs import LayerRef
from processes.outputs import Member
from processes.zones.membership import zone_of

UNIT = 'unit_of_place'
# Of more features nobody reads a table.
MOST_FEATURES = 1_000


def with_units(
    features: Sequence[Feature], words: MemberWords, stored: StoredResult, data: Data
) -> tuple[list[Feature], MemberWords]:
    """The features with the name of the smallest unit that each lies in, and the words for it.

    As they are where they are units or zones themselves, where there are too many, or where no units are open to
    whoever asks.
    """
    level = next((level for level in reversed([*data.locality.place.levels.values()]) if level.layer), None)
    zones = _units(level.layer, data) if level and level.layer and 0 < len(features) <= MOST_FEATURES else None
    shapes = stored.shapes_in(data.locality.srid)
    if level is None or zones is None or not lie_in_units(features, shapes, zones.shapes):
        return [*features], words
    numbers = zone_of(shapely.get_coordinates(shapely.point_on_surface(shapes)), zones.shapes)
    named = [
        {**feature, 'properties': {**properties, UNIT: zones.names[number] if number >= 0 else None}}
        for feature, properties, number in zip(features, properties_of(features), numbers, strict=True)
    ]
    return named, replace(words, members={UNIT: Member(_heading(level.title)), **words.members})


def _heading(level: Text) -> Text:
    return Text(vi=f'Đơn vị {level.vi}', en=level.en.capitalize())


def _units(layer: str, data: Data) -> Zones | None:
    is_open = layer in data.locality.layers_for(data.audience) and data.is_released(layer)
    return data.zones(LayerRef(layer)) if is_open else None


def lie_in_units(features: Sequence[Feature], shapes: Geometries, units: Geometries) -> bool:
    """Whether each feature has a place, none a code and name as zones have, and all are smaller than a usual unit.

    shapes: of the features, None where there is none. Both in the working CRS.
    """
    if any({'code', 'name'} <= row.keys() for row in properties_of(features)):
        return False
    if not len(units) or any(shape is None or shape.is_empty for shape in shapes):
        return False
    sizes, usual = (shapely.minimum_bounding_radius(each) for each in (shapes, units))
    return bool(np.max(sizes) < np.median(usual))
