"""Ctrl-C ends a command with 130 and without a traceback, wherever in a library it is noticed."""

import json
import subprocess
import sys

import pytest

from dothi.core.settings import PROJECT

# As typed: whoever runs the tests in the background has told all processes below to ignore Ctrl-C.
AS_TYPED = ['env', '--default-signal=INT', 'DOTHI_LANG=en', sys.executable, '-c']
COMMAND = """
import os, signal, sys, weakref
import typer
from dothi.cli.ending import run
from dothi.cli.output import progress

class Object:
    pass

def press_in_finaliser():
    thing = Object()
    weakref.finalize(thing, os.kill, os.getpid(), signal.SIGINT)
    del thing

def press_in_weak_reference():
    thing = Object()
    reference = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))
    del thing

def press_in_library():
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        raise SystemError('returned a result with an exception set') from None

def press_in_import():
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:
        pass

app = typer.Typer()

@app.command()
def work(as_json: bool = typer.Option(False, '--json')):
    with progress() as step:
        step('read', 0, None)
        {press}()
        step('finish', 0, None)
    print('committed')

run(app)
"""


WHILE_IMPORTING = """
import builtins, os, signal
find = builtins.__import__

def press(name, *rest):
    if name == 'typer':
        os.kill(os.getpid(), signal.SIGINT)
    return find(name, *rest)

builtins.__import__ = press
from dothi.cli.__main__ import main
main()
"""


@pytest.mark.parametrize(
    'press', ['press_in_finaliser', 'press_in_weak_reference', 'press_in_library', 'press_in_import']
)
def test_an_interrupt_that_a_library_swallows_ends_the_command_at_its_next_step(press: str) -> None:
    """Python and Cython drop exceptions in destructors, and turn them into others while they import."""
    done = subprocess.run(
        [*AS_TYPED, COMMAND.replace('{press}', press), '--json'],
        cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 130, done.stderr
    assert json.loads(done.stdout)['error']['code'] == 'Interrupted'
    assert 'Traceback' not in done.stderr
    assert 'committed' not in done.stdout


def test_an_interrupt_while_the_libraries_are_imported_shows_no_traceback() -> None:
    """The command has not begun: the shell says what ended it."""
    done = subprocess.run(
        [*AS_TYPED, WHILE_IMPORTING], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.returncode, done.stdout, done.stderr) in [(-2, '', ''), (130, '', '')]
