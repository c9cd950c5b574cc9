"""pygeoapi's Flask module, loaded for one configuration."""

import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from dothi.api.http.remembered import Remembered
from dothi.api.processes.descriptions import offered_processes

LOG = logging.getLogger('dothi.api')
MODULE = 'pygeoapi.flask_app'
# By configuration, and by the analyses that are offered.
LOADED: Remembered[tuple[str, tuple[str, ...]], ModuleType] = Remembered(8)
# in C where PyYAML has it: a fifth of the time
DUMPER = getattr(yaml, 'CSafeDumper', yaml.SafeDumper)


def load_pygeoapi(config: dict[str, Any], folder: Path) -> ModuleType:
    """`pygeoapi.flask_app` for this configuration, which is kept in `folder`, to be looked at.

    It wants an OpenAPI document too, for a view of its own that no address leads to, and gets an empty one.
    The module reads its configuration while it is imported. It is imported anew for each one, so that one process can
    hold an app for each audience. Apps with the same configuration, such as those of colleagues who differ in the rows
    that they see, share it: importing takes half the time in which an app is made.
    """
    text = yaml.dump(config, Dumper=DUMPER, allow_unicode=True)
    os.environ['PYGEOAPI_CONFIG'] = _written_path(folder / 'pygeoapi.yml', text)
    os.environ['PYGEOAPI_OPENAPI'] = _written_path(folder / 'openapi.json', '{}')
    # which analyses are offered is a matter of settings too
    question = (text, tuple(offered_processes(config['server']['manager']['audience'])))
    module = LOADED.get(question)
    if module is None:
        sys.modules.pop(MODULE, None)
        module = import_module(MODULE)
        LOADED.keep(question, module)
    return module


def _written_path(file: Path, text: str) -> str:
    """The path of a file with this text: `file`, or one in memory where the disk takes nothing."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return str(_write_whole(file, text))
    except OSError:
        LOG.warning('%s cannot be written', file, exc_info=True)
    memory = os.memfd_create(file.name)
    with open(memory, 'w', encoding='utf-8', closefd=False) as opened:
        opened.write(text)
    return f'/proc/self/fd/{memory}'


def _write_whole(file: Path, text: str) -> Path:
    """Writes whole or not at all: several workers start at the same time."""
    draft = file.with_name(f'{file.stem}.{os.getpid()}{file.suffix}')
    draft.write_text(text, encoding='utf-8')
    draft.replace(file)
    return file
