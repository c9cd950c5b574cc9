"""The services that the standards' requirements are checked on: the demo province, asked over HTTP.

One module per conformance class, called after it, with the classes that it checks in `CLASSES`; test_classes.py
says which class still has none.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import crc32

import pytest
import requests
from flask.testing import FlaskClient

from dothi.api.app import create_app
from dothi.core.layer import Audience
from dothi.core.locality import Locality, load_locality
from tests.api.conftest import TOKENS, Desk, release_schools
from tests.conftest import PATIENCE_S, Instance, Province, fresh
from tests.matrix import EXHAUSTIVE
from tests.nam_dinh import NAM_DINH

TIMEOUT_S = 120
AUDIENCES: tuple[Audience, ...] = ('internal', 'public')


@dataclass(frozen=True)
class Api:
    """The API of one audience, asked as any client would. It is shared: nothing may be written."""

    audience: Audience
    url: str
    session: requests.Session

    def get(self, path: str = '', headers: dict[str, str] | None = None, /, **query: Any) -> requests.Response:
        """The answer for a path below `/api` (or for one of its own links), whatever its status.

        query: parameters by name; `_` in a name stands for `-`, as in bbox_crs. Headers come by place, so that names
        that a test computes can only be parameters.
        """
        address = path if path.startswith('http') else f'{self.url}{path}'
        asked = {name.replace('_', '-'): value for name, value in query.items()}
        return self.session.get(address, params=asked, headers=headers, timeout=TIMEOUT_S)

    def json(self, path: str = '', headers: dict[str, str] | None = None, /, **query: Any) -> Any:
        """The JSON of an answer that must be 200."""
        answer = self.get(path, headers, **query)
        assert answer.status_code == 200, f'{answer.status_code} {answer.url}: {answer.text[:500]}'
        return answer.json()

    def collections(self) -> list[dict[str, Any]]:
        """All collections."""
        collections: list[dict[str, Any]] = self.json('/collections')['collections']
        return collections

    def feature_collections(self) -> list[dict[str, Any]]:
        """The collections of features that a test looks at one by one: every second one, by `make test-all` each.

        The two services take turns, so that both together answer for all.
        """
        features = [collection for collection in self.collections() if collection['itemType'] == 'feature']
        return features if EXHAUSTIVE else [layer for layer in features if has_turn(self.audience, layer['id'])]

    def document(self, lang: str = 'en') -> dict[str, Any]:
        """The OpenAPI document."""
        return document_of(self, lang)

    def declared(self) -> set[str]:
        """The conformance classes that it declares."""
        return set(self.json('/conformance')['conformsTo'])


@cache
def document_of(api: Api, lang: str) -> dict[str, Any]:
    """The OpenAPI document; fetched once, as nobody changes the province."""
    document: dict[str, Any] = api.json('/openapi', f='json', lang=lang)
    return document


@cache
def internal_layers() -> set[str]:
    """Layers that only the internal service has."""
    layers = load_locality(NAM_DINH).layers.values()
    return {layer.id for layer in layers if layer.access != 'public'}


def has_turn(audience: Audience, layer: str) -> bool:
    """Whether the service of this audience answers for the layer, where one of both is enough."""
    turn: Audience = 'public' if crc32(layer.encode()) % 2 and layer not in internal_layers() else 'internal'
    return audience == turn


def links(document: dict[str, Any], rel: str, media_type: str | None = None) -> list[dict[str, Any]]:
    """The links of `document` with this relation, and media type if one is given (its parameters do not count)."""
    return [
        link
        for link in document['links']
        if link['rel'] == rel and (media_type is None or link.get('type', '').split(';')[0] == media_type)
    ]


def _session() -> requests.Session:
    """A connection for each request: one that is kept may be closed by the server while the next request is on its
    way (RFC 9112, 9.3.1). Browsers send it again; here that would hide a request that the server dropped.
    """
    session = requests.Session()
    session.headers['Connection'] = 'close'
    return session


@pytest.fixture(scope='session')
def internal(province: Province) -> Iterator[Api]:
    """The internal service."""
    with _session() as session:
        yield Api('internal', f'{province.internal_url}/api', session)


@pytest.fixture(scope='session')
def public(province: Province) -> Iterator[Api]:
    """The public service."""
    with _session() as session:
        yield Api('public', f'{province.public_url}/api', session)


@pytest.fixture
def api(request: pytest.FixtureRequest) -> Api:
    """One of the services."""
    found: Api = request.getfixturevalue(request.param)
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let each test ask one of the services, half of them each; both by `make test-all`, and with `both_services`.

    The same code answers for both: what one service must not say or do has tests of its own.
    """
    if 'api' in metafunc.fixturenames:
        both = EXHAUSTIVE or metafunc.definition.get_closest_marker('both_services')
        turn = sum(metafunc.definition.originalname.encode()) % 2
        metafunc.parametrize('api', AUDIENCES if both else AUDIENCES[turn : turn + 1], indirect=True)


@pytest.fixture(scope='session')
def prepared(internal: Api, public: Api) -> None:
    """The files of whole layers are ready. Until they are their addresses answer 503, and descriptions do not link to
    them yet; the worker of the province prepares one after the other.
    """
    until = time.monotonic() + PATIENCE_S
    for api in (internal, public):
        for layer in (one['id'] for one in api.collections() if one.get('itemType') == 'feature'):
            for end in ('gpkg', 'csv', 'parquet'):
                file = f'/collections/{layer}/downloads/{layer}.{end}'
                while api.get(file, {'Range': 'bytes=0-0'}).status_code == 503:
                    assert time.monotonic() < until, file
                    time.sleep(0.2)


@pytest.fixture(scope='session')
def filters(world: Province) -> Iterator[Any]:
    """The service of the standard's test data, to be asked with filters: `filtering.Filters`."""
    from tests.api.conformance.filtering import Filters  # it needs `Api` of this module

    with requests.Session() as session:
        yield Filters(Api('public', f'{world.public_url}/api', session), {})


@pytest.fixture(scope='module')
def desk_of_module(
    instance: Instance, template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A database for the edits of one module: making one for each test would take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('DOTHI_EDIT_TOKEN', TOKENS)
        for _ in fresh(instance, template, tmp_path_factory.mktemp('edits'), patch):
            yield Desk(locality)


@pytest.fixture(scope='module')
def office_of_module(desk_of_module: Desk) -> FlaskClient:
    """The internal service on it."""
    release_schools(desk_of_module)
    return create_app('internal').test_client()


@pytest.fixture
def office(desk_of_module: Desk, office_of_module: FlaskClient) -> FlaskClient:
    """A client of the internal service, with the two schools as they were before the last test edited them."""
    release_schools(desk_of_module)
    return office_of_module
