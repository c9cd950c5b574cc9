"""The map of a layer as a plugin of pygeoapi: its descriptions know of maps by it, and who asks it gets one.

Over HTTP maps come from `dothi.api.maps.views`, in front of pygeoapi's route, which passes on a few parameters only
and has no map of several collections.
"""

from typing import Any

from pygeoapi.provider.base import BaseProvider

from dothi.api.maps.background import WHITE
from dothi.api.maps.make import MapRequest, picture_of
from dothi.cartography.mapping.view import View
from dothi.core.crs import srid_of
from dothi.core.layer_source import parse_times


class LayerMap(BaseProvider):  # type: ignore[misc]  # pygeoapi has no types
    """The pygeoapi provider for the map of a collection."""

    def query(  # noqa: PLR0913, PLR0917  # as pygeoapi calls it
        self,
        style: str | None = None,
        bbox: tuple[float, float, float, float] = (-180, -90, 180, 90),
        width: int = 500,
        height: int = 300,
        crs: str = 'OGC:CRS84',
        datetime_: str | None = None,
        transparent: bool = True,
        format_: str = 'png',
        **_others: Any,
    ) -> bytes:
        """The picture. bbox: west, south, east, north in `crs`, which is EPSG:n, OGC:CRS84, or one of them as URI."""
        view = View(srid_of(crs), (bbox[0], bbox[1], bbox[2], bbox[3]), int(width), int(height))
        request = MapRequest(
            layers=((str(self.data), style),),
            view=view,
            format=format_,  # type: ignore[arg-type]
            background=None if transparent else WHITE,
            times=parse_times(datetime_) if datetime_ else None,
        )
        return picture_of(request).content
