"""Where the candidates put a file against the known units: a map of the locality, and one feature close up, as SVG."""

import math
from dataclasses import dataclass

from etl.report.map import WIDTH_PX, Window, outline
from etl.report.model import Candidate, Report

# Told apart by people who see few colours too.
COLOURS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9')
# Candidates farther apart are told apart on the map of the locality.
CLOSE_M = 5_000.0
METRES_PER_DEGREE = 111_320.0
CLOSE_UP_PX = 220


@dataclass(frozen=True)
class CandidateMap:
    """The drawings, and the colour of each candidate drawn."""

    svg: str
    legend: list[tuple[str, Candidate]]


def candidate_map(report: Report) -> CandidateMap | None:
    """The map where a person has to choose or to know that a declaration was overruled; else None."""
    drawn_candidates = [each for each in report.crs.likely if each.places][: len(COLOURS)]
    if report.map_extent is None or not drawn_candidates or not (report.crs.decided is None or report.crs.overruled):
        return None
    legend = list(zip(COLOURS, drawn_candidates, strict=False))
    return CandidateMap(_overview(report, report.map_extent, legend) + _close_up(legend), legend)


def _overview(report: Report, extent: tuple[float, float, float, float], legend: list[tuple[str, Candidate]]) -> str:
    window = Window(extent, WIDTH_PX)
    # the best on top of the others
    dots = [
        window.dot(*place, each.crs, f'style="fill:{colour}" r="3"')
        for colour, each in reversed(legend)
        for place in each.places
    ]
    return window.svg([*(outline(window, ring) for ring in report.map_outlines), *dots])


def _close_up(legend: list[tuple[str, Candidate]]) -> str:
    """One feature as each of the close candidates places it, with a scale; nothing where only one is close."""
    near = [(colour, each) for colour, each in legend if each.distance_m is not None and each.distance_m < CLOSE_M]
    farthest = max((each.distance_m or 0 for _, each in near), default=0)
    if len(near) < 2 or farthest < 1:
        return ''
    lon, lat = near[0][1].places[0]
    reach = 1.3 * farthest / METRES_PER_DEGREE
    wide = reach / math.cos(math.radians(lat))
    window = Window((lon - wide, lat - reach, lon + wide, lat + reach), CLOSE_UP_PX)
    dots = [window.dot(*each.places[0], each.crs, f'style="fill:{colour}" r="5"') for colour, each in reversed(near)]
    return window.svg([*dots, _scale_bar(farthest, CLOSE_UP_PX / (2.6 * farthest))])


def _scale_bar(metres: float, px_per_metre: float) -> str:
    """A line as long as the round number below `metres`, with that number."""
    power = 10 ** math.floor(math.log10(metres))
    length = power * max(step for step in (1, 2, 5) if step * power <= metres)
    end = round(10 + length * px_per_metre, 1)
    return (
        f'<path d="M10,{CLOSE_UP_PX - 10}H{end}" class="scale"/><text x="10" y="{CLOSE_UP_PX - 15}">{length:g} m</text>'
    )
