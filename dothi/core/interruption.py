"""Ctrl-C, remembered: raised within a library's C code it may be swallowed, or come out as another exception."""

import signal
import sys
from types import FrameType

from dothi.core.errors import DothiError


class Interrupted(DothiError):
    """The user ended the command; what it had begun is taken back."""


class _Switch:
    """Whether Ctrl-C was pressed; a process has one."""

    is_pressed = False


def remember_interrupts() -> None:
    """Note every Ctrl-C from now on, unless whoever started this process made it ignore them."""
    if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_DFL):
        signal.signal(signal.SIGINT, _interrupt)


def ignore_interrupts() -> None:
    """Leave Ctrl-C without effect: the command has ended, and its exit code says what came of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def is_interrupted() -> bool:
    """Whether Ctrl-C was pressed since `remember_interrupts`."""
    return _Switch.is_pressed


def stop_if_interrupted() -> None:
    """Raises KeyboardInterrupt where Ctrl-C was pressed and nobody has acted on it."""
    if _Switch.is_pressed:
        raise KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> None:
    _Switch.is_pressed = True
    # where a library swallows the exception, Python would write a traceback on the screen
    sys.unraisablehook = lambda _: None
    signal.default_int_handler(number, frame)
