"""Access classes: what somebody sees of a locality. Whoever sees the same shares everything that is made of it."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from dothi.core.access.guards import Guard, columns_of, opened_columns
from dothi.core.access.person import Action, Person
from dothi.core.access.policy import Rule
from dothi.core.coverage import Coverage
from dothi.core.layer import Described, Layer
from dothi.core.locality import Locality

# By column the values of which a row has one; None is every row.
type Rows = dict[str, list[str]] | None


@dataclass(frozen=True)
class Sight:
    """What somebody sees of a guarded layer: these of its restricted columns, and these rows."""

    columns: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True)
class AccessClass:
    """What somebody sees beyond what everybody sees who works with the platform, by layer."""

    sights: dict[str, Sight]

    @cached_property
    def claims(self) -> dict[str, Any]:
        """What the database is told (sql/functions/access_claims.sql)."""
        return {name: {'columns': list(sight.columns), 'rows': sight.rows} for name, sight in self.sights.items()}

    @cached_property
    def name(self) -> str:
        """The same for whoever sees the same; empty for who sees what everybody sees."""
        if not self.sights:
            return ''
        return hashlib.sha256(json.dumps(self.claims, sort_keys=True).encode()).hexdigest()[:12]


EVERYBODY = AccessClass({})
# What of a locality may be broken beside files of layers and coverages (dothi/core/locality.py).
OF_NO_LAYER = frozenset(('documents', 'norms', 'themes'))


def class_of_claims(claims: dict[str, Any]) -> AccessClass:
    """The class that makes these claims."""
    sights = {name: Sight(tuple(claim['columns']), claim['rows']) for name, claim in claims.items()}
    return AccessClass(sights)


def class_of(person: Person, locality: Locality) -> AccessClass:
    """The access class of a person, by `access.yml` and their agency."""
    sights = {
        data.id: sight
        for data in described(locality)
        if data.id in locality.guards and (sight := _sight(person, data, locality)) is not None
    }
    # what is seen like by everybody needs no claim
    return AccessClass({name: sight for name, sight in sights.items() if _is_claimed(locality.guards[name], sight)})


def locality_of(locality: Locality, access_class: AccessClass) -> Locality:
    """The locality as the class sees it: what it does not see is not there, as if there were no file of it.

    Nor is a layer whose file is broken: nobody knows who may see it.
    """
    layers = {name: _seen_layer(layer, access_class) for name, layer in locality.layers.items()}
    seen = {name for name in (*layers, *locality.coverages) if _is_seen(locality, name, access_class)}
    sights = access_class.sights.items()
    return replace(
        without_broken_layers(locality),
        layers={name: layer for name, layer in layers.items() if name in seen},
        coverages={name: _opened(data) for name, data in locality.coverages.items() if name in seen},
        unfiltered=locality,
        access_class=access_class.name,
        claimed=frozenset(access_class.sights),
        masked=frozenset(name for name, sight in sights if sight.columns),
        row_limited=frozenset(name for name, sight in sights if sight.rows is not None),
    )


def without_broken_layers(locality: Locality) -> Locality:
    """The locality for who is not to hear what is wrong with its layers, nor that there are such: files and lines."""
    broken = {name: error for name, error in locality.broken.items() if name in OF_NO_LAYER}
    return replace(locality, broken=broken, unfiltered=locality.whole)


def described(locality: Locality) -> list[Layer | Coverage]:
    """All layers and coverages."""
    return [*locality.layers.values(), *locality.coverages.values()]


def _sight(person: Person, data: Layer | Coverage, locality: Locality) -> Sight | None:
    rules = locality.policy.rules_for(person, Action.SEE, data)
    if not rules:
        return None
    columns = {name for rule in rules for name in opened_columns(rule, data)}
    return Sight(tuple(sorted(columns)), _rows(rules, data, _own_unit(person, locality)))


def _rows(rules: list[Rule], data: Described, own_unit: str | None) -> Rows:
    """The rows that any of the rules shows."""
    if any(rule.rows is None for rule in rules):
        return None
    values: dict[str, set[str]] = {}
    for name, allowed in ((name, allowed) for rule in rules for name, allowed in (rule.rows or {}).items()):
        if name in columns_of(data):
            own = [] if own_unit is None else [own_unit]
            values.setdefault(name, set()).update(own if allowed == 'own' else map(str, allowed))
    return {name: sorted(values[name]) for name in sorted(values)}


def _own_unit(person: Person, locality: Locality) -> str | None:
    agency = locality.agencies.get(person.agency or '')
    return agency.unit_code if agency else None


def _is_claimed(guard: Guard, sight: Sight) -> bool:
    return guard.hides_rows or bool(sight.columns)


def _is_seen(locality: Locality, name: str, access_class: AccessClass) -> bool:
    return not locality.hides_rows(name) or name in access_class.sights


def _seen_layer(layer: Layer, access_class: AccessClass) -> Layer:
    sight = access_class.sights.get(layer.id)
    if sight is None or not (sight.columns or layer.access == 'restricted'):
        return layer
    columns = {
        name: column.model_copy(update={'access': 'internal'}) if name in sight.columns else column
        for name, column in layer.columns.items()
    }
    return _opened(layer).model_copy(update={'columns': columns})


def _opened[Data: Described](data: Data) -> Data:
    """What is restricted, as an internal one: whoever has it before them may see it."""
    return data.model_copy(update={'access': 'internal'}) if data.access == 'restricted' else data
