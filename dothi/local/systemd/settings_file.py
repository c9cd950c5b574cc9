"""The settings of the services, in force for commands that somebody types beside them too."""

import os
import re
from pathlib import Path

from dothi.core.settings import IN_REPOSITORY
from dothi.core.start_command import TARGET_UNIT
from dothi.local.systemd.units import SETTINGS_FOLDER, STATE

SETTINGS_FILE = SETTINGS_FOLDER / 'dothi.env'
ASSIGNMENT = re.compile(r'\s*(\w+)\s*=\s*(.*?)\s*')


def take_service_settings() -> None:
    """Sets the variables of SETTINGS_FILE that this process lacks, where systemd runs the instance of its command.

    Without them a command would take another locality, port or mail server than the services. Nothing is set in a
    checkout, for a state folder of another instance, and for whoever may not read the file.
    """
    if IN_REPOSITORY or not TARGET_UNIT.exists():
        return
    try:
        values = {'DOTHI_STATE': str(STATE)} | read_assignments(SETTINGS_FILE)
    except OSError:
        return
    state = os.environ.get('DOTHI_STATE')
    if state and Path(state) != Path(values['DOTHI_STATE']):
        return
    os.environ.update({name: value for name, value in values.items() if name not in os.environ})


def read_assignments(file: Path) -> dict[str, str]:
    """The variables that `file` sets, in the form of EnvironmentFile= of systemd; quotes around a value are left out.

    A line that begins with # or ; is a comment. Raises OSError.
    """
    lines = file.read_text(encoding='utf-8', errors='replace').splitlines()
    matches = (ASSIGNMENT.fullmatch(line) for line in lines if not line.lstrip().startswith(('#', ';')))
    return {match[1]: _without_quotes(match[2]) for match in matches if match}


def _without_quotes(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in {'"', "'"}
    return value[1:-1] if is_quoted else value
