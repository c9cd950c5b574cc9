"""`access.yml`: what people of each role may do, and with which layers."""

from collections.abc import Collection, Iterator
from os.path import lexists
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from dothi.core.access.person import Action, Identity, Person, Role
from dothi.core.layer import Described
from dothi.core.locality_file import parse_file
from dothi.core.settings import LOCALITIES

# What can be limited to some layers; everything else is for all layers or none.
LIMITED = frozenset({Action.SEE, Action.DOWNLOAD, Action.EDIT, Action.DELIVER, Action.DECIDE})
# Of these a unit's office has its part of every layer (etl/inbox/sendable.py); it sees what its agency supplies.
CHANGING = frozenset({Action.EDIT, Action.DELIVER, Action.DECIDE})
ALL = 'all'


class Rule(BaseModel):
    """What is allowed, with which layers, and what of them is seen.

    layers: `all` that are not restricted, those that are `restricted`, those that the agency of whoever asks supplies
    (`own`), or ids. themes: of these only layers of such themes. columns: restricted columns that are shown as well.
    rows: by column the values, of which a row has one; `own` is the unit of whoever's agency. Where there are several
    columns a row that fits one of them is shown. A layer that has none of the columns is not meant.
    """

    model_config = ConfigDict(extra='forbid', frozen=True)

    may: list[Action] = Field(min_length=1)
    layers: Literal['all', 'restricted', 'own'] | list[str]
    themes: list[str] | None = Field(None, min_length=1)
    columns: Literal['all'] | list[str] = []
    rows: dict[str, Literal['own'] | Annotated[list[str], Field(min_length=1)]] | None = Field(None, min_length=1)

    @model_validator(mode='before')
    @classmethod
    def _is_whole(cls, rule: Any) -> Any:
        """Refuses a key without a value: of `rows:` whose lines are not written yet, all rows would be shown."""
        unfinished = [name for name, value in rule.items() if value is None] if isinstance(rule, dict) else []
        if unfinished:
            raise ValueError(f'{", ".join(unfinished)} has no value: write one, or leave the key out')
        return rule

    @model_validator(mode='after')
    def _is_kept(self) -> Self:
        """Refuses a rule that says more than is kept: who writes it would think that it holds."""
        beyond = [action for action in self.may if self.is_limited and action not in LIMITED]
        if beyond:
            raise ValueError(
                f'{", ".join(beyond)} cannot be limited to some layers, columns or rows: put it into a rule with '
                'layers: all'
            )
        if self.rows and CHANGING & set(self.may):
            raise ValueError('rows limit what is seen and downloaded; edit, deliver and decide belong into other rules')
        return self

    @property
    def is_limited(self) -> bool:
        """Whether it is about some layers or rows only."""
        return self.layers != ALL or self.themes is not None or self.rows is not None

    def covers(self, described: Described, own_layers: Collection[str]) -> bool:
        """Whether the rule is about the layer."""
        if self.themes is not None and described.theme not in self.themes:
            return False
        if self.rows is not None and not self.rows.keys() & getattr(described, 'columns', {}).keys():
            return False
        if isinstance(self.layers, list):
            return described.id in self.layers
        if self.layers == 'own':
            return described.id in own_layers
        return (self.layers == 'restricted') == (described.access == 'restricted')


class AccessPolicy(RootModel[dict[Role, list[Rule]]]):
    """The rules of each role; a role that is not named may do nothing."""

    model_config = ConfigDict(frozen=True)

    def actions(self, identity: Identity) -> frozenset[Action]:
        """What somebody may do with some layer or other, and with the way in which they came."""
        rules = [
            rule
            for rule in self.root.get(identity.person.role, [])
            # who acts for no agency has no layers of their own
            if rule.layers != 'own' or identity.person.agency is not None
        ]
        return identity.scopes & {action for rule in rules for action in rule.may}

    def allows(self, identity: Identity, action: Action, described: Described, sendable: Collection[str]) -> bool:
        """Whether somebody may do this with the layer. sendable: ids of those that their agency may deliver."""
        return action in identity.scopes and bool(self.rules_for(identity.person, action, described, sendable))

    def deciding_rules(
        self, identity: Identity, described: Described, sendable: Collection[str]
    ) -> dict[Action, Rule | None]:
        """The first rule that allows each action with the layer; None where none does, or the key that was shown."""
        return {
            action: next(iter(self.rules_for(identity.person, action, described, sendable)), None)
            if action in identity.scopes
            else None
            for action in Action
        }

    def rules_for(
        self, person: Person, action: Action, described: Described, sendable: Collection[str] = ()
    ) -> list[Rule]:
        """The rules that allow the person this with the layer."""
        supplied = {described.id} if person.agency == described.agency else set()
        own_layers = sendable if action in CHANGING else supplied
        return [
            rule for rule in self.root.get(person.role, []) if action in rule.may and rule.covers(described, own_layers)
        ]


def load_policy(file: Path) -> AccessPolicy:
    """The rules of `file`, or those that the project ships where there is no such file. Raises BadLocalityFile.

    There is no way on with a file that is wrong: nobody would know who may do what.
    """
    shipped = LOCALITIES / 'library' / 'access.yml'
    return parse_file(AccessPolicy, file if lexists(file) else shipped, as_text=True)


def idle_rules(policy: AccessPolicy, described: Collection[Described]) -> list[str]:
    """What of the rules never applies, in words of the file: ids, themes, columns and values that are not there."""
    return [
        f'{role}: {name}' for role, rules in policy.root.items() for rule in rules for name in _idle(rule, described)
    ]


def public_with_row_rules(policy: AccessPolicy, described: Collection[Described]) -> list[str]:
    """Ids of public layers of which a rule hides rows by name: whoever has not signed in sees them all elsewhere.

    A rule about all layers may well be meant for those that are not public.
    """
    rules = [rule for rules in policy.root.values() for rule in rules if rule.rows and isinstance(rule.layers, list)]
    public = [data for data in described if data.access == 'public']
    return sorted(data.id for data in public if any(rule.covers(data, ()) for rule in rules))


def _idle(rule: Rule, described: Collection[Described]) -> list[str]:
    ids, themes = {data.id for data in described}, {data.theme for data in described}
    columns = [pair for data in described for pair in getattr(data, 'columns', {}).items()]
    names, restricted = (
        {name for name, _ in columns},
        {name for name, column in columns if column.access == 'restricted'},
    )
    layers, shown = (value if isinstance(value, list) else [] for value in (rule.layers, rule.columns))
    return [
        *(['layers: []'] if rule.layers == [] else []),
        *(name for name in layers if name not in ids),
        *(f'themes: {name}' for name in rule.themes or [] if name not in themes),
        *(f'columns: {name}' for name in shown if name not in restricted),
        *(f'rows: {name}' for name in rule.rows or {} if name not in names),
        *_idle_rows(rule, described),
    ]


def _idle_rows(rule: Rule, described: Collection[Described]) -> Iterator[str]:
    """Layers that the rule names and that have none of its columns, and values that no layer's domain has."""
    for data in described if rule.rows else ():
        if isinstance(rule.layers, list) and data.id in rule.layers and not rule.covers(data, ()):
            yield f'rows of {data.id}'
    covered = [data for data in described if rule.rows and rule.covers(data, {data.id})]
    for name, values in (rule.rows or {}).items():
        columns = [column for data in covered if (column := getattr(data, 'columns', {}).get(name))]
        domains = [column.domain for column in columns]
        if columns and values != 'own' and all(domains):
            yield from (f'rows: {name}: {value}' for value in values if not any(value in each for each in domains))
