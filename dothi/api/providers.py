"""The layers as plugins of pygeoapi, as its configuration wants them; `dothi.api.items` serves them."""

from typing import Any

from pygeoapi.provider.base import BaseProvider


class LayerFeatures(BaseProvider):  # type: ignore[misc]  # pygeoapi has no types
    """A collection's columns by name, each with its type."""

    def get_fields(self) -> dict[str, dict[str, Any]]:
        self._fields = dict(self.options['columns'])
        return self._fields
