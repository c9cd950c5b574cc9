"""The page docs/reference/doctor.md: what the doctor makes of the corpus."""

from collections import Counter
from collections.abc import Callable, Iterable

from tests.etl.corpus import ENCODINGS, KNOWN, ROW_FAULTS, SAID, Known
from tests.etl.corpus_diagnosis import OUTCOMES, Diagnosed, Outcome

HEAD = """\
<!-- Written by the test that runs the corpus; change the code instead. -->

# What the doctor tells, and what it cannot

{files} generated files of {rows} rows or one more are delivered with no option, in these formats: {formats}.

Each is a combination of a way to write and declare coordinates, an encoding of text, a fault of rows, and what is
known before it comes. Its truth is known, and each diagnosis is held against it. `tests/etl/corpus.py` has the
combinations; how the doctor works is told in [coordinates](../explanation/coordinates.md),
[text](../decisions/0018-legacy-text.md) and [rows](checks.md).

Write this page anew after a change of the doctor, and look at what moved:

```sh
DOTHI_WRITE_DOCS=1 DOTHI_TEST_ALL=yes .venv/bin/python -m pytest -q tests/etl/test_corpus.py
```

## How to read it

- **right**: decided, and within a metre of the truth; text letter by letter; exactly the bad rows, each by its code.
- **named**: decided for another, and the report names the truth, with its distance, among what is not excluded.
- **waits**: "cannot decide": nothing is released, a person is asked.
- **wrong**: anything else. The tests let none pass.

What is known: *nothing*; *outlines*, nine districts; *codes*, the same, and rows say which district they lie in;
*release*, the layer's previous release with the same keys. With what the last column has, "named" or "waits" fails
the test. A mistake in the very system that is declared is never corrected without a person.
"""


def page(diagnosed: list[Diagnosed]) -> str:
    """The page, all but the outcome of each case counted."""
    formats = sorted({each.case.format for each in diagnosed})
    rows = min(len(each.case.rows()[0]) for each in diagnosed)
    head = HEAD.format(files=len(diagnosed), rows=rows, formats=', '.join(f'`{name}`' for name in formats))
    parts = [head, '## Coordinates\n', _coordinates(diagnosed), '## Text\n', _text(diagnosed), '## Rows\n']
    parts += ['Rows are judged where the coordinates are right; "waits" counts the other files.\n', _rows(diagnosed)]
    return '\n'.join(parts)


def _coordinates(diagnosed: list[Diagnosed]) -> str:
    lines = []
    for said in SAID:
        of = [each for each in diagnosed if each.case.said == said]
        cells = [_counts(each.crs for each in of if each.case.known == known) for known in KNOWN]
        lines.append([said.name, f'`{said.written}`', f'`{_declared(said.declares)}`', *cells, _must(said.visible)])
    return _table(['file', 'truth', 'declares', *KNOWN, 'must be right with'], lines)


def _declared(declares: str | None) -> str:
    return 'nothing' if declares is None else declares if declares.startswith('EPSG') else 'WGS 84, k=0.9999'


def _must(visible: tuple[Known, ...] | None) -> str:
    return ', '.join(visible or ['–'])


def _text(diagnosed: list[Diagnosed]) -> str:
    names = [encoding.name for encoding in ENCODINGS]
    return _confusion('encoding', names, diagnosed, lambda each: each.case.encoding.name, lambda each: each.encoding)


def _rows(diagnosed: list[Diagnosed]) -> str:
    names = [fault.name for fault in ROW_FAULTS]
    return _confusion('fault', names, diagnosed, lambda each: each.case.fault.name, lambda each: each.rows)


def _confusion(
    what: str,
    names: list[str],
    diagnosed: list[Diagnosed],
    truth: Callable[[Diagnosed], str],
    outcome: Callable[[Diagnosed], Outcome],
) -> str:
    outcomes = [each for each in OUTCOMES if each != 'named']
    counts = {name: Counter(outcome(each) for each in diagnosed if truth(each) == name) for name in names}
    return _table([what, *outcomes], [[name, *(str(counts[name][each]) for each in outcomes)] for name in names])


def _counts(outcomes: Iterable[Outcome]) -> str:
    counts = Counter(outcomes)
    return ', '.join(f'{counts[outcome]} {outcome}' for outcome in OUTCOMES if counts[outcome]) or '–'


def _table(head: list[str], lines: list[list[str]]) -> str:
    rows = [head, ['---'] * len(head), *lines]
    return '\n'.join('| ' + ' | '.join(row) + ' |' for row in rows) + '\n'
