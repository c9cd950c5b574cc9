"""Filters asked of the layers of the standard's own tests, and what they should find, worked out feature by feature."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cql2
import shapely

if TYPE_CHECKING:
    import requests

    from tests.api.conformance.conftest import Api

COUNTRIES, PLACES, RIVERS = (
    'ne_110m_admin_0_countries', 'ne_110m_populated_places_simple', 'ne_110m_rivers_lake_centerlines',
)  # fmt: skip
# One column of each, to be answered where only the features count.
NAMES = {COUNTRIES: 'NAME', PLACES: 'name', RIVERS: 'name'}
# True, false, or None where it is unknown.
type Meaning = Callable[[dict[str, Any]], bool | None]


@dataclass
class Filters:
    """A service, asked with filters in both encodings. features: those of each collection, read once."""

    api: 'Api'
    features: dict[str, list[dict[str, Any]]]

    def ask(self, collection: str, text: str, language: str = 'cql2-text', **more: Any) -> 'requests.Response':
        """The answer to a filter, whatever its status."""
        return self.api.get(
            f'/collections/{collection}/items', f='json', limit=1000, filter=text, filter_lang=language, **more
        )

    def found(self, collection: str, text: str, tree: Any = None, **more: Any) -> set[int]:
        """Ids of the features that a filter finds; as text and as JSON (`tree`) it finds the same."""
        as_json = json.dumps(tree or cql2.parse_text(text).to_json())
        found = self._ids(collection, text, 'cql2-text', more)
        assert found == self._ids(collection, as_json, 'cql2-json', more), text
        return found

    def check(self, collection: str, text: str, meaning: Meaning, tree: Any = None) -> None:
        """The filter finds the features for which `meaning` is true, and its negation those for which it is false."""
        truths = {feature['id']: meaning(feature) for feature in self.all_of(collection)}
        assert self.found(collection, text, tree) == {number for number, truth in truths.items() if truth is True}, text
        negated = self._ids(collection, f'NOT ({text})', 'cql2-text', {})
        assert negated == {number for number, truth in truths.items() if truth is False}, f'NOT ({text})'

    def _ids(self, collection: str, text: str, language: str, more: dict[str, Any]) -> set[int]:
        lean = {'skipGeometry': 'true', 'properties': NAMES[collection]}
        answer = self.ask(collection, text, language, **lean, **more)
        assert answer.status_code == 200, (text, answer.text[:300])
        return {feature['id'] for feature in answer.json()['features']}

    def all_of(self, collection: str) -> list[dict[str, Any]]:
        """Every feature: its properties, with its id, and its geometry as `geom`."""
        if collection not in self.features:
            read = self.api.json(f'/collections/{collection}/items', f='json', limit=1000)['features']
            self.features[collection] = [
                {**one['properties'], 'id': one['id'], 'geom': shapely.from_geojson(json.dumps(one['geometry']))}
                for one in read
            ]
        return self.features[collection]


def known(*values: object) -> bool:
    """Whether none of them is null."""
    return None not in values
