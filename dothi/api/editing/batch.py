"""`/collections/{id}/edits`: many edits of a layer, saved together as one release, or none of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify
from psycopg2.extensions import connection as Connection

from dothi.api.editing.body import BadBody, feature_in, patch_in, read_document, reading_of_crs, stored_reading
from dothi.api.editing.rights import require_unit
from dothi.api.editing.views import NoFeature, VersionMissing, as_hex, feature_as_seen, may_edit, no_feature
from dothi.api.http.faults import answer_unfit
from dothi.api.http.parsers import READERS
from dothi.api.http.service import require_release, service
from dothi.core.catalog import current_releases
from dothi.core.layer import Column, Layer
from dothi.core.text import Text
from etl.editing import review as edit_review
from etl.editing.checks import Fault, Unfit, fits, must_be
from etl.editing.edit import (
    Changes,
    Version,
    draft_of,
    editing,
    key_must_be_free,
    key_must_stay,
    row_of,
    save,
    version_with_key,
)
from etl.editing.review import Pending
from etl.editing.together import NewContent, keys_must_differ, prepared_together
from etl.prepare import Prepared

BATCH = Blueprint('batch', __name__)
BATCH.register_error_handler(Unfit, answer_unfit)
MEMBERS = ('message', 'added', 'changed', 'deleted')
EDITED_TWICE = Text(
    vi='lần lưu này còn đổi hoặc xóa đối tượng này ở chỗ khác. Bỏ một trong hai.',
    en='another edit here changes or deletes this feature as well. Leave out one of the two.',
)
MOST_EDITS, LONGEST_MESSAGE = 1_000, 500


@BATCH.route('/collections/<path:collection_id>/edits', methods=['POST'], provide_automatic_options=False)
def save_together(collection_id: str) -> Response:
    """The release that the edits make, and the ids of new features; in a layer under review they wait together."""
    layer, author = may_edit(collection_id)
    if layer.require_if_match:
        raise VersionMissing(
            vi=f'Lớp "{layer.id}" chỉ nhận từng đối tượng, kèm If-Match.',
            en=f'The layer "{layer.id}" takes single features only, with If-Match.',
        )
    document = _read_edits()
    with editing(layer) as db:
        require_release(layer, current_releases(db))
        _require_key_values(document, layer)
        before = {pointer: _named(db, layer, author, entry) for pointer, entry in _entries(document, 'changed')}
        gone = [_named(db, layer, author, entry) for _, entry in _entries(document, 'deleted')]
        _must_be_edited_once([*before.values()], gone)
        contents = list(_contents(document, layer, before))
        together = prepared_together(contents, layer, service().locality.whole)
        rows, in_order = together or (None, [])
        if rows is not None:
            keys_must_differ(rows, in_order, layer)
            _check_keys(db, layer, rows, in_order, before)
        _require_units(db, author, layer, rows, [*before.values(), *gone])
        if layer.review:
            numbers = _keep_for_review(db, layer, author, rows, in_order, before, gone)
            return jsonify({'release': None, 'added': numbers}), 202  # type: ignore[return-value]
        changes = Changes(rows, [content.feature_id for content in in_order], [feature.id for feature in gone])
        saved = save(db, layer, service().locality.whole, changes, author, document.get('message') or None)
    return jsonify({'release': saved.release, 'added': saved.added})


def _read_edits() -> dict[str, Any]:
    """The body, with lists where it says lists; raises BadBody."""
    document = read_document(('application/json',))
    unknown = sorted(document.keys() - set(MEMBERS))
    lists = [document.get(name, []) for name in MEMBERS[1:]]
    message = document.get('message', '')
    if unknown or not all(isinstance(value, list) for value in lists) or not isinstance(message, str):
        raise BadBody(
            vi='Nội dung gồm "message" (chữ) và các danh sách "added", "changed", "deleted".',
            en='The body has "message", a text, and the lists "added", "changed" and "deleted".',
        )
    count = sum(map(len, lists))
    if not 0 < count <= MOST_EDITS or len(message) > LONGEST_MESSAGE:
        raise BadBody(
            vi=f'Có {count} sửa đổi; nhận từ 1 đến {MOST_EDITS}, lời ghi đến {LONGEST_MESSAGE} ký tự.',
            en=f'There are {count} edits; 1 to {MOST_EDITS} are taken, and a message of {LONGEST_MESSAGE} letters.',
        )
    return document


def _entries(document: dict[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """The edits of a list with their pointers."""
    for number, entry in enumerate(document.get(name, [])):
        yield f'/{name}/{number}', entry


def _key_of(entry: Any, layer: Layer) -> dict[str, Any] | None:
    """The values of the columns of the layer's key by which an entry names its feature; None where it does not."""
    key = entry.get('key') if isinstance(entry, dict) else None
    return {name: key.get(name) for name in layer.key} if isinstance(key, dict) and layer.key else None


def _require_key_values(document: dict[str, Any], layer: Layer) -> None:
    """Raises Unfit with each value in a key that its column cannot have: the database would not compare the two."""
    faults = [
        Fault(f'{pointer}/key/{name}', 'type', must_be(layer.columns[name]))
        for pointer, entry in (*_entries(document, 'changed'), *_entries(document, 'deleted'))
        for name, value in (_key_of(entry, layer) or {}).items()
        if not _is_value_of(layer.columns[name], value)
    ]
    if faults:
        raise Unfit(faults)


def _is_value_of(column: Column, value: Any) -> bool:
    """Whether the column can have JSON's `value`: texts of dates and moments are read, and NUL is in no text."""
    if not isinstance(value, str):
        return fits(value, column)
    try:
        READERS.get(column.type, str)(value)
    except ValueError:
        return False
    return fits(value, column) and '\x00' not in value


def _named(db: Connection, layer: Layer, author: str, entry: Any) -> Version | Pending:
    """The feature that an entry names by its id, or by `key`, the values of the columns of its key."""
    key = _key_of(entry, layer)
    if key is not None:
        return _with_key(db, layer, author, key)
    number = entry.get('id') if isinstance(entry, dict) else entry
    return feature_as_seen(db, layer, str(number), author)


def _with_key(db: Connection, layer: Layer, author: str, key: dict[str, Any]) -> Version | Pending:
    """The feature with this key, released or added by the author; one that they do not see is as one that is not."""
    words = ', '.join(map(str, key.values()))
    holder = version_with_key(db, layer, key)
    number = holder.id if holder else edit_review.number_waiting(db, layer, author, key)
    if number is None:
        return feature_as_seen(db, layer, words, author)
    try:
        return feature_as_seen(db, layer, str(number), author)
    except NoFeature:
        raise no_feature(layer, words) from None


def _contents(
    document: dict[str, Any], layer: Layer, before: dict[str, Version | Pending]
) -> Iterator[NewContent]:  # fmt: skip
    reading = reading_of_crs()
    for pointer, entry in _entries(document, 'added'):
        with _faults_at(pointer):
            content = feature_in(_object(entry, pointer), layer)
        yield NewContent(pointer, content, reading)
    for pointer, entry in _entries(document, 'changed'):
        feature = before[pointer]
        version = feature.as_version() if isinstance(feature, Pending) else feature
        with _faults_at(pointer):
            content = patch_in({name: value for name, value in entry.items() if name != 'key'}, layer, version)
        yield NewContent(pointer, content, reading if 'geometry' in entry else stored_reading(), feature.id)


@contextmanager
def _faults_at(pointer: str) -> Iterator[None]:
    """Raises Unfit with pointers that begin with the edit."""
    try:
        yield
    except Unfit as error:
        raise Unfit([replace(fault, pointer=pointer + fault.pointer) for fault in error.faults]) from None


def _must_be_edited_once(changed: list[Version | Pending], deleted: list[Version | Pending]) -> None:
    """Raises Unfit where a feature is deleted that another edit changes or deletes as well."""
    edited = {feature.id for feature in changed}
    faults: list[Fault] = []
    for number, feature in enumerate(deleted):
        if feature.id in edited:
            faults.append(Fault(f'/deleted/{number}', 'edited_twice', EDITED_TWICE))
        edited.add(feature.id)
    if faults:
        raise Unfit(faults)


def _object(entry: Any, pointer: str) -> dict[str, Any]:
    if isinstance(entry, dict):
        return entry
    raise BadBody(vi=f'{pointer} phải là một đối tượng GeoJSON.', en=f'{pointer} must be a feature of GeoJSON.')


def _check_keys(
    db: Connection,
    layer: Layer,
    rows: Prepared,
    contents: list[NewContent],
    before: dict[str, Version | Pending],
) -> None:
    """Raises Unfit where a new feature has a key that is taken, or a changed one would get another."""
    faults: list[Fault] = []
    for position, content in enumerate(contents):
        values = row_of(rows, position, layer)
        try:
            with _faults_at(content.pointer):
                _check_key(db, layer, values, before.get(content.pointer))
        except Unfit as error:
            faults += error.faults
    if faults:
        raise Unfit(faults)


def _check_key(db: Connection, layer: Layer, values: dict[str, Any], feature: Version | Pending | None) -> None:
    if feature is None:
        key_must_be_free(db, layer, values)
    elif feature.id > 0:
        key_must_stay(feature.as_version() if isinstance(feature, Pending) else feature, values, layer)


def _require_units(
    db: Connection, author: str, layer: Layer, rows: Prepared | None, features: list[Version | Pending]
) -> None:
    """Raises NotYourUnit where one of the places, as they are or are to be, lies outside the editor's unit."""
    versions = [feature.as_version() if isinstance(feature, Pending) else feature for feature in features]
    srid, count = service().locality.srid, 0 if rows is None else len(rows.geometry)
    drafts = [draft_of(rows, layer, srid, position).geometry for position in range(count) if rows is not None]
    require_unit(db, author, layer, [*map(as_hex, versions), *drafts])


def _keep_for_review(
    db: Connection,
    layer: Layer,
    author: str,
    rows: Prepared | None,
    contents: list[NewContent],
    before: dict[str, Version | Pending],
    gone: list[Version | Pending],
) -> list[int]:
    """The numbers of the new features, which wait with the other edits."""
    numbers: list[int] = []
    for position, content in enumerate(contents):
        if rows is None:
            break
        draft = draft_of(rows, layer, service().locality.srid, position)
        if content.feature_id is None:
            numbers.append(edit_review.add(db, layer, author, draft))
        else:
            edit_review.keep(db, layer, author, before[content.pointer], draft)
    for feature in gone:
        edit_review.keep(db, layer, author, feature, None)
    return numbers
