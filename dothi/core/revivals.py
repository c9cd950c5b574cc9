"""What died since the instance was started, and what became of it: written by the supervisor, read by all others."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from dothi.core.private_files import STATE_MODE, replace_file_without_room
from dothi.core.settings import PathSettings


class Revival(BaseModel):
    """What the supervisor knows of a part that died: how often it was started again, and when it will be."""

    restarts: int = 0
    died_at: datetime
    # None once it runs again
    next_start_at: datetime | None = None
    # how the process ended or why it could not be started, in the words of the system; empty where nobody knows
    reason: str = ''


def revivals() -> dict[str, Revival]:
    """By name, the parts that died since the instance was started, and what became of them."""
    try:
        return TypeAdapter(dict[str, Revival]).validate_json(_record_file().read_bytes())
    except (OSError, ValueError):
        return {}


def record_revivals(by_part: dict[str, Revival]) -> None:
    """Write down what died, in place of what was written before."""
    text = TypeAdapter(dict[str, Revival]).dump_json(by_part, indent=2).decode()
    replace_file_without_room(_record_file(), text, STATE_MODE & 0o666)


def forget_revivals() -> None:
    """Forget what died before: somebody starts or ends the instance by intention.

    The file stays: a full disk has room for what dies later.
    """
    with suppress(OSError):
        record_revivals({})


def _record_file() -> Path:
    return PathSettings().run / 'supervision.json'
