"""Which analyses there are: the processes of `pygeoapi-config.yml`."""

from functools import lru_cache
from importlib import import_module
from typing import Any

from pygeoapi.util import yaml_load

from dothi.core.errors import NotFound
from dothi.core.layer import Audience
from dothi.core.settings import PROJECT
from processes.base import Process

CONFIG = PROJECT / 'pygeoapi-config.yml'


class UnknownProcess(NotFound):
    """No process has this id, or not for this audience."""


@lru_cache
def all_processes() -> dict[str, Process[Any]]:
    """Every analysis by its id. They keep nothing between runs, so one of each serves all."""
    with CONFIG.open(encoding='utf-8') as file:
        resources = yaml_load(file)['resources']
    processors = {name: entry['processor'] for name, entry in resources.items() if entry['type'] == 'process'}
    return {name: _load_process(definition) for name, definition in processors.items()}


def find_process(process_id: str, audience: Audience) -> Process[Any]:
    """The analysis `process_id`; raises UnknownProcess, with the nearest id, also for one that is not offered."""
    offered = {name: candidate for name, candidate in all_processes().items() if candidate.offered_to(audience)}
    if process_id not in offered:
        raise UnknownProcess.with_suggestion(
            process_id, offered, vi=f'Không có phân tích "{process_id}".', en=f'There is no process "{process_id}".'
        )
    return offered[process_id]


def _load_process(definition: dict[str, Any]) -> Process[Any]:
    module, _, name = definition['name'].rpartition('.')
    process: Process[Any] = getattr(import_module(module), name)(definition)
    return process
