"""Maps of others that a locality lays below its own: aerial pictures, a national map."""

from typing import Annotated, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dothi.core.text import Text

TILE_PX = 256
PLACES = ('{z}', '{x}', '{y}')


class _Basemap(BaseModel):
    """What all kinds have: zooms: the first and the last at which there are tiles."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    id: str = Field(pattern=r'^[a-z][a-z0-9_]*$', max_length=40)
    title: Text
    attribution: Text
    url: str
    zooms: tuple[int, int] = (0, 18)

    @field_validator('url')
    @classmethod
    def _url_is_safe(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {'http', 'https'} or not parts.hostname or parts.username or parts.fragment:
            raise ValueError('must be an address with http:// or https://, without a name and password')
        # it goes into a header of every page
        if set(url) & set(' ;,\'"\\<>') or not url.isascii() or not url.isprintable():
            raise ValueError('must be written as addresses are: ASCII without spaces, quotes, commas and semicolons')
        return url

    @model_validator(mode='after')
    def _zooms_are_in_order(self) -> '_Basemap':
        if not 0 <= self.zooms[0] <= self.zooms[1] <= 24:
            raise ValueError('zooms: the first and the last, from 0 to 24')
        return self

    @property
    def origin(self) -> str:
        """Scheme, host and port, as a browser's policy names them."""
        parts = urlsplit(self.url)
        return f'{parts.scheme}://{parts.netloc}'

    def with_query(self, query: dict[str, str]) -> str:
        """`url` and these parameters, in which braces stay as they are."""
        address = self.url.rstrip('&?')
        mark = '&' if '?' in address else '?'
        return f'{address}{mark}{urlencode(query, safe="{}:/")}'


class XyzBasemap(_Basemap):
    """Tiles of Web Mercator by zoom, column and row; tms: rows count from the south."""

    kind: Literal['xyz']
    tms: bool = False

    @model_validator(mode='after')
    def _names_the_tile(self) -> 'XyzBasemap':
        if not all(place in self.url for place in PLACES):
            raise ValueError('url: an address of xyz has {z}, {x} and {y}')
        return self

    @property
    def template(self) -> str:
        """The address with {z}, {x} and {y}."""
        return self.url


class WmsBasemap(_Basemap):
    """Pictures of a WMS (1.1.1, which every server has) in Web Mercator."""

    kind: Literal['wms']
    layers: str
    styles: str = ''
    format: Literal['image/png', 'image/jpeg'] = 'image/png'

    @property
    def template(self) -> str:
        """The address with {bbox-epsg-3857}, which MapLibre fills in."""
        query = {
            'SERVICE': 'WMS',
            'VERSION': '1.1.1',
            'REQUEST': 'GetMap',
            'LAYERS': self.layers,
            'STYLES': self.styles,
        }
        query |= {'SRS': 'EPSG:3857', 'BBOX': '{bbox-epsg-3857}', 'FORMAT': self.format}
        return self.with_query({**query, 'WIDTH': f'{TILE_PX}', 'HEIGHT': f'{TILE_PX}'})


class WmtsBasemap(_Basemap):
    """Tiles of a WMTS (1.0.0, key-value pairs) in a set like WebMercatorQuad; matrix: the name of a zoom in it."""

    kind: Literal['wmts']
    layer: str
    matrix_set: str
    matrix: str = '{z}'
    style: str = 'default'
    format: Literal['image/png', 'image/jpeg'] = 'image/png'

    @property
    def template(self) -> str:
        """The address with {z}, {x} and {y}."""
        query = {'SERVICE': 'WMTS', 'VERSION': '1.0.0', 'REQUEST': 'GetTile', 'LAYER': self.layer, 'STYLE': self.style}
        query |= {'TILEMATRIXSET': self.matrix_set, 'TILEMATRIX': self.matrix, 'TILEROW': '{y}', 'TILECOL': '{x}'}
        return self.with_query({**query, 'FORMAT': self.format})


type Basemap = Annotated[XyzBasemap | WmsBasemap | WmtsBasemap, Field(discriminator='kind')]
