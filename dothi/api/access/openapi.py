"""The OpenAPI document's part on people: the account, and for administrators everybody else's."""

from typing import Any

from dothi.api.access.people import BEFORE, LOG_LIMIT
from dothi.api.http.language import JSON
from dothi.api.http.offer import Offer
from dothi.api.http.operations import ANY_OBJECT, list_of, object_with, operation, or_null, responses
from dothi.api.http.parameters import LANG, Parameter, Schema, in_path
from dothi.core.access.person import Action, Role
from dothi.core.access.provider_account import LONGEST_SUBJECT
from dothi.core.mail_kinds import KINDS
from dothi.core.text import Text

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
# What the OpenID Connect provider calls the account by which they sign in; empty takes the link away.
SUBJECT: dict[str, Schema] = {'subject': {'type': 'string', 'maxLength': LONGEST_SUBJECT}}
NEW_KEY: dict[str, Schema] = {
    'label': TEXT, 'days': {'type': 'integer', 'minimum': 1, 'maximum': 366},
    'scopes': {'type': 'array', 'items': {'type': 'string', 'enum': [*Action]}},
}  # fmt: skip


ACCOUNT_SCHEMA = object_with(
    name=TEXT, title=TEXT, role={'type': 'string', 'enum': [*Role]}, agency=or_null(TEXT),
    may=list_of({'type': 'string', 'enum': [*Action]}), has_password={'type': 'boolean'},
    second_factor={'type': 'boolean'}, session=or_null(ID), sessions=list_of(ANY_OBJECT),
    mails={'type': 'object', 'additionalProperties': {'type': 'boolean'}}, keys=list_of(ANY_OBJECT),
    csrf=or_null(TEXT),
)  # fmt: skip


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
        '/account/sessions/{session}/end': _post(offer, 'endSession', 'Kết thúc phiên', 'End a session', {}, SESSION),
        '/account/mails': _post(offer, 'chooseMails', 'Chọn thư nhắc việc', 'Choose mails',
                                {'wanted': {'type': 'array', 'items': {'type': 'string', 'enum': [*KINDS]}}}),
        '/account/keys': _post(offer, 'makeKey', 'Tạo khóa', 'Make a key', NEW_KEY),
        '/account/keys/{key}/revocation': _post(offer, 'revokeKey', 'Thu hồi khóa', 'Revoke a key', {}, KEY),
        '/people': {
            'get': read(offer, 'listPeople', Text(vi='Người dùng', en='People')),
            **_post(offer, 'invitePerson', 'Mời một người', 'Invite somebody', {'name': TEXT} | PERSON),
        },
        '/people/{name}': _post(offer, 'changePerson', 'Đổi một người', 'Change somebody', PERSON | SUBJECT, NAME),
        **{
            f'/people/{{name}}/{act}': _post(offer, f'{act}OfPerson', vi, en, {}, NAME)
            for act, vi, en in (
                ('recovery', 'Cấp lại liên kết', 'A new link'), ('disabling', 'Khóa tài khoản', 'Let in no more'),
                ('enabling', 'Mở lại tài khoản', 'Let in again'), ('removal', 'Xóa tên', 'Remove the name'),
            )
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
    offer: Offer, name: str, title: Text, properties: dict[str, Schema], *more: Parameter[Any], tag: str = TAG
) -> dict[str, Any]:
    """An operation that changes something by a JSON body."""
    schema = {'type': 'object', 'properties': properties}
    body = {'required': bool(properties), 'content': {JSON: {'schema': schema}}}
    done = {'description': Text(vi='Được', en='OK'), 'content': {JSON: {'schema': ANY_OBJECT}}}
    answers = responses(done, *ERRORS) | {'201': done}
    return operation(offer, name, title, [*more, LANG], answers, tag=tag, security=SECURITY, requestBody=body)


def _post(
    offer: Offer, name: str, vi: str, en: str, properties: dict[str, Schema], *more: Parameter[Any]
) -> dict[str, Any]:
    return {'post': change(offer, name, Text(vi=vi, en=en), properties, *more)}
