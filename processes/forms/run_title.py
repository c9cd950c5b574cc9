"""What a run is called in a list: its analysis, and what was chosen: `Độ bao phủ dịch vụ: Trường học, 1.000 m`."""

import re
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from psycopg2.extensions import connection as Connection

from dothi.core.locality import Locality
from dothi.core.text import Lang
from processes.base import Process
from processes.forms.input_words import input_texts
from processes.forms.unit_words import UnitNaming, without_names
from processes.forms.words import MemberWords
from processes.inputs import field_metadata
from processes.outputs import Member, name_levels
from processes.queue.records import UnknownJob, state
from processes.registry import UnknownProcess, find_process
from processes.scenario.reference import NAME as SCENARIO

MOST_INPUTS, LONGEST = 3, 80
UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')


def run_title(
    process: Process[Any],
    inputs: Mapping[str, Any],
    locality: Locality,
    lang: Lang,
    runs: Mapping[str, str] = MappingProxyType({}),
    unit_name: UnitNaming = without_names,
) -> str:
    """The title of a run with these inputs, as they are stored; the scenario, where there is one, stands last.

    runs: titles of other runs by id, which stand where an input names one of them.
    """
    words = _words_of(process, locality, lang, unit_name)
    texts = {name: runs.get(text, text) for name, text in input_texts(process.inputs, inputs, words, locality).items()}
    main = [name for name in _telling_inputs(process) if name in texts and _tells(inputs[name], texts[name])]
    chosen = ', '.join(_phrase(inputs[name], texts[name], words.title(name)) for name in main[:MOST_INPUTS])
    further = [texts[name] for name in texts if name not in main and _is_short_list_of_parts(inputs[name], texts[name])]
    whole = ' · '.join(filter(None, [chosen, *further, texts.get(SCENARIO)]))
    return f'{process.title.pick(lang)}: {whole}' if whole else process.title.pick(lang)


def _telling_inputs(process: Process[Any]) -> list[str]:
    """What an example of the analysis chooses, each followed by what may be chosen in its place."""
    fields = process.inputs.model_fields
    others = {name: field_metadata(fields[name]).get('instead_of') or () for name in process.example if name in fields}
    return [*dict.fromkeys(each for name, more in others.items() for each in (name, *more) if each in fields)]


def inputs_in_words(
    process: Process[Any],
    inputs: Mapping[str, Any],
    locality: Locality,
    lang: Lang,
    unit_name: UnitNaming = without_names,
) -> dict[str, tuple[str, str]]:
    """Title and value of each input by name, without those that were left empty."""
    words = _words_of(process, locality, lang, unit_name)
    return {
        name: (words.title(name), text) for name, text in input_texts(process.inputs, inputs, words, locality).items()
    }


def titles_of_earlier(
    inputs: Mapping[str, Any], db: Connection, locality: Locality, lang: Lang, unit_name: UnitNaming = without_names
) -> dict[str, str]:
    """The titles of the runs that inputs name by their ids; none for one that whoever asks sees no more."""
    titles = {}
    for job_id in {value for value in inputs.values() if isinstance(value, str) and UUID.fullmatch(value)}:
        with suppress(UnknownJob, UnknownProcess):
            job = state(db, job_id)
            process = find_process(job['process_id'], 'internal')
            titles[job_id] = run_title(process, job['inputs'], locality, lang, unit_name=unit_name)
    return titles


def _words_of(process: Process[Any], locality: Locality, lang: Lang, unit_name: UnitNaming) -> MemberWords:
    fields = process.inputs.model_fields.items()
    members = {name: Member.of_input(field_metadata(field)) for name, field in fields}
    return MemberWords(name_levels(members, locality.place.levels), lang, unit_name=unit_name)


def _tells(value: Any, text: str) -> bool:
    """Whether a title is clearer for this input: not a no, a list of parts, or the id of another run."""
    return value is not False and not UUID.search(text) and (len(text) <= LONGEST or isinstance(value, str))


def _is_short_list_of_parts(value: Any, text: str) -> bool:
    return isinstance(value, list) and all(isinstance(part, dict) for part in value) and len(text) <= LONGEST


def _phrase(value: Any, text: str, title: str) -> str:
    """The value; a bare number with what it counts, of a yes only what it says yes to."""
    if value is True:
        return title
    return f'{title}: {text}' if isinstance(value, int | float) and text.isdecimal() else text
