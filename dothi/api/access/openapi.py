"""The OpenAPI document's part on people: the account, and for administrators everybody else's."""

from typing import Any

from dothi.api.access.people import BEFORE, LOG_LIMIT
from dothi.api.http.language import JSON
from dothi.api.http.model_schemas import schema_of
from dothi.api.http.offer import Offer
from dothi.api.http.operations import ANY_OBJECT, extend, list_of, object_with, operation, or_null, responses
from dothi.api.http.parameters import LANG, Parameter, Schema, in_path
from dothi.core.access.keys import KeyEntry
from dothi.core.access.people import PersonEntry
from dothi.core.access.person import Action, Role
from dothi.core.access.provider_account import LONGEST_SUBJECT
from dothi.core.access.sign_in import SessionEntry
from dothi.core.mail_kinds import KINDS
from dothi.core.text import LANGUAGES, Text

TAG = 'people'
# How whoever asks shows who they are: a session's cookie is for pages of the service itself.
SECURITY: list[dict[str, Any]] = [{'token': []}, {'key': []}]
ERRORS = ('400', '401', '403', '404', '412', '413', '415', '422', '429', '500', '503')
TEXT: Schema = {'type': 'string'}
NAME = in_path('name', Text(vi='Tên đăng nhập', en='Name for signing in'), TEXT, 'lan')
ID: Schema = {'type': 'string', 'format': 'uuid'}
NONE = '00000000-0000-4000-8000-000000000000'
SESSION = in_path('session', Text(vi='Số của phiên', en='Id of the session'), ID, NONE)
KEY = in_path('key', Text(vi='Số của khóa', en='Id of the key'), ID, NONE)
PERSON: dict[str, Schema] = {
    'title': TEXT, 'role': {'type': 'string', 'enum': [*Role]}, 'agency': TEXT, 'email': TEXT,
}  # fmt: skip
NEW_PERSON: dict[str, Schema] = {'name': TEXT, 'language': {'type': 'string', 'enum': [*LANGUAGES]}} | PERSON
# What the OpenID Connect provider calls the account by which they sign in; empty takes the link away.
SUBJECT: dict[str, Schema] = {'subject': {'type': 'string', 'maxLength': LONGEST_SUBJECT}}
NEW_KEY: dict[str, Schema] = {
    'label': TEXT, 'days': {'type': 'integer', 'minimum': 1, 'maximum': 366},
    'scopes': {'type': 'array', 'items': {'type': 'string', 'enum': [*Action]}},
}  # fmt: skip


ACCOUNT_SCHEMA = object_with(
    name=TEXT, title=TEXT, role={'type': 'string', 'enum': [*Role]}, role_title=TEXT, agency=or_null(TEXT),
    may=list_of({'type': 'string', 'enum': [*Action]}),
    action_titles={'type': 'object', 'additionalProperties': TEXT}, has_password={'type': 'boolean'},
    second_factor={'type': 'boolean'}, session=or_null(ID), sessions=list_of(schema_of(SessionEntry)),
    mails={'type': 'object', 'additionalProperties': {'type': 'boolean'}}, keys=list_of(schema_of(KeyEntry)),
    most_key_days={'type': 'integer'}, csrf=or_null(TEXT),
)  # fmt: skip
TITLED = object_with(id=TEXT, title=TEXT)
PEOPLE_SCHEMA = object_with(people=list_of(schema_of(PersonEntry)), roles=list_of(TITLED), agencies=list_of(TITLED))
# What an administrator hands on, once.
LINK_SCHEMA = extend(
    PEOPLE_SCHEMA, name=TEXT, link=TEXT, days={'type': 'integer'}, mailed_to=or_null(TEXT)
)  # fmt: skip
DONE_SCHEMA = extend(PEOPLE_SCHEMA, name=TEXT, done=TEXT)
ACTS: tuple[tuple[str, str, Text, Schema], ...] = (
    ('recovery', 'recoveryOfPerson', Text(vi='Cấp lại liên kết', en='A new link'), LINK_SCHEMA),
    ('signing-out', 'signingOutOfPerson', Text(vi='Kết thúc mọi phiên', en='End all sessions'), DONE_SCHEMA),
    ('disabling', 'disablingOfPerson', Text(vi='Khóa tài khoản', en='Let in no more'), DONE_SCHEMA),
    ('enabling', 'enablingOfPerson', Text(vi='Mở lại tài khoản', en='Let in again'), DONE_SCHEMA),
    ('removal', 'removalOfPerson', Text(vi='Xóa tên', en='Remove the name'), DONE_SCHEMA),
)


def access_paths(offer: Offer) -> dict[str, Any]:
    """Operations on accounts; none on the public service, which has none."""
    if offer.audience == 'public':
        return {}
    password = {'password': TEXT}
    return {
        '/account': {'get': read(
            offer, 'getAccount', Text(vi='Tài khoản của mình', en="One's own account"), schema=ACCOUNT_SCHEMA,
        )},
        '/account/password': _post(offer, 'changePassword', 'Đổi mật khẩu', 'Change the password',
                                   password | {'new_password': TEXT}),
        '/account/second-factor': _post(offer, 'beginSecondFactor', 'Bật mã một lần', 'Begin one-time codes', password),
        '/account/second-factor/confirmation': _post(offer, 'confirmSecondFactor', 'Xác nhận mã một lần',
                                                     'Confirm one-time codes', {'code': TEXT}),
        '/account/second-factor/end': _post(offer, 'endSecondFactor', 'Tắt mã một lần', 'End one-time codes', password),
        '/account/sessions/{session}/end': _post(offer, 'endSession', 'Kết thúc phiên', 'End a session', {}, SESSION,
                                                 schema=ACCOUNT_SCHEMA),
        '/account/mails': _post(offer, 'chooseMails', 'Chọn thư nhắc việc', 'Choose mails',
                                {'wanted': {'type': 'array', 'items': {'type': 'string', 'enum': [*KINDS]}}}),
        '/account/keys': _post(offer, 'makeKey', 'Tạo khóa', 'Make a key', NEW_KEY,
                               schema=extend(ACCOUNT_SCHEMA, key=TEXT)),
        '/account/keys/{key}/revocation': _post(offer, 'revokeKey', 'Thu hồi khóa', 'Revoke a key', {}, KEY,
                                                schema=ACCOUNT_SCHEMA),
        '/people': {
            'get': read(offer, 'listPeople', Text(vi='Người dùng', en='People'), schema=PEOPLE_SCHEMA),
            **_post(offer, 'invitePerson', 'Mời một người', 'Invite somebody', NEW_PERSON, schema=LINK_SCHEMA),
        },
        '/people/{name}': _post(offer, 'changePerson', 'Đổi một người', 'Change somebody', PERSON | SUBJECT, NAME,
                                schema=DONE_SCHEMA),
        **{
            f'/people/{{name}}/{act}': _post(offer, name, title.vi, title.en, {}, NAME, schema=schema)
            for act, name, title, schema in ACTS
        },
        '/people/log': {'get': read(offer, 'getLog', Text(vi='Nhật ký', en='The log'), BEFORE, LOG_LIMIT)},
    }  # fmt: skip


def read(
    offer: Offer, name: str, title: Text, *more: Parameter[Any], tag: str = TAG, schema: Schema = ANY_OBJECT
) -> dict[str, Any]:
    """An operation that reads a document about people or the desk."""
    success = {'description': Text(vi='Được', en='OK'), 'content': {JSON: {'schema': schema}}}
    answers = responses(success, '304', *ERRORS)
    return operation(offer, name, title, [*more, LANG], answers, tag=tag, security=SECURITY)


def change(
    offer: Offer,
    name: str,
    title: Text,
    properties: dict[str, Schema],
    *more: Parameter[Any],
    tag: str = TAG,
    schema: Schema = ANY_OBJECT,
) -> dict[str, Any]:
    """An operation that changes something by a JSON body."""
    body_schema = {'type': 'object', 'properties': properties}
    body = {'required': bool(properties), 'content': {JSON: {'schema': body_schema}}}
    done = {'description': Text(vi='Được', en='OK'), 'content': {JSON: {'schema': schema}}}
    answers = responses(done, *ERRORS) | {'201': done}
    return operation(offer, name, title, [*more, LANG], answers, tag=tag, security=SECURITY, requestBody=body)


def _post(
    offer: Offer,
    name: str,
    vi: str,
    en: str,
    properties: dict[str, Schema],
    *more: Parameter[Any],
    schema: Schema = ANY_OBJECT,
) -> dict[str, Any]:
    return {'post': change(offer, name, Text(vi=vi, en=en), properties, *more, schema=schema)}
