"""What a map is of, by its address: one collection or all of them, in a style, at a time."""

from dataclasses import dataclass, replace

from dothi.api.common.collection_document import first_moments
from dothi.api.coverages.stored import stored_in
from dothi.api.http.query_parameters import read_collections
from dothi.api.http.served_crs import CRS84, uri_of
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.maps.area import OutsideMap, move_box
from dothi.api.maps.size import Box
from dothi.api.maps.times import format_rfc3339
from dothi.api.records.queryables import CATALOGUE
from dothi.api.styles.drawings import file_if_sound, file_of, no_such_style
from dothi.api.styles.offered import OF, map_styles
from dothi.cartography.style.style_file import DEFAULT, StyleFile
from dothi.core.catalog import Release
from dothi.core.coverage import Coverage
from dothi.core.crs import WGS84, srid_of
from dothi.core.errors import NotFound, WrongUse
from dothi.core.grid import Grid
from dothi.core.layer import Layer
from dothi.core.layer_source import Times
from dothi.core.locality import UnknownLayer
from dothi.core.text import Text

DATASET = Text(vi='Mọi lớp dữ liệu trên một bản đồ.', en='All collections on one map.')


class NoMap(NotFound):
    """The collection is there, but no map can be made of it."""


class NotOnMap(WrongUse):
    """The request names a collection that the map does not have, or more than it may have."""


@dataclass(frozen=True)
class Subject:
    """Collections, lowest first, in a style each. path: below /api, before `/map`. selected: as links repeat it."""

    path: str
    title: Text
    description: Text
    sources: tuple[Layer | Coverage, ...]
    styles: tuple[str | None, ...]
    releases: dict[str, Release]
    extent: Box
    # in which the data lie
    srid: int
    storage_crs: str
    # of a coverage, in its own system
    grid_bounds: Box | None = None
    # whether it is of all collections, or a selection of them
    is_dataset: bool = False
    selected: str = ''

    @property
    def layers(self) -> tuple[tuple[str, str | None], ...]:
        """Ids and styles of the sources, as a MapRequest takes them."""
        return tuple((source.id, style) for source, style in zip(self.sources, self.styles, strict=True))

    @property
    def default_crs(self) -> str:
        """URI of the system of a map for which none is asked (OGC 20-058, requirement 2 B).

        A collection has a system of storage; the landing page names none, since coverages lie in systems of their own.
        """
        return self.storage_crs if self.path.startswith('/collections/') else CRS84

    def extent_in(self, srid: int) -> Box:
        """The extent in the system `srid`: of a coverage in its own that of its cells; raises OutsideMap."""
        return self.grid_bounds if self.grid_bounds and srid == self.srid else move_box(self.extent, WGS84, srid)

    @property
    def demo(self) -> bool:
        return any(self.releases[source.id].demo for source in self.sources)

    def only(self, keep: set[str]) -> 'Subject':
        """The subject reduced to the collections in `keep`."""
        pairs = [(source, style) for source, style in zip(self.sources, self.styles, strict=True) if source.id in keep]
        return replace(self, sources=tuple(source for source, _ in pairs), styles=tuple(style for _, style in pairs))


def subject_of(db: Snapshot, collection_id: str | None, style: str | None) -> Subject:
    """The subject of an address; raises UnknownLayer, NoMap, NoRelease, NoSuchStyle, UnknownStyle, NotOnMap."""
    if collection_id is None:
        return _dataset_subject(db, style) if style is None or OF not in style else _layer_style(db, style)
    if collection_id == CATALOGUE.id:
        raise NoMap(vi=f'"{collection_id}" không có bản đồ.', en=f'The collection "{collection_id}" has no map.')
    path = f'/collections/{collection_id}' + (f'/styles/{style}' if style else '')
    coverage = service().coverages.get(collection_id)
    if coverage is not None:
        source = stored_in(db, coverage)
        if style not in {None, DEFAULT}:
            raise no_such_style(coverage.id, str(style), [DEFAULT])
        return _single_subject(path, coverage, style, source.release, source.grid)
    layer = service().layer(collection_id)
    offered = file_of(layer).offered(layer, service().audience)
    if style is not None and style not in offered:
        raise no_such_style(layer.id, style, offered)
    return _single_subject(path, layer, style, db.release(layer))


def _layer_style(db: Snapshot, style: str) -> Subject:
    """The subject of a map in the style of one layer; `style` is its name among the styles of the service."""
    layer_id, _, name = style.partition(OF)
    try:
        return replace(subject_of(db, layer_id, name), path=f'/styles/{style}')
    except UnknownLayer:
        raise no_such_style(service().locality.place.id, style, [*map_styles()]) from None


def subject_at(db: Snapshot, subject: Subject, times: Times | None, *, needed: bool) -> Subject:
    """Without the collections of which there was nothing yet; raises OutsideMap where none is left but `needed`."""
    if times is None or times.end is None:
        return subject
    first = first_moments(db, {source.id: source for source in subject.sources}, subject.releases)
    remaining = subject.only({name for name, moment in first.items() if moment <= times.end})
    if needed and not remaining.sources:
        since = format_rfc3339(min(first.values()))
        raise OutsideMap(vi=f'Dữ liệu có từ {since}, trước đó không có gì.', en=f'There are data from {since} on.')
    return remaining


def _single_subject(
    path: str, of: Layer | Coverage, style: str | None, release: Release, grid: Grid | None = None
) -> Subject:
    crs = f'EPSG:{grid.srid}' if grid else service().locality.place.crs
    return Subject(
        path, of.title, of.description, (of,), (style,), {of.id: release}, _extent_of([release]), srid_of(crs),
        uri_of(crs), grid.bounds if grid else None
    )  # fmt: skip


def _dataset_subject(db: Snapshot, style: str | None) -> Subject:
    releases = db.releases()
    requested = read_collections()
    collection_ids = _require_released(requested, releases) if requested else [*releases]
    styled = _visible_styles(collection_ids)
    names = collection_ids if requested else [name for name, file in styled.items() if file.visible] or [*styled]
    sources = tuple(service().coverages.get(name) or service().layers[name] for name in names)
    if not sources:
        raise NoMap(vi='Chưa có dữ liệu nào để vẽ.', en='There are no data to draw yet.')
    styles = tuple(
        style if style and name in styled and style in _offered_styles(styled, name) else None for name in names
    )
    if style not in {None, DEFAULT} and not any(styles):
        raise no_such_style(service().locality.place.id, str(style), [*map_styles()])
    place, path = service().locality.place, f'/styles/{style}' if style else ''
    extent = _extent_of([releases[name] for name in names])
    srid, selected = srid_of(place.crs), ','.join(requested)
    return Subject(
        path, place.title, DATASET, sources, styles, releases, extent, srid, CRS84, is_dataset=True, selected=selected
    )


def _visible_styles(names: list[str]) -> dict[str, StyleFile]:
    """The style files of these layers, lowest first; one that is broken is left out."""
    layers = service().layers
    style_files = {name: file_if_sound(layers[name]) for name in names if name in layers}
    sound = {name: styles for name, styles in style_files.items() if styles is not None}
    return dict(sorted(sound.items(), key=lambda pair: (pair[1].draw_order, pair[0])))


def _offered_styles(styled: dict[str, StyleFile], name: str) -> list[str]:
    return styled[name].offered(service().layers[name], service().audience)


def _require_released(names: list[str], releases: dict[str, Release]) -> list[str]:
    most = service().maps.map_max_layers
    if len(names) > most:
        raise NotOnMap(
            vi=f'collections: có {len(names)} lớp, nhiều nhất {most}. Chọn ít hơn.',
            en=f'collections: {len(names)} collections, of {most} at most. Take fewer.',
        )
    released = [name for name in (*service().layers, *service().coverages) if name in releases]
    for name in names:
        if name not in released:
            raise NotOnMap.with_suggestion(
                name,
                released,
                vi=f'collections={name[:100]}: không có lớp này.',
                en=f'collections={name[:100]}: there is no such collection.',
            )
    return names


def _extent_of(releases: list[Release]) -> Box:
    """The extent of all releases in degrees; that of the locality where no release has one."""
    boxes = [release.extent_wgs84 for release in releases if release.extent_wgs84]
    if not boxes:
        return service().locality.place.extent_wgs84
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return min(wests), min(souths), max(easts), max(norths)
