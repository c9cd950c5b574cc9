"""A layer looks the same as a picture of ours, in MapLibre and in QGIS: areas and colours of what they draw."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bench.side_by_side.areas import Area, areas, palette
from bench.side_by_side.frame import BACKGROUND, Frame
from bench.side_by_side.painters import Painters
from dothi.cartography.style.drawing import Drawing, drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.database import fresh
from dothi.core.locality import Locality
from tests.conftest import Province, use
from tests.matrix import exhaustive, thorough

SHAPES = ['districts', 'communes', 'rivers', 'roads', 'power_lines', 'schools', 'health_facilities']
# Buildings only where each is drawn by itself: tiles and pictures of large areas count them in cells, QGIS does not.
FRAMES = {
    'street': (Frame(106.1683, 20.4296, 1.2), [*SHAPES[:3], 'buildings', *SHAPES[3:]]),
    'district': (Frame(106.2, 20.25, 20.0), SHAPES),
    'province': (Frame(106.23, 20.2, 200.0), SHAPES),
}
# Smaller areas are all edge. Edges: painters smooth and join them in ways of their own, a fifth of a pixel apart.
LEAST_PX, SHARE, EDGE_PX = 400, 0.05, 0.2
# Thin lines and dots: nobody leaves them away.
SEEN_PX = 200
# A colour difference that nobody sees (CIE 1976).
UNSEEN = 2.0


@pytest.fixture(scope='module')
def drawings(locality: Locality) -> dict[str, Drawing]:
    def of(name: str) -> Drawing:
        layer = locality.layer(name)
        return drawing_of(layer, styles_of(layer, locality.path), DEFAULT, 'internal', lambda _: [])

    return {name: of(name) for name in [*SHAPES, 'buildings']}


@thorough
@pytest.mark.parametrize(
    'scale', [pytest.param('street', marks=exhaustive), pytest.param('district', marks=exhaustive), 'province']
)
def test_three_painters_draw_the_same(
    scale: str, chromium: Browser, province: Province, locality: Locality, drawings: dict[str, Drawing],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    use(monkeypatch, province.environment)
    frame, layers = FRAMES[scale]
    painters = Painters(province.internal_url, chromium, locality, tmp_path, labels=False)
    pictures = painters.each(frame, layers)
    fresh()
    colours = palette([drawings[name] for name in layers], BACKGROUND)
    seen = {name: areas(picture, colours) for name, picture in pictures.items()}
    compared = [colour for colour in colours if is_wide([one[colour] for one in seen.values()])]
    assert len(compared) >= 2
    for colour in compared:
        found = {name: one[colour] for name, one in seen.items()}
        assert spread(list(found.values())) <= 0, (colour, found)
        assert all(area.off < UNSEEN for area in found.values()), (colour, found)
    for colour in shapes_of(drawings[name] for name in layers):
        pixels = {name: one[colour].pixels for name, one in seen.items() if colour in one}
        assert max(pixels.values(), default=0) < SEEN_PX or min(pixels.values()) > max(pixels.values()) / 4, (
            colour, pixels,
        )  # fmt: skip


def shapes_of(drawings: Iterable[Drawing]) -> set[str]:
    """The colours of everything but letters."""
    passes = (one for drawing in drawings for one in drawing.passes if one.kind != 'label')
    return {rule.colour.hex for one in passes for rule in one.rules}


def is_wide(found: list[Area]) -> bool:
    """Whether somebody draws the colour as more than thin lines."""
    return max(area.pixels for area in found) >= LEAST_PX and any(area.edge < 0.9 * area.pixels for area in found)


def spread(found: list[Area]) -> float:
    """By how many pixels the areas differ more than they may; none of them has to be missing."""
    pixels = [area.pixels for area in found]
    allowed = SHARE * sum(pixels) / len(pixels) + EDGE_PX * max(area.edge for area in found)
    return max(pixels) - min(pixels) - allowed
