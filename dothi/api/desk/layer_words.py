"""What a layer and its columns are called in the reader's language, for answers of the desk that name them by id."""

from typing import Any

from dothi.api.http.language import language, say
from dothi.api.http.service import service
from dothi.core.layer import Column
from dothi.core.units import unit_words


def layer_title(layer_id: str) -> str:
    """The title of a layer or coverage; its id where the locality has it no more."""
    locality = service().locality.whole
    described = locality.layers.get(layer_id) or locality.coverages.get(layer_id)
    return say(described.title) if described else layer_id


def describe_columns(layer_id: str) -> dict[str, dict[str, Any]]:
    """By column of a layer: its title, its unit in words, and the titles of the values that it may have."""
    layer = service().locality.whole.layers.get(layer_id)
    return {name: _describe(column) for name, column in layer.columns.items()} if layer else {}


def _describe(column: Column) -> dict[str, Any]:
    domain = {value: say(title) for value, title in column.domain.items()} if column.domain else None
    return {'title': say(column.title), 'unit': unit_words(column.unit, language()) or None, 'domain': domain}
