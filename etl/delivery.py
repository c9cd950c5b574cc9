"""One delivery while it is worked on."""

from dataclasses import dataclass
from pathlib import Path

from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.progress import Progress
from etl.options import DeliveryOptions


@dataclass(frozen=True)
class Delivery:
    """What one delivery works with. number: None for a check, which records nothing."""

    file: Path
    layer: Layer
    options: DeliveryOptions
    locality: Locality
    progress: Progress
    number: int | None = None

    @property
    def staging(self) -> str:
        """Name of its table in the schema `staging`."""
        return f'{self.layer.id}_{self.number or "check"}'
