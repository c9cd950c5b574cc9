"""What is compared: servers of the same table, each with its own spelling of the same requests."""

from dataclasses import dataclass

from bench.tiling import Tile


@dataclass(frozen=True)
class Server:
    """A server by the forms of its addresses: of a page of GeoJSON, of one feature, of a tile of WebMercatorQuad."""

    name: str
    base: str
    items: str
    item: str
    tile: str

    def items_url(self, limit: int, offset: int) -> str:
        """A page of features."""
        return self.base + self.items.format(limit=limit, offset=offset)

    def item_url(self, feature_id: int) -> str:
        """One feature."""
        return self.base + self.item.format(id=feature_id)

    def tile_url(self, tile: Tile) -> str:
        """A vector tile."""
        return self.base + self.tile.format(z=tile.z, x=tile.x, y=tile.y)


def ours(api_url: str, layer_id: str) -> Server:
    """The service that is running there."""
    return Server(
        name='dothi',
        base=f'{api_url}/collections/{layer_id}',
        items='/items?limit={limit}&offset={offset}&f=json',
        item='/items/{id}?f=json',
        tile='/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt',
    )
