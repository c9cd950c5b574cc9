"""Whether each member of an answer has a title that its analysis declares."""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dothi.core.text import LANGUAGES
from processes.base import Process
from processes.outputs import Member, find_member


def with_titles_checked(process_id: str, chosen: Process[Any], run: Callable[..., Any]) -> Callable[..., Any]:
    """`run`, which fails where the answer has a member without a title, and says where to declare it."""

    @functools.wraps(run)
    def checked(*arguments: Any) -> Any:
        result = run(*arguments)
        for output, value in ({next(iter(chosen.outputs)): result} if len(chosen.outputs) == 1 else result).items():
            untitled = untitled_members(value, chosen.members_of(output))
            assert not untitled, (
                f'{process_id}: give the members {untitled} of the output "{output}" a title, where {type(chosen)} '
                'declares its outputs and its summary.'
            )
        return result

    return checked


def untitled_members(document: Any, members: Mapping[str, Member]) -> list[str]:
    """Names in a GeoJSON result that nobody titled: of properties, of the summary and of the parts of both."""
    if not isinstance(document, dict) or 'features' not in document:
        return []
    titled_parts = {part['id'] for part in parts_of(document.get('summary')) if 'id' in part and 'title' in part}
    wholes = [feature['properties'] for feature in document['features']] + [document.get('summary', {})]
    return sorted({name for whole in wholes for name in untitled_names(whole, members)} - titled_parts)


def untitled_names(whole: Any, members: Mapping[str, Member]) -> Iterator[str]:
    if isinstance(whole, list):
        for part in whole:
            yield from untitled_names(part, members)
    if not isinstance(whole, dict) or whole.keys() == set(LANGUAGES):
        return
    for name, value in whole.items():
        member = find_member(name, members)
        if member is None:
            yield name
        elif not member.by_data:
            yield from untitled_names(value, members)
        elif isinstance(value, dict):
            for part in value.values():
                yield from untitled_names(part, members)


def parts_of(summary: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """The objects in the lists of a summary."""
    for value in (summary or {}).values():
        yield from (part for part in value if isinstance(part, dict)) if isinstance(value, list) else ()
