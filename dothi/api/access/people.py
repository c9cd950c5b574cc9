"""`/api/people`: who may sign in, for administrators; the same acts as `dothi people`."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Blueprint, Response, request

from dothi.api.access.cookies import csrf_token, session_secret
from dothi.api.access.entering import provider_title
from dothi.api.access.forms import Fields, private_json, private_page
from dothi.api.access.identity import require
from dothi.api.http import parameters
from dothi.api.http.address import root_url
from dothi.api.http.documents import link
from dothi.api.http.language import JSON, say, wanted_format
from dothi.api.http.parameters import COMMON, Parameter
from dothi.api.http.parsers import whole_number
from dothi.api.http.query_parameters import LIMIT, limit_schema
from dothi.api.http.service import service
from dothi.core.access import people as desk
from dothi.core.access.log import DEED_TITLES, Deed, log_lines, verify_log
from dothi.core.access.people import BadPerson, Changes, PersonEntry
from dothi.core.access.person import ROLE_TITLES, Action, Identity, Person, Role
from dothi.core.access.provider_account import set_subject
from dothi.core.clock import local_minute
from dothi.core.database import connection
from dothi.core.errors import did_you_mean
from dothi.core.text import LANGUAGES, Lang, Text
from processes.mail.links import mail_link

PEOPLE = Blueprint('people', __name__, url_prefix='/api/people')
ACTS = {
    'recovery': desk.recover,
    'signing-out': desk.sign_out,
    'disabling': desk.disable,
    'enabling': desk.enable,
    'removal': desk.remove,
}
# The page of people shows this many lines of the log; the document has them all, page by page.
LAST_LINES = 30
USUAL_LINES, MOST_LINES = 100, 10_000
BEFORE = Parameter(
    'before', whole_number(1), {'type': 'integer', 'minimum': 1},
    Text(vi='Chỉ những dòng có số nhỏ hơn.', en='Only lines with a lower number.'),
)  # fmt: skip
LOG_LIMIT = replace(
    LIMIT,
    schema=limit_schema(USUAL_LINES, MOST_LINES),
    description=Text(vi='Nhiều nhất bao nhiêu dòng.', en='How many lines at most.'),
)


@PEOPLE.route('')
def people() -> Response:
    """Everybody who may sign in, by name. Raises NotAllowedTo for who is no administrator."""
    parameters.refuse_unknown(COMMON)
    return _answer(require(Action.ADMINISTER))


@PEOPLE.route('', methods=['POST'])
def invite() -> Response:
    """Enters somebody: 201 with the link by which they set their password. Raises BadPerson."""
    identity, fields = require(Action.ADMINISTER), Fields()
    agency = _known_agency(fields.text('agency'))
    person = Person(
        id=uuid4(),
        name=fields.required('name').strip().lower(),
        title=fields.required('title'),
        role=_known_role(fields.required('role')),
        agency=agency or None,
        language=_language(fields.text('language')),
    )
    with connection('gatekeeper') as db:
        secret = desk.invite(db, person, fields.text('email') or None, by=identity.person.id)
        mailed_to = mail_link(db, secret, service().locality.whole, root_url())
    return _answer(identity, 201, name=person.name, link=_link(secret), days=desk.INVITATION_DAYS, mailed_to=mailed_to)


@PEOPLE.route('/<name>', methods=['POST'])
def change(name: str) -> Response:
    """Changes role, agency, e-mail address, title, or account at the provider of somebody.

    Raises UnknownPerson, BadPerson, LastAdministrator and AccountTaken.
    """
    identity, fields = require(Action.ADMINISTER), Fields()
    role = fields.text('role')
    changes = Changes(
        role=_known_role(role) if role else None,
        agency=_known_agency(fields.text('agency')) if fields.has('agency') else None,
        email=fields.text('email') if fields.has('email') else None,
        title=fields.text('title') or None,
    )
    with connection('gatekeeper') as db:
        desk.change(db, name, changes, by=identity.person.id)
        if fields.has('subject'):
            set_subject(db, name, fields.text('subject'), by=identity.person.id)
    return _answer(identity, name=name, done='change')


@PEOPLE.route('/<name>/<any(recovery,"signing-out",disabling,enabling,removal):act>', methods=['POST'])
def act_on(name: str, act: str) -> Response:
    """Gives a new link, ends sessions, disables, enables or removes somebody.

    Raises UnknownPerson and LastAdministrator.
    """
    identity = require(Action.ADMINISTER)
    with connection('gatekeeper') as db:
        secret = ACTS[act](db, name, by=identity.person.id)
        days, place = desk.RECOVERY_DAYS, service().locality.whole
        mailed_to = mail_link(db, secret, place, root_url()) if secret else None
    if secret is None:
        return _answer(identity, name=name, done=act)
    return _answer(identity, name=name, link=_link(secret), days=days, mailed_to=mailed_to)


@PEOPLE.route('/log')
def log() -> Response:
    """What was done, the latest first; the first page says whether the chain of hashes is whole."""
    parameters.refuse_unknown((*COMMON, BEFORE, LOG_LIMIT))
    require(Action.ADMINISTER)
    before, limit = BEFORE.read(), min(LOG_LIMIT.read() or USUAL_LINES, MOST_LINES)
    with connection('gatekeeper') as db:
        lines = log_lines(db, last=limit, before=before)[::-1]
        document: dict[str, Any] = {'proof': verify_log(db).model_dump()} if before is None else {}
    document |= {'lines': [line.model_dump(mode='json') for line in lines], 'links': []}
    if lines and lines[-1].number > 1:
        query = urlencode({'limit': limit, 'before': lines[-1].number})
        document['links'] = [link('next', JSON, Text(vi='Trang sau', en='Next page'), f'/people/log?{query}')]
    return private_json(document)


def _answer(identity: Identity, status: int = 200, **more: Any) -> Response:
    """The list, as a document or a page. more: what was done, and a link that is shown once."""
    with connection('gatekeeper') as db:
        entries = desk.people(db)
        lines = log_lines(db, last=LAST_LINES)
    locality = service().locality.whole
    document = {
        'people': [_plain(entry) for entry in entries],
        'roles': [{'id': role, 'title': say(title)} for role, title in ROLE_TITLES.items()],
        'agencies': [{'id': agency_id, 'title': say(agency.title)} for agency_id, agency in locality.agencies.items()],
        **more,
    }
    if request.is_json or wanted_format() == 'json':
        return private_json(document, status)
    secret = session_secret()
    page_members = {
        'people': entries,
        'lines': lines,
        'roles': ROLE_TITLES,
        'provider': provider_title(),
        'deeds': {str(deed): DEED_TITLES[deed] for deed in Deed},
        'agencies': service().locality.agencies,
        'csrf': csrf_token(secret) if secret and identity.session else '',
        'minute': lambda moment: local_minute(moment, service().locality.place.zone),
    }
    return private_page('access/people.html', document | page_members, status)


def _plain(entry: PersonEntry) -> dict[str, Any]:
    return entry.model_dump(mode='json')


def _link(secret: str) -> str:
    return f'{root_url()}/invitation/{secret}'


def _known_role(text: str) -> Role:
    if text not in list(Role):
        hint = did_you_mean(text, list(Role))
        raise BadPerson(vi=f'Không có vai trò "{text}". {hint.vi}', en=f'There is no role "{text}". {hint.en}')
    return Role(text)


def _known_agency(text: str) -> str:
    agencies = service().locality.agencies
    if text and text not in agencies:
        hint = did_you_mean(text, agencies)
        raise BadPerson(vi=f'Không có cơ quan "{text}". {hint.vi}', en=f'There is no agency "{text}". {hint.en}')
    return text


def _language(text: str) -> Lang:
    return next((lang for lang in LANGUAGES if lang == text), 'vi')
