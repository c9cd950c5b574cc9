"""`access.yml`: what people of each role may do, and with which layers."""

from collections.abc import Collection
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from dothi.core.access.person import Action, Identity, Role
from dothi.core.layer import Layer
from dothi.core.locality_file import parse_file
from dothi.core.settings import LOCALITIES


class Rule(BaseModel):
    """What is allowed, with which layers. own: those that the agency of whoever asks may deliver."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    may: list[Action] = Field(min_length=1)
    layers: Literal['all', 'own'] | list[str]

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
        rules = self.root.get(identity.person.role, [])
        return identity.scopes & {action for rule in rules for action in rule.may}

    def allows(self, identity: Identity, action: Action, layer_id: str, own_layers: Collection[str]) -> bool:
        """Whether somebody may do this with the layer. own_layers: ids of those that their agency may deliver."""
        rules = self.root.get(identity.person.role, [])
        return action in identity.scopes and any(
            action in rule.may and rule.covers(layer_id, own_layers) for rule in rules
        )


def load_policy(file: Path) -> AccessPolicy:
    """The rules of `file`, or those that the project ships where there is no such file. Raises BadLocalityFile.

    There is no way on with a file that is wrong: nobody would know who may do what.
    """
    return parse_file(AccessPolicy, file if file.exists() else LOCALITIES / 'library' / 'access.yml')


def unknown_layers(policy: AccessPolicy, layers: dict[str, Layer]) -> list[str]:
    """Ids that rules name and that are no layer's: such a rule never applies."""
    named = {
        name
        for rules in policy.root.values()
        for rule in rules
        if isinstance(rule.layers, list)
        for name in rule.layers
    }
    return sorted(named - layers.keys())
