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
    # what each process was called when it was last seen
    titles: dict[int, str] = field(default_factory=dict)

    def measure(self) -> float:
        """Megabytes that all take now; remembered."""
        self.at_s.append(time.monotonic())
        folders = list(self.instance.process_folders())
        self.taken_mb.append({int(p.name): _proportional_mb(p) for p in folders})
        self.titles |= {int(p.name): _title(p) for p in folders}
        return self.total_mb(-1)

    def total_mb(self, number: int) -> float:
        """Megabytes that all took at a measurement."""
        return sum(self.taken_mb[number].values())

    def growth_mb_per_min(self, warm_up_s: float) -> dict[str, float]:
        """The slope of a line through what each lasting process took after the warm-up, the steepest first.

        Those of an analysis come and go; with them chance would say more than growth does.
        """
        warm = [number for number, at_s in enumerate(self.at_s) if at_s >= self.at_s[0] + warm_up_s]
        lasting = set.intersection(*(set(self.taken_mb[number]) for number in warm))
        at_min = [self.at_s[number] / 60 for number in warm]
        slopes = {
            f'{self.titles[pid]} ({pid})': float(np.polyfit(at_min, [self.taken_mb[n][pid] for n in warm], 1)[0])
            for pid in lasting
        }
        return dict(sorted(slopes.items(), key=lambda named: -named[1]))


def _title(process: Path) -> str:
    """What a process is called by its last words, empty where it is gone."""
    try:
        words = (process / 'cmdline').read_bytes().decode(errors='replace').strip('\0').split('\0')
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ''
    return words[0] if words[0].startswith('postgres:') else ' '.join(words[-3:])[-60:]


def _proportional_mb(process: Path) -> float:
    try:
        lines = (process / 'smaps_rollup').read_text(encoding='ascii').splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith('Pss:')) / 1024
