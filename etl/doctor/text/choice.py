"""What is said of a file's text before it is read: by the option --encoding, and by the layer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dothi.core.text import search_key
from etl.doctor.text.encoding import codec_name
from etl.doctor.text.judging import judge
from etl.doctor.text.readings import DOUBLE, UTF_8, Reading


@dataclass(frozen=True)
class Choice:
    """Which encoding the sender names. default: of the columns that are not named."""

    default: Reading | None = None
    by_column: dict[str, Reading] = field(default_factory=dict)

    def of(self, column: str) -> Reading | None:
        """What was said of `column`, or None."""
        return self.by_column.get(search_key(column), self.default)


def choice(option: str | None) -> Choice:
    """The meaning of `tcvn3`, `TEN=tcvn3,DIA_CHI=vni` or `utf-8,TEN=tcvn3`; raises UnknownEncoding."""
    default, by_column = None, {}
    for part in filter(None, (option or '').split(',')):
        column, separator, name = part.rpartition('=')
        if separator:
            by_column[search_key(column)] = reading(name.strip())
        else:
            default = reading(name.strip())
    return Choice(default, by_column)


def reading(name: str) -> Reading:
    """The reading called `name`; raises UnknownEncoding. Composing is done with every text, so nfd is UTF-8."""
    return Reading(DOUBLE if name.lower() == DOUBLE else codec_name(name))


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
    """What --encoding and the layer's expected encoding say of the names of columns; raises UnknownEncoding."""
    return Naming(choice(encoding).default, reading(expected))
