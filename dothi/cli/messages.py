"""Messages on standard error. They import little: a command line that cannot be read is answered at once."""

from rich.console import Console

from dothi.core.errors import DothiError
from dothi.core.reader_language import pick_text
from dothi.core.text import for_steward

err = Console(stderr=True)


def show_error(problem: DothiError) -> None:
    """Print the error's message on standard error, in the reader's language."""
    err.print(pick_text(for_steward(problem.text)), style='bold red', markup=False, highlight=False, soft_wrap=True)
