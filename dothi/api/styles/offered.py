"""Which styles the service has: of the whole map, and of each layer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dothi.api.http.service import require_release, service
from dothi.api.http.snapshot import Snapshot
from dothi.api.styles.drawings import UnknownStyle, drawing, file_if_sound, file_of
from dothi.cartography.style.drawing import Drawing
from dothi.cartography.style.layer_styles import style_path
from dothi.cartography.style.legibility import paper
from dothi.cartography.style.style_file import DEFAULT, StyleFile
from dothi.core.catalog import Release
from dothi.core.layer import Layer
from dothi.core.text import Text

# Between the layer and its style in the name that a layer's style has among those of the service.
OF = '.'
WHOLE_MAP, USUAL = Text(vi='Bản đồ chung', en='Whole map'), Text(vi='Mặc định', en='Default')


@dataclass(frozen=True)
class Styled:
    """A style with all that it draws, lowest first. path: where it is, below /api; layer: None is the whole map."""

    id: str
    path: str
    title: Text
    drawings: tuple[Drawing, ...]
    releases: dict[str, Release]
    layer: Layer | None = None

    @property
    def updated(self) -> datetime:
        """When what it draws or how it draws it last changed; of an empty map when the locality did."""
        folder = service().locality.path
        files = [style_path(drawing.layer, folder) for drawing in self.drawings] or [folder / 'locality.yml']
        changed = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in files if file.exists()]
        return max([self.releases[drawing.layer.id].released_at for drawing in self.drawings] + changed)


def style_files() -> dict[str, tuple[Layer, StyleFile]]:
    """The styles of each layer, without the layers whose file is broken: they are named in the log."""
    files = {layer.id: (layer, file_if_sound(layer)) for layer in service().layers.values()}
    return {name: (layer, styles) for name, (layer, styles) in files.items() if styles is not None}


def style_file_times() -> tuple[float, ...]:
    """When the style file of each layer was last written, 0 for a layer without one: changes with any of them."""
    folder = service().locality.path
    files = [style_path(layer, folder) for layer in service().layers.values()]
    return tuple(file.stat().st_mtime if file.exists() else 0.0 for file in files)


def map_styles() -> dict[str, Text]:
    """The styles of the whole map: `default`, and those that give it a background in some layer's file."""
    titles = {DEFAULT: USUAL}
    for _, styles in style_files().values():
        titles |= {
            name: style.title for name, style in styles.styles.items() if style.background and name not in titles
        }
    return titles


def paper_of(style_id: str) -> str:
    """What lies below the layers of a map in that style, as CSS."""
    return paper((styles for _, styles in style_files().values()), style_id).css


def layer_styles(layer: Layer) -> dict[str, Text]:
    """The styles of a layer, for the audience; none where its file is broken."""
    styles = file_if_sound(layer)
    if styles is None:
        return {}
    return {name: styles.styles[name].title for name in styles.offered(layer, service().audience)}


def of_map(db: Snapshot, style_id: str, chosen: dict[str, str] | None = None) -> Styled:
    """All released layers, each in its style of that name or else in its default; raises UnknownStyle.

    chosen: layer to style, for those that are to be drawn otherwise.
    """
    titles, releases = map_styles(), db.releases()
    if style_id not in titles:
        raise _unknown_style(style_id, titles)
    drawings = [
        _drawing_in_style(
            db, layer, _style_name(styles, layer, (chosen or {}).get(layer.id, style_id)), releases[layer.id]
        )
        for layer, styles in style_files().values()
        if layer.id in releases
    ]
    lowest_first = sorted(drawings, key=lambda one: (one.draw_order, one.layer.id))
    title = title_within(WHOLE_MAP, titles[style_id])
    return Styled(style_id, f'/styles/{style_id}', title, tuple(lowest_first), releases)


def of_layer(db: Snapshot, layer: Layer, style_id: str) -> Styled:
    """A layer in one of its styles; raises NoRelease, and UnknownStyle, also where its file is broken."""
    styles = file_of(layer)
    offered = styles.offered(layer, service().audience)
    if style_id not in offered:
        raise _unknown_style(style_id, offered)
    releases = db.releases()
    release = require_release(layer, releases)
    path, title = f'/collections/{layer.id}/styles/{style_id}', title_within(layer.title, styles.styles[style_id].title)
    # its own map shows it, whether or not that of all layers does when it opens
    visible_drawing = replace(_drawing_in_style(db, layer, style_id, release), visible=True)
    return Styled(style_id, path, title, (visible_drawing,), releases, layer)


def of_service(db: Snapshot, style_id: str, chosen: dict[str, str] | None = None) -> Styled:
    """One of `/styles`: of the whole map, or `layer.style`; raises UnknownStyle."""
    name, dot, of_it = style_id.partition(OF)
    if dot and name in service().layers:
        return of_layer(db, service().layers[name], of_it)
    return of_map(db, style_id, chosen)


def title_within(whole: Text, title: Text) -> Text:
    """What a style is called outside of the layer or map whose it is."""
    return Text(vi='{whole}: {title}', en='{whole}: {title}').format(whole=whole, title=title)


def _unknown_style(style_id: str, offered: Iterable[str]) -> UnknownStyle:
    return UnknownStyle.with_suggestion(
        style_id, offered, vi=f'Không có kiểu vẽ "{style_id}".', en=f'There is no style "{style_id}".'
    )


def _style_name(styles: StyleFile, layer: Layer, style_id: str) -> str:
    return style_id if style_id in styles.offered(layer, service().audience) else DEFAULT


def _drawing_in_style(db: Snapshot, layer: Layer, style_id: str, release: Release) -> Drawing:
    return drawing(db, layer, style_id, release.number)[1]
