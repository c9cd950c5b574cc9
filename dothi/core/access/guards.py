"""What of a locality the database keeps from who may not see it, by the rules of `access.yml`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dothi.core.access.person import Action
from dothi.core.access.policy import ALL, AccessPolicy, Rule
from dothi.core.layer import Described


@dataclass(frozen=True)
class Guard:
    """How the database keeps a layer from who may not see it.

    hides_rows: without a claim no row is shown. row_columns: by which claims may choose rows. masked: restricted
    columns that a claim may show.
    """

    hides_rows: bool
    row_columns: tuple[str, ...]
    masked: tuple[str, ...]


def guards_of(policy: AccessPolicy, data: Iterable[Described]) -> dict[str, Guard]:
    """The guards of the layers that not everybody with a role sees as a whole."""
    guards = {described.id: _guard(policy, described) for described in data}
    return {name: guard for name, guard in guards.items() if guard.hides_rows or guard.masked}


def columns_of(data: Described) -> dict[str, Any]:
    """The columns of a layer; a coverage has none."""
    return getattr(data, 'columns', {})


def opened_columns(rule: Rule, data: Described) -> list[str]:
    """The restricted columns of the layer that the rule shows."""
    restricted = [name for name, column in columns_of(data).items() if column.access == 'restricted']
    return restricted if rule.columns == ALL else [name for name in restricted if name in rule.columns]


def _guard(policy: AccessPolicy, data: Described) -> Guard:
    rules_of_roles = [[rule for rule in rules if Action.SEE in rule.may] for rules in policy.root.values()]
    covering = [rule for rules in rules_of_roles for rule in rules if rule.covers(data, {data.id})]
    is_for_all = all(any(_shows_whole(rule, data) for rule in rules) for rules in rules_of_roles if rules)
    row_columns = {name for rule in covering for name in rule.rows or {} if name in columns_of(data)}
    masked = {name for rule in covering for name in opened_columns(rule, data)}
    hides_rows = data.access == 'restricted' or not is_for_all
    return Guard(hides_rows, tuple(sorted(row_columns)), tuple(sorted(masked)))


def _shows_whole(rule: Rule, data: Described) -> bool:
    """Whether everybody who has the rule sees all rows of the layer."""
    return rule.rows is None and rule.covers(data, ())
