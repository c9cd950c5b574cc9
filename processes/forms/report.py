"""A result as a printable report: one page in one language with everything inside, and the same as PDF."""

import base64
from contextlib import suppress
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dothi import __version__
from dothi.core.text import DEMO, Lang
from etl.pages import template
from processes.data import Data
from processes.evaluation.verdicts import FAULTS, TRENDS, VERDICTS
from processes.forms.answer import (
    MOST_ROWS,
    SAID_ELSEWHERE,
    Table,
    caveats_of,
    detail_tables,
    key_figures,
    norms_of,
    sentences_of,
    sums_of,
    table_of_rows,
)
from processes.forms.figure import choose_figure
from processes.forms.input_words import list_inputs
from processes.forms.map import draw_map
from processes.forms.numbers import format_day, format_moment, format_number
from processes.forms.run_title import titles_of_earlier
from processes.forms.stored import NoSuchOutput, StoredResult, changed_since, read_stored, sources_of
from processes.forms.unit_words import units_of
from processes.forms.whereabouts import with_units

PAGES = Path(__file__).parent / 'pages'


def report_html(stored: StoredResult, data: Data, lang: Lang) -> str:
    """The report as HTML. It has a map where the result has places."""
    return template('result.html', PAGES).render(**page_members(data, lang), **result_members(stored, data, lang))


def page_members(data: Data, lang: Lang) -> dict[str, Any]:
    """What every page of a report needs."""
    return {
        'lang': lang,
        'english': lang == 'en',
        'place': data.locality.place,
        'written_with': __version__,
        'day': lambda value: format_day(value, lang),
    }


def result_members(stored: StoredResult, data: Data, lang: Lang, most_rows: int = MOST_ROWS) -> dict[str, Any]:
    """What a page says of one result (`result_body.html`). There is a map where the result has places.

    `headline` is what the map shows, of the whole, where there is no sentence; else the first figure.
    """
    sources, words = sources_of(stored, data), stored.words(lang)
    features, summary = stored.features, stored.summary
    figure = choose_figure(features, words.members)
    placed, place_words = with_units(features, words, stored, data)
    sums = sums_of(summary, stored.process.inputs)
    table = table_of_rows(placed, figure.name, sums, place_words, SAID_ELSEWHERE, most_rows)
    unit_name = units_of(data)
    runs = titles_of_earlier(stored.inputs, data.db, data.locality, lang, unit_name)
    sentences, figures = sentences_of(summary, lang), key_figures(summary, stored.inputs, words)
    main = [(words.title(figure.name), words.value(figure.name, sums[figure.name]))] if figure.name in sums else figures
    return {
        'stored': stored,
        'title': stored.process.title.pick(lang),
        'description': stored.process.description.pick(lang),
        'method': (stored.process.method or stored.process.description).pick(lang),
        'demo': DEMO.pick(lang) if summary.get('demo') or any(source.demo for source in sources) else '',
        'inputs': list_inputs(stored, data.locality, lang, runs, unit_name),
        'sentences': sentences,
        'figures': figures,
        'headline': next(iter(sentences), ': '.join(main[0]) if main else ''),
        'part': _own_part(stored, lang),
        'details': detail_tables(summary, words),
        'picture': _map_as_data_uri(stored, data, lang),
        'table': table if features and not stored.rows_withheld else None,
        'withheld': stored.rows_withheld and bool(features),
        'others': _other_tables(stored, data, lang, most_rows),
        'count': len(features) if stored.is_features else None,
        'norms': norms_of(summary, features, lang),
        'caveats': caveats_of(summary, lang),
        'sources': sources,
        'changed': changed_since(sources).pick(lang) if sources else '',
        'computed': format_moment(stored.finished_at, lang),
    }


def _other_tables(stored: StoredResult, data: Data, lang: Lang, most_rows: int) -> list[tuple[str, Table]]:
    """The tables of the further outputs of the run, such as before and after by zone; none of such an output."""
    first, *further = stored.process.outputs
    if stored.output != first or stored.rows_withheld:
        return []
    tables = []
    for name in further:
        with suppress(NoSuchOutput):
            other = read_stored(stored.job_id, name, data)
            if other.features:
                tables.append((other.process.outputs[name].title.pick(lang), _table_of(other, lang, most_rows)))
    return tables


def _table_of(stored: StoredResult, lang: Lang, most_rows: int) -> Table:
    words = stored.words(lang)
    sums = sums_of(stored.summary, stored.process.inputs)
    figure = choose_figure(stored.features, words.members)
    return table_of_rows(stored.features, figure.name, sums, words, SAID_ELSEWHERE, most_rows)


def write_html(stored: StoredResult, data: Data, lang: Lang, target: Path) -> None:
    """Writes the report as HTML."""
    target.write_text(report_html(stored, data, lang), encoding='utf-8')


def write_pdf(stored: StoredResult, data: Data, lang: Lang, target: Path) -> None:
    """Writes the page as PDF."""
    page_to_pdf(report_html(stored, data, lang), target)


def page_to_pdf(page: str, target: Path) -> None:
    """Writes a page as PDF, with its text as text; nothing is fetched from anywhere."""
    # half a second, for those who print
    from weasyprint import HTML  # type: ignore[import-untyped]

    HTML(string=page, url_fetcher=_inside_only()).write_pdf(target, pdf_tags=True)


def _own_part(stored: StoredResult, lang: Lang) -> Markup:
    """What the process's own page tells of the summary; nothing where it has none."""
    if stored.process.page is None:
        return Markup()
    page = template(stored.process.page, PAGES)
    words = {'verdicts': VERDICTS, 'trends': TRENDS, 'faults': FAULTS}
    # the page escapes what it is given
    return Markup(page.render(summary=stored.summary, lang=lang, number=format_number, **words))  # noqa: S704


def _inside_only() -> Any:
    """A fetcher that knows only what the page holds itself."""
    from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]

    return URLFetcher(allowed_protocols=['data'], allow_redirects=False)


def _map_as_data_uri(stored: StoredResult, data: Data, lang: Lang) -> str:
    """The map as an address that holds it, or nothing for a result without places."""
    if not stored.is_features and stored.raster is None:
        return ''
    picture = data.draft(f'{stored.job_id}.png')
    draw_map(stored, data, lang, picture)
    return 'data:image/png;base64,' + base64.b64encode(picture.read_bytes()).decode()
