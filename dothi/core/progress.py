"""How long work tells what it is doing."""

from typing import Protocol


class Progress(Protocol):
    """Told the stage by name, how much of it is done, and of how much (None where unknown)."""

    def __call__(self, stage: str, done: int, total: int | None) -> None: ...


def silent(stage: str, done: int, total: int | None) -> None:
    """A progress callback that shows nothing."""
