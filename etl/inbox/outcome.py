"""What one look into the inbox came to."""

from typing import Literal

from pydantic import BaseModel

from dothi.core.text import Text
from etl.desk.records import Status

# The gravest last; 0 where nothing was wrong.
GRAVITY = (0, 4, 3, 2, 5, 1)
CODES: dict[str, int] = {'diagnosed': 4, 'returned': 3, 'failed': 1, 'aside': 4, 'later': 5}


class TakenFile(BaseModel):
    """One file, and what became of it.

    status: that of its delivery; `aside` where it could not become one, `later` where it is tried again.
    answered: the folder in the agency's folder of answers.
    """

    agency: str
    file: str
    status: Status | Literal['aside', 'later']
    layer: str | None = None
    delivery: int | None = None
    answered: str | None = None
    why: Text | None = None

    @property
    def exit_code(self) -> int:
        """0 accepted, 3 returned, 4 a person has to decide, 5 tried again, 1 a fault of ours."""
        return CODES.get(self.status, 0)


class Round(BaseModel):
    """All that one look took, which receipts it wrote anew, which it could not, and what has not come whole yet."""

    taken: list[TakenFile] = []
    receipts: list[int] = []
    unwritten: dict[int, Text] = {}
    incomplete: list[str] = []

    @property
    def exit_code(self) -> int:
        """The exit code of the gravest outcome."""
        codes = [entry.exit_code for entry in self.taken] + [CODES['later']] * bool(self.unwritten)
        return max(codes, key=GRAVITY.index, default=0)
