"""What the views of scenarios share: a connection that reads as whoever asks, bodies, and how a scenario is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2.extensions import connection as Connection

from dothi.api.access.identity import current_editor, require
from dothi.api.http.address import api_url
from dothi.api.http.caching import hash_of, names_another
from dothi.api.http.documents import link
from dothi.api.http.language import JSON
from dothi.api.http.service import service
from dothi.core.access.person import Action
from dothi.core.errors import Outdated
from dothi.core.text import Text
from processes.geojson import GEOJSON
from processes.queue.records import open_desk
from processes.scenario.store import Scenario

PATH = '/scenarios'


class StaleScenario(Outdated):
    """The scenario has changed since the client read it."""


@contextmanager
def scenario_desk() -> Iterator[Connection]:
    """A connection that sees the scenarios and rows that whoever asks sees; for who may run analyses."""
    require(Action.SEE)
    require(Action.RUN)
    with open_desk(service().audience, current_editor()) as db:
        yield db


def version_tag(scenario: Scenario) -> str:
    """Changes with everything that is said of the scenario, and with each new version."""
    return f'{scenario.versions}-{hash_of(scenario.model_dump_json())}'


def must_match(scenario: Scenario) -> None:
    """Raises StaleScenario where If-Match names another state of the scenario than it is in."""
    if names_another(version_tag(scenario)):
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
