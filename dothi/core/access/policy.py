"""`access.yml`: what people of each role may do, and with which layers."""

from collections.abc import Collection
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from dothi.core.access.person import Action, Identity, Role
from dothi.core.locality_file import parse_file
from dothi.core.settings import LOCALITIES

# What can be limited to the layers of an agency, and to those of a list; everything else is for all layers or none.
LIMITED = frozenset({Action.EDIT, Action.DELIVER, Action.DECIDE})


class Rule(BaseModel):
    """What is allowed, with which layers. own: those that the agency of whoever asks may deliver."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    may: list[Action] = Field(min_length=1)
    layers: Literal['all', 'own'] | list[str]

    @model_validator(mode='after')
    def _is_kept(self) -> Self:
        """Refuses a rule that says more than is kept: who writes it would think that it holds."""
        beyond = [action for action in self.may if self.layers != 'all' and action not in LIMITED]
        if beyond:
            raise ValueError(f'layers of {", ".join(beyond)} can only be "all" so far')
        return self

    def covers(self, layer_id: str, own_layers: Collection[str]) -> bool:
        """Whether the rule is about the layer."""
        if self.layers == 'all':
            return True
        return layer_id in (own_layers if self.layers == 'own' else self.layers)


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

    def allows(self, identity: Identity, action: Action, layer_id: str, own_layers: Collection[str]) -> bool:
        """Whether somebody may do this with the layer. own_layers: ids of those that their agency may deliver."""
        return self.deciding_rules(identity, layer_id, own_layers)[action] is not None

    def deciding_rules(
        self, identity: Identity, layer_id: str, own_layers: Collection[str]
    ) -> dict[Action, Rule | None]:
        """The first rule that allows each action with the layer; None where none does, or the key that was shown."""
        rules = [rule for rule in self.root.get(identity.person.role, []) if rule.covers(layer_id, own_layers)]
        return {
            action: next((rule for rule in rules if action in rule.may and action in identity.scopes), None)
            for action in Action
        }


def load_policy(file: Path) -> AccessPolicy:
    """The rules of `file`, or those that the project ships where there is no such file. Raises BadLocalityFile.

    There is no way on with a file that is wrong: nobody would know who may do what.
    """
    return parse_file(AccessPolicy, file if file.exists() else LOCALITIES / 'library' / 'access.yml')


def idle_rules(policy: AccessPolicy, layer_ids: Collection[str]) -> list[str]:
    """What of the rules never applies, in words of the file: ids that are no layer's, and rules of no layer at all."""
    idle = []
    for role, rules in policy.root.items():
        for rule in rules:
            if isinstance(rule.layers, list):
                idle += [f'{role}: {name}' for name in rule.layers if name not in layer_ids]
                idle += [f'{role}: layers: []'] if not rule.layers else []
    return idle
