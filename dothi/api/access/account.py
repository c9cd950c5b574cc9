"""`/api/account`: one's own password, one-time codes, sessions and keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request
from psycopg2.extensions import connection as Connection

from dothi.api.access.cookies import csrf_token, session_secret
from dothi.api.access.forms import Fields, private_json, private_page
from dothi.api.access.identity import NotAnEditor, current_identity
from dothi.api.http import parameters
from dothi.api.http.address import client_address
from dothi.api.http.language import say, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.service import service
from dothi.core.access.attempts import count_failure, require_patience
from dothi.core.access.doors import one_attempt
from dothi.core.access.keys import MOST_DAYS, keys_of, make_key, revoke_key
from dothi.core.access.log import Deed, note
from dothi.core.access.passwords import require_strong
from dothi.core.access.people import end_sessions
from dothi.core.access.person import ACTION_TITLES, ROLE_TITLES, Action, Identity
from dothi.core.access.second_factor import accepted_step, new_totp_secret, qr_code, totp_address
from dothi.core.access.secrets import lock_up, take_out
from dothi.core.access.sign_in import end_codes, end_session, has_password, is_open_still, sessions_of, store_password
from dothi.core.clock import local_minute
from dothi.core.database import connection
from dothi.core.errors import Forbidden, NotFound, WrongUse
from dothi.core.mail_kinds import KINDS, choose_kinds, unwanted_kinds

ACCOUNT = Blueprint('account', __name__, url_prefix='/api/account')


class NoSession(Forbidden):
    """An account is changed by who has signed in, not by a key that may have been found somewhere."""


class WrongOwnPassword(Forbidden):
    """The password that confirms a change is wrong."""


class WrongCode(WrongUse):
    """The one-time code does not fit the secret that was shown."""


class UnknownSession(NotFound):
    """There is no session of this id."""


@ACCOUNT.route('')
def account() -> Response:
    """Who asks, what they may do, their sessions and keys."""
    parameters.refuse_unknown(COMMON)
    return _answer(_require_identity())


@ACCOUNT.route('/password', methods=['POST'])
def change_password() -> Response:
    """A new password in place of the old one; all other sessions end."""
    identity, fields = _require_session(), Fields()
    _confirm(identity, fields)
    password = fields.required('new_password')
    place = service().locality.place.title.vi
    require_strong(password, identity.person.name, identity.person.title, place, 'dothi')
    with _own_account(identity) as db:
        end_sessions(db, identity.person.id, but=identity.session)
        store_password(db, identity.person, password)
    return _answer(identity, notice='password')


@ACCOUNT.route('/second-factor', methods=['POST'])
def begin_second_factor() -> Response:
    """The secret of one-time codes, for an app; it takes the place of an earlier one once a code of it was shown."""
    identity, fields = _require_session(), Fields()
    _confirm(identity, fields)
    secret = new_totp_secret()
    with _own_account(identity) as db, db.cursor() as cursor:
        cursor.execute(
            'update access.person set totp_pending = %s where id = %s', [lock_up(secret), str(identity.person.id)]
        )
    address = totp_address(secret, identity.person.name, f'Đô Thị {service().locality.place.title.vi}')
    return _answer(identity, address=address)


@ACCOUNT.route('/second-factor/confirmation', methods=['POST'])
def confirm_second_factor() -> Response:
    """From now on a code is wanted at each sign-in. Raises WrongCode."""
    identity, fields = _require_session(), Fields()
    with _own_account(identity) as db, db.cursor() as cursor:
        cursor.execute('select totp_pending from access.person where id = %s', [str(identity.person.id)])
        ((secret,),) = cursor.fetchall()
        step = accepted_step(take_out(bytes(secret)), fields.required('code'), 0) if secret else None
        if step is None:
            raise WrongCode(
                vi='Mã không đúng. Xem giờ của điện thoại, rồi gõ mã đang hiện.',
                en="The code is wrong. Look at your phone's clock, and type the code that it shows now.",
            )
        cursor.execute(
            """update access.person set totp_secret = totp_pending, totp_pending = null,
               totp_confirmed_at = clock_timestamp(), totp_step = %s where id = %s""",
            [step, str(identity.person.id)],
        )
        note(db, identity.person.id, Deed.SECOND_FACTOR_ON)
    return _answer(identity, notice='second_factor')


@ACCOUNT.route('/second-factor/end', methods=['POST'])
def end_second_factor() -> Response:
    """No codes are wanted any more."""
    identity, fields = _require_session(), Fields()
    _confirm(identity, fields)
    with _own_account(identity) as db:
        end_codes(db, identity.person.id)
    return _answer(identity, notice='second_factor_off')


@ACCOUNT.route('/sessions/<uuid:session>/end', methods=['POST'])
def end_one_session(session: UUID) -> Response:
    """Ends one of one's sessions, wherever it is. Raises UnknownSession."""
    identity = _require_session()
    with connection('gatekeeper') as db:
        if not end_session(db, identity.person.id, session, Deed.SESSION_ENDED):
            raise UnknownSession(vi='Phiên này đã kết thúc.', en='This session has ended already.')
    return _answer(identity, notice='session')


@ACCOUNT.route('/mails', methods=['POST'])
def choose_mails() -> Response:
    """Of which kinds of mails one gets any."""
    identity, fields = _require_session(), Fields()
    chosen_kinds = fields.texts('wanted')
    with connection('gatekeeper') as db:
        choose_kinds(db, identity.person.id, [kind for kind in KINDS if kind not in chosen_kinds])
    return _answer(identity, notice='mails')


@ACCOUNT.route('/keys', methods=['POST'])
def make_own_key() -> Response:
    """A new key for QGIS, a script or another system; it is shown this once. Raises BadKey and NotAllowedTo."""
    identity, fields = _require_session(), Fields()
    allowed = service().locality.policy.actions(identity)
    scopes = [action for action in Action if action in fields.texts('scopes') and action in allowed]
    days = fields.text('days') or '90'
    with _own_account(identity) as db:
        lasts_days = int(days) if days.isdecimal() else 0
        key = make_key(db, identity.person, fields.text('label'), scopes, lasts_days, by=identity.person.id)
    return _answer(identity, status=201, key=key)


@ACCOUNT.route('/keys/<uuid:key>/revocation', methods=['POST'])
def revoke_own_key(key: UUID) -> Response:
    """Ends a key at once. Raises UnknownKey."""
    identity = _require_session()
    with connection('gatekeeper') as db:
        revoke_key(db, identity.person.id, key, by=identity.person.id)
    return _answer(identity, notice='key')


def _require_identity() -> Identity:
    identity = current_identity()
    if identity is None:
        raise _not_signed_in()
    return identity


def _not_signed_in() -> NotAnEditor:
    return NotAnEditor(vi='Hãy đăng nhập trước: /sign-in.', en='Sign in first: /sign-in.')


def _require_session() -> Identity:
    """Who asks by a session; raises NoSession."""
    identity = _require_identity()
    if identity.session is None:
        raise NoSession(
            vi='Tài khoản chỉ thay đổi được sau khi đăng nhập ở trang /sign-in, không bằng khóa.',
            en='An account is changed after signing in at /sign-in, not with a key.',
        )
    return identity


@contextmanager
def _own_account(identity: Identity) -> Iterator[Connection]:
    """A transaction that changes how the person gets in; raises NotAnEditor where the session was ended meanwhile.

    Whoever ends a stranger's sessions keeps what the stranger has begun from being done after that.
    """
    with connection('gatekeeper') as db:
        if not is_open_still(db, identity):
            raise _not_signed_in()
        yield db


def _confirm(identity: Identity, fields: Fields) -> None:
    """Raises WrongOwnPassword without the password: a browser that was left open changes no account (ASVS 3.7.1)."""
    name, password = identity.person.name, fields.text('password')
    with one_attempt(client_address()), connection('gatekeeper') as db:
        require_patience(db, name, client_address())
        if has_password(db, identity.person, password):
            return
        count_failure(db, name, client_address())
    raise WrongOwnPassword(vi='Mật khẩu hiện tại không đúng.', en='That is not your present password.')


def _answer(identity: Identity, *, status: int = 200, **more: Any) -> Response:
    """The account, as a document or a page. more: what is shown once."""
    document = _account_document(identity) | more
    if request.is_json or wanted_format() == 'json':
        return private_json(document, status)
    titles = {
        'role_title': ROLE_TITLES[identity.person.role],
        'action_titles': ACTION_TITLES,
        'most_days': MOST_DAYS,
        'mail_titles': KINDS,
        'minute': _local_minute,
    }
    code = {'code_image': qr_code(more['address'])} if 'address' in more else {}
    return private_page('access/account.html', document | titles | code, status)


def _local_minute(moment: str) -> str:
    """A moment of the document by the locality's clocks, to the minute."""
    return local_minute(datetime.fromisoformat(moment), service().locality.place.zone)


def _account_document(identity: Identity) -> dict[str, Any]:
    person, secret = identity.person, session_secret()
    allowed = service().locality.policy.actions(identity)
    with connection('gatekeeper') as db, db.cursor() as cursor:
        cursor.execute(
            'select password_hash is not null, totp_confirmed_at is not null from access.person where id = %s',
            [str(person.id)],
        )
        has_password, has_codes = cursor.fetchone() or (False, False)
        sessions, keys = sessions_of(db, person.id), keys_of(db, person.id)
        unwanted = unwanted_kinds(db, person.id)
    return {
        'name': person.name,
        'title': person.title,
        'role': person.role,
        'role_title': say(ROLE_TITLES[person.role]),
        'agency': person.agency,
        'may': [action for action in Action if action in allowed],
        'action_titles': {action: say(title) for action, title in ACTION_TITLES.items()},
        'has_password': has_password,
        'second_factor': has_codes,
        'session': str(identity.session) if identity.session else None,
        'sessions': [session.model_dump(mode='json') for session in sessions],
        'mails': {kind: kind not in unwanted for kind in KINDS},
        'keys': [key.model_dump(mode='json') for key in keys],
        'most_key_days': MOST_DAYS,
        'csrf': csrf_token(secret) if identity.session and secret else None,
    }
