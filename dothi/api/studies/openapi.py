"""The OpenAPI document's part on studies; there are none on the public service."""

from typing import Any

from dothi.api.access.openapi import ERRORS, ID, NONE, SECURITY, TEXT, read
from dothi.api.http.language import JSON
from dothi.api.http.model_schemas import schema_of
from dothi.api.http.offer import Offer
from dothi.api.http.operations import extend, headers, list_of, object_with, operation, responses
from dothi.api.http.parameters import LANG, Parameter, Schema, in_header, in_path
from dothi.api.studies.documents import PATH
from dothi.api.studies.views import REPORT_FORM, SHARING
from dothi.core.text import Text
from processes.report_study import MEDIA_TYPES
from processes.study.store import (
    LONGEST_CONCLUSION,
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_QUESTION,
    MOST_MEMBERS,
    Study,
    StudyRun,
)

TAG = 'studies'
LINKS: Schema = {'type': 'array', 'items': {'$ref': '#/components/schemas/link'}}
STUDY_ID = in_path('study', Text(vi='Mã nghiên cứu', en='Id of the study'), ID, NONE)
JOB_ID = in_path('job', Text(vi='Mã tác vụ', en='Id of the job'), ID, NONE)
IF_MATCH = in_header('If-Match', Text(vi='ETag đã đọc.', en='The ETag that was read.'), TEXT, '*')
STUDY = extend(schema_of(Study), links=LINKS)
RUN_MEMBERS = {name: part for name, part in schema_of(StudyRun)['properties'].items()
               if name not in ('message_vi', 'message_en', 'inputs')}  # fmt: skip
RUN = object_with(**RUN_MEMBERS, called=TEXT, message=TEXT, links=LINKS)
WHOLE = extend(STUDY, study_runs=list_of(RUN), hidden={'type': 'integer', 'minimum': 0})


def _text(most: int, least: int = 0) -> Schema:
    return {'type': 'string', 'maxLength': most} | ({'minLength': least} if least else {})


NAME, NOTE = _text(LONGEST_NAME, 1), _text(LONGEST_NOTE)
NEW_STUDY: dict[str, Schema] = {
    'name': NAME, 'question': _text(LONGEST_QUESTION), 'sharing': {'type': 'string', 'enum': [*SHARING]},
}  # fmt: skip
DESCRIPTION: dict[str, Schema] = {
    **NEW_STUDY,
    'conclusion': _text(LONGEST_CONCLUSION),
    'members': {'type': 'array', 'items': TEXT, 'maxItems': MOST_MEMBERS},
}
RUN_WORDS: dict[str, Schema] = {'title': _text(LONGEST_NAME), 'note': NOTE, 'replaces': ID}


def study_paths(offer: Offer) -> dict[str, Any]:
    """Operations on studies."""
    if offer.audience == 'public':
        return {}
    path = f'{PATH}/{{study}}'
    return {
        PATH: {
            'get': _read(offer, 'listStudies', 'Các nghiên cứu', 'Studies',
                         schema=object_with(studies=list_of(STUDY), links=LINKS)),
            'post': _change(offer, 'makeStudy', 'Mở nghiên cứu', 'Begin a study', NEW_STUDY, '201', required=['name']),
        },
        path: {
            'get': _read(offer, 'getStudy', 'Một nghiên cứu', 'A study', STUDY_ID, schema=WHOLE),
            'patch': _change(offer, 'describeStudy', 'Sửa lời văn, người tham gia, chia sẻ', 'Words, members, sharing',
                             DESCRIPTION, '200', STUDY_ID, IF_MATCH),
            'delete': _remove(offer),
        },
        f'{path}/runs': {'post': _change(offer, 'addStudyRun', 'Thêm lần chạy', 'Add a run',
                                         {'job': ID, **RUN_WORDS}, '201', STUDY_ID, required=['job'])},
        f'{path}/runs/{{job}}': {
            'patch': _change(offer, 'describeStudyRun', 'Sửa tên, ghi chú', 'Title and note of a run', RUN_WORDS, '200',
                             STUDY_ID, JOB_ID),
            'delete': _remove_run(offer),
        },
        f'{path}/report': {'get': _report(offer)},
    }  # fmt: skip


def _read(offer: Offer, name: str, vi: str, en: str, *more: Parameter[Any], schema: Schema) -> dict[str, Any]:
    return read(offer, name, Text(vi=vi, en=en), *more, tag=TAG, schema=schema)


def _report(offer: Offer) -> dict[str, Any]:
    described = _read(
        offer, 'getStudyReport', 'Báo cáo', 'One report over all runs', STUDY_ID, REPORT_FORM, schema=TEXT
    )
    described['responses']['200']['content'] = {
        media_type: {'schema': {'type': 'string', 'format': 'binary'}} for media_type in MEDIA_TYPES.values()
    }
    return described


def _change(
    offer: Offer, name: str, vi: str, en: str, members: dict[str, Schema], status: str, *more: Parameter[Any],
    required: list[str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    schema = {'type': 'object', 'properties': members, 'additionalProperties': False}
    schema |= {'required': required} if required else {}
    body = {'required': True, 'content': {JSON: {'schema': schema}}}
    return operation(
        offer, name, Text(vi=vi, en=en), [*more, LANG], responses(_whole(status), *ERRORS, status=status), tag=TAG,
        security=SECURITY, requestBody=body,
    )  # fmt: skip


def _whole(status: str = '200') -> dict[str, Any]:
    return {
        'description': Text(vi='Nghiên cứu', en='The study'),
        'headers': headers('Location') if status == '201' else {},
        'content': {JSON: {'schema': WHOLE}},
    }


def _remove(offer: Offer) -> dict[str, Any]:
    answers = responses({'description': Text(vi='Đã xóa', en='Removed')}, *ERRORS, status='204')
    title = Text(vi='Xóa nghiên cứu', en='Remove a study')
    return operation(offer, 'removeStudy', title, [STUDY_ID, IF_MATCH, LANG], answers, tag=TAG, security=SECURITY)


def _remove_run(offer: Offer) -> dict[str, Any]:
    title = Text(vi='Bỏ lần chạy khỏi nghiên cứu', en='Take a run out of a study')
    answers = responses(_whole(), *ERRORS)
    return operation(
        offer, 'removeStudyRun', title, [STUDY_ID, JOB_ID, LANG], answers, tag=TAG, security=SECURITY
    )  # fmt: skip
