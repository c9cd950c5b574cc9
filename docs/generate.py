"""Writes the reference tables from what the code says: settings, layers, styles, coverages, norms, …"""

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from pydantic.fields import FieldInfo

from docs.conformance import conformance_parts
from dothi.cartography.style.drawing import drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.legibility import nearest, paper
from dothi.cartography.style.markers import NAMES
from dothi.cartography.style.style_file import Part, StyleFile
from dothi.core.access.log import DEED_TITLES
from dothi.core.coverage import Coverage
from dothi.core.indicator_set import Indicator, IndicatorSet, indicator_set, indicator_sets
from dothi.core.layer import Checks, Column, Layer
from dothi.core.locality import load_locality
from dothi.core.norms import Norm
from dothi.core.row_faults import ELEMENTS, FAULT_KINDS
from dothi.core.settings import LOCALITIES, PROJECT
from dothi.core.settings_table import SETTINGS
from dothi.core.terms import TERMS
from dothi.core.text import split_halves
from processes.forms.numbers import unit_text
from processes.outputs import unit_for
from processes.registry import all_processes

DOCS = PROJECT / 'docs'
KINDS_OF_PAGES = {
    'tutorial': 'First steps · Bắt đầu',
    'how-to': 'How to · Hướng dẫn',
    'training': 'Training · Đào tạo',
    'explanation': 'Explanation · Giải thích (English)',
    'reference': 'Reference · Tra cứu (English)',
    'decisions': 'Decisions · Quyết định thiết kế (English)',
}
CHECKS_ARE = """\
An **error** keeps the row out: it goes into quarantine with its reason. A **warning** is told of a row that is
released all the same, and is kept in quarantine too. A severity with * may be changed in the layer file
(`checks: {severity: {sliver: error}}`). Counts by element of ISO 19157 are in the report (`rows.quality`).
"""
CHECK_KEYS = """\
A check is on when its key is in the layer file; `dothi/core/layer.py` says what each means. Lengths are metres of the
working CRS. `repair` takes `close_rings`, `make_valid` (only where the area stays within 0.1 %) and
`drop_repeated_points`.

```yaml
checks: {bad_rows_share: 0.02, sliver_width_m: 0.5, near_duplicate_m: 0.1, repair: [close_rings, make_valid]}
```
"""
STYLES_ARE = """\
What the files in `localities/library/styles/` say; [how one is written](../how-to/style-a-layer.md). The least distance
is that of the two colours of a legend that are hardest to tell apart (CIEDE2000), for typical sight and for the three
kinds of colour blindness, where nothing but colour tells them apart; [why it is 10 or more](../explanation/styles.md).
"""
LOG_IS = """\
What `dothi audit export` and `/api/people/log` say under `action`. A kind with a dot is about data and is written by
triggers of the database ([why](../decisions/0105-one-log.md)); its `detail` has the program that did it.
"""
NOTICE = '<!-- Written by `make docs`; change the code it comes from instead. -->\n'


def pages() -> dict[str, str]:
    """The generated pages by their paths below docs/; the index comes last, as it reads the titles of the others."""
    return {
        'reference/settings.md': settings_page(),
        'reference/layers.md': layers_page(),
        'reference/styles.md': styles_page(),
        'reference/checks.md': checks_page(),
        'reference/coverages.md': coverages_page(),
        'reference/norms.md': norms_page(),
        'reference/indicators.md': indicators_page(),
        'reference/processes.md': processes_page(),
        'reference/log.md': log_page(),
        'reference/glossary.md': glossary_page(),
        'reference/conformance.md': '\n'.join([NOTICE, '# Conformance\n', *conformance_parts()]),
        'index.md': index_page(),
    }


def settings_page() -> str:
    """Every environment variable that the platform reads."""
    parts = [NOTICE, '# Settings\n', 'Set as environment variables. `dothi config` shows the values in force.\n']
    for group in SETTINGS:
        rows = [
            (f'`DOTHI_{name.upper()}`', _default(field), split_halves(str(field.description)).en)
            for name, field in group.model_fields.items()
        ]
        parts += [f'## {_sentence(group.__doc__)}\n', _table(('variable', 'default', 'meaning'), rows)]
    return '\n'.join(parts)


def layers_page() -> str:
    """Every layer of the locality that is shipped, with its columns."""
    parts = [NOTICE, '# Layers\n', 'What the files in `localities/library/layers/` say.\n']
    for layer in load_locality(LOCALITIES / 'nam_dinh').layers.values():
        parts += [_layer(layer)]
    return '\n'.join(parts)


def styles_page() -> str:
    """Every style of the locality that is shipped, and the signs."""
    parts = [
        NOTICE,
        '# Styles\n',
        STYLES_ARE,
        '## Signs\n',
        f'{", ".join(f"`{name}`" for name in NAMES)}\n',
        '## Layers\n',
    ]
    locality = load_locality(LOCALITIES / 'nam_dinh')
    found = [(layer, styles_of(layer, locality.path)) for layer in locality.layers.values()]
    files = [styles for _, styles in found]
    rows = [row for layer, styles in found for row in _styles(layer, styles, files)]
    return '\n'.join([*parts, _table(('layer', 'style', 'vi', 'en', 'by', 'for', 'least distance'), rows)])


def _styles(layer: Layer, styles: StyleFile, files: list[StyleFile]) -> Iterator[tuple[object, ...]]:
    public = styles.offered(layer, 'public') if layer.access == 'public' else []
    for name, style in styles.styles.items():
        drawing = drawing_of(layer, styles, name, 'internal', _even_limits)
        pair = nearest(drawing, paper(files, name))
        columns = sorted({_coloured_by(part) for part in styles.parts_of(name)} - {''})
        yield (
            f'`{layer.id}`', f'`{name}`', style.title.vi, style.title.en, ', '.join(columns),
            'all' if name in public else '**internal**', f'{pair.distance:.0f}' if pair else '–',
        )  # fmt: skip


def _coloured_by(part: Part) -> str:
    if part.classes:
        return f'`{part.classes.column}` ({part.classes.method})'
    return f'`{part.by.column}`' if part.by else ''


def _even_limits(part: Part) -> list[float]:
    """As many classes as there are colours: what they are is in the data."""
    classes = part.classes
    return (classes.breaks or [float(number) for number in range(1, len(classes.colors))]) if classes else []


def checks_page() -> str:
    """Every fault that a row may have, and the keys of a layer file that turn checks on."""
    parts = [NOTICE, '# Checks of rows\n', CHECKS_ARE]
    rows = [
        (f'`{code}`', ELEMENTS[kind.element].en, kind.severity + (' *' if kind.adjustable else ''),
         f'`{kind.key}`' if kind.key else 'always', kind.title.vi, kind.title.en, kind.advice.en)
        for code, kind in sorted(FAULT_KINDS.items(), key=lambda item: (item[1].element, item[0]))
    ]  # fmt: skip
    head = ('code', 'element of ISO 19157', 'severity', 'asked for by', 'vi', 'en', 'what to do')
    keys = [(f'`checks.{name}`', _key_default(field)) for name, field in Checks.model_fields.items()]
    parts += [_table(head, rows), '## Keys of the layer file\n', CHECK_KEYS, _table(('key', 'default'), keys)]
    return '\n'.join(parts)


def norms_page() -> str:
    """Every value of a norm in the locality that is shipped."""
    parts = [
        NOTICE,
        '# Norms\n',
        'What `localities/library/norms.csv` says; [how it is read](../explanation/norms.md).\n',
    ]
    by_name = groupby(load_locality(LOCALITIES / 'nam_dinh').norm_values, key=lambda norm: norm.norm)
    for name, norms in by_name:
        rows = [
            (norm.subject, norm.condition, _class(norm), f'{norm.value:g} {norm.unit}', norm.clause,
             norm.measured_from, norm.valid_from, 'yes' if norm.verified else '**no**')
            for norm in norms
        ]  # fmt: skip
        head = ('for', 'condition', 'class', 'value', 'clause', 'measured from', 'since', 'verified')
        parts += [f'## `{name}`\n', _table(head, rows)]
    return '\n'.join(parts)


def _class(norm: Norm) -> str:
    return f'{norm.class_range} {norm.class_unit}' if norm.classed else ''


def coverages_page() -> str:
    """Every coverage of the locality that is shipped, with its bands."""
    parts = [NOTICE, '# Coverages\n', 'What the files in `localities/library/coverages/` say.\n']
    for coverage in load_locality(LOCALITIES / 'nam_dinh').coverages.values():
        parts += [_coverage(coverage)]
    return '\n'.join(parts)


def indicators_page() -> str:
    """Every indicator set of the locality that is shipped."""
    head = 'What `localities/library/indicators/` says; [how it is computed and judged](../explanation/indicators.md).'
    parts = [NOTICE, '# Indicators\n', f'{head}\n']
    locality = load_locality(LOCALITIES / 'nam_dinh')
    for name in indicator_sets(locality):
        found = indicator_set(name, locality)
        rows = [_indicator(key, one, found) for key, one in found.indicators.items()]
        columns = ('indicator', 'vi', 'en', 'value', 'threshold', 'source', 'after', 'reads')
        parts += [f'## `{name}` {found.version}: {found.title.vi} · {found.title.en}\n', f'{found.source.en}\n']
        parts += [_table(columns, rows)]
    return '\n'.join(parts)


def processes_page() -> str:
    """Every analysis with its inputs and the members of its outputs."""
    parts = [NOTICE, '# Processes\n', '`POST /api/processes/{id}/execution` with `{"inputs": {…}}`.\n']
    for name, process in all_processes().items():
        parts += [f'## `{name}`\n', f'{process.title.vi} · {process.title.en}\n', f'{process.description.en}\n']
        parts += [
            f'Offered by the {"public and the internal" if process.audience == "public" else "internal"} service.\n'
        ]
        rows = []
        for key, described in process.metadata_for_pygeoapi()['inputs'].items():
            schema = described['schema']
            needed = 'required' if described['minOccurs'] else _optional(schema)
            rows.append((f'`{key}`', _kind(schema), needed, described['description']['en']))
        parts += [_table(('input', 'type', 'needed', 'meaning'), rows)]
        wholes = {**{key: output.members for key, output in process.outputs.items()}, 'summary': process.summary}
        members = [
            (f'`{key}`', f'`{member}`', unit_text(unit_for(member, whole), 'en'), declared.title.vi, declared.title.en)
            for key, whole in wholes.items()
            for member, declared in whole.items()
        ]
        parts += [_table(('of', 'member', 'unit', 'vi', 'en'), members)] if members else []
    return '\n'.join(parts)


def _indicator(name: str, one: Indicator, found: IndicatorSet) -> tuple[str, ...]:
    value = f'{one.numerator} / {one.denominator}' if one.denominator else one.numerator
    sign = '≥' if one.direction == 'higher' else '≤'
    measures = [found.measures[measure] for measure in found.measures_of(one)]
    reads = {f'`{layer}`' for measure in measures for layer in found.layers_of(measure)}
    reads |= {f'`{measure.process.id}`' for measure in measures if measure.process}
    return (
        f'`{name}`', one.title.vi, one.title.en, f'{_number(one.factor)} × {value}, {one.unit}',
        '–' if one.threshold is None else f'{sign} {_number(one.threshold)}',
        one.source.en, ', '.join(one.after), ', '.join(sorted(reads)),
    )  # fmt: skip


def _layer(layer: Layer) -> str:
    key = f'key {", ".join(f"`{name}`" for name in layer.key)}' if layer.key else 'no key'
    facts = f'{layer.geometry}, {key}, {layer.access}, from `{layer.agency}`'
    rows = [
        (f'`{name}`', column.type + (' *' if column.required else ''), _about(column), column.title.vi, column.title.en)
        for name, column in layer.columns.items()
    ]
    head = f'## `{layer.id}`: {layer.title.vi} · {layer.title.en}\n\n{facts}, updated every `{layer.update_cycle}`.\n'
    return f'{head}\n{_table(("column", "type", "values", "vi", "en"), rows)}'


def _coverage(coverage: Coverage) -> str:
    facts = f'{coverage.source.crs}, {coverage.access}, from `{coverage.agency}`, every `{coverage.update_cycle}`'
    rows = [
        (f'`{name}`', band.type, band.kind, band.unit or '', f'{_number(band.min)} to {_number(band.max)}',
         _number(band.nodata), band.title.vi, band.title.en)
        for name, band in coverage.bands.items()
    ]  # fmt: skip
    title = coverage.title
    return f'## `{coverage.id}`: {title.vi} · {title.en}\n\n{facts}.\n\n' + _table(
        ('band', 'type', 'kind', 'unit', 'values', 'nodata', 'vi', 'en'), rows
    )


def _about(column: Column) -> str:
    parts = [', '.join(f'`{code}`' for code in column.domain)] if column.domain else []
    if column.min is not None or column.max is not None:
        parts.append(f'{_number(column.min)} to {_number(column.max)}')
    parts += [column.unit] if column.unit else []
    parts += [f'**{column.access}**'] if column.access != 'public' else []
    return ' '.join(parts)


def _number(value: float | None) -> str:
    return '…' if value is None else f'{value:g}'


def _kind(schema: dict[str, object]) -> str:
    if 'enum' in schema:
        return ', '.join(f'`{value}`' for value in schema['enum'])  # type: ignore[attr-defined]
    if 'oneOf' in schema:
        kinds = [kind for kind in schema['oneOf'] if isinstance(kind, dict)]  # type: ignore[attr-defined]
        layer = any('collection' in kind.get('properties', {}) for kind in kinds)
        return 'collection id, or id and filter' if layer else ' or '.join(_kind(kind) for kind in kinds)
    if 'allOf' in schema:
        return _kind(schema['allOf'][-1])  # type: ignore[index]
    limits = f' {_limit(schema, "minimum", ">")}{_limit(schema, "maximum", "<")}'.rstrip()
    return f'{schema["type"]}{limits}'


def _optional(schema: dict[str, object]) -> str:
    return f'default `{schema["default"]}`' if schema.get('default') is not None else 'optional'


def _limit(schema: dict[str, object], name: str, sign: str) -> str:
    if name not in schema:
        return ''
    exclusive = schema.get(f'exclusive{name.title()}')
    return f'{sign}{"" if exclusive else "="} {schema[name]:g} '


def _key_default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    return 'off' if value is None or value is False or value in ([], {}) else f'`{value}`'


def _default(field: FieldInfo) -> str:
    """A default as a reader would write it, empty where it follows from something else."""
    value = field.get_default()
    text = str(value).removeprefix(f'{PROJECT}/')
    return '' if field.default_factory or value is None or text in {'', '.'} else f'`{text}`'


def _sentence(text: str | None) -> str:
    return (text or '').strip().split('\n')[0].rstrip('.')


def log_page() -> str:
    """Every kind of line of the log."""
    rows = [(f'`{deed}`', title.en, title.vi) for deed, title in DEED_TITLES.items()]
    return '\n'.join([NOTICE, '# Kinds of lines in the log\n', LOG_IS, _table(('kind', 'en', 'vi'), rows)])


def glossary_page() -> str:
    """The terms, one for each thing, in both languages."""
    rows = sorted((f'**{term.name.en}**', f'**{term.name.vi}**', term.meaning.en, term.meaning.vi) for term in TERMS)
    about = 'One term for one thing, in code, texts and pages. A test holds the texts of both languages to them.\n'
    table = _table(('term', 'tiếng Việt', 'meaning', 'nghĩa'), rows)
    return '\n'.join([NOTICE, '# Glossary · Thuật ngữ\n', about, table])


def index_page() -> str:
    """Every page of docs/, by kind, in both languages where there are two."""
    parts = [NOTICE, '# All pages · Mọi trang\n']
    for folder, title in KINDS_OF_PAGES.items():
        pages_of_kind = [page for page in sorted((DOCS / folder).glob('*.md')) if not page.name.endswith('.vi.md')]
        parts += [f'## {title}\n', *map(_linked, pages_of_kind), '']
    return '\n'.join(parts)


def _linked(page: Path) -> str:
    """A line of the index: the page's title, and that of its Vietnamese twin."""
    twins = [page, page.with_name(f'{page.stem}.vi.md')]
    return '- ' + ' · '.join(f'[{_title(twin)}]({twin.parent.name}/{twin.name})' for twin in twins if twin.exists())


def _title(page: Path) -> str:
    """The first heading of the page."""
    lines = page.read_text(encoding='utf-8').splitlines()
    return next(line for line in lines if line.startswith('# ')).removeprefix('# ')


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, ('---',) * len(head), *rows]
    return '\n'.join('| ' + ' | '.join(str(cell).replace('|', '\\|') for cell in line) + ' |' for line in lines) + '\n'


def main() -> None:
    for name, content in pages().items():
        (DOCS / name).write_text(content, encoding='utf-8')
        sys.stdout.write(f'docs/{name}\n')


if __name__ == '__main__':
    main()
