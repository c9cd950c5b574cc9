"""The layers as plugins of pygeoapi: what its own descriptions of collections and tilesets ask for.

Items and tiles themselves are served by `dothi.api.items` and `dothi.api.tiles`, in front of pygeoapi's routes; the
plugin of maps is `dothi.api.maps.provider`.
"""

from typing import Any

from pygeoapi.models.provider.base import TileMatrixSetEnum
from pygeoapi.provider.base import BaseProvider
from pygeoapi.provider.tile import BaseTileProvider


class LayerFeatures(BaseProvider):  # type: ignore[misc]  # pygeoapi has no types
    """A collection's columns by name, each with its type."""

    def get_fields(self) -> dict[str, dict[str, Any]]:
        self._fields = dict(self.options['columns'])
        return self._fields


class LayerTiles(BaseTileProvider):  # type: ignore[misc]  # pygeoapi has no types
    """A collection's vector tiles."""

    def __init__(self, definition: dict[str, Any]) -> None:
        super().__init__(definition)
        self.tile_type = 'vector'

    def get_layer(self) -> str:
        """The layer's id."""
        return str(self.data)

    def get_tiling_schemes(self) -> list[Any]:
        """The tile matrix sets on offer."""
        return [TileMatrixSetEnum.WEBMERCATORQUAD.value, TileMatrixSetEnum.WORLDCRS84QUAD.value]

    def get_tiles_service(self, baseurl: str, servicepath: str) -> dict[str, Any]:  # noqa: ARG002
        """The link to the tiles."""
        return {'links': [{'type': self.mimetype, 'rel': 'item', 'title': 'MVT', 'href': servicepath}]}
