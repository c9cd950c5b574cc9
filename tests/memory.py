"""What memory a process holds, as the kernel counts it."""

from pathlib import Path


def kilobytes(pid: int, name: str) -> int:
    """A figure of a process by the kernel's name, such as Rss, Pss or Private_Dirty."""
    lines = Path(f'/proc/{pid}/smaps_rollup').read_text(encoding='ascii').splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f'{name}:'))


def is_mostly_shared(pid: int) -> bool:
    """Whether most of what the process holds is in memory once for it and others, as after a fork."""
    return kilobytes(pid, 'Private_Dirty') < kilobytes(pid, 'Rss') / 4
