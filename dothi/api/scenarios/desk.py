"""What the views of scenarios share: a connection that reads as whoever asks, bodies, and how a scenario is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import request
from psycopg2.extensions import connection as Connection

from dothi.api.access.identity import current_editor, require
from dothi.api.http.address import api_url
from dothi.api.http.caching import hash_of, named_tags
from dothi.api.http.documents import link
from dothi.api.http.language import JSON
from dothi.api.http.service import service
from dothi.api.http.sound_json import sound_json
from dothi.core.access.person import Action
from dothi.core.errors import Outdated, WrongUse, did_you_mean
from dothi.core.text import Text
from processes.geojson import GEOJSON
from processes.queue.records import open_desk
from processes.scenario.changes import MOST_BYTES
from processes.scenario.store import Scenario

# A body has, beside its changes, spaces and names of another order.
LARGEST_BODY = MOST_BYTES * 2
PATH = '/scenarios'


class NoScenarioBody(WrongUse):
    """The body is no JSON object with the members of a scenario or of a version."""


class StaleScenario(Outdated):
    """The scenario has changed since the client read it."""


@contextmanager
def scenario_desk() -> Iterator[Connection]:
    """A connection that sees the scenarios and rows that whoever asks sees; for who may run analyses."""
    require(Action.SEE)
    require(Action.RUN)
    with open_desk(service().audience, current_editor()) as db:
        yield db


def read_body(*names: str) -> dict[str, Any]:
    """The members of the JSON body; raises NoScenarioBody for what is none, and for a member of another name."""
    request.max_content_length = LARGEST_BODY
    try:
        body = sound_json(request.get_data())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise NoScenarioBody(vi='Nội dung phải là một đối tượng JSON.', en='The body must be a JSON object.')
    for name in body:
        if name not in names:
            hint = did_you_mean(name[:100], names)
            raise NoScenarioBody(
                vi=f'Không có trường "{name[:100]}". {hint.vi}', en=f'There is no member "{name[:100]}". {hint.en}'
            )
    return body


def text_member(body: dict[str, Any], name: str, most: int) -> str | None:
    """A text of the body; None where it is not there. Raises NoScenarioBody for what is no text, or too long."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > most:
        raise NoScenarioBody(
            vi=f'"{name}" phải là chữ, nhiều nhất {most:,} ký tự.',
            en=f'"{name}" must be a text of {most:,} characters or fewer.',
        )
    return value.strip()


def version_tag(scenario: Scenario) -> str:
    """Changes with everything that is said of the scenario, and with each new version."""
    return f'{scenario.versions}-{hash_of(scenario.model_dump_json())}'


def must_match(scenario: Scenario) -> None:
    """Raises StaleScenario where If-Match names another state of the scenario than it is in."""
    tags = named_tags(request.if_match)
    if tags and not request.if_match.star_tag and version_tag(scenario) not in tags:
        raise StaleScenario(
            vi=f'Phương án "{scenario.name}" đã thay đổi từ khi bạn đọc. Đọc lại rồi sửa.',
            en=f'The scenario "{scenario.name}" has changed since you read it. Read it again, then change it.',
        )


def scenario_member(scenario: Scenario) -> dict[str, Any]:
    """The scenario as documents have it, with links."""
    own = f'{PATH}/{scenario.id}'
    links = [
        link('self', JSON, Text(vi='Phương án', en='The scenario'), own),
        link('version-history', JSON, Text(vi='Các phiên bản', en='Versions'), f'{own}/versions'),
    ]
    if scenario.versions:
        links.append(
            link('item', GEOJSON, Text(vi='Các thay đổi trên bản đồ', en='Changes on a map'), f'{own}/changes')
        )
    return scenario.model_dump(mode='json') | {'links': links}


def scenario_address(scenario_id: str) -> str:
    """The address of a scenario."""
    return f'{api_url()}{PATH}/{scenario_id}'
