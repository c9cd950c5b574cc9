"""The report: on the screen while it is measured, and as docs/benchmarks.md."""

import os
import platform
import re
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from bench.chapters import Chapter, Judged
from bench.measure import Timing
from bench.session import Session

HOW = """All ways to answer a question run in turn on the same table, with one connection kept open, every request
another page or tile, and nothing cached unless a row says so. Medians; only ratios within one table mean anything,
since machines differ and are noisy; measuring begins when the machine has been quiet for a minute. Raw SQL is the same
rows as GeoJSON or MVT, straight from the database. Tiles at zoom 14 and all answers of the session are asked for in
gzip, as by every map client.
"""


def show(chapter: Chapter) -> None:
    """Prints the chapter."""
    table = Table(*_heading(chapter), title=chapter.title.replace('`', ''))
    for row in _rows(chapter):
        table.add_row(*row)
    console = Console()
    console.print(table)
    for goal in chapter.goals:
        console.print(f'  {"✓" if goal.met else "✗"} {goal.text}: {goal.measured}')


def page(chapters: list[Chapter], versions: list[str], before: str) -> str:
    """docs/benchmarks.md: what was measured now, and of the page as it was `before` the chapters that were not."""
    machine = f'{platform.machine()}, {os.cpu_count()} cores'
    measured = f'`make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}, {", ".join(versions)}.'
    sections = _sections(before) | {chapter.title: _section(chapter, measured) for chapter in chapters}
    parts = ['<!-- Written by `make bench`. -->', '# Benchmarks', HOW, *sections.values()]
    return '\n\n'.join(part.strip() for part in parts) + '\n'


def _sections(text: str) -> dict[str, str]:
    """The chapters of a page by their titles."""
    parts = re.split(r'^(?=## )', text, flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].removeprefix('## '): part for part in parts}


def _section(chapter: Chapter, measured: str) -> str:
    goals = [[goal.text, goal.measured, 'yes' if goal.met else '**no**'] for goal in chapter.goals]
    lines = [f'## {chapter.title}\n', measured, '', *_table(_heading(chapter), _rows(chapter)), '']
    return '\n'.join([*lines, *_table(['goal', 'measured', 'met'], goals), ''])


def _heading(chapter: Chapter) -> list[str]:
    if chapter.sessions:
        return ['', 'requests', 'errors', 'median ms', '95 of 100 within ms', '99 of 100 within ms']
    if chapter.rates:
        return ['', 'requests a second', 'times the first']
    if chapter.figures:
        return ['', 'measured']
    if chapter.judged:
        return ['', 'questions', 'right', 'unsure', 'wrong', 'right and as precise as can be']
    return ['', 'median ms', 'min to max', 'times the first']


def _rows(chapter: Chapter) -> list[list[str]]:
    if chapter.sessions:
        return [_session(session) for session in chapter.sessions]
    if chapter.rates:
        first = next(iter(chapter.rates.values()))
        return [[name, f'{rate:,.0f}', f'{rate / first:.2f}'] for name, rate in chapter.rates.items()]
    if chapter.figures:
        return [[name, figure] for name, figure in chapter.figures.items()]
    if chapter.judged:
        return [_judged(own) for own in [*chapter.judged, _sum(chapter.judged)]]
    return [_timing(timing, chapter.timings[0]) for timing in chapter.timings]


def _judged(own: Judged) -> list[str]:
    return [own.kind, *(f'{number:,}' for number in (own.count, own.right, own.unsure, own.wrong, own.precise))]


def _sum(judged: list[Judged]) -> Judged:
    right, unsure, wrong, precise = (
        sum(getattr(own, name) for own in judged) for name in ('right', 'unsure', 'wrong', 'precise')
    )
    return Judged('all', right, unsure, wrong, precise)


def _timing(timing: Timing, first: Timing) -> list[str]:
    return [timing.name, f'{timing.median_ms:.2f}', timing.spread, f'{timing.median_ms / first.median_ms:.2f}']


def _session(session: Session) -> list[str]:
    shares = [f'{session.percentile_ms(share):.0f}' for share in (0.5, 0.95, 0.99)]
    return [session.server, f'{session.requests:,}', str(session.errors), *shares]


def _table(heading: list[str], rows: list[list[str]]) -> list[str]:
    line = '| ' + ' | '.join('---' for _ in heading) + ' |'
    return (
        [f'| {" | ".join(row)} |' for row in (heading, *rows)][:1] + [line] + [f'| {" | ".join(row)} |' for row in rows]
    )
