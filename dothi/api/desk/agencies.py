"""`/api/agencies` and `/api/freshness`: who supplies what, by which template, and what is due or late."""

from typing import Any, get_args

from flask import Blueprint, Response

from dothi.api.access.forms import private_json, private_page
from dothi.api.http import parameters
from dothi.api.http.documents import link
from dothi.api.http.language import HTML, say, wanted_format
from dothi.api.http.parameters import COMMON, Parameter, plain_text
from dothi.api.http.parsers import one_of
from dothi.api.http.service import service
from dothi.api.items.template import template_links
from dothi.core.clock import local_minute, today
from dothi.core.database import READERS, connection
from dothi.core.errors import NotFound
from dothi.core.freshness import STATES, Freshness, State, last_deliveries, of_layer
from dothi.core.layer import Described, Layer
from dothi.core.text import Text
from etl.inbox.sendable import scope_of, sendable

AGENCIES = Blueprint('agencies', __name__, url_prefix='/api')
AGENCY = Parameter('agency', plain_text, {'type': 'string'}, Text(vi='Chỉ của cơ quan này.', en='Of this agency only.'))
STATE = Parameter(
    'state', one_of(*get_args(State)), {'type': 'string', 'enum': [*get_args(State)]},
    Text(vi='Chỉ những lớp có tình trạng này.', en='Only layers in this state.'),
)  # fmt: skip
# What is late comes first.
ORDER: tuple[State, ...] = ('late', 'due', 'never', 'current')


class NoSuchAgency(NotFound):
    """No agency of the locality has this id."""


@AGENCIES.route('/freshness')
def freshness_list() -> Response:
    """When each agency last delivered each layer that whoever asks sees, and when it is to deliver again.

    Raises NoSuchAgency: of one that is misspelt nothing would seem to be due.
    """
    parameters.refuse_unknown((*COMMON, AGENCY, STATE))
    agency, state = AGENCY.text or None, STATE.read()
    if agency is not None:
        _require_known(agency)
    lines = [
        _line(layer, freshness)
        for layer, freshness in _states()
        if agency in (None, freshness.agency) and state in (None, freshness.state)
    ]
    lines.sort(key=lambda line: (ORDER.index(line['state']), line['due'] or '', line['layer']))
    if wanted_format() == 'json':
        return private_json({'freshness': lines})
    return private_page('desk/freshness.html', {'lines': lines, 'state': STATE.text})


@AGENCIES.route('/agencies')
def agency_list() -> Response:
    """The agencies of the locality, each with the layers that it supplies, of those that whoever asks sees."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    return private_json({'agencies': [_agency_member(agency) for agency in service().locality.agencies]})


@AGENCIES.route('/agencies/<agency>')
def one_agency(agency: str) -> Response:
    """One agency. Raises NoSuchAgency, with the nearest id."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    _require_known(agency)
    return private_json(_agency_member(agency) | {'freshness': _lines_of(agency)})


def _require_known(agency: str) -> None:
    agencies = service().locality.agencies
    if agency not in agencies:
        raise NoSuchAgency.with_suggestion(
            agency, agencies, vi=f'Không có cơ quan "{agency}".', en=f'There is no agency "{agency}".'
        )


def _states() -> list[tuple[Described, Freshness]]:
    with connection(READERS[service().audience]) as db:
        delivered = last_deliveries(db)
    zone = service().locality.place.zone
    layers: list[Described] = [*service().layers.values(), *service().coverages.values()]
    return [
        (layer, state) for layer in layers for state in of_layer(layer, delivered.get(layer.id, {}), today(zone), zone)
    ]


def _lines_of(agency: str) -> list[dict[str, Any]]:
    return [_line(layer, freshness) for layer, freshness in _states() if freshness.agency == agency]


def _line(layer: Described, freshness: Freshness) -> dict[str, Any]:
    place = service().locality
    last = freshness.last_delivered
    return {
        'layer': layer.id,
        'layer_title': say(layer.title),
        'agency': freshness.agency,
        'agency_title': say(place.agencies[freshness.agency].title) if freshness.agency in place.agencies else '',
        'update_cycle': layer.update_cycle,
        'last_delivered': last.isoformat() if last else None,
        'last_minute': local_minute(last, place.place.zone) if last else None,
        'due': freshness.due.isoformat() if freshness.due else None,
        'state': freshness.state,
        'state_title': say(STATES[freshness.state]),
    }


def _agency_member(agency: str) -> dict[str, Any]:
    described = service().locality.agencies[agency]
    visible_ids = {*service().layers, *service().coverages}
    supplied = [layer for layer in sendable(agency, service().locality).values() if layer.id in visible_ids]
    return {
        'id': agency,
        'title': say(described.title),
        'focal_point': say(described.focal_point),
        'unit': described.unit_code,
        'layers': [_supplied_layer(agency, layer) for layer in supplied],
    }


def _supplied_layer(agency: str, layer: Described) -> dict[str, Any]:
    page_link = link('collection', HTML, layer.title, f'/collections/{layer.id}?f=html')
    return {
        'id': layer.id,
        'title': say(layer.title),
        'scope': scope_of(agency, layer.id, service().locality),
        'update_cycle': layer.update_cycle,
        'links': [page_link, *(template_links(layer) if isinstance(layer, Layer) else [])],
    }
