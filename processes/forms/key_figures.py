"""A result in the words of its report, as a JSON document from which a client draws figures, table, map and chart."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dothi.core.text import DEMO, Lang
from processes.data import Data
from processes.forms.answer import (
    SAID_ELSEWHERE,
    caveats_of,
    detail_tables,
    key_figures,
    norms_of,
    sentences_of,
    sums_of,
    table_of_rows,
)
from processes.forms.figure import BEFORE, NO_VALUE, WITHOUT, MapFigure, choose_figure, sides_of
from processes.forms.input_words import list_inputs
from processes.forms.numbers import format_moment
from processes.forms.run_title import titles_of_earlier
from processes.forms.stored import Source, StoredResult, changed_since, sources_of
from processes.forms.unit_words import units_of
from processes.forms.whereabouts import with_units
from processes.forms.words import MemberWords

MEDIA_TYPE = 'application/vnd.dothi.figures+json'
# A page shows no more rows, and files have all of them.
MOST_ROWS = 1_000


def figures_document(stored: StoredResult, data: Data, lang: Lang) -> dict[str, Any]:
    """Inputs, figures of the whole, rows, classes of the map, norms, caveats and sources, in words.

    `place` of a row is the number of its feature in the result, from 0.
    """
    words, features, summary = stored.words(lang), stored.features, stored.summary
    figure, sources = choose_figure(features, words.members), sources_of(stored, data)
    placed, place_words = with_units(features, words, stored, data)
    unit_name = units_of(data)
    runs = titles_of_earlier(stored.inputs, data.db, data.locality, lang, unit_name)
    sums = sums_of(summary, stored.process.inputs)
    table = table_of_rows(placed, figure.name, sums, place_words, SAID_ELSEWHERE, MOST_ROWS)
    return {
        'process': stored.process_id,
        'title': stored.process.title.pick(lang),
        'description': stored.process.description.pick(lang),
        'method': (stored.process.method or stored.process.description).pick(lang),
        'demo': DEMO.pick(lang) if summary.get('demo') or any(source.demo for source in sources) else None,
        'inputs': [asdict(value) for value in list_inputs(stored, data.locality, lang, runs, unit_name)],
        'sentences': sentences_of(summary, lang),
        'figures': [{'title': title, 'value': value} for title, value in key_figures(summary, stored.inputs, words)],
        'details': [{'title': title, 'table': asdict(part)} for title, part in detail_tables(summary, words)],
        'table': asdict(table) if features else None,
        'map': _map_classes(figure, words) if features else None,
        # the classes in which the results that a comparison compares are drawn side by side
        'sides': _map_classes(sides, words, BEFORE) if (sides := sides_of(features, figure.name)) else None,
        'norms': norms_of(summary, features, lang),
        'caveats': caveats_of(summary, lang),
        'sources': [_source_members(source, lang) for source in sources],
        'changed': changed_since(sources).pick(lang) if any(source.newer for source in sources) else None,
        'computed': format_moment(stored.finished_at, lang),
    }


def write_figures(stored: StoredResult, data: Data, lang: Lang, target: Path) -> None:
    """Writes the document."""
    target.write_text(json.dumps(figures_document(stored, data, lang), ensure_ascii=False), encoding='utf-8')


def _map_classes(figure: MapFigure, words: MemberWords, ending: str = '') -> dict[str, Any]:
    """The member that the map shows and its classes, from low to high; without a member features are only shown.

    ending: of the name under which the result itself has the member.
    """
    unit = words.unit(figure.name + ending) if figure.name else None
    classes = [
        {'low': part.low, 'high': part.high, 'color': part.colour, 'label': part.label(words.lang, unit)}
        for part in figure.classes
    ]
    without = {'color': NO_VALUE, 'label': WITHOUT.pick(words.lang)}
    title = words.heading(figure.name + ending) if figure.name else None
    return {'member': figure.name, 'title': title, 'classes': classes, 'without': without}


def _source_members(source: Source, lang: Lang) -> dict[str, Any]:
    return {
        'layer': source.layer_id,
        'title': source.title.pick(lang),
        'agency': source.agency.pick(lang),
        'release': source.release,
        'released': source.released_at and source.released_at.isoformat(),
        'newer': source.newer,
    }
