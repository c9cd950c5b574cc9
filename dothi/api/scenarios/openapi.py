"""The OpenAPI document's part on scenarios; there are none on the public service."""

from typing import Any

from dothi.api.access.openapi import ERRORS, ID, NONE, SECURITY, TEXT, read
from dothi.api.http.language import JSON
from dothi.api.http.offer import Offer
from dothi.api.http.operations import headers, list_of, object_with, operation, responses
from dothi.api.http.parameters import LANG, Parameter, Schema, in_header, in_path
from dothi.api.scenarios.desk import PATH
from dothi.api.scenarios.versions import LONGEST_MESSAGE, VERSION
from dothi.api.scenarios.views import LONGEST_DESCRIPTION, LONGEST_NAME, SHARING
from dothi.core.text import Text
from processes.geojson import GEOJSON
from processes.scenario.changes import HIGHEST_M, KINDS, LOWEST_M, MOST_CHANGES
from processes.scenario.reference import MOST_VERSIONS

TAG = 'scenarios'
COUNT: Schema = {'type': 'integer', 'minimum': 0}
NUMBERED: Schema = {'type': 'integer', 'minimum': 1, 'maximum': MOST_VERSIONS}
MOMENT: Schema = {'type': 'string', 'format': 'date-time'}
ANY: Schema = {'type': 'object', 'additionalProperties': True}
LINKS: Schema = {'type': 'array', 'items': {'$ref': '#/components/schemas/link'}}
SCENARIO_ID = in_path('scenario', Text(vi='Mã phương án', en='Id of the scenario'), ID, NONE)
NUMBER = in_path('number', Text(vi='Số của phiên bản', en='Number of the version'), NUMBERED, 1)
IF_MATCH = in_header('If-Match', Text(vi='ETag đã đọc.', en='The ETag that was read.'), TEXT, '*')
SHARING_SCHEMA: Schema = {'type': 'string', 'enum': [*SHARING]}
HEIGHT: Schema = {'type': 'number', 'minimum': LOWEST_M, 'maximum': HIGHEST_M}
# One of the kinds; which members each has, the guide says, and an error where they are not right.
CHANGE: Schema = {
    'type': 'object',
    'required': ['kind'],
    'properties': {
        'kind': {'type': 'string', 'enum': [*KINDS]},
        **dict.fromkeys(('layer', 'coverage', 'norm', 'subject', 'condition', 'class'), TEXT),
        'key': {},
        'properties': ANY,
        'geometry': ANY,
        'value': {'type': 'number'},
        'crest_m': HEIGHT,
        'level_m': HEIGHT,
    },
}
SCENARIO = object_with(
    id=ID, name=TEXT, description=TEXT, author=TEXT, sharing=SHARING_SCHEMA, created_at=MOMENT, updated_at=MOMENT,
    versions=COUNT, own={'type': 'boolean'}, links=LINKS,
)  # fmt: skip
ENTRY: dict[str, Schema] = {
    'number': NUMBERED, 'digest': TEXT, 'message': TEXT, 'author': TEXT, 'created_at': MOMENT, 'links': LINKS,
}  # fmt: skip
VERSION_SCHEMA = object_with(**ENTRY, scenario=ID, changes=list_of(CHANGE), hidden=COUNT)
CHANGES_ON_MAP = object_with(type={'type': 'string', 'enum': ['FeatureCollection']}, features=list_of(ANY), summary=ANY)
DESCRIPTION: dict[str, Schema] = {
    'name': {'type': 'string', 'minLength': 1, 'maxLength': LONGEST_NAME},
    'description': {'type': 'string', 'maxLength': LONGEST_DESCRIPTION},
    'sharing': SHARING_SCHEMA,
}
NEW_VERSION: dict[str, Schema] = {
    'message': {'type': 'string', 'maxLength': LONGEST_MESSAGE},
    'base_version': NUMBERED,
    'changes': {'type': 'array', 'items': CHANGE, 'minItems': 1, 'maxItems': MOST_CHANGES},
    'from_job': ID,
    'output': {'type': 'string', 'maxLength': 60},
    'ids': list_of(TEXT),
    'features': ANY,
    'layer': TEXT,
    'properties': ANY,
}
HANDED_OVER = object_with(
    change_sets=list_of(object_with(layer=TEXT, change_set=COUNT, edits=COUNT)), left_out=list_of(COUNT)
)


def scenario_paths(offer: Offer) -> dict[str, Any]:
    """Operations on scenarios."""
    if offer.audience == 'public':
        return {}
    scenario_path = f'{PATH}/{{scenario}}'
    return {
        PATH: {
            'get': _read(offer, 'listScenarios', 'Các phương án', 'Scenarios',
                         schema=object_with(scenarios=list_of(SCENARIO), links=LINKS)),
            'post': _change(offer, 'makeScenario', 'Tạo phương án', 'Make a scenario', DESCRIPTION, SCENARIO, '201',
                            required=['name']),
        },
        scenario_path: {
            'get': _read(offer, 'getScenario', 'Một phương án', 'A scenario', SCENARIO_ID, schema=SCENARIO),
            'patch': _change(offer, 'describeScenario', 'Sửa tên, mô tả, chia sẻ', 'Name, describe, share', DESCRIPTION,
                             SCENARIO, '200', SCENARIO_ID, IF_MATCH),
            'delete': _remove(offer),
        },
        f'{scenario_path}/versions': {
            'get': _read(offer, 'listScenarioVersions', 'Các phiên bản', 'Versions', SCENARIO_ID, schema=object_with(
                scenario=ID, versions=list_of(object_with(**ENTRY, changes=COUNT)))),
            'post': _change(offer, 'addScenarioVersion', 'Thêm phiên bản', 'Add a version', NEW_VERSION, VERSION_SCHEMA,
                            '201', SCENARIO_ID, IF_MATCH),
        },
        f'{scenario_path}/versions/{{number}}': {'get': _read(
            offer, 'getScenarioVersion', 'Một phiên bản', 'A version', SCENARIO_ID, NUMBER, schema=VERSION_SCHEMA)},
        f'{scenario_path}/changes': {'get': _on_map(offer)},
        f'{scenario_path}/deliver': {'post': _change(
            offer, 'deliverScenario', 'Gửi duyệt', 'Hand over for review', {'version': NUMBERED}, HANDED_OVER, '200',
            SCENARIO_ID)},
    }  # fmt: skip


def _read(offer: Offer, name: str, vi: str, en: str, *more: Parameter[Any], schema: Schema) -> dict[str, Any]:
    return read(offer, name, Text(vi=vi, en=en), *more, tag=TAG, schema=schema)


def _on_map(offer: Offer) -> dict[str, Any]:
    title = 'Các thay đổi trên bản đồ', 'Changes on a map'
    described = _read(offer, 'getScenarioChanges', *title, SCENARIO_ID, VERSION, schema=CHANGES_ON_MAP)
    described['responses']['200']['content'] = {GEOJSON: {'schema': CHANGES_ON_MAP}}
    return described


def _change(  # noqa: PLR0913 (what an operation is made of)
    offer: Offer, name: str, vi: str, en: str, members: dict[str, Schema], answer: Schema, status: str,
    *more: Parameter[Any], required: list[str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    schema = {'type': 'object', 'properties': members, 'additionalProperties': False}
    schema |= {'required': required} if required else {}
    body = {'required': True, 'content': {JSON: {'schema': schema}}}
    done = {
        'description': Text(vi='Được', en='OK'),
        'headers': headers('Location') if status == '201' else {},
        'content': {JSON: {'schema': answer}},
    }
    return operation(
        offer, name, Text(vi=vi, en=en), [*more, LANG], responses(done, *ERRORS, '409', status=status), tag=TAG,
        security=SECURITY, requestBody=body,
    )  # fmt: skip


def _remove(offer: Offer) -> dict[str, Any]:
    answers = responses({'description': Text(vi='Đã xóa', en='Removed')}, *ERRORS, status='204')
    title = Text(vi='Xóa phương án', en='Remove a scenario')
    return operation(offer, 'removeScenario', title, [SCENARIO_ID, IF_MATCH, LANG], answers, tag=TAG, security=SECURITY)
