"""`/scenarios`: named sets of proposed changes, private until they are shared."""

from typing import get_args

from flask import Blueprint, Response

from dothi.api.access.forms import private_json
from dothi.api.http import parameters
from dothi.api.http.caching import tagged
from dothi.api.http.documents import link
from dothi.api.http.faults import answer_unfit
from dothi.api.http.json_body import NoSuchBody, choice_member, name_member, read_body, text_member
from dothi.api.http.language import JSON, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.scenarios.desk import (
    PATH,
    must_match,
    scenario_address,
    scenario_desk,
    scenario_member,
    version_tag,
)
from dothi.core.text import Text
from etl.editing.checks import Unfit
from processes.scenario.store import (
    Sharing,
    describe_scenario,
    list_scenarios,
    make_scenario,
    read_scenario,
    remove_scenario,
)

SCENARIOS = Blueprint('scenarios', __name__, url_prefix='/api')
SCENARIOS.register_error_handler(Unfit, answer_unfit)
LONGEST_NAME, LONGEST_DESCRIPTION = 200, 4_000
SHARING: tuple[Sharing, ...] = get_args(Sharing.__value__)


@SCENARIOS.route(PATH)
def scenarios() -> Response:
    """The scenarios of whoever asks, and those that are shared with them, those changed last first."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    with scenario_desk() as db:
        members = [scenario_member(scenario) for scenario in list_scenarios(db)]
    links = [link('self', JSON, Text(vi='Các phương án', en='Scenarios'), PATH)]
    return tagged(private_json({'scenarios': members, 'links': links}))


@SCENARIOS.route(PATH, methods=['POST'])
def make() -> Response:
    """201 with a new scenario, which has no changes yet. Raises NoSuchBody."""
    parameters.refuse_unknown(COMMON)
    with scenario_desk() as db:
        body = read_body('name', 'description', 'sharing')
        name = text_member(body, 'name', LONGEST_NAME)
        if not name:
            raise NoSuchBody(
                vi='Thiếu "name": tên của phương án.', en='"name" is missing: what the scenario is called.'
            )
        description = text_member(body, 'description', LONGEST_DESCRIPTION) or ''
        sharing = choice_member(body, 'sharing', SHARING) or 'private'
        made = read_scenario(db, make_scenario(db, name, description, sharing))
    response = tagged(private_json(scenario_member(made), 201), version_tag(made))
    response.headers['Location'] = scenario_address(str(made.id))
    return response


@SCENARIOS.route(f'{PATH}/<scenario_id>')
def scenario(scenario_id: str) -> Response:
    """One scenario, without its changes. Raises UnknownScenario."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    with scenario_desk() as db:
        current = read_scenario(db, scenario_id)
    return tagged(private_json(scenario_member(current)), version_tag(current))


@SCENARIOS.route(f'{PATH}/<scenario_id>', methods=['PATCH'])
def describe(scenario_id: str) -> Response:
    """The scenario with another name, description or sharing. Raises NotItsAuthor, StaleScenario."""
    parameters.refuse_unknown(COMMON)
    with scenario_desk() as db:
        must_match(read_scenario(db, scenario_id))
        body = read_body('name', 'description', 'sharing')
        name = name_member(body, LONGEST_NAME)
        description = text_member(body, 'description', LONGEST_DESCRIPTION)
        describe_scenario(db, scenario_id, name, description, choice_member(body, 'sharing', SHARING))
        now = read_scenario(db, scenario_id)
    return tagged(private_json(scenario_member(now)), version_tag(now))


@SCENARIOS.route(f'{PATH}/<scenario_id>', methods=['DELETE'])
def remove(scenario_id: str) -> Response:
    """204; results that were computed with the scenario stay. Raises NotItsAuthor, StaleScenario."""
    parameters.refuse_unknown(COMMON)
    with scenario_desk() as db:
        must_match(read_scenario(db, scenario_id))
        remove_scenario(db, scenario_id)
    return Response(status=204)
