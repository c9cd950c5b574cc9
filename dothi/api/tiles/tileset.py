"""A tileset: layers that come in one tile; where it has tiles, and which layers its tiles have within them."""

from dataclasses import dataclass, replace

from dothi.api.tiles.changes import Current
from dothi.api.tiles.maker import Sheet, TileMaker, own_sheet
from dothi.api.tiles.place import WEB_MERCATOR_QUAD, Box, Grid, Limits, limits
from dothi.core.errors import NotFound, WrongUse
from dothi.core.layer import Audience, ColumnType, Layer
from dothi.core.locality import Locality
from dothi.core.text import Text

FIELD_TYPES: dict[ColumnType, str] = {'integer': 'Number', 'number': 'Number', 'boolean': 'Boolean'}


class NoData(NotFound):
    """Nothing of the layer, or of any layer, has been released yet."""


class NoSuchTheme(NotFound):
    """No layer with data belongs to the theme."""


class NotInTileset(WrongUse):
    """A collection is asked for that the tileset does not have."""


@dataclass(frozen=True)
class Tileset:
    """Layers that come in one tile, under one address, in every tile matrix set."""

    # below /api, without `/tiles`
    path: str
    title: Text
    description: Text
    sheet: Sheet
    now: dict[str, Current]
    # where layers without features are
    world: Box
    # the layers that were asked for by name, as links repeat it
    selected: str = ''

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.sheet.layers

    @property
    def extent(self) -> Box:
        """The extent of all layers, in degrees."""
        return self._around(self.layers)

    def zooms(self, grid: Grid) -> range:
        """The zooms at which there are tiles."""
        least = min(layer.publish.tiles.zooms[0] for layer in self.layers)
        most = max(layer.publish.tiles.zooms[1] for layer in self.layers)
        return range(max(least - grid.zoom_shift, 0), min(most - grid.zoom_shift, grid.last_zoom) + 1)

    def limits(self, grid: Grid, z: int) -> Limits:
        """In which columns and rows there are tiles at zoom `z`."""
        visible_layers = tuple(layer for layer in self.layers if layer.publish.tiles.zooms[0] <= z + grid.zoom_shift)
        return limits(grid, z, self._around(visible_layers or self.layers))

    def select(self, names: list[str]) -> 'Tileset':
        """Only these layers, in this order; raises NotInTileset with the nearest id."""
        by_id = {layer.id: layer for layer in self.layers}
        for name in names:
            if name not in by_id:
                raise NotInTileset.with_suggestion(
                    name,
                    by_id,
                    vi=f'collections={name}: không có lớp này ở đây.',
                    en=f'collections={name}: there is no such collection here.',
                )
        return replace(self, sheet=Sheet(tuple(by_id[name] for name in names)), selected=','.join(names))

    def _around(self, layers: tuple[Layer, ...]) -> Box:
        boxes = [box for layer in layers if (box := self.now[layer.id].extent)]
        if not boxes:
            return self.world
        wests, souths, easts, norths = zip(*boxes, strict=True)
        return min(wests), min(souths), max(easts), max(norths)


def of_layer(layer: Layer, locality: Locality, now: dict[str, Current]) -> Tileset:
    """The tileset of one layer; raises NoData."""
    if layer.id not in now:
        raise NoData(vi=f'Lớp "{layer.id}" chưa có dữ liệu.', en=f'The collection "{layer.id}" has no data yet.')
    path, sheet = f'/collections/{layer.id}', own_sheet(layer)
    return Tileset(path, layer.title, layer.description, sheet, now, locality.place.extent_wgs84)


def of_all(locality: Locality, audience: Audience, now: dict[str, Current]) -> Tileset:
    """The tileset of all layers with data; raises NoData."""
    layers = _with_data(locality, audience, now)
    if not layers:
        raise NoData(vi='Chưa có lớp nào có dữ liệu.', en='No collection has data yet.')
    description = Text(vi='Mọi lớp dữ liệu trong cùng một ô.', en='All collections in one tile.')
    place = locality.place
    return Tileset('', place.title, description, Sheet(layers, 'all-layers'), now, place.extent_wgs84)


def of_theme(theme: str, locality: Locality, audience: Audience, now: dict[str, Current]) -> Tileset:
    """The tileset of a theme's layers with data; raises NoSuchTheme with the nearest theme."""
    layers = tuple(layer for layer in _with_data(locality, audience, now) if layer.theme == theme)
    if not layers:
        raise NoSuchTheme.with_suggestion(
            theme, themes(locality, audience, now), vi=f'Không có chủ đề "{theme}".', en=f'There is no theme "{theme}".'
        )
    description = Text(
        vi=', '.join(layer.title.vi for layer in layers), en=', '.join(layer.title.en for layer in layers)
    )
    theme_title = locality.theme_title(theme)
    title, sheet = (
        Text(vi='Chủ đề: {theme_title}', en='Theme: {theme_title}').format(theme_title=theme_title),
        Sheet(layers, f'theme-{theme}'),
    )
    return Tileset(f'/themes/{theme}', title, description, sheet, now, locality.place.extent_wgs84)


def themes(locality: Locality, audience: Audience, now: dict[str, Current]) -> list[str]:
    """The themes that have a layer with data."""
    return sorted({layer.theme for layer in _with_data(locality, audience, now)})


def inner_layers(layer: Layer, made_by: TileMaker, grid: Grid = WEB_MERCATOR_QUAD) -> dict[str, range]:
    """The layers within a tile that come from `layer`, with their zooms."""
    rules = layer.publish.tiles
    least, most = (max(zoom - grid.zoom_shift, 0) for zoom in rules.zooms)
    zooms = {layer.id: range(least, most + 1)}
    if made_by.is_labelled(layer):
        begins = max(least, (rules.merge_below or 0) - grid.zoom_shift)
        zooms[f'{layer.id}_label'] = range(begins, most + 1)
    return zooms


def fields(layer: Layer, audience: Audience) -> dict[str, str]:
    """The columns with their types, as TileJSON has them."""
    return {name: FIELD_TYPES.get(column.type, 'String') for name, column in layer.columns_for(audience).items()}


def _with_data(locality: Locality, audience: Audience, now: dict[str, Current]) -> tuple[Layer, ...]:
    return tuple(layer for layer in locality.layers_for(audience).values() if layer.id in now)
