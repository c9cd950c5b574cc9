"""A report as one HTML page in both languages, with everything inside: it opens from a mail or a folder."""

from pathlib import Path

from markupsafe import Markup

from dothi.core.row_faults import ELEMENTS
from dothi.core.text import Text
from etl.doctor.coordinates.explanation import distance_text
from etl.pages import must_be_writable, template
from etl.report.crs_map import candidate_map
from etl.report.grouping import fault_lines, repair_lines, warning_lines
from etl.report.map import svg
from etl.report.model import Report

SHOWN_ROWS = 500


def write_page(report: Report, file: Path, title: Text) -> None:
    """Writes the page to `file`; title: the layer's. Raises NoFolder."""
    must_be_writable(file)
    file.write_text(page(report, title), encoding='utf-8')


def page(report: Report, title: Text, lang: str = 'vi', *, for_stewards: bool = True) -> str:
    """The page; it opens in `lang` and switches without a script.

    title: the layer's. for_stewards: whether it names the commands that decide, which an agency does not have.
    """
    map_svg = candidate_map(report)
    faults, warnings = fault_lines(report), warning_lines(report)
    return template(
        'report.html'
    ).render(
        report=report,
        distance_text=distance_text,
        english=lang.lower().startswith('en'),
        map=Markup(svg(report)),  # noqa: S704 (made here from numbers and fixed words)
        crs_map=map_svg and Markup(map_svg.svg),  # noqa: S704
        colours={candidate.crs: colour for colour, candidate in map_svg.legend} if map_svg else {},
        title=title,
        for_stewards=for_stewards,
        faults=faults[:SHOWN_ROWS],
        more=max(0, len(faults) - SHOWN_ROWS),
        warnings=warnings[:SHOWN_ROWS],
        more_warnings=max(0, len(warnings) - SHOWN_ROWS),
        repairs=repair_lines(report),
        elements={ELEMENTS[name]: count for name, count in report.rows.quality.items() if name in ELEMENTS},
    )
