"""A report as one HTML page in both languages, with everything inside: it opens from a mail or a folder."""

from pathlib import Path

from markupsafe import Markup

from etl.doctor.coordinates.explanation import metres
from etl.pages import must_be_writable, template
from etl.report.crs_map import candidate_map
from etl.report.map import svg
from etl.report.model import Report
from etl.report.quality import ELEMENTS

SHOWN_ROWS = 500


def write_page(report: Report, file: Path) -> None:
    """Writes the page to `file`; raises NoFolder."""
    must_be_writable(file)
    file.write_text(page(report), encoding='utf-8')


def page(report: Report, lang: str = 'vi') -> str:
    """The page; it opens in `lang` and switches without a script."""
    drawn = candidate_map(report)
    return template(
        'report.html'
    ).render(
        report=report,
        metres=metres,
        english=lang.lower().startswith('en'),
        map=Markup(svg(report)),  # noqa: S704 (made here from numbers and fixed words)
        crs_map=drawn and Markup(drawn.svg),  # noqa: S704
        colours={candidate.crs: colour for colour, candidate in drawn.legend} if drawn else {},
        faults=report.rows.bad[:SHOWN_ROWS],
        more=max(0, sum(report.rows.by_code.values()) - SHOWN_ROWS),
        warnings=report.rows.warnings[:SHOWN_ROWS],
        more_warnings=max(0, sum(report.rows.warnings_by_code.values()) - SHOWN_ROWS),
        repairs=report.rows.repairs[:SHOWN_ROWS],
        elements={ELEMENTS[name]: count for name, count in report.rows.quality.items() if name in ELEMENTS},
    )
