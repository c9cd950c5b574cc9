"""Names of columns: few words, hence judged with the rows below them."""

from collections.abc import Sequence
from dataclasses import dataclass

from etl.doctor.text.choice import choice, reading
from etl.doctor.text.judging import judge
from etl.doctor.text.readings import UTF_8, Reading


@dataclass(frozen=True)
class Naming:
    """What is said of a file's text before it is opened. given: by the sender. hint: by the layer."""

    given: Reading | None
    hint: Reading

    def reading_of(self, lines: Sequence[bytes]) -> Reading:
        """How the first lines of a table are meant, its header among them; Unicode is never read otherwise."""
        judgement = judge([line for line in lines if not line.isascii()], self.given or self.hint, None, unicode=False)
        judged = judgement.reading if judgement else None
        if self.given is not None and judged != UTF_8:
            return self.given
        return judged or self.hint


def naming(encoding: str | None, expected: str) -> Naming:
    """With the option --encoding, and the encoding that the layer expects; raises UnknownEncoding."""
    return Naming(choice(encoding).default, reading(expected))
