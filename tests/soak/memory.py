"""How much memory an instance takes, and how fast that grows."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.instances import WholeInstance


@dataclass
class MemoryLog:
    """What the processes of an instance took, in megabytes by process id, and when; what they share counts once."""

    instance: WholeInstance
    at_s: list[float] = field(default_factory=list)
    taken_mb: list[dict[int, float]] = field(default_factory=list)

    def measure(self) -> float:
        """Megabytes that all take now; remembered."""
        self.at_s.append(time.monotonic())
        self.taken_mb.append({int(p.name): _proportional_mb(p) for p in self.instance.process_folders()})
        return self.total_mb(-1)

    def total_mb(self, number: int) -> float:
        """Megabytes that all took at a measurement."""
        return sum(self.taken_mb[number].values())

    def growth_mb_per_min(self, warm_up_s: float) -> float:
        """The slope of a line through what the lasting processes took after the warm-up.

        Those of an analysis come and go; with them chance would say more than growth does.
        """
        warm = [number for number, at_s in enumerate(self.at_s) if at_s >= self.at_s[0] + warm_up_s]
        lasting = set.intersection(*(set(self.taken_mb[number]) for number in warm))
        taken_mb = [sum(self.taken_mb[number][pid] for pid in lasting) for number in warm]
        return float(np.polyfit([self.at_s[number] for number in warm], taken_mb, 1)[0] * 60)


def _proportional_mb(process: Path) -> float:
    try:
        lines = (process / 'smaps_rollup').read_text(encoding='ascii').splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith('Pss:')) / 1024
