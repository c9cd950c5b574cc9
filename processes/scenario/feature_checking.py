"""Changes of the features of one layer, held against its model and its rows as their author sees them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import shapely
from psycopg2.extensions import connection as Connection

from dothi.core.crs import parse_crs
from dothi.core.errors import did_you_mean
from dothi.core.layer import Audience, Layer
from dothi.core.layer_source import source as layer_source
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.doctor.coordinates import Reading
from etl.editing.checks import Fault, Submitted, Unfit, prepared, unknown_properties
from etl.editing.edit import plain, row_of
from processes.scenario.changes import AddFeature, CloseFeature, FeatureChange
from processes.scenario.keys import ID, BadKey, canonical_key, find_rows, key_columns
from processes.scenario.numbered import NumberedChange, read_shape, unreadable

type Numbered = NumberedChange[FeatureChange]
# By number of the change: the row that it means, as `find_rows` gives it.
type Rows = dict[int, dict[str, Any]]

CRS84 = Reading(parse_crs('EPSG:4326'))
# Stand in a key that an added feature was not given, while its other values are checked.
PROVISIONAL: dict[str, Any] = {'integer': 0, 'number': 0, 'date': '2000-01-01', 'boolean': False}


def check_features(
    layer_id: str, changes: Sequence[Numbered], db: Connection, locality: Locality, audience: Audience
) -> tuple[list[Numbered], list[Fault]]:
    """The changes of a layer with their keys and values as they are stored, and what is wrong with them."""
    refusal = _why_not_changed(layer_id, locality, audience)
    if refusal is not None:
        return [], [numbered.fault('/layer', 'unknown_layer', refusal) for numbered in changes]
    check = _LayerCheck(locality.layer(layer_id), locality, audience)
    stored = check.of(changes, db)
    return stored, check.faults


def _why_not_changed(layer_id: str, locality: Locality, audience: Audience) -> Text | None:
    """Why no scenario can change the layer; None where it can."""
    visible = locality.layers_for(audience)
    if layer_id not in visible:
        says = Text(vi='không có lớp "{name}". {hint}', en='there is no layer "{name}". {hint}')
        return says.format(name=layer_id, hint=did_you_mean(layer_id, visible))
    layer = visible[layer_id]
    if layer.publish.validity:
        says = Text(
            vi='lớp "{name}" có thời hạn hiệu lực: phương án không đổi được.',
            en='the features of "{name}" have periods of validity: a scenario cannot change them.',
        )
        return says.format(name=layer_id)
    if layer.made_by is not None:
        says = Text(
            vi='lớp "{name}" do phân tích "{process}" tính ra: phương án không đổi được.',
            en='"{name}" is computed by the process "{process}": a scenario cannot change it.',
        )
        return says.format(name=layer_id, process=layer.made_by)
    return None


class _LayerCheck:
    """The layer that changes are held against, and the faults so far."""

    def __init__(self, layer: Layer, locality: Locality, audience: Audience) -> None:
        self.layer, self.locality, self.audience = layer, locality, audience
        self.columns = layer.columns_for(audience)
        self.faults: list[Fault] = []

    def of(self, changes: Sequence[Numbered], db: Connection) -> list[Numbered]:
        """The changes as they are stored; what comes of them means nothing where there are faults."""
        well_named = [numbered for numbered in changes if self._has_known_names(numbered)]
        keys = {numbered.number: key for numbered in well_named if (key := self._key(numbered)) is not None}
        rows = self._rows(keys, db)
        self._must_be_there(well_named, keys, rows)
        self._must_be_single(well_named, keys, rows)
        return [] if self.faults else self._stored(well_named, rows)

    def _note(self, numbered: Numbered, place: str, code: str, says: Text) -> None:
        self.faults.append(numbered.fault(place, code, says))

    def _has_known_names(self, numbered: Numbered) -> bool:
        if isinstance(numbered.change, CloseFeature):
            return True
        faults = unknown_properties([*numbered.change.properties], [*self.columns])
        for fault in faults:
            self._note(numbered, fault.pointer, fault.code, fault.says)
        return not faults

    def _key(self, numbered: Numbered) -> dict[str, Any] | None:
        """The key by column; None for an added feature that was given none, and for what is no key."""
        change = numbered.change
        if not isinstance(change, AddFeature):
            try:
                return canonical_key(self.layer, self.audience, change.key)
            except BadKey as error:
                self._note(numbered, '/key', 'key', error.text)
                return None
        names = key_columns(self.layer, self.audience)
        values = {name: change.properties.get(name) for name in names}
        # what is wrong with a value of a new feature, the checks of the layer say
        is_whole = names and all(isinstance(value, str | int) for value in values.values())
        return values if is_whole else None

    def _rows(self, keys: dict[int, dict[str, Any]], db: Connection) -> Rows:
        source = layer_source(self.layer, self.locality, self.audience)
        rows = find_rows(db, self.layer, self.audience, [*keys.values()], source)
        return {number: row for number, row in zip(keys, rows, strict=True) if row is not None}

    def _must_be_there(self, changes: Sequence[Numbered], keys: dict[int, dict[str, Any]], rows: Rows) -> None:
        """Notes what is changed or closed and is not there, and what is added and is there."""
        for numbered in changes:
            if numbered.number not in keys:
                continue
            key, is_there = ', '.join(map(str, keys[numbered.number].values())), numbered.number in rows
            words = {'name': self.layer.id, 'key': key}
            if isinstance(numbered.change, AddFeature):
                if is_there:
                    self._note(numbered, '/properties', 'key_duplicate', _KEY_IN_USE.format(**words))
            elif not is_there:
                self._note(numbered, '/key', 'unknown_feature', _NOT_THERE.format(**words))

    def _must_be_single(self, changes: Sequence[Numbered], keys: dict[int, dict[str, Any]], rows: Rows) -> None:
        """Notes each change of a feature that an earlier change is of."""
        first: dict[str, int] = {}
        for numbered in changes:
            number = numbered.number
            if number not in keys:
                continue
            identity = str(rows[number][ID]) if number in rows else json.dumps(keys[number], sort_keys=True)
            if (earlier := first.setdefault(identity, number)) != number:
                self._note(numbered, '', 'twice', _TWICE.format(number=earlier))

    def _stored(self, changes: Sequence[Numbered], rows: Rows) -> list[Numbered]:
        """The changes with their values as the layer holds them; notes what it cannot take."""
        values = self._checked_values(changes, rows)
        return [self._stored_change(numbered, values.get(numbered.number, {}), rows) for numbered in changes]

    def _checked_values(self, changes: Sequence[Numbered], rows: Rows) -> dict[int, dict[str, Any]]:
        """The values of what is added and changed, by number of the change."""
        moved: list[tuple[Numbered, Submitted]] = []
        staying: list[tuple[Numbered, Submitted]] = []
        for numbered in changes:
            change = numbered.change
            if isinstance(change, CloseFeature):
                continue
            values = self._whole_values(numbered, rows)
            if change.geometry is None:
                wkb = bytes(rows[numbered.number]['wkb'])
                staying.append((numbered, Submitted(values, shapely.from_wkb(wkb))))
            elif (shape := read_shape(change.geometry)) is None:
                self.faults.append(unreadable(numbered))
            else:
                moved.append((numbered, Submitted(values, shape)))
        as_stored = Reading(parse_crs(f'EPSG:{self.locality.srid}'))
        return self._prepared(moved, CRS84) | self._prepared(staying, as_stored)

    def _whole_values(self, numbered: Numbered, rows: Rows) -> dict[str, Any]:
        """All values of the feature as the change wants it; notes a key that would become another one."""
        change = numbered.change
        if isinstance(change, CloseFeature):
            return {}
        if isinstance(change, AddFeature):
            names = key_columns(self.layer, self.audience)
            provisional = {name: PROVISIONAL.get(self.columns[name].type, f'new-{numbered.number}') for name in names}
            return provisional | {name: value for name, value in change.properties.items() if value is not None}
        row = {name: plain(rows[numbered.number][name]) for name in self.columns}
        for name in key_columns(self.layer, self.audience):
            if change.properties.get(name, row[name]) != row[name]:
                self._note(numbered, f'/properties/{name}', 'key_changed', _KEY_CHANGED)
        return row | dict(change.properties)

    def _prepared(self, features: Sequence[tuple[Numbered, Submitted]], reading: Reading) -> dict[int, dict[str, Any]]:
        """The values of each feature as its layer holds them, by number of the change; notes what does not fit."""
        if not features:
            return {}
        try:
            rows = prepared([feature for _, feature in features], reading, self.layer, self.locality)
        except Unfit as error:
            for fault in error.faults:
                _, _, column = fault.pointer.partition('/properties/')
                # what its author cannot see, they cannot put right
                if not column or column in self.columns:
                    self._note(features[fault.row][0], fault.pointer, fault.code, fault.says)
            return {}
        return {numbered.number: row_of(rows, place, self.layer) for place, (numbered, _) in enumerate(features)}

    def _stored_change(self, numbered: Numbered, values: dict[str, Any], rows: Rows) -> Numbered:
        """The change with its key by the columns of the key, and the values that it names as the layer holds them."""
        change = numbered.change
        stored: dict[str, Any] = {}
        if not isinstance(change, AddFeature):
            names = key_columns(self.layer, self.audience) or [ID]
            stored['key'] = {name: plain(rows[numbered.number][name]) for name in names}
        if not isinstance(change, CloseFeature) and values:
            stored['properties'] = {name: values[name] for name in change.properties}
        return replace(numbered, change=change.model_copy(update=stored))


_KEY_IN_USE = Text(
    vi='lớp "{name}" đã có đối tượng {key}. Dùng "change", hoặc mã khác.',
    en='"{name}" has a feature {key} already. Use "change", or another key.',
)
_NOT_THERE = Text(vi='lớp "{name}" không có đối tượng {key}.', en='"{name}" has no feature {key}.')
_TWICE = Text(
    vi='trùng đối tượng với thay đổi {number}. Gộp thành một thay đổi.',
    en='is of the same feature as change {number}. Make one change of both.',
)
_KEY_CHANGED = Text(
    vi='không được đổi mã khóa. Đóng đối tượng này và thêm đối tượng mới.',
    en='the key of a feature cannot be changed. Close the feature, and add a new one.',
)
