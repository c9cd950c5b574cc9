"""The one service that an app is: whom it serves, from which locality, under which address."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore
from types import ModuleType
from typing import Any

from flask import current_app

from dothi import __version__
from dothi.api.http.client_accounts import ClientAccounts
from dothi.api.http.remembered import Remembered
from dothi.core.catalog import Release
from dothi.core.coverage import Coverage
from dothi.core.database import READERS, Role
from dothi.core.errors import NotFound
from dothi.core.layer import Audience, Layer
from dothi.core.limit_settings import ClientSettings, LimitSettings, MapSettings
from dothi.core.locality import Locality, UnknownLayer
from dothi.core.settings import DatabaseSettings, ServerSettings, SessionSettings


class NoRelease(NotFound):
    """The layer exists, but nothing of it has been released yet."""


@dataclass(frozen=True)
class Service:
    """What an app serves, and pygeoapi's Flask module as it was loaded for it.

    clients: what each client has asked for, of all processes that serve the audience here. generation: that the
    catalogue had as the app was made; what the app keeps is for no other one, in which a column may be hidden.
    """

    audience: Audience
    locality: Locality
    url: str
    pygeoapi: ModuleType
    clients: ClientAccounts
    generation: int | None = None

    @property
    def role(self) -> Role:
        """The database role that can see what the audience may see, and no more."""
        return READERS[self.audience]

    @property
    def api(self) -> Any:
        """pygeoapi's `API` object."""
        return self.pygeoapi.api_

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """The layers that the audience may see, released or not."""
        return self.locality.layers_for(self.audience)

    @cached_property
    def coverages(self) -> dict[str, Coverage]:
        """The coverages that the audience may see, released or not."""
        return self.locality.coverages_for(self.audience)

    @cached_property
    def limits(self) -> LimitSettings:
        return LimitSettings()

    @cached_property
    def maps(self) -> MapSettings:
        return MapSettings()

    @cached_property
    def database(self) -> DatabaseSettings:
        return DatabaseSettings()

    @property
    def statement_timeout_ms(self) -> int:
        """How long one query may take; strangers have less than colleagues."""
        database = self.database
        return database.public_statement_timeout_ms if self.audience == 'public' else database.statement_timeout_ms

    @cached_property
    def client_limits(self) -> ClientSettings:
        return ClientSettings()

    @cached_property
    def server(self) -> ServerSettings:
        return ServerSettings()

    @cached_property
    def sessions(self) -> SessionSettings:
        return SessionSettings()

    @cached_property
    def places(self) -> BoundedSemaphore:
        """How many synchronous analyses may be waited for: each keeps a thread, and half of them stay free."""
        return BoundedSemaphore(max(self.server.threads // 2, 1))

    @cached_property
    def counts(self) -> Remembered[tuple[object, ...], int]:
        """How many features matched, by release and condition: the pages after the first need not count again."""
        return Remembered(1_000)

    @cached_property
    def milestones(self) -> Remembered[str, Any]:
        """Ids at even distances, by layer: where pages at a deep offset begin."""
        return Remembered(100)

    @cached_property
    def releases(self) -> Remembered[tuple[object, ...], Release]:
        """Releases by number and time."""
        return Remembered(1_000)

    @cached_property
    def read_requests(self) -> Remembered[tuple[object, ...], bool]:
        """Requests for items that are known to be without fault, by what they say."""
        return Remembered(10_000)

    @cached_property
    def plain_queries(self) -> Remembered[tuple[object, ...], Any]:
        """Queries for pages of whole layers by what the request says but for the page's place: reading one takes as
        long as a quarter of the answer.
        """
        return Remembered(1_000)

    @cached_property
    def pages(self) -> Remembered[tuple[object, ...], Any]:
        """Small documents of items as they were answered, by what the request says; true while their release lasts."""
        return Remembered(500)

    @cached_property
    def link_texts(self) -> Remembered[tuple[str, ...], list[str]]:
        """The texts around the address in links of items, by what they depend on."""
        return Remembered(1_000)

    @cached_property
    def item_statements(self) -> Remembered[tuple[object, ...], str]:
        """SQL of items by what it depends on: composing it takes as long as the database needs for ten features."""
        return Remembered(1_000)

    @cached_property
    def column_parameters(self) -> Remembered[str, tuple[Any, ...]]:
        """The query parameters that layers have for their columns, by layer id."""
        return Remembered(1_000)

    @cached_property
    def class_limits(self) -> Remembered[tuple[object, ...], tuple[float, ...]]:
        """The limits between the classes of styles, by release."""
        return Remembered(1_000)

    @cached_property
    def fingerprint(self) -> str:
        """Changes with the software and with what the locality says: part of every ETag."""
        definitions = [layer.definition() for layer in self.layers.values()]
        definitions += [coverage.definition() for coverage in self.coverages.values()]
        place = self.locality.place.model_dump(mode='json')
        themes = [(name, title.model_dump()) for name, title in self.locality.themes.items()]
        return hashlib.sha256(
            json.dumps([__version__, place, themes, definitions, *filter(None, [self.locality.access_class])]).encode()
        ).hexdigest()[:8]

    def layer(self, layer_id: str) -> Layer:
        """The layer; one that the audience may not see is as unknown as one that is not there."""
        if layer_id not in self.layers:
            raise UnknownLayer.with_suggestion(
                layer_id, self.layers, vi=f'Không có lớp "{layer_id}".', en=f'There is no collection "{layer_id}".'
            )
        return self.layers[layer_id]


def service() -> Service:
    """The service that the current request is for."""
    current: Service = current_app.extensions['dothi']
    return current


def require_release(layer: Layer, releases: dict[str, Release]) -> Release:
    """The layer's current release; raises NoRelease."""
    if layer.id not in releases:
        raise no_release(layer)
    return releases[layer.id]


def no_release(layer: Layer) -> NoRelease:
    """The error for a layer of which nothing has been released yet."""
    return NoRelease(vi=f'Lớp "{layer.id}" chưa có dữ liệu.', en=f'The collection "{layer.id}" has no data yet.')
