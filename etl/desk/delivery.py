"""One delivery while it is worked on."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from dothi.core.coverage import Coverage
from dothi.core.errors import NotFound
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.progress import Progress
from etl.desk.options import DeliveryOptions


class UnknownAgency(NotFound):
    """No agency of the locality has this id."""


@dataclass(frozen=True)
class Delivery[L: (Layer, Coverage)]:
    """What one delivery works with. number: None for a check, which records nothing. program: that it came by.

    changes_file: where a preview wants what would change.
    """

    file: Path
    layer: L
    options: DeliveryOptions
    locality: Locality
    progress: Progress
    number: int | None = None
    program: str = 'dothi deliver'
    changes_file: Path | None = None

    def of_day(self, day: date) -> 'Delivery[L]':
        """The same delivery, told the day whose state it is."""
        return replace(self, options=self.options.model_copy(update={'as_of': day}))

    @property
    def staging(self) -> str:
        """Name of its table in the schema `staging`."""
        return f'{self.layer.id}_{self.number or "check"}'


def must_be_known(agency: str | None, locality: Locality) -> None:
    """Raises UnknownAgency, with the nearest id, where the locality has no such `agency`."""
    if agency is not None and agency not in locality.agencies:
        raise UnknownAgency.with_suggestion(
            agency,
            locality.agencies,
            vi=f'--agency {agency}: không có cơ quan này trong agencies.yml.',
            en=f'--agency {agency}: agencies.yml has no such agency.',
        )
