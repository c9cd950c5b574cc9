"""`/api/edits`: sets of edits that wait for review, and the decision on one; conflicts of edits with deliveries."""

from typing import Any

from flask import Blueprint, Response, redirect, request

from dothi.api.access.cookies import csrf_token, session_secret
from dothi.api.access.forms import Fields, private_json, private_page
from dothi.api.access.identity import may, must_be_editor, require
from dothi.api.access.layers import require_on_layer
from dothi.api.desk.layer_words import describe_columns, layer_title
from dothi.api.desk.seen_version import must_be_current
from dothi.api.desk.view_of import hidden_layers, is_signed_in
from dothi.api.http import parameters
from dothi.api.http.address import api_url
from dothi.api.http.caching import hash_of, tagged
from dothi.api.http.language import language, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.service import service
from dothi.core.access.person import Action
from dothi.core.clock import local_minute
from dothi.core.errors import WrongUse
from dothi.core.text import Text
from etl.desk.conflicts import Conflict, conflict_with_shapes, conflicts, no_conflict
from etl.editing import change_set
from etl.editing.change_set import ChangeSet, PendingEdit
from etl.editing.review import accept

EDITS = Blueprint('edits', __name__, url_prefix='/api/edits')


class UnknownDecision(WrongUse):
    """A set of edits is accepted or rejected."""


@EDITS.route('')
def edits() -> Response:
    """The sets of edits that wait, oldest first. For who may decide."""
    parameters.refuse_unknown(COMMON)
    require(Action.DECIDE)
    hidden = hidden_layers()
    sets = [edit_set for edit_set in change_set.change_sets(None) if edit_set.layer_id not in hidden]
    if wanted_format() == 'json':
        return private_json({'edits': [_set_member(edit_set) for edit_set in sets]})
    return private_page('desk/edits.html', {'sets': sets, **_words()})


@EDITS.route('/<int:number>')
def edit_set(number: int) -> Response:
    """One set, edit by edit, with what the layer holds now. Raises NoSuchChangeSet."""
    parameters.refuse_unknown(COMMON)
    require(Action.DECIDE)
    whole, pending = _set_seen(number)
    if wanted_format() == 'json':
        members = {
            **_set_member(whole),
            'pending': [edit.model_dump(mode='json') for edit in pending],
            'described_columns': describe_columns(whole.layer_id),
        }
        return tagged(private_json(members), _version(whole, pending))
    secret = session_secret()
    members = {'set': whole, 'pending': pending, 'csrf': csrf_token(secret) if secret else ''}
    members |= {'version': _version(whole, pending)}
    may_decide = is_signed_in() and may(Action.DECIDE) and whole.status == 'open'
    return private_page('desk/edit_set.html', members | {'may_decide': may_decide} | _words())


@EDITS.route('/<int:number>/decision', methods=['POST'])
def decide(number: int) -> Response:
    """The set, accepted as one release, or rejected with a reason.

    Raises StaleDecision, AlreadyDecided, Conflicts and Unfit.
    """
    author, fields = must_be_editor(Action.DECIDE), Fields()
    whole, pending = _set_seen(number)
    require_on_layer(Action.DECIDE, whole.layer_id)
    seen_set = Text(vi=f'Tập thay đổi {number}', en=f'The change set {number}')
    must_be_current(_version(whole, pending), seen_set, fields)
    fields.refuse_unknown('decision', 'reason', 'version')
    decision = fields.required('decision')
    if decision == 'accept':
        decided = accept(number, service().locality.whole, author)
    elif decision == 'reject':
        decided = change_set.reject(number, author, fields.text('reason'))
    else:
        raise UnknownDecision(vi='"decision" là accept hoặc reject.', en='"decision" is accept or reject.')
    if request.is_json:
        return private_json(_set_member(decided))
    return redirect(f'{api_url()}/edits/{number}?f=html&lang={language()}', 303)  # type: ignore[return-value]


@EDITS.route('/conflicts')
def open_conflicts() -> Response:
    """Features that an edit and a delivery changed differently, with both sides. Settled by `settle-conflict`."""
    parameters.refuse_unknown(COMMON)
    require(Action.DECIDE)
    hidden = hidden_layers()
    visible = [conflict for conflict in conflicts(None, role='gatekeeper') if conflict.layer_id not in hidden]
    return private_json({'conflicts': [_conflict_member(conflict) for conflict in visible]})


@EDITS.route('/conflicts/<int:number>')
def one_conflict(number: int) -> Response:
    """One conflict with where its feature is on each side, and what its columns are called. Raises NoConflict."""
    parameters.refuse_unknown(COMMON)
    require(Action.DECIDE)
    wanted_format(('json',))
    conflict, shapes = conflict_with_shapes(number, role='gatekeeper')
    if conflict.layer_id in hidden_layers():
        raise no_conflict(number)
    members = {'shapes': shapes.model_dump(mode='json'), 'described_columns': describe_columns(conflict.layer_id)}
    return tagged(private_json(_conflict_member(conflict) | members))


def _set_member(edit_set: ChangeSet) -> dict[str, Any]:
    return edit_set.model_dump(mode='json') | {'layer_title': layer_title(edit_set.layer_id)}


def _conflict_member(conflict: Conflict) -> dict[str, Any]:
    return conflict.model_dump(mode='json') | {'layer_title': layer_title(conflict.layer_id)}


def _set_seen(number: int) -> tuple[ChangeSet, list[PendingEdit]]:
    """The set and its edits; one of a layer that whoever asks does not see is as unknown as one that is not there."""
    whole, pending = change_set.change_set(number)
    if whole.layer_id in hidden_layers():
        raise change_set.no_such_set(number)
    return whole, pending


def _version(whole: ChangeSet, pending: list[PendingEdit]) -> str:
    """Changes with the status of the set and with each edit that its author adds, changes or takes back."""
    edits_hash = hash_of(*(f'{edit.id} {edit.edited_at.timestamp()}' for edit in pending))
    return f'{whole.id}-{whole.status}-{edits_hash}'


def _words() -> dict[str, Any]:
    locality = service().locality.whole
    return {'layers': locality.layers, 'minute': lambda moment: local_minute(moment, locality.place.zone)}
