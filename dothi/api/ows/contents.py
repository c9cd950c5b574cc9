"""What WMS and WMTS have: the layers and coverages with data, by theme, each theme and the whole map by a name, too."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import current_app

from dothi.api.http.caching import hash_of
from dothi.api.http.language import language
from dothi.api.http.remembered import Remembered
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.ows.address import service_url
from dothi.api.ows.errors import LayerNotDefined, StyleNotDefined, unknown_value
from dothi.api.styles.drawings import file_if_sound
from dothi.cartography.style.style_file import DEFAULT, Part, StyleFile
from dothi.cartography.style.zoom import scale_denominator
from dothi.core.catalog import Release
from dothi.core.coverage import Coverage
from dothi.core.layer import Layer
from dothi.core.locality_folder import locality_folders
from dothi.core.text import Text

type Box = tuple[float, float, float, float]

# Around an extent, as a share of its longer side and, of a point, in degrees: half a sign where a screen shows it.
ROOM, LEAST_ROOM = 0.02, 0.002
# With a hyphen, which no id of a layer has.
WHOLE, THEME = 'all-layers', 'theme-'
NUMBERS = """select string_agg(id || ' ' || current_release, ' ' order by id)
    from catalog.layer where current_release is not null"""
DEFAULT_TITLE = Text(vi='Mặc định', en='Default')


@dataclass(frozen=True)
class Leaf:
    """A layer or coverage that has a release."""

    data: Layer | Coverage
    release: Release

    @property
    def name(self) -> str:
        return self.data.id

    @property
    def title(self) -> Text:
        return self.data.title

    @cached_property
    def styles(self) -> dict[str, Text]:
        """The titles of its styles by name, the default first."""
        files = self._files
        if files is None or isinstance(self.data, Coverage):
            return {DEFAULT: DEFAULT_TITLE}
        return {name: files.styles[name].title for name in files.offered(self.data, service().audience)}

    @property
    def is_broken(self) -> bool:
        """Whether the layer cannot be drawn because its style file is invalid."""
        return self._files is None and isinstance(self.data, Layer)

    @property
    def draw_order(self) -> int:
        """Coverages lie below all layers."""
        return self._files.draw_order if self._files else -1

    @property
    def visible(self) -> bool:
        """Whether the layer is drawn in the map of all layers."""
        return self._files.visible if self._files else False

    @property
    def queryable(self) -> bool:
        """Whether it can be told what lies at a point: of layers the features, of coverages the values."""
        return True

    @property
    def has_features(self) -> bool:
        return isinstance(self.data, Layer)

    @property
    def extent(self) -> Box:
        """West, south, east, north in degrees, with room for signs and edges that reach over what they are of.

        Clients ask for nothing beyond it, and for nothing at all of one point, whose extent has no width.
        """
        west, south, east, north = self.release.extent_wgs84 or service().locality.place.extent_wgs84
        room = max(ROOM * max(east - west, north - south), LEAST_ROOM)
        return max(west - room, -180), max(south - room, -90), min(east + room, 180), min(north + room, 90)

    def parts(self, style: str) -> list[Part]:
        """The parts of the style with which the layer is drawn, as far as the audience may see them."""
        if self._files is None or isinstance(self.data, Coverage):
            return []
        visible = self.data.columns_for(service().audience).keys()
        return [part for part in self._files.parts_of(style or DEFAULT) if part.columns <= visible]

    @cached_property
    def zooms(self) -> tuple[float | None, float | None]:
        """The zooms between which any of its styles draws anything; None where there is no end."""
        parts = [part for style in self.styles for part in self.parts(style)]
        if not parts or any(part.zooms is None for part in parts):
            return None, None
        ranges = [part.zooms for part in parts if part.zooms]
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    @property
    def scales(self) -> tuple[float | None, float | None]:
        """The least and greatest scale denominator at which anything is drawn, wide enough for every system.

        A client works them out from the units of its system, which are metres on the ground or, in Web Mercator, such
        on the equator.
        """
        least_zoom, most_zoom = self.zooms
        latitude = service().locality.place.centre_wgs84[1]
        greatest = None if not least_zoom else scale_denominator(least_zoom)
        least = None if most_zoom is None or most_zoom >= 24 else scale_denominator(most_zoom, latitude)
        return least, greatest

    @cached_property
    def _files(self) -> StyleFile | None:
        return None if isinstance(self.data, Coverage) else file_if_sound(self.data)


@dataclass(frozen=True)
class Group:
    """Layers that are drawn together under one name. theme: None is the whole map."""

    name: str
    title: Text
    leaves: tuple[Leaf, ...]
    theme: str | None = None

    @property
    def styles(self) -> dict[str, Text]:
        """The styles that any of its layers has; a layer without one is drawn in its default."""
        titles = {name: title for leaf in self.leaves for name, title in leaf.styles.items()}
        return {DEFAULT: DEFAULT_TITLE} | titles

    @property
    def drawn_leaves(self) -> tuple[Leaf, ...]:
        """What is drawn, lowest first: of the whole map what is visible when a map opens."""
        shown_ones = [leaf for leaf in self.leaves if self.theme is not None or leaf.visible]
        return tuple(sorted(shown_ones, key=lambda leaf: (leaf.draw_order, leaf.name)))

    @property
    def scales(self) -> tuple[float | None, float | None]:
        """The scales of the group: from the least to the greatest scale of the layers that it draws."""
        pairs = [leaf.scales for leaf in self.drawn_leaves] or [(None, None)]
        leasts, greatests = [least for least, _ in pairs if least], [greatest for _, greatest in pairs if greatest]
        least = min(leasts) if len(leasts) == len(pairs) else None
        return least, max(greatests) if len(greatests) == len(pairs) else None

    @property
    def queryable(self) -> bool:
        return any(leaf.queryable for leaf in self.drawn_leaves)

    @property
    def extent(self) -> Box:
        """The extent of all its layers in degrees, or that of the locality where there are none."""
        if not self.leaves:
            return service().locality.place.extent_wgs84
        wests, souths, easts, norths = zip(*(leaf.extent for leaf in self.leaves), strict=True)
        return min(wests), min(souths), max(easts), max(norths)


@dataclass(frozen=True)
class Contents:
    """All layers and groups that a request can name."""

    whole: Group
    themes: tuple[Group, ...]
    # differs for what is not the same
    edition: str

    @cached_property
    def by_name(self) -> dict[str, Leaf | Group]:
        """The groups that are not empty, and the layers, by name."""
        by_name: dict[str, Leaf | Group] = {group.name: group for group in (self.whole, *self.themes) if group.leaves}
        return by_name | {leaf.name: leaf for leaf in self.whole.leaves}

    def layer_or_group(self, name: str, locator: str) -> Leaf | Group:
        """The layer or group of that name; raises LayerNotDefined with the nearest one."""
        if name not in self.by_name:
            raise unknown_value(
                LayerNotDefined, locator, name, self.by_name, 'không có lớp này.', 'there is no such layer.'
            )
        return self.by_name[name]


def contents(db: Snapshot) -> Contents:
    """What there is now, made anew when a layer has a new release or a style file was changed."""
    by_edition: Remembered[str, Contents] = current_app.extensions.setdefault('dothi.ows.contents', Remembered(4))
    edition = f'{db.prepared_rows(NUMBERS)} {_style_files()}'
    stored_contents = by_edition.get(edition)
    if stored_contents is None:
        stored_contents = _build_contents(db.releases(), edition)
        by_edition.keep(edition, stored_contents)
    return stored_contents


def _build_contents(releases: dict[str, Release], edition: str) -> Contents:
    sources: dict[str, Layer | Coverage] = {**service().layers, **service().coverages}
    leaves = [Leaf(data, releases[name]) for name, data in sources.items() if name in releases]
    # a style file that is not right takes its own layer out, and `dothi status` says so
    leaves = [leaf for leaf in leaves if not leaf.is_broken]
    locality = service().locality
    themes = tuple(
        Group(f'{THEME}{theme}', title, _topmost_first(leaf for leaf in leaves if leaf.data.theme == theme), theme)
        for theme, title in locality.theme_titles(leaf.data.theme for leaf in leaves).items()
    )
    whole = Group(WHOLE, locality.place.title, tuple(leaf for group in themes for leaf in group.leaves))
    return Contents(whole, themes, hash_of(edition))


def _style_files() -> list[tuple[str, int]]:
    """The time at which each style file was last changed."""
    folders = (folder / 'styles' for folder in locality_folders(service().locality.path))
    return [stamp for folder in folders if folder.is_dir() for stamp in _stamps(folder)]


def _stamps(folder: Path) -> list[tuple[str, int]]:
    with os.scandir(folder) as files:
        return sorted((file.name, file.stat().st_mtime_ns) for file in files)


def style_of(target: Leaf | Group, text: str, locator: str) -> str:
    """The style that is asked for, the default where the text is empty; raises StyleNotDefined with the nearest."""
    name = text or DEFAULT
    if name not in target.styles:
        raise unknown_value(
            StyleNotDefined,
            locator,
            name,
            target.styles,
            f'lớp "{target.name}" không có kiểu vẽ này.',
            f'the layer "{target.name}" has no such style.',
        )
    return name


def leaves_in_style(target: Leaf | Group, style: str) -> list[tuple[Leaf, str]]:
    """The layers that a name draws in a style, lowest first, each with the style that it is drawn in."""
    leaves = (target,) if isinstance(target, Leaf) else target.drawn_leaves
    return [(leaf, style if style in leaf.styles else DEFAULT) for leaf in leaves]


def _topmost_first(leaves: Iterator[Leaf]) -> tuple[Leaf, ...]:
    return tuple(sorted(leaves, key=lambda leaf: (-leaf.draw_order, leaf.name)))


def remembered_document(offered: Contents, kind: str, write: Callable[[Contents], bytes]) -> bytes:
    """The document of a kind, written anew where it is not kept for this language, address and edition.

    Capabilities take a tenth of a second to write, and stay true until a release.
    """
    documents: Remembered[tuple[str, ...], bytes] = current_app.extensions.setdefault(
        'dothi.ows.documents', Remembered(12)
    )
    key = (offered.edition, kind, language(), service_url())
    body = documents.get(key)
    if body is None:
        body = write(offered)
        documents.keep(key, body)
    return body
