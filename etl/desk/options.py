"""What a delivery may be told beside its file."""

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from etl.desk.held import ACCEPTED_AS_IT_IS, Reason
from etl.desk.letter import Letter
from etl.geocode.corrections import Spot

SCOPE = re.compile(r'^(all|unit=[0-9A-Za-z_.-]{1,40})$')


class DeliveryOptions(BaseModel):
    """The options of `dothi deliver` and `dothi check`."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    layer: str
    crs: str | None = None
    encoding: str | None = None
    source_layer: str | None = None
    # the file's name of a column to the layer's, where the sender says it
    columns: dict[str, str] = {}
    scope: str = 'all'
    mode: Literal['replace', 'upsert'] = 'replace'
    as_of: date | None = None
    dry_run: bool = False
    # --accept-loss: whoever delivers agrees unseen to all that can be agreed to
    accept_loss: bool = False
    # what a person saw and agreed to: as `Report.seen`
    agreed: dict[Reason, float] = {}
    # by the number of a row without coordinates: where a person says that it is
    places: dict[int, Spot] = {}
    note: str | None = None
    letter: Letter | None = None
    origin: Literal['delivery', 'demo', 'edit', 'rollback'] = 'delivery'
    agency: str | None = None
    # the role of whoever hands it over, never a name
    sender: str | None = None

    @field_validator('scope')
    @classmethod
    def _scope_is_known(cls, scope: str) -> str:
        return scope_is_known(scope)

    @property
    def unit(self) -> str | None:
        """The code of the unit that the delivery is limited to, or None for the whole layer."""
        return self.scope.removeprefix('unit=') if self.scope != 'all' else None

    def agrees_to(self, reason: Reason, figure: float) -> bool:
        """Whether a person has said yes to this: to no more of it than was seen."""
        if self.accept_loss and reason in ACCEPTED_AS_IT_IS:
            return True
        return reason in self.agreed and figure <= self.agreed[reason]


def scope_is_known(scope: str) -> str:
    """The scope as it was given; raises ValueError where it is none."""
    if not SCOPE.match(scope):
        raise ValueError('must be "all" or "unit=" and the code of a unit, such as unit=366')
    return scope
