"""`/scenarios/{id}/versions`, `/changes` and `/deliver`: what a scenario changes, and what becomes of it."""

from typing import Any

from flask import Response
from psycopg2.extensions import connection as Connection

from dothi.api.access.forms import private_json
from dothi.api.access.identity import must_be_editor, require
from dothi.api.editing.rights import require_layer, require_unit
from dothi.api.http import parameters
from dothi.api.http.caching import tagged
from dothi.api.http.documents import link
from dothi.api.http.json_body import NoSuchBody, read_body, text_member
from dothi.api.http.language import JSON, wanted_format
from dothi.api.http.parameters import COMMON, Parameter
from dothi.api.http.parsers import whole_number
from dothi.api.http.service import service
from dothi.api.processes.rights import require_results
from dothi.api.scenarios.desk import (
    PATH,
    must_match,
    scenario_address,
    scenario_desk,
)
from dothi.api.scenarios.views import SCENARIOS
from dothi.core.access.person import Action
from dothi.core.errors import Forbidden
from dothi.core.text import Text
from processes.geojson import GEOJSON
from processes.queue.records import state
from processes.scenario.changes import MOST_BYTES, read_changes
from processes.scenario.checking import check_changes
from processes.scenario.delivery import hand_over
from processes.scenario.on_map import map_features
from processes.scenario.reference import MOST_VERSIONS
from processes.scenario.sight import visible_changes
from processes.scenario.store import VersionEntry, add_version, list_versions, own_scenario, read_scenario, read_version
from processes.scenario.taken import additions_of_features, additions_of_result

ADDING, LONGEST_MESSAGE = 'scenarios.add', 2_000
# A body has, beside its changes, spaces and names of another order.
LARGEST_BODY = MOST_BYTES * 2
MOST_BYTES_OF = {ADDING: LARGEST_BODY}
VERSION = Parameter(
    'version',
    whole_number(1),
    {'type': 'integer', 'minimum': 1, 'maximum': MOST_VERSIONS},
    Text(vi='Số của phiên bản; bỏ trống là phiên bản mới nhất.', en='Number of the version; the latest when left out.'),
)
NEW_MEMBERS = ('message', 'changes', 'base_version', 'from_job', 'output', 'ids', 'features', 'layer', 'properties')


class HiddenChanges(Forbidden):
    """A version with changes of what who hands it over does not see."""


@SCENARIOS.route(f'{PATH}/<scenario_id>/versions')
def versions(scenario_id: str) -> Response:
    """The versions, the latest first, without their changes. Raises UnknownScenario."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    with scenario_desk() as db:
        own = read_scenario(db, scenario_id)
        members = [_entry_member(scenario_id, entry) for entry in list_versions(db, scenario_id)]
    return tagged(private_json({'scenario': str(own.id), 'versions': members}))


@SCENARIOS.route(f'{PATH}/<scenario_id>/versions', methods=['POST'])
def add(scenario_id: str) -> Response:
    """201 with a new version: changes, points of a result, or features of the body; those of `base_version` come first.

    Raises NotItsAuthor, StaleScenario, Unfit with each change that is wrong, and what is wrong with the job.
    """
    parameters.refuse_unknown(COMMON)
    with scenario_desk() as db:
        must_match(own_scenario(db, scenario_id))
        body = read_body(*NEW_MEMBERS, largest=LARGEST_BODY)
        message = text_member(body, 'message', LONGEST_MESSAGE) or ''
        documents = _base_changes(db, scenario_id, body) + _new_changes(db, body)
        checked = check_changes(read_changes(documents), db, service().locality, service().audience)
        number = add_version(db, scenario_id, checked, message)
        entry, changes = read_version(db, scenario_id, number)
    response = private_json(_version_member(scenario_id, entry, changes, own=True), 201)
    response.headers['Location'] = f'{scenario_address(scenario_id)}/versions/{number}'
    return response


@SCENARIOS.route(f'{PATH}/<scenario_id>/versions/<int:number>')
def version(scenario_id: str, number: int) -> Response:
    """One version with the changes that whoever asks sees. It never changes. Raises UnknownScenario."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    with scenario_desk() as db:
        scenario = read_scenario(db, scenario_id)
        entry, changes = read_version(db, scenario_id, number)
    return tagged(private_json(_version_member(scenario_id, entry, changes, own=scenario.own)))


@SCENARIOS.route(f'{PATH}/<scenario_id>/changes')
def changes_on_map(scenario_id: str) -> Response:
    """The changes of a version as GeoJSON: what is new, what was there before, and earthworks."""
    parameters.refuse_unknown((*COMMON, VERSION))
    wanted_format(('json',))
    with scenario_desk() as db:
        scenario = read_scenario(db, scenario_id)
        entry, changes = read_version(db, scenario_id, VERSION.read())
        place, audience = service().locality, service().audience
        visible = visible_changes(changes, place, audience, own=scenario.own)
        document = map_features(db, visible, place, audience)
    document['summary'] |= {'version': entry.number, 'digest': entry.digest}
    response = private_json(document)
    response.content_type = GEOJSON
    return tagged(response)


@SCENARIOS.route(f'{PATH}/<scenario_id>/deliver', methods=['POST'])
def deliver(scenario_id: str) -> Response:
    """The change sets that now hold the feature changes of a version, for the layers' agencies to decide on.

    Raises NotAllowedTo, NotYourLayer, NotYourUnit, HiddenChanges, and Unfit with each change that does not fit now.
    """
    parameters.refuse_unknown(COMMON)
    author = must_be_editor(Action.EDIT)
    with scenario_desk() as db:
        scenario = read_scenario(db, scenario_id)
        number = read_body('version').get('version')
        _, changes = read_version(db, scenario_id, _version_number(number))
        numbered = [*enumerate(changes, start=1)]
        # columns as well: what does not fit is named
        if visible_changes(changes, service().locality, service().audience, own=scenario.own) != numbered:
            raise _hidden_changes()
        # against what the layers hold now, and with the rights of who hands over
        check_changes(read_changes(changes), db, service().locality, service().audience)
    of_features = [(place, change) for place, change in numbered if 'layer' in change]
    for layer_id in {change['layer'] for _, change in of_features}:
        require_layer(require(Action.EDIT), service().locality.whole.layer(layer_id))
    handed = hand_over(
        of_features, author, service().locality.whole,
        lambda db, layer, places: require_unit(db, author, layer, places),
    )  # fmt: skip
    members = {
        'change_sets': [vars(handed_over) for handed_over in handed],
        'left_out': [place for place, change in numbered if 'layer' not in change],
    }
    return private_json(members)


def _base_changes(db: Connection, scenario_id: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    base = body.get('base_version')
    return [] if base is None else read_version(db, scenario_id, _version_number(base))[1]


def _new_changes(db: Connection, body: dict[str, Any]) -> list[Any]:
    """The changes that the body lists, the points of the result that it names, or the features that it holds."""
    sources = [name for name in ('changes', 'from_job', 'features') if name in body]
    if not {'from_job', 'features'} & body.keys():
        changes = body.get('changes', [])
        return changes if isinstance(changes, list) else [changes]
    if len(sources) > 1 or not isinstance(body.get('layer'), str):
        raise _no_source()
    if 'features' in body:
        return additions_of_features(_listed_features(body['features']), body['layer'], _properties(body))
    if not isinstance(body['from_job'], str):
        raise _no_source()
    require_results(state(db, body['from_job']))
    return additions_of_result(
        db, body['from_job'], text_member(body, 'output', 60), body['layer'], _properties(body), _ids(body)
    )


def _listed_features(document: Any) -> list[Any]:
    """The features of a FeatureCollection."""
    features = document.get('features') if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get('type') != 'FeatureCollection':
        raise NoSuchBody(
            vi='"features" phải là FeatureCollection của GeoJSON.',
            en='"features" must be a FeatureCollection of GeoJSON.',
        )
    return features


def _no_source() -> NoSuchBody:
    return NoSuchBody(
        vi='Cho một trong "changes", "from_job" và "features"; hai cái sau cùng với "layer" và "properties".',
        en='Give one of "changes", "from_job" and "features"; the latter two with "layer" and "properties".',
    )


def _properties(body: dict[str, Any]) -> dict[str, Any]:
    properties = body.get('properties', {})
    if not isinstance(properties, dict):
        raise NoSuchBody(vi='"properties" phải là đối tượng JSON.', en='"properties" must be a JSON object.')
    return properties


def _ids(body: dict[str, Any]) -> set[str]:
    ids = body.get('ids', [])
    if not isinstance(ids, list):
        raise NoSuchBody(vi='"ids" phải là danh sách.', en='"ids" must be a list.')
    return {str(part) for part in ids}


def _version_number(value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_VERSIONS):
        return value
    raise NoSuchBody(vi='Số phiên bản phải là số nguyên từ 1.', en='A version is a whole number of 1 or more.')


def _hidden_changes() -> HiddenChanges:
    return HiddenChanges(
        vi='Phương án thay đổi dữ liệu mà bạn không xem được. Nhờ tác giả gửi duyệt.',
        en='The scenario changes data that you do not see. Have its author hand it over.',
    )


def _entry_member(scenario_id: str, entry: VersionEntry) -> dict[str, Any]:
    path = f'{PATH}/{scenario_id}/versions/{entry.number}'
    return entry.model_dump(mode='json') | {'links': [link('item', JSON, Text(vi='Phiên bản', en='The version'), path)]}


def _version_member(
    scenario_id: str, entry: VersionEntry, changes: list[dict[str, Any]], *, own: bool
) -> dict[str, Any]:
    """The version with the changes that whoever asks sees; hidden: how many others it has."""
    own_path = f'{PATH}/{scenario_id}'
    visible = [change for _, change in visible_changes(changes, service().locality, service().audience, own=own)]
    return {
        **entry.model_dump(mode='json'),
        'scenario': scenario_id,
        'changes': visible,
        'hidden': len(changes) - len(visible),
        'links': [
            link('self', JSON, Text(vi='Phiên bản', en='The version'), f'{own_path}/versions/{entry.number}'),
            link(
                'item',
                GEOJSON,
                Text(vi='Trên bản đồ', en='On a map'),
                f'{PATH}/{scenario_id}/changes?version={entry.number}',
            ),
        ],
    }
