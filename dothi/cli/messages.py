"""Messages on standard error. They import little: a command line that cannot be read is answered at once."""

import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from dothi.core.errors import DothiError
from dothi.core.reader_language import pick_text
from dothi.core.text import for_steward

# What moves the cursor or colours a terminal; line ends are segments of their own.
STEERING = re.compile(r'[\x00-\x08\x0b-\x1f\x7f-\x9f]')


class Screen(Console):
    """A console on which words of files and senders cannot steer the terminal."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments, with a sign in place of each character that is none to be read."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(STEERING.sub('\ufffd', text), style)


err = Screen(stderr=True)


def show_error(problem: DothiError) -> None:
    """Print the error's message on standard error, in the reader's language."""
    err.print(pick_text(for_steward(problem.text)), style='bold red', markup=False, highlight=False, soft_wrap=True)
