"""What the map of a result shows beside it: units with their names, and the lines and places that a run asked about."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dothi.core.errors import WrongUse
from dothi.core.text import Text
from etl.formats.source import Geometries
from processes.data import Data, Zones
from processes.forms.map_page import Sheet
from processes.forms.stored import StoredResult
from processes.inputs import LINES, POINTS, LayerRef, field_metadata

# Of more in the frame nobody sees anything else.
MOST_SHAPES = 400
# More names than this do not find room beside one another.
MOST_NAMES = 40


@dataclass(frozen=True)
class ContextLayer:
    """A layer of the context in the working CRS, and what the legend calls it."""

    title: Text
    shapes: Geometries


def units_of_map(data: Data) -> Zones | None:
    """The smallest units that have been released and that the audience may see; None where there are none."""
    visible = data.locality.layers_for(data.audience)
    for layer_id in reversed(data.locality.place.unit_layers):
        if layer_id in visible and data.is_released(layer_id):
            return data.zones(LayerRef(layer_id))
    return None


def unit_names(units: Zones, sheet: Sheet) -> list[tuple[BaseGeometry, str]]:
    """A place and the name of each unit in the frame; none where there are too many for their names."""
    inside = [number for number, shape in enumerate(units.shapes) if shape.intersects(sheet.frame)]
    if len(inside) > MOST_NAMES:
        return []
    return [
        (shapely.point_on_surface(shapely.intersection(units.shapes[number], sheet.frame)), units.names[number])
        for number in inside
    ]


def context_layers(stored: StoredResult, data: Data, sheet: Sheet) -> list[ContextLayer]:
    """The lines and points of the layers that the inputs name, as far as they lie in the frame and are not too many."""
    layers = []
    for layer_ref in _named_layers(stored):
        layer = data.locality.layers_for(data.audience).get(layer_ref.collection or '')
        if layer is None or layer.geometry not in LINES | POINTS or not data.is_released(layer.id):
            continue
        # whoever reads the report may not see the columns by which its author narrowed the layer
        with suppress(WrongUse):
            shapes = data.shapes(layer_ref)
            shapes = shapes[shapely.intersects(shapes, sheet.frame)]
            if 0 < len(shapes) <= MOST_SHAPES:
                layers.append(ContextLayer(layer.title, np.asarray(shapes, dtype=object)))
    return layers


def _named_layers(stored: StoredResult) -> Iterator[LayerRef]:
    """The layers that the inputs name, each with the filter that narrows it."""
    fields = stored.model.model_fields
    filters = {field_metadata(field).get('filters'): name for name, field in fields.items()}
    for name in fields:
        value = stored.inputs.get(name)
        if isinstance(value, dict) and value.get('collection'):
            narrowed = stored.inputs.get(filters.get(name, ''))
            layer_ref = LayerRef(value['collection'], value.get('filter'), value.get('datetime'))
            yield replace(layer_ref, filter=narrowed) if narrowed and not layer_ref.filter else layer_ref
