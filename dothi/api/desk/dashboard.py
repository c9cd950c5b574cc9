"""`/api/dashboard`: which layers the dashboard shows, and by which of their columns, as the layer files say."""

from typing import Any

from flask import Blueprint, Response

from dothi.api.access.forms import private_json
from dothi.api.http import parameters
from dothi.api.http.language import say, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.service import service
from dothi.core.dashboard_panel import CasesPanel, ReadingsPanel
from dothi.core.layer import Layer

DASHBOARD = Blueprint('dashboard', __name__, url_prefix='/api')
# The process whose results are the indicators of the pilot.
INDICATORS = 'indicators'


@DASHBOARD.route('/dashboard')
def dashboard() -> Response:
    """The panels of layers that whoever asks sees; one of a layer without a release has nothing to show yet."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    layers = [*service().layers.values()]
    panels = [(layer, layer.dashboard) for layer in layers]
    document = {
        'indicators': next((layer.id for layer in layers if layer.made_by == INDICATORS), None),
        'whole_level': next(iter(service().locality.place.levels), None),
        'cases': [_cases(layer, panel) for layer, panel in panels if isinstance(panel, CasesPanel) and _fits(layer)],
        'readings': [
            _readings(layer, panel) for layer, panel in panels if isinstance(panel, ReadingsPanel) and _fits(layer)
        ],
    }
    return private_json(document)


def _fits(layer: Layer) -> bool:
    """Whether whoever asks sees every column that the panel is made from."""
    return layer.dashboard is not None and not {*layer.dashboard.columns} - {*layer.columns}


def _cases(layer: Layer, panel: CasesPanel) -> dict[str, Any]:
    return {'layer': layer.id, 'title': say(layer.title), 'kind': panel.kind, 'open': panel.open}


def _readings(layer: Layer, panel: ReadingsPanel) -> dict[str, Any]:
    """The panel with the titles and units of its values."""
    columns = {name: layer.columns[name] for name in panel.values}
    values = [{'column': name, 'title': say(column.title), 'unit': column.unit} for name, column in columns.items()]
    return {
        'layer': layer.id,
        'title': say(layer.title),
        'station': panel.station,
        'at': panel.at,
        'values': values,
        # where the layer with the names is there for whoever asks
        'names': panel.names.model_dump() if panel.names and panel.names.layer in service().layers else None,
    }
