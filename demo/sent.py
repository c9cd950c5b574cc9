"""One file of the demo, and how it is delivered."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class DemoFile:
    """One file of the demo and the options that it is delivered with."""

    path: Path
    layer: str
    agency: str
    scope: str = 'all'
    mode: Literal['replace', 'upsert'] = 'replace'
    crs: str | None = None
    encoding: str | None = None
    as_of: date | None = None
    # whether it may take much away: a demo of another size does, and only what is to wait for a person may not
    accept_loss: bool = True
